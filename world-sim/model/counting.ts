import { DAY, HOUR, type Instant, MINUTE } from '../../src/platform/clock.ts';
import { type Attempt, type CallerLine, type Comparison, type Count, isIdentity } from './attempts.ts';
import type { AttemptChange, Changes, CounterChange } from './changes.ts';
import type { Checks } from './invariants.ts';
import { CODE_LADDER, lockedUntil, PIN_LADDER, VOID_FROM } from './ladder.ts';

/** All strangers' lines together: the rest of the ten is the registered line's. */
const STRANGERS_SHARE = 7;
const STRANGER_PER_DAY = 3;
/** A reservation this old belongs to nobody, and the next success no longer counts it. */
const IN_FLIGHT = MINUTE;

const CHARGED: ReadonlySet<string> = new Set(['reserved', 'failed']);

/**
 * Counts attempts by what is committed and comparisons by what is computed, without a line of the lock-out's own code,
 * and holds both to the ladder. Times are the service's clock as it was when the attempt was reserved.
 */
export class Counting {
  readonly #checks: Checks;
  readonly #counts = new Map<string, Count>();
  /** By call and step token. */
  readonly #attempts = new Map<string, Map<string, Attempt>>();
  /** Attempts whose result nobody knows yet, by customer and factor. */
  readonly #open = new Map<string, Map<string, Attempt>>();
  /** Attempts of strangers at one customer, by source. */
  readonly #strangers = new Map<string, Map<string, Instant>>();
  readonly #comparedSinceSuccess = new Map<string, number>();
  ownLineRefused = 0;
  mostStrangersShare = 0;

  constructor(checks: Checks) {
    this.#checks = checks;
  }

