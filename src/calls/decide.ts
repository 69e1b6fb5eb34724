import type { ActionName } from '../actions/catalogue.ts';
import type { Option } from '../actions/option.ts';
import { type Order, orderData } from '../actions/order.ts';
import type { Level, PinKind } from '../actions/requirement.ts';
import { bindingOf, levelOf } from '../assurance/call-level.ts';
import { grantFactor } from '../assurance/grant.ts';
import { type Proofs, requiredPin, voidProofs, voidStepUp } from '../assurance/levels.ts';
import type { QueueResult } from '../escalation/queue-result.ts';
import type { HandoffReason } from '../escalation/reasons.ts';
import { REASON_MEANINGS } from '../escalation/reasons.ts';
import { counterOf } from '../factors/catalogue.ts';
import { confirm } from '../factors/confirmation/confirmation.ts';
import type { FlowContext } from '../flow/context.ts';
import type { FlowEvent } from '../flow/events.ts';
import { moveFlow, type TransitionResult } from '../flow/machine.ts';
import type { Release } from '../flow/release.ts';
import { speak } from '../flow/speech.ts';
import type { Operation, StateMeta } from '../flow/vocabulary.ts';
import { JURISDICTION_RULES } from '../jurisdictions/catalogue.ts';
import type { EntryData, EntryDraft } from '../ledger/entry.ts';
import type { SpokenValue } from '../locales/spoken-value.ts';
import { type Instant, SECOND } from '../platform/clock.ts';
import { canonicalJson, type Json } from '../platform/digest.ts';
import { assert } from '../platform/fault.ts';
import type { Collect, Ending, Reply, Speech } from '../speech/reply.ts';
import type { CallState, Facts } from './call.ts';
import type { TURN_ENTRIES } from './calls.entries.ts';

/** What the turn has to do in its transaction besides storing the call; nothing here is done by the decision itself. */
export type Effect =
  | { readonly kind: 'void_codes' }
  | {
      readonly kind: 'handoff';
      readonly reason: HandoffReason;
      readonly step: string;
      readonly level: Level;
      readonly intent?: ActionName;
    }
  | { readonly kind: 'leave_queue'; readonly result: QueueResult };

export interface Decision {
  readonly call: CallState;
  readonly effects: readonly Effect[];
  readonly entries: readonly EntryDraft[];
  /** Either the answer to the caller, or an operation whose outcome is to be decided next. */
  readonly next:
    | { readonly kind: 'reply'; readonly reply: Reply }
    | { readonly kind: 'perform'; readonly operation: Operation };
}

function metaOf(release: Release, step: string): StateMeta {
  const found = release.flow.steps.get(step);
  assert(found, `the flow has a step ${step}`);
  return found.meta;
}

/**
 * What an event proves, before the flow moves. Factors come only from outcomes of the factor service; the
 * confirmation (R8) only from key 1 at a step that asks for it, for the order as it stands.
 */
function prove(call: CallState, event: FlowEvent, release: Release, now: Instant): CallState {
  if (event.type === 'PASSED') return { ...call, proofs: grantFactor(call.proofs, event.passed) };
  const { collect } = metaOf(release, call.step);
  if (event.type !== 'KEY.1' || collect?.kind !== 'confirm') return call;
  const binding = bindingOf(call);
  assert(
    binding !== undefined && call.flow.order,
    'a confirmation is asked for with a customer and an order',
  );
  const isReadBack = release.policy.actions[call.flow.order.action].readBack === true;
  const confirmed = confirm(collect.of, { binding, isReadBack }, call.flow.identityConfirmedFor, now);
  switch (confirmed.kind) {
    case 'identity_confirmed':
      return { ...call, flow: { ...call.flow, identityConfirmedFor: confirmed.binding } };
    case 'passed':
      return { ...call, proofs: grantFactor(call.proofs, confirmed.passed) };
    case 'nothing':
      return call;
  }
}

function withoutRevision(order: Order | undefined): Json {
  if (order === undefined) return null;
  const { revision: _revision, ...fields } = order;
  return fields;
}

