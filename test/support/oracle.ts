import { createHash } from 'node:crypto';
import type { DemoCustomer } from '../../db/seeds/demo-customers.ts';
import { HOUR, MINUTE } from '../../src/platform/clock.ts';
import { seededRandom } from '../../src/platform/random.ts';
import { INTENT_KEYS, key, registeredNumber, rightPin, wrongPin } from './callers.ts';
import { keysOf, lineOf, type World } from './world.ts';

/** What somebody is said to be by: a phone number and an ID as keyed. */
export interface Candidate {
  readonly phone: string;
  readonly id: string;
}

/** Weights of the first 17 digits of a Chinese ID, and its check characters. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const CHECK = '10*98765432';

/** Somebody who is no customer, of the same form as anybody who is. */
export function stranger(index: number): Candidate {
  const body = `1101011990${String(1 + (index % 12)).padStart(2, '0')}15${String(200 + index)}`;
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(body[at]), 0);
  return { phone: `1369876${String(1000 + index)}`, id: `${body}${CHECK[sum % 11]}` };
}

/** Who attacks, from where, and whom else the day brings to one of those numbers. */
export interface Attack {
  readonly seed: string;
  readonly calls: number;
  readonly candidates: readonly Candidate[];
  /** A customer with an account of their own, who tries to wash others' names with right PINs. */
  readonly attacker: DemoCustomer;
  readonly sources: readonly string[];
  /** Customers who call from the first of the sources, too, and prove it. */
  readonly neighbours: readonly DemoCustomer[];
  /** One call after the other; otherwise hours and days may pass between two. */
  readonly hurried: boolean;
}

/** What an attacker gets to know: each call's answers without their tokens, and the messages to their own phone. */
export interface Observed {
  readonly calls: readonly string[];
  readonly limited: number;
  readonly slowed: number;
  readonly verified: number;
}

const WAITS = [0, 0, 0, 0, 0, 0, 10 * MINUTE, 40 * MINUTE, 5 * HOUR, 25 * HOUR] as const;

/**
 * Plays an attack by seed. Adaptive: what is done next follows from the seed and from everything that was observed, so
 * that two runs go apart from the first difference on.
 */
export async function attack(world: World, plan: Attack): Promise<Observed> {
  const calls: string[] = [];
  let learnt = '';
  for (let call = 0; call < plan.calls; call++) {
    const seen = await oneCall(world, plan, seededRandom(`${plan.seed} ${call} ${learnt}`));
    calls.push(seen);
    learnt = createHash('sha256').update(learnt).update(seen).digest('hex');
  }
  const count = (pattern: RegExp) => calls.filter((seen) => pattern.test(seen)).length;
  return {
    calls,
    limited: count(/^limited$/m),
    slowed: count(/<Response><Pause length="3"\/>/),
    verified: count(/ends at (confirm|details)\./),
  };
}

async function oneCall(world: World, plan: Attack, random: ReturnType<typeof seededRandom>): Promise<string> {
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[random.integer(items.length)];
    if (item === undefined) throw new Error('there is nothing to pick');
    return item;
  };
  if (!plan.hurried) world.clock.advance(pick(WAITS));
  if (plan.neighbours.length > 0 && random.integer(5) === 0)
    await neighbourCalls(world, pick(plan.neighbours), plan.sources[0] ?? '');
  const phone = world.phone();
  await phone.dial({ from: pick(plan.sources), to: lineOf('en-US') });
  const intent = pick(['enquiry', 'transfer'] as const);
  await key(phone, INTENT_KEYS[intent]);
  const seen: string[] = [];
  for (let moves = 0; moves < 14; moves++) {
    await phone.listen();
    const { step } = phone;
    if (phone.state !== 'collecting') break;
    if (step === 'identity.phone' || step === 'identity.id') {
      const own = random.integer(3) === 0;
      const who = own ? keysOf(plan.attacker) : pick(plan.candidates);
      seen.push('identity.id');
      if (step === 'identity.phone') await key(phone, `${who.phone}#`);
      await key(phone, `${who.id}#`);
      if (own && phone.step === 'pin.entry' && random.integer(5) > 0)
        await key(phone, `${rightPin(plan.attacker, intent)}#`);
    } else if (step === 'pin.entry') {
      await key(
        phone,
        pick([`${wrongPin(plan.attacker, moves)}#`, `${wrongPin(plan.attacker, moves)}#`, '0#', '7#']),
      );
    } else if (step === 'refused') {
      await key(phone, pick(['1', '2', '2', '2', '3', '0']));
    } else break;
    const answer = answerOf(phone.exchanges.at(-1));
    seen.push(answer);
    if (step?.startsWith('identity.') && answer.includes('<Enqueue')) seen.push('limited');
  }
  seen.push(`ends at ${phone.step ?? phone.queue ?? phone.state}`);
  await phone.hangUp();
  const messages = await world.messagesTo(registeredNumber(plan.attacker));
  return [...seen, ...messages.map(({ body }) => body)].join('\n');
}

/** A customer who shares the attacker's number calls and proves it. */
async function neighbourCalls(world: World, customer: DemoCustomer, from: string): Promise<void> {
  // How long others telephone is nothing the attacker sees: every such call takes the same time of the world's clock.
  const over = world.clock.now() + 3 * MINUTE;
  const phone = world.phone();
  await phone.dial({ from, to: lineOf('en-US') });
  await key(phone, INTENT_KEYS.enquiry);
  const { phone: number, id } = keysOf(customer);
  await key(phone, `${number}#`);
  await key(phone, `${id}#`);
  if (phone.step === 'pin.entry') await key(phone, `${customer.queryPin}#`);
  await phone.hangUp();
  world.clock.advance(over - world.clock.now());
}

/** An answer without its step token and the port of the world it came from. */
function answerOf(exchange: { readonly outcome: { readonly kind: string } } | undefined): string {
  const outcome = exchange?.outcome as
    | { readonly kind: 'answered'; readonly response: { readonly status: number; readonly body: string } }
    | undefined;
  if (outcome?.kind !== 'answered') return 'unanswered';
  const { status, body } = outcome.response;
  const plain = body.replace(/([?&;]t=)[A-Za-z0-9_-]+/g, '$1•').replace(/http:\/\/127\.0\.0\.1:\d+/g, '');
  return `${status} ${plain}`;
}
