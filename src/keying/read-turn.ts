import { bindingOf, type OrderingCall, pinKindOf } from '../assurance/call-level.ts';
import type { QueueResult } from '../escalation/queue-result.ts';
import type { KeyedFactor } from '../factors/checks.ts';
import { lineFor } from '../flow/company.ts';
import type { FlowContext } from '../flow/context.ts';
import type { FlowStep } from '../flow/definition.ts';
import type { FlowEvent } from '../flow/events.ts';
import { isFreezeWanted } from '../flow/order-in-flow.ts';
import type { Release } from '../flow/release.ts';
import { type InputKind, isLongNumber } from '../flow/vocabulary.ts';
import { type Currency, minorPerUnit } from '../jurisdictions/currency.ts';
import { readKeyedDocument } from '../jurisdictions/documents.ts';
import { readKeyedPhoneNumber } from '../jurisdictions/phone-number.ts';
import { type Instant, SECOND } from '../platform/clock.ts';
import { assert, assertNever } from '../platform/fault.ts';
import { blindIndex, type Keyring } from '../platform/keyring.ts';
import { mayAskForFreeze } from './input.ts';
import { type Meaning, meaningOfStars, readKeys } from './read-keys.ts';

/** The last re-prompt of a step without readable keys counts as silence: re-prompts must end. */
const MAX_REPROMPTS = 3;

/** What reading keys needs to know of their call. */
interface KeyedCall {
  readonly state: OrderingCall & {
    readonly flow: FlowContext;
    readonly currency: Currency;
    readonly showsNumber?: true;
    readonly levelsDropped?: true;
    readonly speaksUntil?: Instant;
  };
  /** The number that was dialled. */
  readonly line: string;
  readonly updatedAt: Instant;
}

/** The content of a webhook: keys, or the end of a wait in a queue. */
interface KeyedInput {
  /** Keys pressed; an empty string is silence. Undefined when the parameter is missing or doubled. */
  readonly digits: string | undefined;
  /** The caller ended the input with `#`; false also where a carrier does not tell. */
  readonly finished?: boolean;
  /** Blind index of the number the call comes from, where it shows one. */
  readonly ownPhoneIndex?: () => string | undefined;
  readonly queueResult?: QueueResult;
  /** Keyed beside words that only `**` cuts short. */
  readonly aside?: true;
}

/** What a webhook means at the call's step. */
type TurnMeaning =
  | { readonly kind: 'event'; readonly event: FlowEvent }
  /** A secret: its attempt is reserved before it is compared. */
  | { readonly kind: 'factor'; readonly keyed: KeyedFactor }
  /** Something else than a code where one is awaited: the event, unless the message is known to have failed. */
  | { readonly kind: 'waiting_for_code'; readonly codeId: string; readonly event: FlowEvent }
  /** A key beside words that it does not cut short: they are said once more. */
  | { readonly kind: 'hear_out' }
  /** Nothing that could move the call: the caller is asked again. */
  | { readonly kind: 'reprompt' };

const REPROMPT: TurnMeaning = { kind: 'reprompt' };
const HEAR_OUT = { kind: 'hear_out' } as const satisfies TurnMeaning;
const happened = (event: FlowEvent): TurnMeaning => ({ kind: 'event', event });

/** Reads a webhook at its step. A typo, an impossible shape and a wrong check digit cost no attempt (invariant 6). Pure. */
export function readTurn(
  call: KeyedCall,
  release: Release,
  step: FlowStep,
  keyed: KeyedInput,
  repromptCount: number,
  keyring: Keyring,
  now: Instant,
): TurnMeaning {
  const { flow, levelsDropped } = call.state;
  const isIdle = isIdleAt(call, release, now);
  if (step.meta.handoff && keyed.queueResult !== undefined)
    return happened({ type: 'QUEUE_LEFT', result: keyed.queueResult });
  if (keyed.queueResult !== undefined) return REPROMPT;
  // Before anything else: no time that ran out and no level that fell stands before a freeze (invariants 30, 41).
  if (keyed.digits !== undefined && isFreeze(step, flow, keyed.digits, keyed.aside))
    return happened(freezeEvent(isIdle));
  const isAside = keyed.aside === true && keyed.digits !== undefined && keyed.digits !== '';
  if (step.meta.handoff || step.meta.end) return isAside ? HEAR_OUT : REPROMPT;
  if (keyed.digits === undefined) {
    if (isIdle) return happened({ type: 'SESSION_EXPIRED' });
    return repromptCount + 1 < MAX_REPROMPTS ? REPROMPT : happened({ type: 'SILENCE' });
  }
  const showsNumber = call.state.showsNumber === true;
  const meaning = isAside
    ? asideMeaning(keyed.digits)
    : readKeys(
        step,
        flow,
        { digits: keyed.digits, finished: keyed.finished ?? false, showsNumber },
        release.policy,
      );
  const late = isIdle || levelsDropped ? afterTheTime(meaning, step, flow) : undefined;
  if (late) return happened(late);
  if (meaning.kind === 'hear_out') return HEAR_OUT;
  if (meaning.kind === 'event') {
    const awaited =
      flow.code !== undefined && step.handles.has('UNDELIVERED') && !GOES_ON_WITHOUT.has(meaning.event.type);
    return awaited
      ? { kind: 'waiting_for_code', codeId: flow.code.codeId, event: meaning.event }
      : happened(meaning.event);
  }
  if (meaning.kind === 'own_line') {
    const phoneIndex = keyed.ownPhoneIndex?.();
    return happened(
      phoneIndex === undefined
        ? { type: 'SILENCE' }
        : { type: 'ENTERED', entered: { kind: 'phone', phoneIndex } },
    );
  }
  const { input, text } = meaning;
  const anew = meaningOfInput(call, release, input, text, keyring, now);
  const { pendingKey } = flow;
  // Who keyed on while the first digit was asked about: only a long number shows by its shape that it is short of that
  // digit. A PIN, a code and an amount are never put together from two turns.
  return isInvalid(anew) && pendingKey !== undefined && isLongNumber(input)
    ? meaningOfInput(call, release, input, `${pendingKey}${text}`, keyring, now)
    : anew;
}

