import type { ActionName } from '../../src/actions/catalogue.ts';
import { orderBinding } from '../../src/actions/order.ts';
import { type EntryData, entryHash, type LedgerEntry } from '../../src/ledger/entry.ts';
import { NO_ENTRY_HASH } from '../../src/ledger/stream.ts';
import { type Instant, MINUTE, SECOND } from '../../src/platform/clock.ts';
import { isIdentity } from './attempts.ts';
import type { CallChange, Changes, CodeChange, EntryChange } from './changes.ts';
import type { Counting } from './counting.ts';
import type { Checks } from './invariants.ts';
import { type Carried, carriedOf, confirmationOf, isLargeLoan, orderOf, TAKES } from './orders.ts';

const PIN_GOOD_FOR = 30 * MINUTE;
const CODE_GOOD_FOR = 180 * SECOND;
/** The carrier's own retries come within a minute; after that the same webhook is a replay. */
const RETRY_WINDOW = MINUTE;

/** What has been proved in a call, as the model has seen it happen. */
interface Proved {
  customer: string | undefined;
  readonly pins: Map<string, Instant>;
  code: { readonly binding: string; readonly at: Instant } | undefined;
  /** The yes to who they are, once for all that is proved; the yes to the order, until it changes or is carried out (ADR 35). */
  identityConfirmed: boolean;
  orderConfirmed: boolean;
}

interface Call {
  version: number;
  lastHash: string;
  entries: number;
  ended: boolean;
  hungUp: boolean;
  proved: Proved;
  newest: { readonly token: string; readonly at: Instant } | undefined;
  /** Answers given to webhooks of the newest turn, by the webhook's bytes. */
  answers: Map<string, string>;
  /** What has been keyed on the step that is being asked, by its token. */
  keyed: { readonly token: string; readonly entries: Set<string> };
  readonly liveCodes: Set<string>;
  /** Codes that were consumed, by binding. */
  readonly consumed: Map<string, Instant>;
  /** A freeze that was committed in the turn of this token and not yet told. */
  freeze: { readonly token: string; readonly customer: string } | undefined;
  changedAt: Instant;
}

/** Follows every call by its committed entries and holds it to what a call may do. */
export class Calls {
  readonly #checks: Checks;
  readonly #counting: Counting;
  readonly #startedAt: (call: string) => Instant;
  readonly #calls = new Map<string, Call>();
  readonly #freezes = new Map<string, string>();
  readonly #acknowledged = new Set<string>();
  readonly #consumed = new Set<string>();

  /** `startedAt`: what the service's clock showed at the earliest when a webhook of the call, still being handled, came. */
  constructor(checks: Checks, counting: Counting, startedAt: (call: string) => Instant) {
    this.#checks = checks;
    this.#counting = counting;
    this.#startedAt = startedAt;
  }

