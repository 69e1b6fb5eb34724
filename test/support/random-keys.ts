import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { DemoCustomer } from '../../db/seeds/demo-customers.ts';
import type { Phone } from '../../phone-sim/phone.ts';
import { LANGUAGES } from '../../src/locales/catalogue.ts';
import { SECOND } from '../../src/platform/clock.ts';
import { codesSentTo, INTENT_KEYS, type Intent, key, rightPin, strangersNumber } from './callers.ts';
import { demoCustomer, keysOf, lineOf, type World } from './world.ts';

/** Callers of every kind: both countries, several accounts, frozen, void, nothing to choose from, no phone. */
const CALLERS = ['01', '02', '03', '04', '07', '09', '10', '11', '13', '15', '16'].map((number) =>
  demoCustomer(({ id }) => id === `demo-${number}`),
);
const INTENTS = Object.keys(INTENT_KEYS) as Intent[];
const LINES = 2;

/** What a caller does next. `step` acts on one of several telephones, all of them to the one service. */
type Action =
  | {
      readonly do: 'dial';
      readonly who: number;
      readonly line: number;
      readonly from: 'own' | 'other' | 'hidden';
      readonly intent: number;
    }
  | { readonly do: 'want'; readonly intent: number }
  /** The right thing at each step, this often. */
  | { readonly do: 'go on'; readonly steps: number; readonly choice: number }
  | { readonly do: 'err'; readonly how: number }
  | { readonly do: 'key'; readonly keys: string }
  | { readonly do: 'stay silent' }
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'listen' }
  | { readonly do: 'hang up' }
  | { readonly do: 'send again'; readonly which: number }
  | { readonly do: 'leave the queue'; readonly result: 'bridged' | 'queue-full' | 'error' | 'leave' };
export type Step = { readonly phone: number } & Action;

const keypad = fc.constantFrom(...'0123456789*#');
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('dial' as const),
      who: fc.nat(CALLERS.length - 1),
      line: fc.nat(LANGUAGES.length - 1),
      from: fc.constantFrom('own', 'own', 'other', 'hidden'),
      intent: fc.nat(INTENTS.length - 1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('want' as const), intent: fc.nat(INTENTS.length - 1) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('go on' as const),
      steps: fc.integer({ min: 1, max: 16 }),
      choice: fc.nat(7),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('err' as const), how: fc.nat(9) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('key' as const),
      keys: fc.array(keypad, { minLength: 1, maxLength: 20 }).map((keys) => keys.join('')),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('key' as const), keys: keypad }) },
  { weight: 2, arbitrary: fc.constant({ do: 'key' as const, keys: '8#' }) },
  { weight: 3, arbitrary: fc.constant({ do: 'stay silent' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'listen' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      seconds: fc.constantFrom(1, 20, 30, 59, 61, 119, 121, 181, 1_801, 86_401),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'hang up' as const }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('send again' as const), which: fc.nat(60) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('leave the queue' as const),
      result: fc.constantFrom('bridged', 'queue-full', 'error', 'leave'),
    }),
  },
);
/** What is done with the two telephones of one script. */
export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.tuple(fc.nat(LINES - 1), action).map(([phone, what]): Step => ({ phone, ...what })),
  { minLength: 10, maxLength: 45, size: 'max' },
);

/** One of the telephones, with who holds it and what they want. */
export interface RandomCall {
  readonly phone: Phone;
  readonly customer: DemoCustomer;
  intent: Intent;
  /** Answers the observer has looked at so far. */
  seen: number;
}

const AMOUNTS = {
  CNY: ['100', '4999', '50000', '5000001', '12', '100000', '1500', '7'],
  VND: ['50000', '9999999', '10000000', '4000000', '9', '8000000', '100000000', '500000'],
} as const;
const CURRENCY_OF_LINE = (customer: DemoCustomer) => customer.accounts[0]?.currency ?? 'CNY';

