import { ACTION_CATALOGUE } from '../actions/catalogue.ts';
import { orderBinding } from '../actions/order.ts';
import { bindingOf, levelOf, needsStepUp, pinAskedFor } from '../assurance/call-level.ts';
import { missingForOrder, requiredPin } from '../assurance/levels.ts';
import { type CallState, newCall } from '../calls/call.ts';
import { QUEUE_RESULTS } from '../escalation/queue-result.ts';
import { factorRules, type KeyedFactorName } from '../factors/catalogue.ts';
import { CODE_REFUSALS } from '../factors/code/code.ts';
import type { SymbolicCall } from '../factors/factor.ts';
import type { FlowStep } from '../flow/definition.ts';
import type { FlowEvent } from '../flow/events.ts';
import { isMoreListed, optionsHeard } from '../flow/listed.ts';
import { isFreezeWanted } from '../flow/order-in-flow.ts';
import type { Release } from '../flow/release.ts';
import { type CollectSpec, type Counter, type EventType, MENU_KEYS } from '../flow/vocabulary.ts';
import type { Currency } from '../jurisdictions/currency.ts';
import { type Instant, MINUTE, SECOND } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';
import { everyNumber } from './every-number.ts';
import { FREEZE_DONE, freezesDone } from './symbolic-freeze.ts';
import { listedBy } from './symbolic-lists.ts';
import { obstacleEvents } from './symbolic-obstacles.ts';
import { staffClicks } from './symbolic-staff.ts';

/*
 * The world as the prover sees it: one moment, one customer, and for everything that can happen one representative
 * of each kind that the decision can tell apart. The decision itself is the one that runs in production.
 */

/** The moment of every symbolic event; ages are explored as later moments, never stored. */
export const MOMENT: Instant = Date.UTC(2026, 0, 15, 2, 0, 0);

const CUSTOMER_ID = 'customer';
const CURRENCY: Currency = 'CNY';

/** A call that has just come in. */
export function firstCall(release: Release): CallState {
  return newCall('CALL', release.flow.definition.initial, { language: 'en-US', currency: CURRENCY }, MOMENT);
}

/** Something that can happen at a step, when, and in the words of a call script. */
export interface Occurrence {
  readonly event: FlowEvent;
  readonly at: Instant;
  /** Lines of a call script that make it happen; none for what the service does by itself. */
  readonly script: readonly string[];
  /** Counters that are not followed are taken to stand here; the others at their beginning. */
  readonly taken?: { readonly [counter in Counter]?: number };
}

function occurrence(event: FlowEvent, script: readonly string[] = [], at: Instant = MOMENT): Occurrence {
  return { event, at, script };
}

function keyEvents(handles: ReadonlySet<EventType>, entry: boolean): readonly Occurrence[] {
  return MENU_KEYS.filter((key) => handles.has(key)).map((key) => {
    const digit = key.slice('KEY.'.length);
    return occurrence({ type: key }, [entry ? `key ${digit}#` : `press ${digit}`]);
  });
}

/** What can happen anywhere a call waits for keys, whatever it waits for. */
function eventsAnywhere(entry: boolean, endsItself = false): readonly Occurrence[] {
  const keyed = (digit: string) => [entry ? `key ${digit}#` : `press ${digit}`];
  return [
    occurrence({ type: 'SILENCE' }, ['stay silent']),
    occurrence({ type: 'INVALID' }, entry ? ['key 44#'] : ['press #']),
    occurrence({ type: 'PERSON' }, keyed('0')),
    occurrence({ type: 'FREEZE' }, entry ? ['key **#'] : ['press *', 'press *']),
    occurrence({ type: 'FREEZE', afterIdle: true }, ['wait 5min', entry ? 'key **#' : 'press *']),
    occurrence({ type: 'LANGUAGE' }, keyed('8')),
    occurrence({ type: 'STAR' }, [entry ? 'key *#' : 'press *']),
    ...(entry
      ? [
          occurrence({ type: 'LONE_KEY', key: '0' }, ['key 0', 'wait 20s']),
          occurrence({ type: 'STARS' }, ['key 12**#']),
        ]
      : []),
    ...(endsItself ? [occurrence({ type: 'STARTED_AGAIN' }, ['key 1*2345'])] : []),
    occurrence({ type: 'POUND' }),
    occurrence({ type: 'SESSION_EXPIRED' }, ['wait 130s', 'press 1']),
    occurrence({ type: 'OUTAGE' }),
    occurrence({ type: 'HANGUP' }, ['hang up']),
  ];
}

/** Stars once the time has run out, which it does for nobody who came to freeze. */
function lateStars({ flow }: CallState, entry: boolean): readonly Occurrence[] {
  const script = ['wait 5min', entry ? 'key 12**#' : 'press *'];
  return isFreezeWanted(flow) ? [] : [occurrence({ type: 'LATE_STARS' }, script)];
}

