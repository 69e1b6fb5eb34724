import type { Knex } from 'knex';
import { recordedSim } from '../customers/sim/ask-sim.service.ts';
import type { CounterName } from '../factors/catalogue.ts';
import type { FactorResult, FactorService, StartedLock } from '../factors/factors.service.ts';
import { tellOfLock } from '../factors/lock-notice.service.ts';
import { meetNumber } from '../factors/new-number.service.ts';
import { simData } from '../factors/sim-data.ts';
import type { FlowEvent } from '../flow/events.ts';
import type { Release } from '../flow/release.ts';
import type { EntryDraft } from '../ledger/entry.ts';
import { messageWords } from '../outbox/message-words.ts';
import type { OutboxStore } from '../outbox/outbox.store.ts';
import type { Instant } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import type { Keyring } from '../platform/keyring.ts';
import { callingNumber } from './calling-number.ts';
import type { StoredCall } from './calls.store.ts';
import { factorEvent } from './factor-event.service.ts';

/** A settled factor: its event, its entries, the lock it started, and whether a message waits in the outbox. */
export interface Settled {
  readonly event: FlowEvent;
  readonly entries: readonly EntryDraft[];
  readonly locked?: CounterName;
  readonly sends?: boolean;
}

interface SettleDependencies {
  readonly keyring: Keyring;
  readonly factors: FactorService;
  readonly outbox: OutboxStore;
}

/** The turn whose factor is settled. */
interface SettlingTurn {
  readonly call: StoredCall;
  readonly release: Release;
  sourcePhoneIndex(): string | undefined;
  readonly now: Instant;
}

/**
 * Settles a factor and answers its event for the flow. `again`: no attempt is charged for this comparison, or a copy of the
 * webhook may be comparing, and the turn begins anew.
 */
export async function settleFactor(
  transaction: Knex,
  dependencies: SettleDependencies,
  turn: SettlingTurn,
  result: FactorResult,
): Promise<Settled | 'again'> {
  const settlement = await dependencies.factors.settle(transaction, result, turn.now);
  if (settlement.again) return 'again';
  const event = await factorEvent(transaction, turn.call, result, settlement.kept);
  const { lockStarted } = settlement;
  if (lockStarted) return settleLock(transaction, dependencies, turn, event, result, lockStarted);
  return event.type === 'PASSED' && event.passed.factor === 'pin'
    ? settlePin(transaction, dependencies, turn, event.passed)
    : { event, entries: [] };
}

/** Tells the customer of a lock that began, and records it (V11). */
async function settleLock(
  transaction: Knex,
  dependencies: SettleDependencies,
  { call, release, now }: SettlingTurn,
  event: FlowEvent,
  { customerId }: FactorResult,
  lockStarted: StartedLock,
): Promise<Settled> {
  const until = 'until' in lockStarted ? lockStarted.until : undefined;
  const callId = call.state.id;
  if (customerId !== undefined)
    await tellOfLock(transaction, dependencies, messageWords(release), {
      ...lockStarted,
      ...{ customerId, callId, now },
    });
  const outcome = until === undefined ? 'void' : 'locked';
  const data = { factor: lockStarted.counter, until, outcome, customerId };
  const entry: EntryDraft = { type: 'factor.lock', step: call.state.step, rules: ['V11', 'Z9'], data };
  return { event, entries: [entry], locked: lockStarted.counter, sends: true };
}

type PassedPin = Extract<Extract<FlowEvent, { type: 'PASSED' }>['passed'], { factor: 'pin' }>;

/**
 * Tells the customer of a right PIN from a number never seen, says to the flow how the number stands (V4, V4.2), and records
 * what is known of the SIM of the registered one (V3.2); no feed is asked for it.
 */
async function settlePin(
  transaction: Knex,
  dependencies: SettleDependencies,
  { call, release, sourcePhoneIndex, now }: SettlingTurn,
  passed: PassedPin,
): Promise<Settled> {
  const { customerId, kind } = passed;
  const { standing, isNew, customer } = await meetNumber(
    transaction,
    dependencies,
    { limits: release.policy.notices, words: messageWords(release) },
    {
      ...{ customerId, kind, now, callId: call.state.id },
      number: callingNumber(call.source),
      phoneIndex: sourcePhoneIndex(),
      isFirst: Object.keys(call.state.proofs.pins).length === 0,
    },
  );
  const event = { type: 'PASSED', passed: { ...passed, ...defined({ newNumber: standing }) } } as const;
  const factor = `pin.${kind}`;
  const { step } = call.state;
  const sim = simData(recordedSim(customer, release.policy, now), factor, customerId);
  const known: EntryDraft = { type: 'sim.checked', step, rules: ['V3.2', 'Z5'], data: sim };
  if (!isNew) return { event, entries: [known] };
  const data = { factor, outcome: standing, customerId };
  const entry: EntryDraft = { type: 'number.new', step, rules: ['V4', 'V4.2'], data };
  return { event, entries: [known, entry], sends: true };
}