/** Any change to the order voids what was proved for it, even a change back: the revision only rises (invariant 14). */
function voidOnChange(
  before: FlowContext,
  moved: TransitionResult,
): { readonly flow: FlowContext; readonly proofs: Proofs; readonly changed: boolean } {
  const { flow, proofs } = moved;
  if (before.order === flow.order) return { flow, proofs, changed: false };
  const fieldsChanged =
    canonicalJson(withoutRevision(before.order)) !== canonicalJson(withoutRevision(flow.order));
  const replaced = before.order?.revision !== flow.order?.revision;
  if (!flow.order || !(fieldsChanged || replaced)) return { flow, proofs, changed: false };
  const { code: _code, identityConfirmedFor: _confirmed, ...rest } = flow;
  const revision = Math.max(flow.order.revision, (before.order?.revision ?? 0) + 1);
  return { flow: { ...rest, order: { ...flow.order, revision } }, proofs: voidStepUp(proofs), changed: true };
}

/** A step-up serves one action only: what was proved for an order ends when the order has been carried out. */
function voidWhenSpent<Voided extends { readonly proofs: Proofs }>(
  voided: Voided,
  from: StateMeta,
  event: FlowEvent,
): Voided {
  const spent = event.type === 'DONE' && from.perform === 'order.carryOut';
  return spent ? { ...voided, proofs: voidStepUp(voided.proofs) } : voided;
}

/** Retries and repeats belong to a step; every other count lives as long as the call (invariant 5). */
function settleCounters(from: string, to: string, event: FlowEvent, flow: FlowContext): FlowContext {
  const counters =
    from === to
      ? flow.counters
      : { ...flow.counters, retries: 0, repeats: 0, ...(event.type === 'SENT' ? { waits: 0 } : {}) };
  return { ...flow, counters, starPending: event.type === 'STAR' && from === to };
}

function remembered(flow: FlowContext, event: FlowEvent): FlowContext {
  if (event.type === 'LISTED') return { ...flow, options: event.options };
  if (event.type === 'SENT') {
    const { codeId, hint, sentAt, expiresAt } = event;
    return { ...flow, code: { codeId, hint, sentAt, expiresAt } };
  }
  return flow;
}

/** Which PIN a call is asked for: the one its order takes, and the query PIN where nothing says otherwise (R6.1). */
export function pinKindOf(call: CallState, release: Release): PinKind {
  const { order } = call.flow;
  return (order && requiredPin(order.action, release.policy)) ?? 'query';
}

/** The entries of one decision: what happened, what it proved, where it led (R11.1). */
function entriesOf(
  before: CallState,
  after: CallState,
  event: FlowEvent,
  changed: boolean,
  release: Release,
): readonly EntryDraft[] {
  const { rules, collect, perform } = metaOf(release, before.step);
  const { customerId } = after.proofs;
  const entries: EntryDraft[] = [];
  const add = (type: keyof typeof TURN_ENTRIES, data: EntryData) =>
    entries.push({ type, step: before.step, rules, data });
  const reason = 'reason' in event ? event.reason : undefined;
  switch (event.type) {
    case 'PASSED':
    case 'FAILED':
    case 'LOCKED':
    case 'LATE':
    case 'BUSY':
    case 'LIMITED':
      if (collect?.kind === 'entry' && collect.factor) {
        const factor = counterOf(collect.factor, pinKindOf(before, release));
        add('factor.outcome', { factor, outcome: event.type, reason, customerId });
      } else if (perform === 'code.send') {
        add('code.not_sent', { reason, customerId });
      }
      break;
    case 'SENT':
      add('code.sent', { codeId: event.codeId, expiresAt: event.expiresAt, customerId });
      break;
    case 'UNAVAILABLE':
      add('code.not_sent', { reason, customerId });
      break;
    case 'CLEAR':
    case 'STEP_UP':
      add('order.assessed', {
        outcome: event.type,
        customerId,
        ...(after.flow.order ? orderData(after.flow.order) : {}),
      });
      break;
    case 'NOT_POSSIBLE':
      add('order.assessed', {
        outcome: event.type,
        reason: event.refusal,
        customerId,
        ...(before.flow.order ? orderData(before.flow.order) : {}),
      });
      break;
    case 'REFUSED':
      add('order.refused', {
        reason,
        customerId,
        ...(before.flow.order ? orderData(before.flow.order) : {}),
      });
      break;
    case 'KEY.1':
      if (collect?.kind === 'confirm') add('confirmation.given', { part: collect.of, customerId });
      break;
  }
  if (before.proofs.customerId !== undefined && customerId === undefined) {
    add('levels.voided', { why: event.type, customerId: before.proofs.customerId });
  }
  if (changed && after.flow.order) add('order.changed', { ...orderData(after.flow.order), customerId });
  add('call.step', {
    event: event.type,
    from: before.step,
    to: after.step,
    language: before.flow.language === after.flow.language ? undefined : after.flow.language,
  });
  return entries;
}