/** Amounts on both sides of every line the policy draws for the order at hand. */
function amounts(release: Release, call: CallState): readonly number[] {
  const { minimum, largeLoanFrom } = release.policy.amounts;
  const { order } = call.flow;
  const drawn = order !== undefined && release.policy.actions[order.action].levelWhenLarge !== undefined;
  return drawn ? [largeLoanFrom[CURRENCY] - 100, largeLoanFrom[CURRENCY]] : [minimum[CURRENCY]];
}

function entryEvents(release: Release, call: CallState): readonly Occurrence[] {
  const { collect } = stepMeta(release, call.step);
  assert(collect?.kind === 'entry', 'an entry is collected');
  if (collect.factor) return factorEvents(release, call, collect.factor);
  switch (collect.entry) {
    case 'phone':
      return [
        occurrence({ type: 'ENTERED', entered: { kind: 'phone', phoneIndex: 'phone' } }, ['key {phone}#']),
      ];
    case 'newPhone':
      return [
        occurrence(
          {
            type: 'ENTERED',
            entered: { kind: 'newPhone', number: '+8613800138000', contactIndex: 'contact' },
          },
          ['key 13800138000#'],
        ),
      ];
    case 'amount':
      return amounts(release, call).map((amountMinor) =>
        occurrence({ type: 'ENTERED', entered: { kind: 'amount', amountMinor } }, [
          `key ${amountMinor / 100}#`,
        ]),
      );
    default:
      return [];
  }
}

/** Every outcome of a factor that the call allows, in the order of the catalogue. */
function factorEvents(release: Release, call: CallState, name: KeyedFactorName): readonly Occurrence[] {
  const { outcomes, awaitedEvents, symbolic } = factorRules(name);
  const { order, code } = call.flow;
  const known: SymbolicCall = {
    somebody: CUSTOMER_ID,
    customerId: call.proofs.customerId,
    pin: pinAskedFor(call) ?? (order && requiredPin(order.action, release.policy)),
    binding: bindingOf(call),
    isCodeSent: code !== undefined,
    at: MOMENT,
  };
  const passed = symbolic.passes(known);
  return [
    ...outcomes.flatMap((type) => {
      if (type !== 'PASSED') return [occurrence({ type }, type === 'FAILED' ? [symbolic.wrongLine] : [])];
      const ways = passed ? everyNumber(passed) : [];
      return ways.map((one) => occurrence({ type, passed: one }, [symbolic.rightLine(known)]));
    }),
    // Where a message is awaited it may be known to have failed, whatever is keyed in its place.
    ...awaitedEvents.flatMap((type) => [
      occurrence({ type }),
      ...(['FAILED', 'LOCKED'] as const).map((keyed) => occurrence({ type: keyed, undelivered: true })),
    ]),
  ];
}

function stepMeta(release: Release, step: string) {
  const found = release.flow.steps.get(step);
  assert(found, `the flow has a step ${step}`);
  return found.meta;
}

/** Why the order at hand must not be carried out now; what the gate would say of the levels. */
export function missingAtCarryOut(release: Release, call: CallState) {
  const { order } = call.flow;
  const { customerId } = call.proofs;
  if (!order || customerId === undefined) return 'not_identified' as const;
  return missingForOrder(
    call.proofs,
    order,
    orderBinding(call.id, customerId, order),
    release.policy,
    MOMENT,
  );
}

/** What an assessment can answer. A day's orders before this one can make any amount large, which no call knows (R7.1). */
function assessments(release: Release, call: CallState): readonly ('STEP_UP' | 'CLEAR')[] {
  const { order } = call.flow;
  const { proofs } = call;
  if (!order || proofs.customerId === undefined) return ['CLEAR'];
  if (needsStepUp(call, order, release.policy, MOMENT)) return ['STEP_UP'];
  const mayBeLarge =
    release.policy.actions[order.action].levelWhenLarge === 'L3' && proofs.code === undefined;
  return mayBeLarge ? ['CLEAR', 'STEP_UP'] : ['CLEAR'];
}