  /** Takes in what a commit changed, at this moment of the service's clock; answers the orders it carried out. */
  committed(changes: Changes, now: Instant): readonly Carried[] {
    for (const { customer, freeze } of changes.freezes) this.#freezes.set(customer, freeze);
    for (const code of changes.codes) this.#takeCode(code, now);
    const carried: Carried[] = [];
    // Beside the last words of a call ** is still heard: until the hang-up is taken it freezes, and does nothing else.
    const frozen = new Set(changes.entries.filter(asksForFreeze).map(({ stream }) => stream.id));
    const entriesOf = new Map<string, number>();
    for (const entry of changes.entries) {
      entriesOf.set(entry.stream.id, (entriesOf.get(entry.stream.id) ?? 0) + 1);
      const done = this.#takeEntry(entry, changes);
      if (done) carried.push(done);
    }
    for (const turn of changes.turns) {
      const call = this.#callOf(turn.call);
      this.#checks.hold(
        35,
        (entriesOf.get(turn.call) ?? 0) > 0,
        () => `${turn.call} took a turn without an entry`,
      );
      this.#checks.hold(
        35,
        turn.seq === call.version + 1,
        () => `${turn.call} went from turn ${call.version} to ${turn.seq}`,
      );
      this.#checks.hold(
        25,
        !call.ended || call.version === 0 || frozen.has(turn.call),
        () => `${turn.call} took a turn after its end`,
      );
      call.version = turn.seq;
      call.newest = { token: turn.token, at: turn.at };
      call.answers = new Map();
      call.changedAt = now;
    }
    // Two turns of a call may share a commit: what counts is how it stands after it.
    const standing = new Map(changes.calls.map((row) => [row.id, row]));
    for (const row of standing.values()) this.#takeCall(row);
    for (const { id, action, customer } of changes.carried.map((row) => ({ id: row.key, ...row })))
      this.#checks.hold(
        35,
        carried.some(({ key }) => key === id),
        () => `${action} of ${customer} was carried out without an entry`,
      );
    this.#checks.hold(
      35,
      carried.length === changes.carried.length,
      () => 'an entry tells of an order nobody carried out',
    );
    return carried;
  }

  /** The newest turn of a call, to compare before and after a webhook. */
  newestTurn(id: string): { readonly token: string; readonly at: Instant } | undefined {
    return this.#calls.get(id)?.newest;
  }

  exists(id: string): boolean {
    return this.#calls.has(id);
  }

  /** Whether the customer has been told that the account is frozen. */
  isFreezeAcknowledged(customer: string): boolean {
    return this.#acknowledged.has(customer);
  }

  isFrozen(customer: string): boolean {
    return (this.#freezes.get(customer) ?? 'none') !== 'none';
  }

  /** The carrier has been told that it may forget the call (invariant 25). */
  hungUp(id: string): void {
    const call = this.#calls.get(id);
    if (!call) return;
    call.hungUp = true;
    this.#checks.hold(25, call.ended, () => `${id} is live after its hang-up was taken`);
  }

  /** A webhook of a turn has come. */
  arrived(id: string, token: string, bytes: string): void {
    const call = this.#calls.get(id);
    if (!call) return;
    if (call.keyed.token !== token) call.keyed = { token, entries: new Set() };
    call.keyed.entries.add(bytes);
  }

  /**
   * A webhook of a turn was answered. `before` is the newest turn when it arrived. The same webhook, while its turn is
   * the newest, has one answer; and an answer acknowledges the freeze of its turn. Of several entries that were keyed on
   * a step at once one makes the turn; the others have been asked again, and are once more.
   */
  answered(
    id: string,
    token: string,
    bytes: string,
    body: string,
    before: { readonly token: string; readonly at: Instant } | undefined,
    now: Instant,
  ): void {
    const call = this.#calls.get(id);
    if (!call) return;
    if (call.freeze?.token === token) {
      this.#acknowledged.add(call.freeze.customer);
      call.freeze = undefined;
    }
    const { newest } = call;
    if (newest?.token !== token || (before?.token === token && Math.abs(now - newest.at) > RETRY_WINDOW))
      return;
    const rivals = call.keyed.token !== token || call.keyed.entries.size > 1;
    if (rivals && before?.token !== token) return;
    const first = call.answers.get(bytes);
    if (first === undefined) call.answers.set(bytes, body);
    else this.#checks.hold(39, first === body, () => `${id} answered the same webhook in two ways`);
  }

  /** Ids of calls in which nothing has happened since a moment; they are forgotten here. */
  forgetBefore(moment: Instant): readonly string[] {
    const old: string[] = [];
    for (const [id, call] of this.#calls) if (call.changedAt < moment) old.push(id);
    for (const id of old) this.#calls.delete(id);
    return old;
  }

  forgetCustomer(customer: string): void {
    this.#freezes.delete(customer);
    this.#acknowledged.delete(customer);
  }

  #callOf(id: string): Call {
    let call = this.#calls.get(id);
    if (!call) {
      call = {
        version: 0,
        lastHash: NO_ENTRY_HASH,
        entries: 0,
        ended: false,
        hungUp: false,
        proved: nothing(),
        newest: undefined,
        answers: new Map(),
        keyed: { token: '', entries: new Set() },
        liveCodes: new Set(),
        consumed: new Map(),
        freeze: undefined,
        changedAt: 0,
      };
      this.#calls.set(id, call);
    }
    return call;
  }

  #takeCode(code: CodeChange, now: Instant): void {
    const call = this.#callOf(code.call);
    if (code.state === 'live') call.liveCodes.add(code.id);
    else call.liveCodes.delete(code.id);
    if (code.state !== 'consumed') return;
    this.#checks.hold(
      12,
      code.before === 'live' && !this.#consumed.has(code.id),
      () => `code ${code.id} was used twice`,
    );
    this.#consumed.add(code.id);
    call.consumed.set(code.binding, now);
    this.#checks.hold(
      13,
      this.#startedAt(code.call) < code.expiresAt,
      () => `code ${code.id} was used after its time`,
    );
  }

  #takeCall(row: CallChange): void {
    const call = this.#callOf(row.id);
    this.#checks.hold(
      35,
      row.version === call.version && row.lastHash === call.lastHash && row.entries === call.entries,
      () =>
        `${row.id} stands at version ${row.version} with ${row.entries} entries, seen were ${call.version} and ${call.entries}`,
    );
    call.ended = row.status === 'ended';
    if (call.ended) {
      call.proved = nothing();
      this.#checks.hold(25, call.liveCodes.size === 0, () => `${row.id} ended with a live code`);
    }
  }

  #takeEntry(row: EntryChange, changes: Changes): Carried | undefined {
    const call = this.#callOf(row.stream.id);
    const data = JSON.parse(row.data) as EntryData;
    const { hash, ...body } = { ...row, rules: JSON.parse(row.rules) as string[], data };
    const linked = row.seq === call.entries && row.prevHash === call.lastHash;
    this.#checks.hold(
      35,
      linked && entryHash(body as Omit<LedgerEntry, 'hash'>) === hash,
      () => `entry ${row.seq} of ${row.stream.id} does not follow the one before`,
    );
    this.#checks.hold(25, !call.hungUp, () => `${row.stream.id} has an entry ${row.type} after its hang-up`);
    call.lastHash = hash;
    call.entries++;
    const { proved } = call;
    switch (row.type) {
      case 'factor.outcome':
        if (data.outcome === 'PASSED') this.#takePassed(row, data, call, changes);
        return undefined;
      case 'levels.voided':
        call.proved = nothing();
        return undefined;
      case 'order.changed':
        proved.code = undefined;
        proved.orderConfirmed = false;
        return undefined;
      case 'confirmation.given':
        if (data.part === 'identity') proved.identityConfirmed = true;
        if (data.part === 'order') proved.orderConfirmed = true;
        return undefined;
      case 'account.freeze':
        this.#takeFreeze(row, data, call, changes);
        return undefined;
      case 'order.carried':
        return this.#takeCarried(row, data, call);
      default:
        return undefined;
    }
  }

  #takePassed(row: EntryChange, data: EntryData, call: Call, changes: Changes): void {
    const { proved } = call;
    const { factor, customerId } = data;
    const attempt = changes.attempts.find(
      ({ call: id, status, factor: of }) =>
        id === row.stream.id &&
        status === 'passed' &&
        (of === factor || (isIdentity(of) && factor !== undefined && isIdentity(factor))),
    );
    this.#checks.hold(
      21,
      attempt !== undefined && customerId !== undefined,
      () => `${row.stream.id} passed ${factor} without an attempt`,
    );
    if (attempt === undefined || customerId === undefined || factor === undefined) return;
    if (isIdentity(factor)) {
      call.proved = { ...nothing(), customer: customerId };
    } else if (factor === 'code') {
      const used = changes.codes.find(({ call: id, state }) => id === row.stream.id && state === 'consumed');
      this.#checks.hold(12, used !== undefined, () => `${row.stream.id} passed a code that was not used up`);
      if (used) proved.code = { binding: used.binding, at: row.at };
    } else {
      this.#checks.hold(
        21,
        this.#counting.matched(row.stream.id, attempt.token),
        () => `${row.stream.id} passed a PIN that did not match`,
      );
      this.#checks.hold(
        21,
        proved.customer === customerId,
        () => `${row.stream.id} passed the PIN of another customer`,
      );
      proved.pins.set(factor, row.at);
    }
  }

  #takeFreeze(row: EntryChange, data: EntryData, call: Call, changes: Changes): void {
    if (data.matched !== true || data.customerId === undefined) return;
    this.#checks.hold(
      29,
      this.isFrozen(data.customerId),
      () => `${row.stream.id} told of a freeze of ${data.customerId} that is not there`,
    );
    const token = changes.turns.findLast(({ call: id }) => id === row.stream.id)?.token;
    if (token !== undefined) call.freeze = { token, customer: data.customerId };
  }

  #takeCarried(row: EntryChange, data: EntryData, call: Call): Carried | undefined {
    const { proved } = call;
    const { customerId: customer, key } = data;
    const action = data.action as ActionName;
    const takes = TAKES[action];
    const where = `${action} in ${row.stream.id}`;
    this.#checks.hold(
      21,
      takes !== undefined && customer !== undefined && proved.customer === customer,
      () => `${where} for somebody who was not identified`,
    );
    if (!takes || customer === undefined || key === undefined) return undefined;
    const pinAt = proved.pins.get(`pin.${takes.pin}`);
    this.#checks.hold(
      21,
      pinAt !== undefined && row.at - pinAt < PIN_GOOD_FOR,
      () => `${where} without its PIN`,
    );
    this.#checks.hold(
      21,
      proved.identityConfirmed && (confirmationOf(action) === 'identity' || proved.orderConfirmed),
      () => `${where} without its confirmation`,
    );
    if (takes.code || isLargeLoan(data)) {
      this.#checks.hold(
        21,
        proved.code !== undefined && row.at - proved.code.at < CODE_GOOD_FOR,
        () => `${where} without its code`,
      );
      // The digest of a new contact number is not in the entry; every other order can be worked out again.
      if (action !== 'contact_change')
        this.#checks.hold(
          14,
          proved.code?.binding === orderBinding(row.stream.id, customer, orderOf(data)),
          () => `${where} with a code for another order`,
        );
      this.#checks.hold(21, data.level === 'L3', () => `${where} at level ${data.level}`);
    }
    proved.code = undefined;
    proved.orderConfirmed = false;
    return carriedOf(data, key, customer, row.at);
  }
}

function nothing(): Proved {
  return {
    customer: undefined,
    pins: new Map(),
    code: undefined,
    identityConfirmed: false,
    orderConfirmed: false,
  };
}

function asksForFreeze({ type, data }: EntryChange): boolean {
  return type === 'call.step' && (JSON.parse(data) as EntryData).event === 'FREEZE';
}
