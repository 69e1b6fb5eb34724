import type { Currency } from '../src/jurisdictions/currency.ts';
import { MINUTE, SECOND } from '../src/platform/clock.ts';
import type { EventQueue } from './event-queue.ts';
import type { SimulatedMessages } from './messages.ts';
import type { Person } from './population.ts';
import type { RandomSource } from './random-source.ts';
import { ENDING, HOLD, OUTAGE_QUEUE, QUEUE, type SimulatedCall } from './simulated-call.ts';

/** What a caller does at a step: keys, with words that hold no secret, or a hang-up. */
export type Press =
  | {
      readonly keys: string;
      readonly words: string;
      /** Keyed beside words that ask for nothing, or while waiting in a queue. */
      readonly beside?: 'words' | 'queue';
    }
  | 'hang up';

export type Intent =
  | 'enquiry'
  | 'recent_transactions'
  | 'repayment'
  | 'transfer'
  | 'loan_application'
  | 'contact_change'
  | 'freeze'
  | 'hours';

/** How a caller behaves. */
export interface Manner {
  /** Chance, per press, of another key, of silence, of another PIN, of hanging up, of waiting longer than the line does. */
  readonly slip: number;
  readonly silence: number;
  readonly typo: number;
  readonly givesUp: number;
  readonly dawdles: number;
}
export const HONEST: Manner = { slip: 0.004, silence: 0.01, typo: 0.01, givesUp: 0.006, dawdles: 0.001 };
export const CLUMSY: Manner = { slip: 0.06, silence: 0.08, typo: 0.25, givesUp: 0.02, dawdles: 0.005 };
export const SLOW: Manner = { slip: 0.01, silence: 0.05, typo: 0.03, givesUp: 0.02, dawdles: 0.06 };
/** Presses exactly what was planned. */
export const EXACT: Manner = { slip: 0, silence: 0, typo: 0, givesUp: 0, dawdles: 0 };

export interface Plan {
  readonly person: Person;
  readonly intent: Intent;
  readonly manner: Manner;
  /** Replaces what an honest caller does at a step; undefined: as usual. */
  readonly at?: (step: string, line: SimulatedCall) => Promise<Press | undefined>;
  /** Reads the codes on the customer's phone. */
  readonly hasPhone: boolean;
}

export interface CallerWorld {
  readonly random: RandomSource;
  readonly events: EventQueue;
  readonly messages: SimulatedMessages;
}

/** Steps after which a caller gives up. */
const PATIENCE = 45;
const THINKS = { least: SECOND, most: 7 * SECOND };
/** Longer than the line waits between two keys (120 s). */
const DAWDLES = { least: 100 * SECOND, most: 4 * MINUTE };
const HOLDS = 15 * SECOND;
const WAITS_FOR_CODE = 40 * SECOND;
const LOOKS_EVERY = 4 * SECOND;
const QUEUE_RESULTS = ['bridged', 'hangup', 'leave', 'queue-full', 'system-error'] as const;
const MENU: { readonly [intent in Intent]: readonly [main: string, then?: string] } = {
  enquiry: ['1'],
  recent_transactions: ['2', '3'],
  repayment: ['2', '1'],
  transfer: ['2', '2'],
  loan_application: ['3', '1'],
  contact_change: ['3', '2'],
  freeze: ['4'],
  hours: ['5', '2'],
};
const OTHER_KEYS = ['6', '8', '9', '*', '7', '3', '77', '#', '0'];
/** Whole dong and yuan: around the limits, and others. */
const AMOUNTS: { readonly [currency in Currency]: readonly number[] } = {
  VND: [100_000, 3_000_000, 8_000_000, 9_999_999, 10_000_000, 10_000_001, 19_000_000],
  CNY: [10, 100, 1_888, 20_000, 49_999, 50_000],
};

