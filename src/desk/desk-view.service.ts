import type { Knex } from 'knex';
import type { ActionName } from '../actions/catalogue.ts';
import { LEVELS } from '../actions/requirement.ts';
import { levelOf } from '../assurance/call-level.ts';
import { phoneIndexOf } from '../calls/calling-number.ts';
import { findCall, identifiedInCall, type StoredCall } from '../calls/calls.store.ts';
import { callVersion } from '../calls/live-calls.store.ts';
import { type Customer, publicFacts } from '../customers/customer.ts';
import { customerById } from '../customers/customers.store.ts';
import { handoffsOfStaff } from '../escalation/desk-handoffs.store.ts';
import { findPresence, presenceStamp } from '../escalation/desk-presence.store.ts';
import { type DeskHandoff, HOLD_MILLISECONDS, mayReturn } from '../escalation/handoff.ts';
import { findTicket, type StoredTicket } from '../escalation/handoffs.store.ts';
import { REASON_MEANINGS } from '../escalation/reasons.ts';
import { budgetOf } from '../factors/catalogue.ts';
import type { Release, Releases } from '../flow/release.ts';
import type { LedgerEntry } from '../ledger/entry.ts';
import { entriesOfCall } from '../ledger/ledger.store.ts';
import type { Language } from '../locales/catalogue.ts';
import { lockOf } from '../lockout/counters.store.ts';
import { callerLine } from '../lockout/ladder.ts';
import type { Clock, Instant } from '../platform/clock.ts';
import type { Keyring } from '../platform/keyring.ts';
import { may } from '../staff/permissions.ts';
import type { StaffOnDuty } from '../staff/staff-member.ts';
import type { Transactions } from '../storage/transactions.ts';
import type { Authority } from './authority.service.ts';
import { findNotes, notesVersion } from './desk-notes.store.ts';
import { type CallView, type ClaimedView, controlsOf, type DeskView, type WhyTheyCame } from './desk-view.ts';
import { keyingRefusal } from './keying-possible.service.ts';
import { actionsGainedAt, ladderOf, type RungName } from './ladder.ts';
import { nextSteps } from './next-steps.ts';

interface DeskViewDependencies {
  readonly knex: Knex;
  readonly transactions: Transactions;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly releases: Pick<Releases, 'withHash'>;
  readonly authority: Authority;
}

/** The counter that each rung's attempts draw on. */
const COUNTERS = [
  ['query_pin', 'pin.query'],
  ['transaction_pin', 'pin.transaction'],
  ['code', 'code'],
] as const;

/** What a member's desk shows: one read model for pages and API. Personal data is recorded as read before it is shown (57). */
export class DeskViews {
  readonly #deps: DeskViewDependencies;

  constructor(dependencies: DeskViewDependencies) {
    this.#deps = dependencies;
  }

  /** Everything on a member's desk now. */
  async of(by: StaffOnDuty): Promise<DeskView> {
    const { knex, clock } = this.#deps;
    const at = clock.now();
    const presence = await this.#presenceOf(by);
    const [handoff] = await handoffsOfStaff(knex, by.id);
    const ticket = handoff && (await findTicket(knex, handoff.id));
    const nothing = { at, presence, offer: undefined, call: undefined };
    if (!handoff || !ticket) return nothing;
    if (handoff.state !== 'offered')
      return { ...nothing, call: await this.#callView(by, handoff, ticket, at) };
    return {
      ...nothing,
      offer: {
        handoffId: handoff.id,
        why: whyOf(handoff, ticket),
        language: handoff.language,
        waitingSince: handoff.enteredAt,
        until: handoff.until ?? at,
        isReturn: handoff.lastAgent === by.id && mayReturn(handoff, at),
      },
    };
  }

  /** Differs whenever what a member's desk shows differs, the passing of time left out: a few rows, none of them opened. */
  async stamp(by: Pick<StaffOnDuty, 'id'>): Promise<string> {
    const { knex } = this.#deps;
    const stands = await presenceStamp(knex, by.id);
    const [handoff] = await handoffsOfStaff(knex, by.id);
    if (!handoff) return stands;
    const { id, version, callId } = handoff;
    return [stands, id, version, await callVersion(knex, callId), await notesVersion(knex, id)].join(' ');
  }

  /** How a member stands, and whether they have a call: nothing personal is read. */
  async standing(by: StaffOnDuty): Promise<Pick<DeskView, 'presence'> & { readonly call: boolean }> {
    const presence = await this.#presenceOf(by);
    return { presence, call: presence?.state === 'busy' || presence?.state === 'wrap_up' };
  }

  async #presenceOf(by: StaffOnDuty): Promise<DeskView['presence']> {
    const { knex, keyring } = this.#deps;
    const presence = await findPresence(knex, keyring, by.id);
    return presence && { state: presence.state, since: presence.since, misses: presence.misses };
  }

