import { inputLength, type KeyedFactorName } from '../factors/catalogue.ts';
import type { FlowContext } from '../flow/context.ts';
import type { FlowStep } from '../flow/definition.ts';
import type { FlowEvent } from '../flow/events.ts';
import { isMoreListed, optionsHeard } from '../flow/listed.ts';
import { OPTION_KEYS } from '../flow/options.ts';
import type { CollectSpec, InputKind, MenuKey } from '../flow/vocabulary.ts';
import { LANGUAGES } from '../locales/catalogue.ts';
import { assert } from '../platform/fault.ts';
import type { Policy } from '../policy/policy.ts';
import { asksForFreeze, mayAskForFreeze, readInput } from './input.ts';

/** What keys mean at a step: an event, or the text of an input that has to be read first. */
export type Meaning =
  | { readonly kind: 'event'; readonly event: FlowEvent }
  /** The number the call comes from, as if it had been keyed. */
  | { readonly kind: 'own_line' }
  | {
      readonly kind: 'input';
      readonly input: InputKind;
      readonly factor: KeyedFactorName | undefined;
      readonly text: string;
    };

function happened(event: FlowEvent): Meaning {
  return { kind: 'event', event };
}

const PLAIN_KEYS: { readonly [key: string]: MenuKey } = {
  '1': 'KEY.1',
  '2': 'KEY.2',
  '3': 'KEY.3',
  '4': 'KEY.4',
  '5': 'KEY.5',
  '6': 'KEY.6',
  '7': 'KEY.7',
  '9': 'KEY.9',
};

/** A single key: 0 a person and 8 the language at every step; other keys where the step offers them. */
function meaningOfKey(step: FlowStep, flow: FlowContext, key: string, policy: Policy): Meaning {
  if (key === '0') return happened({ type: 'PERSON' });
  if (key === '8') return happened({ type: 'LANGUAGE' });
  const number = Number(key);
  if (number === OPTION_KEYS.MORE_LISTED && isMoreListed(step, flow, policy))
    return happened({ type: 'MORE_LISTED' });
  if (step.meta.collect?.kind === 'choice') {
    const { options } = optionsHeard(step, flow, policy);
    if (number >= 1 && number <= options.length) return happened({ type: 'CHOSE', index: number - 1 });
  }
  const type = PLAIN_KEYS[key];
  return happened(type !== undefined && step.handles.has(type) ? { type } : { type: 'INVALID' });
}

/** After the languages, of which there are three. */
const MORE_TIME_KEY = '4';

/** What a single key means where the languages are offered, in the order of the catalogue; 8 and 9 offer them again. */
function meaningInLanguageMenu(step: FlowStep, flow: FlowContext, key: string, policy: Policy): Meaning {
  const language = LANGUAGES[Number(key) - 1];
  if (language !== undefined) return happened({ type: 'LANGUAGE_CHOSEN', language });
  if (key === MORE_TIME_KEY && flow.moreTimeOffer !== undefined) return happened({ type: 'MORE_TIME' });
  if (key === '9') return happened({ type: 'LANGUAGE' });
  return /^[08]$/.test(key) ? meaningOfKey(step, flow, key, policy) : happened({ type: 'INVALID' });
}

/**
 * A key alone in an input. Where it is a command here and could be the first digit as well, only `#` or the same key once
 * more makes it one; after a mere pause it is asked about (Z12). A flow from before the question obeys at once.
 */
function meaningOfLoneKey(
  step: FlowStep,
  flow: FlowContext,
  key: string,
  finished: boolean,
  policy: Policy,
): Meaning {
  const meaning = meaningOfKey(step, flow, key, policy);
  const isCommand = meaning.kind === 'event' && meaning.event.type !== 'INVALID';
  const isMeant = finished || flow.pendingKey === key;
  return isCommand && !isMeant && step.handles.has('LONE_KEY')
    ? happened({ type: 'LONE_KEY', key })
    : meaning;
}