/** Plays a call from dialling to its end. */
export async function converse(line: SimulatedCall, plan: Plan, world: CallerWorld): Promise<void> {
  const { random, events } = world;
  const { manner } = plan;
  await line.dial();
  for (let presses = 0; presses < PATIENCE && !line.isOver; presses++) {
    const { step } = line;
    if (step === undefined) break;
    const planned = await plan.at?.(step, line);
    if (line.isOver) return;
    if (planned === undefined) {
      await events.wait(
        random.chance(manner.dawdles)
          ? random.between(DAWDLES.least, DAWDLES.most)
          : random.between(THINKS.least, THINKS.most),
      );
      if (step === QUEUE || step === OUTAGE_QUEUE) {
        await line.leaveQueue(random.pick(QUEUE_RESULTS));
        continue;
      }
      if (step === HOLD) {
        await events.wait(HOLDS);
        await line.key('', 'holds');
        continue;
      }
      if (step === ENDING) break;
    }
    const press = planned ?? (await usual(line, step, plan, world));
    if (press === 'hang up') break;
    if (press.beside === undefined) await line.key(press.keys, press.words);
    else await line.keyBeside(press.keys, press.words, press.beside === 'queue');
  }
  await line.hangUp();
}

async function usual(line: SimulatedCall, step: string, plan: Plan, world: CallerWorld): Promise<Press> {
  const { random } = world;
  const { manner } = plan;
  if (random.chance(manner.givesUp)) return 'hang up';
  if (random.chance(manner.silence)) return { keys: '', words: 'is silent' };
  if (random.chance(manner.slip)) {
    const keys = random.pick(OTHER_KEYS);
    return { keys, words: `slips: ${keys}` };
  }
  return meant(line, step, plan, world);
}

/** Returns what a caller presses who has understood the question. */
async function meant(line: SimulatedCall, step: string, plan: Plan, world: CallerWorld): Promise<Press> {
  const { random } = world;
  const { person, intent, manner } = plan;
  const [main, then = '7'] = MENU[intent];
  const key = (keys: string): Press => ({ keys, words: `presses ${keys}` });
  switch (step) {
    case 'menu.main':
      return key(main);
    case 'menu.money':
    case 'menu.services':
    case 'menu.other':
      return key(then);
    case 'identity.phone':
      return { keys: person.phoneKeys, words: 'keys the phone number' };
    case 'identity.id':
      return { keys: person.idKeys, words: 'keys the ID' };
    case 'pin.entry':
      return random.chance(manner.typo)
        ? { keys: random.digits(6), words: 'mistypes the PIN' }
        : { keys: pinFor(person, intent), words: 'keys the PIN' };
    case 'code.entry':
      return keyCode(line, plan, world);
    case 'details.amount':
      return { keys: String(random.pick(AMOUNTS[person.currency])), words: 'keys an amount' };
    case 'details.contact':
      return { keys: `139${random.digits(8)}`, words: 'keys a new number' };
    case 'details.payee':
    case 'details.dueOrOther':
      return key(random.chance(0.7) ? '1' : '2');
    case 'confirm.order':
      return key(random.chance(manner.slip) ? '2' : '1');
    case 'more':
      return key(random.chance(0.2) ? '1' : '2');
    default:
      return key('1');
  }
}

/** Returns the PIN that the intent needs. */
export function pinFor(person: Person, intent: Intent): string {
  const asksQueryPin = intent === 'enquiry' || intent === 'recent_transactions';
  return asksQueryPin ? person.pins.query : person.pins.transaction;
}

async function keyCode(line: SimulatedCall, plan: Plan, world: CallerWorld): Promise<Press> {
  const { random, events, messages } = world;
  const { person, manner, hasPhone } = plan;
  if (!hasPhone || random.chance(manner.typo)) return { keys: random.digits(6), words: 'guesses a code' };
  const old = messages.oldCodeAt(person.e164);
  if (old !== undefined && random.chance(manner.slip)) return { keys: old, words: 'keys an older code' };
  for (let waited = 0; waited < WAITS_FOR_CODE; waited += LOOKS_EVERY) {
    const code = messages.codeAt(person.e164, line.dialledAt);
    if (code !== undefined) return { keys: code, words: 'keys the code' };
    await events.wait(LOOKS_EVERY);
  }
  return random.chance(0.5)
    ? { keys: '', words: 'still waits' }
    : { keys: '1', words: 'asks for another code' };
}
