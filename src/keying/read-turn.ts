import { bindingOf, type OrderingCall, pinKindOf } from '../assurance/call-level.ts';
import type { QueueResult } from '../escalation/queue-result.ts';
import type { KeyedFactor } from '../factors/checks.ts';
import { lineFor } from '../flow/company.ts';
import type { FlowContext } from '../flow/context.ts';
import type { FlowStep } from '../flow/definition.ts';
import type { FlowEvent } from '../flow/events.ts';
import type { Release } from '../flow/release.ts';
import { type InputKind, isLongNumber } from '../flow/vocabulary.ts';
import { type Currency, minorPerUnit } from '../jurisdictions/currency.ts';
import { readKeyedDocument } from '../jurisdictions/documents.ts';
import { readKeyedPhoneNumber } from '../jurisdictions/phone-number.ts';
import { type Instant, SECOND } from '../platform/clock.ts';
import { assert, assertNever } from '../platform/fault.ts';
import { blindIndex, type Keyring } from '../platform/keyring.ts';
import { readKeys } from './read-keys.ts';

/** The last re-prompt of a step without readable keys counts as silence: re-prompts must end. */
const MAX_REPROMPTS = 3;

/** What reading keys needs to know of their call. */
interface KeyedCall {
  readonly state: OrderingCall & {
    readonly flow: FlowContext;
    readonly currency: Currency;
    readonly showsNumber?: true;
    readonly levelsDropped?: true;
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
}

/** What a webhook means at the call's step. */
type TurnMeaning =
  | { readonly kind: 'event'; readonly event: FlowEvent }
  /** A secret: its attempt is reserved before it is compared. */
  | { readonly kind: 'factor'; readonly keyed: KeyedFactor }
  /** Silence where a code is awaited: its meaning depends on the delivery of the message. */
  | { readonly kind: 'waiting_for_code'; readonly codeId: string }
  /** Nothing that could move the call: the caller is asked again. */
  | { readonly kind: 'reprompt' };

const REPROMPT: TurnMeaning = { kind: 'reprompt' };
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
  if (step.meta.handoff) {
    return keyed.queueResult === undefined
      ? REPROMPT
      : happened({ type: 'QUEUE_LEFT', result: keyed.queueResult });
  }
  if (keyed.queueResult !== undefined) return REPROMPT;
  if (now - call.updatedAt > release.policy.session.idleSeconds * SECOND)
    return happened({ type: 'SESSION_EXPIRED' });
  if (keyed.digits === undefined)
    return repromptCount + 1 < MAX_REPROMPTS ? REPROMPT : happened({ type: 'SILENCE' });
  const meaning = readKeys(
    step,
    call.state.flow,
    {
      digits: keyed.digits,
      finished: keyed.finished ?? false,
      showsNumber: call.state.showsNumber === true,
    },
    release.policy,
  );
  // The keys were meant for a customer whom the call no longer knows; a freeze is heard even so (invariant 30).
  if (call.state.levelsDropped && !(meaning.kind === 'event' && meaning.event.type === 'FREEZE'))
    return happened({ type: 'SESSION_EXPIRED' });
  if (meaning.kind === 'event') {
    const { code } = call.state.flow;
    const awaited = meaning.event.type === 'SILENCE' && step.handles.has('UNDELIVERED') && code !== undefined;
    return awaited ? { kind: 'waiting_for_code', codeId: code.codeId } : happened(meaning.event);
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
  const { pendingKey } = call.state.flow;
  // Who keyed on while the first digit was asked about: only a long number shows by its shape that it is short of that
  // digit. A PIN, a code and an amount are never put together from two turns.
  return isInvalid(anew) && pendingKey !== undefined && isLongNumber(input)
    ? meaningOfInput(call, release, input, `${pendingKey}${text}`, keyring, now)
    : anew;
}

function isInvalid(meaning: TurnMeaning): boolean {
  return meaning.kind === 'event' && meaning.event.type === 'INVALID';
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
      return { kind: 'factor', keyed: { factor: 'identity', phoneIndex, nationalId } };
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