/** What came in at a step. */
interface Keyed {
  readonly digits: string;
  /** The caller ended the input with `#`. */
  readonly finished: boolean;
  /** The call shows the number it comes from. */
  readonly showsNumber: boolean;
}

/** `#` and nothing else. */
function isPoundAlone({ digits, finished }: Keyed): boolean {
  return digits === '#' || (digits === '' && finished);
}

/**
 * What stars mean at any step, whatever is asked there: a freeze where nothing else can be meant, otherwise a question. One
 * more star after the question is the answer to it. Undefined where the stars are part of an input. Pure.
 */
export function meaningOfStars(
  step: Pick<FlowStep, 'handles'>,
  flow: Pick<FlowContext, 'starPending'>,
  digits: string,
): Meaning | undefined {
  if (asksForFreeze(digits)) return happened({ type: 'FREEZE' });
  // A release published before the question knew none: it froze.
  if (mayAskForFreeze(digits)) return happened({ type: step.handles.has('STARS') ? 'STARS' : 'FREEZE' });
  return /^\*#?$/.test(digits) ? happened({ type: flow.starPending ? 'FREEZE' : 'STAR' }) : undefined;
}

/**
 * What a star means in an input that ended by itself, with room for nothing after it (ADR 33); undefined where the keys are
 * to be read as ever. A star that was last may be the first half of `**`.
 */
function meaningOfStar(
  collect: Extract<CollectSpec, { kind: 'entry' }>,
  flow: FlowContext,
  digits: string,
  policy: Policy,
): FlowEvent | undefined {
  if (!collect.endsItself || !digits.includes('*')) return undefined;
  if (flow.starPending && digits.startsWith('*')) return { type: 'FREEZE' };
  if (digits.length !== inputLength(collect.entry, policy) || mayAskForFreeze(digits)) return undefined;
  return { type: digits.endsWith('*') ? 'STAR' : 'STARTED_AGAIN' };
}

/** Reads the keys of a step (policy "keys"). Pure; the text of a secret goes to the factor service and nowhere else. */
export function readKeys(step: FlowStep, flow: FlowContext, keyed: Keyed, policy: Policy): Meaning {
  const { collect } = step.meta;
  assert(collect, `${step.name} collects keys`);
  const { digits, finished } = keyed;
  if (flow.endedItself && isPoundAlone(keyed) && step.handles.has('POUND'))
    return happened({ type: 'POUND' });
  if (flow.languageMenu !== undefined && /^\D?$|^\d$/.test(digits))
    return digits === ''
      ? happened({ type: 'SILENCE' })
      : (meaningOfStars(step, flow, digits) ?? meaningInLanguageMenu(step, flow, digits, policy));
  if (collect.kind !== 'entry') {
    if (digits === '') return happened({ type: 'SILENCE' });
    const starred = meaningOfStars(step, flow, digits);
    if (starred) return starred;
    return digits.length === 1 ? meaningOfKey(step, flow, digits, policy) : happened({ type: 'INVALID' });
  }
  if (collect.ownLine && keyed.showsNumber && isPoundAlone(keyed)) return { kind: 'own_line' };
  const star = meaningOfStar(collect, flow, digits, policy);
  if (star) return happened(star);
  const read = readInput(digits, collect.entry, inputLength(collect.entry, policy));
  switch (read.kind) {
    case 'silence':
      return happened({ type: 'SILENCE' });
    case 'freeze':
    case 'stars':
    case 'star':
      return meaningOfStars(step, flow, digits) ?? happened({ type: 'INVALID' });
    case 'malformed':
      return happened({ type: 'INVALID' });
    case 'single_key':
      return meaningOfLoneKey(step, flow, read.key, finished || digits.endsWith('#'), policy);
    case 'entered':
      return { kind: 'input', input: collect.entry, factor: collect.factor, text: read.text };
  }
}