function collectOf(meta: StateMeta, call: CallState, release: Release, now: Instant): Collect {
  const { firstKeySeconds, betweenKeysSeconds } = release.policy.dialogue;
  const { collect } = meta;
  if (collect?.kind !== 'entry') return { keys: 'one', firstKeySeconds, betweenKeysSeconds };
  if (!collect.wait) return { keys: 'entry', firstKeySeconds, betweenKeysSeconds };
  // Waiting for a message: never beyond the code's lifetime, never less than an ordinary entry.
  const lifetimeSeconds = call.flow.code ? Math.ceil((call.flow.code.expiresAt - now) / SECOND) : 0;
  const waitSeconds = Math.max(firstKeySeconds, Math.min(release.policy.code.waitSeconds, lifetimeSeconds));
  return { keys: 'entry', firstKeySeconds: waitSeconds, betweenKeysSeconds };
}

/** Whether the caller is on the way to a freeze, which goes before everything else (invariant 30). */
export function isUrgent(call: CallState): boolean {
  return call.flow.order?.action === 'freeze';
}

function replyOf(call: CallState, speech: readonly Speech[], facts: Facts, ending: Ending): Reply {
  return {
    language: call.flow.language,
    step: call.step,
    speech,
    ending,
    ...(facts.pauseSeconds === undefined ? {} : { pauseSeconds: facts.pauseSeconds }),
    ...(isUrgent(call) ? { urgent: true } : {}),
  };
}

/**
 * Decides one event of a call: where it leads, what the caller hears, what must be stored. Pure: the same call,
 * event, facts, release and moment give the same decision, which is what replay and the prover stand on.
 * The event of a factor must come from the factor service; the event of an operation from the turn that performed it.
 */