  async #callView(
    by: StaffOnDuty,
    handoff: DeskHandoff,
    ticket: StoredTicket,
    now: Instant,
  ): Promise<CallView | undefined> {
    const { knex, keyring, releases } = this.#deps;
    const call = await findCall(knex, keyring, handoff.callId);
    if (!call) return undefined;
    const release = await releases.withHash(call.release, knex);
    const entries = await entriesOfCall(knex, handoff.callId);

    const { policy } = release;
    // While the talk is written up the call is over and has lost its proofs; whom it was about stays.
    const customerId = await identifiedInCall(knex, call);
    const customer = customerId === undefined ? undefined : await customerById(knex, customerId);
    if (customer) await this.#recordRead(by, handoff, customer.id, entries);
    const ladder = ladderOf(
      {
        proofs: call.state.proofs,
        locked: await this.#locked(call, customer, release, now),
        outcomes: entries.filter(({ type }) => type === 'factor.outcome').map(({ data }) => data),
        hasFallen: entries.some(({ type }) => type === 'levels.lowered' || type === 'levels.voided'),
      },
      policy,
      now,
    );
    const level = levelOf(call.state, policy, now);
    const refusalOf = (action: 'keying.ask' | 'freeze.ask') => {
      const asked = may(by, action, now);
      return asked.kind === 'refused' ? asked.reason : undefined;
    };
    const notes = await findNotes(knex, keyring, handoff.id);
    return {
      ...partOf(handoff),
      line: call.line,
      why: whyOf(handoff, ticket),
      level,
      claimed: customer && claimedView(customer, keyring, handoff.language),
      ladder,
      nextLevels: LEVELS.filter((one) => one > level).map((one) => ({
        level: one,
        actions: actionsGainedAt(one, policy),
      })),
      steps: nextSteps(
        {
          ...{ handoff, ladder, level },
          isIdentified: customerId !== undefined,
          hasOrder: call.state.flow.order !== undefined,
          keyingRefusal: refusalOf('keying.ask'),
          freezeRefusal: refusalOf('freeze.ask'),
          cannotKey: (what) => keyingRefusal(call, release, what),
        },
        policy,
      ),
      soFar: entries.map(({ at, type, rules, data }) => ({ at, type, rules, data })),
      notes: { body: notes?.body ?? '', version: notes?.version ?? 0 },
    };
  }

  /** Once for each person and ticket, before anything is shown. */
  async #recordRead(
    by: StaffOnDuty,
    handoff: DeskHandoff,
    customerId: string,
    entries: readonly LedgerEntry[],
  ): Promise<void> {
    const isKnown = entries.some(
      ({ type, data }) =>
        type === 'desk.read' &&
        data.staffId === by.id &&
        data.handoffId === handoff.id &&
        data.customerId === customerId,
    );
    if (isKnown) return;
    const data = { handoffId: handoff.id, staffId: by.id, part: 'claimed', why: 'call', customerId };
    await this.#deps.transactions.run((transaction) =>
      this.#deps.authority.write(transaction, by, handoff, [{ type: 'desk.read', rules: ['R11.2'], data }]),
    );
  }

  /** The rungs that take no attempt now. */
  async #locked(
    call: StoredCall,
    customer: Customer | undefined,
    release: Release,
    now: Instant,
  ): Promise<ReadonlySet<RungName>> {
    const { knex, keyring } = this.#deps;
    const locked = new Set<RungName>();
    if (!customer) return locked;
    const line = callerLine(customer.phoneIndex, phoneIndexOf(call.source, keyring));
    for (const [rung, counter] of COUNTERS) {
      const budget = budgetOf(counter, release.policy);
      if (budget.draws === 'customer' && (await lockOf(knex, customer.id, budget, line, now)))
        locked.add(rung);
    }
    return locked;
  }
}

/** Whom the caller says to be, as the line reads it back (Z1). */
export function claimedView(customer: Customer, keyring: Keyring, language: Language): ClaimedView {
  const { familyName, addressed, idLastFour, phoneLastFour } = publicFacts(customer, keyring);
  const isFrozen = customer.freeze !== 'none';
  return { familyName, addressed: addressed[language], idLastFour, phoneLastFour, isFrozen };
}

function partOf(handoff: DeskHandoff) {
  const { id, callId, state, version, ticket, language, enteredAt, talkedAt, until } = handoff;
  const { heldSince, keying, supervisor } = handoff;
  return {
    ...{ handoffId: id, callId, state, version, ticket, language, talkedAt, until, heldSince, keying },
    waitingSince: enteredAt,
    holdLimitAt: heldSince === undefined ? undefined : heldSince + HOLD_MILLISECONDS,
    supervisor: supervisor && { id: supervisor.id, voice: supervisor.voice },
    controls: controlsOf(handoff),
  };
}

function whyOf({ queue }: DeskHandoff, { reason, intent, step }: StoredTicket): WhyTheyCame {
  const { rules, staffText } = REASON_MEANINGS[reason];
  return { reason, staffText, rules, queue, intent: intent as ActionName | undefined, step };
}