function operationEvents(release: Release, call: CallState): readonly Occurrence[] {
  const { perform } = stepMeta(release, call.step);
  const { order } = call.flow;
  switch (perform) {
    case 'list.loans':
    case 'list.payees':
    case 'list.accounts':
      return listedBy(perform, release, CURRENCY).map((event) => occurrence(event));
    case 'order.obstacles':
      return obstacleEvents(release, call, MOMENT).map((event) => occurrence(event));
    case 'order.assess':
      return [
        ...assessments(release, call).map((type) => occurrence({ type })),
        ...(order ? ACTION_CATALOGUE[order.action].refusals : []).map((refusal) =>
          occurrence({ type: 'NOT_POSSIBLE', refusal }),
        ),
      ];
    case 'order.carryOut': {
      // A lock, a freeze or the bank can refuse at the last moment; it is done only when nothing is missing.
      const reasons = ['pin_locked', ...(order ? ACTION_CATALOGUE[order.action].refusals : [])];
      const refused = reasons.map((reason) => occurrence({ type: 'REFUSED', reason }));
      if (!order || missingAtCarryOut(release, call) !== undefined) return refused;
      const results = ACTION_CATALOGUE[order.action].assumedResults(CURRENCY);
      return [
        ...refused,
        ...results.map((result) => occurrence({ type: 'DONE', result: { receipt: '12345678', ...result } })),
      ];
    }
    case 'code.send':
      return [
        occurrence({
          type: 'SENT',
          codeId: 'code',
          hint: '4',
          sentAt: MOMENT,
          expiresAt: MOMENT + release.policy.code.lifetimeSeconds * SECOND,
        }),
        occurrence({ type: 'LIMITED', reason: 'sends_per_customer' }),
        ...CODE_REFUSALS.map((reason) => occurrence({ type: 'UNAVAILABLE', reason })),
      ];
    case 'account.freeze':
      return freezesDone(levelOf(call, release.policy, MOMENT)).map((event) => occurrence(event));
    case 'account.freezeDenied':
      return [occurrence(FREEZE_DONE)];
    case undefined:
      return [];
  }
}

/** Longer than a PIN is good for, and than the wait before a code may be sent again. */
function laterMoments(release: Release, call: CallState): readonly Instant[] {
  const { collect } = stepMeta(release, call.step);
  const moments: Instant[] = [];
  if (call.flow.code) moments.push(MOMENT + release.policy.code.resendAfterSeconds * SECOND);
  const proved = call.proofs.pins.query !== undefined || call.proofs.pins.transaction !== undefined;
  if (proved && collect?.kind === 'menu')
    moments.push(MOMENT + release.policy.session.fromPinSeconds * SECOND + MINUTE);
  return moments;
}

/** What can happen where the languages are offered: one of them is chosen, or what can happen anywhere. */
function languageMenuEvents(collect: CollectSpec, offersMoreTime: boolean): readonly Occurrence[] {
  const awaited = collect.kind === 'entry' && collect.factor ? factorRules(collect.factor).awaitedEvents : [];
  return [
    occurrence({ type: 'LANGUAGE_CHOSEN', language: 'en-US' }, ['press 3']),
    ...(offersMoreTime ? [occurrence({ type: 'MORE_TIME' }, ['press 4'])] : []),
    ...eventsAnywhere(false),
    ...awaited.map((type) => occurrence({ type })),
  ];
}

/** Everything that can happen to a call where it stands, one representative of each kind. */
export function occurrencesAt(release: Release, call: CallState): readonly Occurrence[] {
  const step = release.flow.steps.get(call.step);
  assert(step, `the flow has a step ${call.step}`);
  const { collect, perform, handoff, end, hears } = step.meta;
  if (call.status === 'ended')
    return end && hears ? [occurrence({ type: 'FREEZE' }, ['key ** at once'])] : [];
  if (call.step === release.flow.definition.initial) return [occurrence({ type: 'ANSWERED' })];
  if (perform) return operationEvents(release, call);
  if (handoff) {
    const left = QUEUE_RESULTS.map((result) => occurrence({ type: 'QUEUE_LEFT', result }));
    const clicks = staffClicks(step).map((event) => occurrence(event));
    return hears
      ? [...left, occurrence({ type: 'FREEZE' }, ['key ** at once']), ...clicks]
      : [...left, ...clicks];
  }
  if (!collect) return [];
  const entry = collect.kind === 'entry';
  if (call.flow.languageMenu !== undefined)
    return [...languageMenuEvents(collect, call.flow.moreTimeOffer !== undefined), ...lateStars(call, false)];
  const more = isMoreListed(step, call.flow, release.policy)
    ? [occurrence({ type: 'MORE_LISTED' }, ['press 6'])]
    : [];
  const specific: readonly Occurrence[] =
    collect.kind === 'choice'
      ? [
          occurrence({ type: 'CHOSE', index: 0 }, ['press 1']),
          ...keyEvents(step.handles, false).filter(({ event }) => !isOption(event.type, step, call, release)),
        ]
      : [...keyEvents(step.handles, entry), ...(entry ? entryEvents(release, call) : [])];
  const anywhere = eventsAnywhere(entry, collect.kind === 'entry' && collect.endsItself === true);
  const now = [...more, ...specific, ...lateStars(call, entry), ...anywhere];
  return [...now, ...laterMoments(release, call).flatMap((at) => now.map((one) => ({ ...one, at })))];
}

function isOption(type: EventType, step: FlowStep, { flow }: CallState, { policy }: Release): boolean {
  const number = Number(type.slice('KEY.'.length));
  return number >= 1 && number <= optionsHeard(step, flow, policy).options.length;
}