/** Keys beside words that only `**` cuts short, where no `**` is among them. */
function asideMeaning(digits: string) {
  return digits.includes('*')
    ? ({ kind: 'event', event: { type: 'STAR' } } as const)
    : ({ kind: 'hear_out' } as const);
}

/**
 * What keys are once the time has run out, or the levels have fallen: meant for a customer whom the call no longer knows. A
 * wish to freeze is heard all the same; undefined where it is asked about as ever. A release from before there was a
 * question for it handles no LATE_STARS.
 */
function afterTheTime(
  meaning: Meaning | typeof HEAR_OUT,
  { handles }: FlowStep,
  flow: FlowContext,
): FlowEvent | undefined {
  const isStarred =
    meaning.kind === 'event' && (meaning.event.type === 'STAR' || meaning.event.type === 'STARS');
  if (isStarred && isFreezeWanted(flow)) return undefined;
  return { type: isStarred && handles.has('LATE_STARS') ? 'LATE_STARS' : 'SESSION_EXPIRED' };
}

function isInvalid(meaning: TurnMeaning): boolean {
  return meaning.kind === 'event' && meaning.event.type === 'INVALID';
}

/** Whether the keys are a freeze. Beside a step no keys are asked for, so that nothing else can be meant by `**` there. */
function isFreeze(step: FlowStep, flow: FlowContext, digits: string, aside: true | undefined): boolean {
  if (aside && mayAskForFreeze(digits)) return true;
  const meaning = meaningOfStars(step, flow, digits);
  return meaning?.kind === 'event' && meaning.event.type === 'FREEZE';
}

/** Keys after which it does not matter whether the message with the code has arrived. */
const GOES_ON_WITHOUT: ReadonlySet<FlowEvent['type']> = new Set([
  'PERSON',
  'KEY.7',
  'LANGUAGE',
  'LANGUAGE_CHOSEN',
]);

/** `**` where the call stands, whatever was asked there. Pure. */
export function freezeEvent(isIdle: boolean): FlowEvent {
  return { type: 'FREEZE', ...(isIdle ? { afterIdle: true as const } : {}) };
}

/**
 * Whether the time for the verification has run out. It runs from the end of our own words; and a caller who came to freeze
 * has nothing that could run out. Pure.
 */
export function isIdleAt(
  { state, updatedAt }: Omit<KeyedCall, 'line'>,
  release: Release,
  now: Instant,
): boolean {
  const heardAt = Math.max(updatedAt, state.speaksUntil ?? 0);
  return now - heardAt > release.policy.session.idleSeconds * SECOND && !isFreezeWanted(state.flow);
}

function meaningOfInput(
  { state, line }: KeyedCall,
  release: Release,
  input: InputKind,
  text: string,
  keyring: Keyring,
  now: Instant,
): TurnMeaning {
  switch (input) {
    case 'phone': {
      const number = readKeyedPhoneNumber(text, lineFor(release.company, line).jurisdiction);
      if (number === undefined) return happened({ type: 'INVALID' });
      const phoneIndex = blindIndex(keyring, 'phone', number);
      return happened({ type: 'ENTERED', entered: { kind: 'phone', phoneIndex } });
    }
    case 'newPhone': {
      const number = readKeyedPhoneNumber(text, lineFor(release.company, line).jurisdiction);
      if (number === undefined) return happened({ type: 'INVALID' });
      const contactIndex = blindIndex(keyring, 'phone', number);
      return happened({ type: 'ENTERED', entered: { kind: 'newPhone', number, contactIndex } });
    }
    case 'amount': {
      const amountMinor = amountOf(state, text);
      return happened(
        amountMinor === undefined
          ? { type: 'INVALID' }
          : { type: 'ENTERED', entered: { kind: 'amount', amountMinor } },
      );
    }
    case 'nationalId': {
      const nationalId = readKeyedDocument(text, release.policy.identification.documents, now);
      const phoneIndex = state.flow.keyedPhoneIndex;
      // A typo costs neither an attempt nor a look-up.
      if (nationalId === undefined || phoneIndex === undefined) return happened({ type: 'INVALID' });
      const errand = isFreezeWanted(state.flow) ? { forFreeze: true as const } : {};
      return { kind: 'factor', keyed: { factor: 'identity', phoneIndex, nationalId, ...errand } };
    }
    case 'pin': {
      const { customerId } = state.proofs;
      return {
        kind: 'factor',
        keyed: { factor: 'pin', customerId, kind: pinKindOf(state, release.policy), pin: text },
      };
    }
    case 'code': {
      const { customerId } = state.proofs;
      const binding = bindingOf(state);
      assert(
        customerId !== undefined && binding !== undefined,
        'a code is keyed for an order of a known customer',
      );
      return { kind: 'factor', keyed: { factor: 'code', customerId, binding, digits: text } };
    }
    default:
      return assertNever(input, 'input');
  }
}

/** A keyed amount in minor units: callers key whole yuan or dong (invariant 27). Undefined for zero and unsafe integers. */
function amountOf(call: KeyedCall['state'], text: string): number | undefined {
  const minor = Number(text) * minorPerUnit(call.flow.order?.currency ?? call.currency);
  return Number.isSafeInteger(minor) && minor > 0 ? minor : undefined;
}