  /** A PIN is about to be compared with something that could match. */
  compared(comparison: Comparison): void {
    const { call, token, customer, factor, pin } = comparison;
    const attempt = this.#attempts.get(call)?.get(token);
    const counted = attempt !== undefined && attempt.status !== 'refused';
    this.#checks.hold(
      3,
      counted && attempt.customer === customer && attempt.factor === factor,
      () => `${call} compared a PIN of ${customer} on an attempt that is ${attempt?.status ?? 'not there'}`,
    );
    if (!attempt) return;
    this.#checks.hold(
      8,
      attempt.pin === undefined || attempt.pin === pin,
      () => `${call} compared two PINs of ${customer} on one attempt`,
    );
    if (attempt.pin === undefined) {
      attempt.pin = pin;
      const key = `${customer} ${factor}`;
      const compared = (this.#comparedSinceSuccess.get(key) ?? 0) + 1;
      this.#comparedSinceSuccess.set(key, compared);
      this.#checks.hold(8, compared <= VOID_FROM, () => `${compared} PINs of ${key} since the last success`);
    }
    attempt.matched = comparison.matched;
  }

  /** Whether the PIN keyed on this step was compared and right. */
  matched(call: string, token: string): boolean {
    return this.#attempts.get(call)?.get(token)?.matched === true;
  }

  /** The status of the attempt of a step, if there is one. */
  statusOf(call: string, token: string): string | undefined {
    return this.#attempts.get(call)?.get(token)?.status;
  }

  /** Takes in what a commit changed. */
  committed(changes: Changes): void {
    const lowered = new Map<string, number>();
    // What a success no longer counts is written off beside it.
    const successes = new Set(changes.attempts.filter(({ status }) => status === 'passed').map(keyOf));
    const refused = new Set(
      changes.attempts.filter(({ status }) => status === 'refused').map(({ id }) => id),
    );
    for (const change of changes.attempts) {
      // Written before its refusal is known, in the same transaction: it was never there.
      if (change.status === 'reserved' && refused.has(change.id)) continue;
      this.#take(change, successes, lowered);
    }
    for (const counter of changes.counters) this.#checkLowered(counter, lowered);
    const newest = new Map(
      changes.counters.map((counter) => [`${counter.customer} ${counter.factor}`, counter]),
    );
    for (const [key, { own, other }] of newest) {
      const count = this.#countOf(key);
      this.#checks.hold(
        7,
        count.own.length === own && count.other.length === other,
        () => `${key} stands at ${own}+${other} where ${count.own.length}+${count.other.length} are counted`,
      );
    }
  }

  /** A call and all its steps are over and stored no more. */
  forget(call: string): void {
    this.#attempts.delete(call);
  }

  /** A customer is one no longer. */
  forgetCustomer(customer: string): void {
    for (const factor of ['pin.query', 'pin.transaction', 'code']) {
      const key = `${customer} ${factor}`;
      this.#counts.delete(key);
      this.#open.delete(key);
      this.#comparedSinceSuccess.delete(key);
    }
    for (const key of this.#strangers.keys()) if (key.startsWith(`${customer} `)) this.#strangers.delete(key);
  }

  /** Lets go of strangers' attempts that no window reaches any more. */
  forgetBefore(moment: Instant): void {
    for (const [key, tries] of this.#strangers) {
      for (const [id, at] of tries) if (at < moment) tries.delete(id);
      if (tries.size === 0) this.#strangers.delete(key);
    }
  }

  /** Failures counted against a PIN from the registered line and from all others; for telling who is locked out, and by whom. */
  failures(customer: string, factor: string): { readonly own: number; readonly other: number } {
    const { own, other } = this.#countOf(`${customer} ${factor}`);
    return { own: own.length, other: other.length };
  }

  #countOf(key: string): Count {
    const count = this.#counts.get(key) ?? { own: [], other: [] };
    this.#counts.set(key, count);
    return count;
  }

  #take(change: AttemptChange, successes: ReadonlySet<string>, lowered: Map<string, number>): void {
    const { before } = change;
    const byToken = this.#attempts.get(change.call) ?? new Map<string, Attempt>();
    this.#attempts.set(change.call, byToken);
    const known = byToken.get(change.token);
    const line: CallerLine = change.own === 1 || change.factor === 'code' ? 'own' : 'other';
    const attempt: Attempt = {
      id: change.id,
      factor: change.factor,
      customer: change.customer,
      line,
      status: change.status,
      reservedAt: change.reservedAt,
      // An attempt that was given back and taken anew may hold another entry.
      ...(known && before !== 'refunded'
        ? {
            ...(known.pin === undefined ? {} : { pin: known.pin }),
            ...(known.matched === undefined ? {} : { matched: known.matched }),
          }
        : {}),
    };
    byToken.set(change.token, attempt);
    if (change.customer === null || isIdentity(change.factor)) return;
    const key = keyOf(change);
    const open = this.#open.get(key) ?? new Map<string, Attempt>();
    this.#open.set(key, open);
    const chargedBefore = before !== null && CHARGED.has(before);
    const chargedNow = CHARGED.has(change.status);
    if (change.status === 'reserved') open.set(change.id, attempt);
    else open.delete(change.id);
    if (chargedNow && !chargedBefore) this.#charge(change, key, line);
    if (change.status === 'failed') this.#checkFailed(change, attempt, successes.has(key), before);
    if (change.status === 'refused') this.#checkRefused(change, key, line);
    if (change.status === 'refunded' || change.status === 'late') {
      if (chargedBefore) {
        this.#countOf(key)[line].pop();
        lowered.set(key, (lowered.get(key) ?? 0) + 1);
      }
      if (attempt.pin !== undefined) this.#uncompare(key);
      this.#strangersOf(change).delete(change.id);
    }
    if (change.status === 'passed') this.#succeed(change, attempt, key, open, lowered);
  }

  #strangersOf(change: AttemptChange): Map<string, Instant> {
    const key = `${change.customer} ${change.source}`;
    const tries = this.#strangers.get(key) ?? new Map<string, Instant>();
    this.#strangers.set(key, tries);
    return tries;
  }

  #uncompare(key: string): void {
    this.#comparedSinceSuccess.set(key, Math.max(0, (this.#comparedSinceSuccess.get(key) ?? 0) - 1));
  }

  /** An attempt is charged: the ladder must have let it. */
  #charge(change: AttemptChange, key: string, line: CallerLine): void {
    const count = this.#countOf(key);
    const now = change.reservedAt;
    const pin = change.factor !== 'code';
    const mine = count[line];
    const locked = lockedUntil(mine, pin ? PIN_LADDER : CODE_LADDER, pin);
    this.#checks.hold(
      8,
      now >= locked,
      () => `${key}: attempt ${mine.length + 1} from ${line} lines while locked`,
    );
    if (pin) {
      const all = count.own.length + count.other.length;
      this.#checks.hold(8, all < VOID_FROM, () => `${key}: attempt ${all + 1} in a row`);
      if (line === 'other') {
        this.#checks.hold(
          10,
          mine.length < STRANGERS_SHARE,
          () => `${key}: strangers had ${mine.length} already`,
        );
        const tries = this.#strangersOf(change);
        const recent = [...tries].filter(([id, at]) => id !== change.id && at > now - DAY).length;
        this.#checks.hold(
          8,
          recent < STRANGER_PER_DAY,
          () => `${key}: a stranger had ${recent} today already`,
        );
        tries.set(change.id, now);
      }
    }
    mine.push(now);
    if (pin) this.mostStrangersShare = Math.max(this.mostStrangersShare, count.other.length);
  }

  #checkFailed(change: AttemptChange, attempt: Attempt, besideSuccess: boolean, before: string | null): void {
    if (change.factor === 'code') return;
    const wrong = attempt.pin !== undefined && attempt.matched === false;
    // Written off by a success, or right but void by then: charged already, and nothing is charged anew.
    const writtenOff = before === 'reserved' && (besideSuccess || attempt.matched === true);
    this.#checks.hold(
      6,
      wrong || writtenOff,
      () => `${change.call} failed a PIN that was never compared and wrong`,
    );
  }

  #checkRefused(change: AttemptChange, key: string, line: CallerLine): void {
    if (change.factor === 'code' || line !== 'own') return;
    const count = this.#countOf(key);
    const { reservedAt: now, refusal } = change;
    const all = count.own.length + count.other.length;
    const justified = all >= VOID_FROM || now < lockedUntil(count.own, PIN_LADDER, true);
    this.ownLineRefused++;
    this.#checks.hold(
      10,
      justified,
      () =>
        `${key}: the registered line was refused (${refusal}) at ${count.own.length}+${count.other.length}`,
    );
  }

  #succeed(
    change: AttemptChange,
    attempt: Attempt,
    key: string,
    open: Map<string, Attempt>,
    lowered: Map<string, number>,
  ): void {
    if (change.factor !== 'code')
      this.#checks.hold(21, attempt.matched === true, () => `${change.call} passed a PIN that did not match`);
    const now = change.settledAt ?? change.reservedAt;
    const count = this.#countOf(key);
    count.own = [];
    count.other = [];
    let compared = 0;
    for (const [id, other] of open) {
      if (other.reservedAt <= now - IN_FLIGHT) {
        open.delete(id);
        continue;
      }
      count[other.line].push(now);
      if (other.pin !== undefined) compared++;
    }
    this.#comparedSinceSuccess.set(key, compared);
    // A right PIN gives its own source back what it had used up at this customer.
    const tries = this.#strangersOf(change);
    for (const [id, at] of tries) if (id === change.id || at <= now) tries.delete(id);
    lowered.set(key, Number.POSITIVE_INFINITY);
  }

  #checkLowered(counter: CounterChange, lowered: Map<string, number>): void {
    const key = `${counter.customer} ${counter.factor}`;
    const down = counter.ownBefore + counter.otherBefore - counter.own - counter.other;
    if (down <= 0) return;
    const may = lowered.get(key) ?? 0;
    this.#checks.hold(5, down <= may, () => `${key} was lowered by ${down} where ${may} were given back`);
    lowered.set(key, may - down);
  }
}

function keyOf(change: Pick<AttemptChange, 'customer' | 'factor'>): string {
  return `${change.customer} ${change.factor}`;
}

/** How far back the windows of the budgets reach, clock errors included. */
export const WINDOW = DAY + 6 * HOUR;