/** What somebody who wants to get on would key at this step. */
async function rightKeys(world: World, line: RandomCall, choice: number): Promise<string> {
  const { phone, customer, intent } = line;
  const pick = choice === 3 ? '2' : '1';
  const { phone: number, id } = keysOf(customer);
  switch (phone.step) {
    case 'menu.main':
      return INTENT_KEYS[intent].slice(0, 1);
    case 'menu.money':
    case 'menu.services':
      return INTENT_KEYS[intent].slice(1) || '7';
    case 'menu.other':
      return String((choice % 3) + 1);
    case 'identity.phone':
      return `${number || '0900001011'}#`;
    case 'identity.id':
      return `${id}#`;
    case 'pin.entry':
      return `${rightPin(customer, intent)}#`;
    case 'details.amount':
      return `${AMOUNTS[CURRENCY_OF_LINE(customer)][choice]}#`;
    case 'details.contact':
      return choice % 2 ? '13912348765#' : '0912345678#';
    case 'code.entry': {
      const codes = customer.phone ? await codesSentTo(world, customer.phone.e164) : [];
      return `${codes.at(-1) ?? '111111'}#`;
    }
    case 'more':
      return choice % 4 ? '1' : '2';
    case 'confirm.identity':
    case 'confirm.order':
    case 'refused':
      return choice === 7 ? '2' : '1';
    default:
      return pick;
  }
}

/** What looks right at this step and is not. */
function wrongKeys(line: RandomCall, how: number): string {
  const { phone, customer } = line;
  const other = CALLERS[how % CALLERS.length] ?? customer;
  switch (phone.step) {
    case 'identity.phone':
      return `${keysOf(other).phone || '13700000000'}#`;
    case 'identity.id':
      return `${keysOf(other).id}#`;
    case 'pin.entry':
      return `${how % 2 ? other.queryPin : `90718${how}`}#`;
    case 'code.entry':
      return `${String(111_111 * (how + 1)).slice(0, 6)}#`;
    case 'details.amount':
      return '999999999999#';
    default:
      return phone.collects === 'entry' ? `${how}${how}#` : String(how);
  }
}

async function act(
  world: World,
  lines: (RandomCall | undefined)[],
  step: Step,
  calls: number,
  look: (line: RandomCall) => void,
): Promise<void> {
  const line = lines[step.phone];
  if (step.do === 'dial') {
    if (line) await line.phone.hangUp();
    if (line) look(line);
    const customer = CALLERS[step.who];
    const language = LANGUAGES[step.line];
    assert.ok(customer && language);
    const phone = world.phone();
    const from =
      step.from === 'own' && customer.phone
        ? customer.phone.e164
        : step.from === 'hidden'
          ? 'anonymous'
          : strangersNumber(calls);
    lines[step.phone] = { phone, customer, intent: INTENTS[step.intent] ?? 'transfer', seen: 0 };
    await phone.dial({ from, to: lineOf(language) });
    return;
  }
  if (step.do === 'wait') {
    world.clock.advance(step.seconds * SECOND);
    return;
  }
  if (!line) return;
  const { phone } = line;
  switch (step.do) {
    case 'want':
      line.intent = INTENTS[step.intent] ?? 'enquiry';
      break;
    case 'go on':
      for (let n = 0; n < step.steps; n++) {
        await phone.listen();
        if (phone.state !== 'collecting') break;
        await key(phone, await rightKeys(world, line, step.choice));
      }
      break;
    case 'err':
      await phone.listen();
      if (phone.state === 'collecting') await key(phone, wrongKeys(line, step.how));
      break;
    case 'key':
      await key(phone, step.keys);
      break;
    case 'stay silent':
      await phone.staySilent();
      break;
    case 'listen':
      await phone.listen();
      break;
    case 'hang up':
      await phone.hangUp();
      break;
    case 'send again':
      if (phone.exchanges.length > 0) {
        const again = await phone.replay((step.which % phone.exchanges.length) + 1);
        assert.equal(again.outcome.kind === 'answered' && again.outcome.response.status, 200);
      }
      break;
    case 'leave the queue':
      await phone.listen();
      if (phone.state === 'queued') await phone.leaveQueue(step.result);
      break;
  }
}

/** Two telephones dial, then everything in the script is done; `look` sees each line after each step. Answers the lines as they stand. */
export async function playSteps(
  world: World,
  script: readonly Step[],
  seed: number,
  look: (line: RandomCall) => void,
): Promise<readonly RandomCall[]> {
  const lines: (RandomCall | undefined)[] = [];
  const first = Array.from({ length: LINES }, (_, phone): Step => {
    const n = seed + phone * 4;
    return {
      phone,
      do: 'dial',
      who: n % CALLERS.length,
      line: n % LANGUAGES.length,
      from: 'own',
      intent: n % 5,
    };
  });
  for (const [index, step] of [...first, ...script].entries()) {
    await act(world, lines, step, index + 1, look);
    for (const line of lines) if (line) look(line);
  }
  return lines.filter((line) => line !== undefined);
}