export function decide(
  release: Release,
  call: CallState,
  event: FlowEvent,
  facts: Facts,
  now: Instant,
): Decision {
  assert(call.status === 'live', 'an ended call takes no events');
  const proved = prove(call, event, release, now);
  const currency = facts.customer ? JURISDICTION_RULES[facts.customer.jurisdiction].currency : call.currency;
  const moved = moveFlow(
    release.flow,
    { step: proved.step, flow: remembered(proved.flow, event), proofs: proved.proofs },
    event,
    { policy: release.policy, now, currency },
  );
  const voided = voidWhenSpent(voidOnChange(proved.flow, moved), metaOf(release, proved.step), event);
  const meta = metaOf(release, moved.step);
  const ended = meta.end === true || event.type === 'HANGUP';
  const arrived: CallState = {
    ...call,
    status: ended ? 'ended' : 'live',
    step: moved.step,
    currency,
    flow: settleCounters(call.step, moved.step, event, voided.flow),
    // A hang-up, from either side, ends every level at once (invariant 25).
    proofs: ended ? voidProofs() : voided.proofs,
    pendingSpeech: [],
  };
  const entries = [...entriesOf(proved, arrived, event, voided.changed, release)];
  const effects: Effect[] = [];
  const levelsVoided = proved.proofs.customerId !== undefined && arrived.proofs.customerId === undefined;
  if ((voided.changed && proved.flow.code !== undefined) || levelsVoided || ended)
    effects.push({ kind: 'void_codes' });
  if (event.type === 'QUEUE_LEFT') effects.push({ kind: 'leave_queue', result: event.result });
  if (meta.perform !== undefined && !ended) {
    const speech = [...call.pendingSpeech, ...moved.speech];
    return {
      call: { ...arrived, pendingSpeech: speech },
      effects,
      entries,
      next: { kind: 'perform', operation: meta.perform },
    };
  }
  const speech = [
    ...call.pendingSpeech,
    ...moved.speech,
    ...(moved.explained && meta.explain ? [{ prompt: meta.explain }] : []),
    // After one star the second must be heard at once: nothing that takes no keys stands before it (V8).
    ...spokenAt(meta, arrived, release).filter(
      ({ bargeIn }) => !(arrived.flow.starPending && bargeIn === false),
    ),
  ].map((item) => speak(item, arrived.flow, facts, release));
  if (ended) {
    entries.push({
      type: 'call.ended',
      step: arrived.step,
      rules: meta.rules,
      data: { by: event.type === 'HANGUP' ? 'caller' : 'line' },
    });
    return {
      call: arrived,
      effects,
      entries,
      next: { kind: 'reply', reply: replyOf(arrived, speech, facts, { kind: 'hangup' }) },
    };
  }
  if (meta.handoff) {
    const reason = moved.reason ?? 'caller_asked';
    const { queue } = REASON_MEANINGS[reason];
    const level = levelOf(arrived, release.policy, now);
    const intent = arrived.flow.order?.action;
    effects.push({ kind: 'handoff', reason, step: call.step, level, ...(intent ? { intent } : {}) });
    entries.push({
      type: 'call.handoff',
      step: call.step,
      rules: REASON_MEANINGS[reason].rules,
      data: { reason, queue, level, customerId: arrived.proofs.customerId },
    });
    const waiting = { ...arrived, queue };
    return {
      call: waiting,
      effects,
      entries,
      next: {
        kind: 'reply',
        reply: replyOf(waiting, speech, facts, {
          kind: 'queue',
          queue: release.company.queues[queue],
        }),
      },
    };
  }
  const ending: Ending = { kind: 'collect', collect: collectOf(meta, arrived, release, now) };
  return {
    call: arrived,
    effects,
    entries,
    next: { kind: 'reply', reply: replyOf(arrived, speech, facts, ending) },
  };
}

/** What a step says on arrival, chosen by what the call is about; for a choice, its options too. */
function spokenAt(meta: StateMeta, call: CallState, release: Release): readonly Speech[] {
  const { order, receipt, options } = call.flow;
  const said = (meta.say ?? []).map((saying): Speech => {
    if (typeof saying === 'string') return { prompt: saying };
    const bargeIn = saying.bargeIn === false ? { bargeIn: false as const } : {};
    if ('prompt' in saying) return { prompt: saying.prompt, ...bargeIn };
    let prompt: string | undefined;
    if ('byPin' in saying) prompt = saying.byPin[pinKindOf(call, release)];
    else if ('byCurrency' in saying) prompt = saying.byCurrency[order?.currency ?? call.currency];
    else if ('byIntent' in saying) prompt = order && saying.byIntent[order.action];
    else prompt = receipt === undefined ? saying.byReceipt.no : saying.byReceipt.yes;
    assert(prompt !== undefined, `${call.step} has words for every case`);
    return { prompt, ...bargeIn };
  });
  if (meta.collect?.kind !== 'choice') return said;
  const listed = options.map(optionSpeech);
  return [...said, ...listed, ...(meta.collect.other ? [{ prompt: 'choice.otherPayee' }] : [])];
}

/** An option as it is read out, with the key that chooses it. */
function optionSpeech(option: Option, index: number): Speech {
  const number: SpokenValue = { kind: 'count', count: index + 1 };
  const lastFour: SpokenValue = { kind: 'digits', digits: option.lastFour };
  switch (option.kind) {
    case 'loan': {
      const outstanding: SpokenValue = {
        kind: 'money',
        minor: option.outstandingMinor,
        currency: option.currency,
      };
      return { prompt: 'choice.loanOption', values: { number, loanLastFour: lastFour, outstanding } };
    }
    case 'payee': {
      const payee: SpokenValue = { kind: 'text', text: option.name };
      return { prompt: 'choice.payeeOption', values: { number, payee, payeeLastFour: lastFour } };
    }
    case 'account':
      return { prompt: 'choice.accountOption', values: { number, accountLastFour: lastFour } };
  }
}
