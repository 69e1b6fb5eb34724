import { DAY, HOUR, MINUTE, SECOND } from '../src/platform/clock.ts';
import {
  CLUMSY,
  converse,
  EXACT,
  HONEST,
  type Intent,
  type Manner,
  type Plan,
  type Press,
  pinFor,
  SLOW,
} from './callers.ts';
import type { Hook } from './carrier.ts';
import type { Person } from './population.ts';
import type { Actor } from './request.ts';
import { DIALLED, OUTAGE_QUEUE, QUEUE, SimulatedCall } from './simulated-call.ts';
import type { World } from './world.ts';

/** What happens on a day, by weight. Each is one call or several that belong together. */
const WEIGHTS = {
  ownerCalls: 560,
  clumsyOwner: 120,
  slowOwner: 50,
  guessAtOnce: 30,
  spray: 25,
  distributedGuessing: 6,
  thiefWithPin: 30,
  freezeAtTheLastKey: 30,
  twoAtOnce: 30,
  forger: 30,
  twoEntriesAtOnce: 20,
  hangUpMeanwhile: 30,
} as const;
export type ScenarioName = keyof typeof WEIGHTS;

const INTENTS: { readonly [intent in Intent]: number } = {
  enquiry: 35,
  repayment: 15,
  transfer: 35,
  loan_application: 6,
  contact_change: 4,
  freeze: 1,
  hours: 4,
};
const PIN = 'pin.entry';
const LAST_KEY = 'confirm.order';
const HANDS_OVER: ReadonlySet<string> = new Set([QUEUE, OUTAGE_QUEUE]);

/** Holds several calls until all have come so far, or are over, and lets them go on in the same moment. */
class Barrier {
  #open = 0;
  #here: (() => void)[] = [];
  constructor(expected: number) {
    this.#open = expected;
  }
  async arrive(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#here.push(resolve);
      this.#goOn();
    });
  }
  leave(): void {
    this.#open--;
    this.#goOn();
  }
  #goOn(): void {
    if (this.#here.length < this.#open) return;
    const all = this.#here;
    this.#here = [];
    for (const go of all) go();
  }
}

/** Begins a scenario of the seed's choice; resolves when everybody in it is done. */
export function beginScenario(world: World): Promise<unknown> {
  const name = world.random.weighted(WEIGHTS);
  world.log.record('scene', name);
  return SCENARIOS[name](world);
}

const SCENARIOS: { readonly [name in ScenarioName]: (world: World) => Promise<unknown> } = {
  ownerCalls: (world) => ownerCalls(world, HONEST),
  clumsyOwner: (world) => ownerCalls(world, CLUMSY),
  slowOwner: (world) => ownerCalls(world, SLOW),
  guessAtOnce,
  spray,
  distributedGuessing,
  thiefWithPin,
  freezeAtTheLastKey,
  twoAtOnce,
  forger,
  twoEntriesAtOnce,
  hangUpMeanwhile,
};

function strangersNumber(world: World): string {
  return `+86139${world.random.digits(8)}`;
}

interface Caller {
  readonly person: Person;
  readonly from?: string;
  readonly actor: Actor;
}

function lineFor(world: World, { person, from, actor }: Caller): SimulatedCall {
  const { carrier, random, events } = world;
  return new SimulatedCall({
    carrier,
    random,
    events,
    from: from ?? person.e164,
    to: DIALLED[person.locale],
    actor,
  });
}

/** One call that counts as one of those asked for. */
async function call(world: World, caller: Caller, plan: Omit<Plan, 'person'>): Promise<void> {
  world.stats.calls++;
  await converse(lineFor(world, caller), { person: caller.person, ...plan }, world);
}

async function ownerCalls(
  world: World,
  manner: Manner,
  person = world.population.someone(world.random),
): Promise<void> {
  const { random } = world;
  const from = random.chance(0.12) ? { from: random.chance(0.3) ? 'anonymous' : strangersNumber(world) } : {};
  await call(
    world,
    { person, actor: 'owner', ...from },
    { manner, intent: random.weighted(INTENTS), hasPhone: true },
  );
}

function guess(world: World): Press {
  return { keys: world.random.digits(6), words: 'guesses a PIN' };
}

/** Guesses at the PIN step, up to `most` times, barrier the others before each. */
function guessing(world: World, most: number, barrier?: Barrier): NonNullable<Plan['at']> {
  let guesses = 0;
  let left = false;
  return async (step) => {
    const ends = HANDS_OVER.has(step) || (step === PIN && guesses >= most);
    if (ends) {
      if (!left) barrier?.leave();
      left = true;
      return 'hang up';
    }
    if (step !== PIN) return undefined;
    guesses++;
    await barrier?.arrive();
    return guess(world);
  };
}

/** Everybody who knows the identity guesses in the same moment: from one number, from many, or from the customer's own. */
async function guessAtOnce(world: World): Promise<void> {
  const { random, population } = world;
  const person = population.someone(random);
  const count = random.between(3, 12);
  const one = strangersNumber(world);
  const kind = random.pick(['one', 'many', 'own', 'mixed'] as const);
  const barrier = new Barrier(count);
  const intent = random.pick(['enquiry', 'transfer'] as const);
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const own = kind === 'own' || (kind === 'mixed' && index % 2 === 0);
      const from = own ? {} : { from: kind === 'one' ? one : strangersNumber(world) };
      await call(
        world,
        { person, actor: 'attacker', ...from },
        { manner: EXACT, intent, hasPhone: false, at: guessing(world, 3, barrier) },
      );
    }),
  );
}

/** One guess at each of many customers. */
async function spray(world: World): Promise<void> {
  const { random, population, events } = world;
  const from = strangersNumber(world);
  for (let victims = random.between(3, 10); victims > 0; victims--) {
    await call(
      world,
      { person: population.someone(random), from, actor: 'attacker' },
      {
        manner: EXACT,
        intent: random.pick(['enquiry', 'repayment'] as const),
        hasPhone: false,
        at: guessing(world, 1),
      },
    );
    await events.wait(random.between(SECOND, 5 * MINUTE));
  }
}

/** A day of guesses at one customer from everywhere, who calls meanwhile and must get through. */
async function distributedGuessing(world: World): Promise<void> {
  const { random, population, events } = world;
  const person = population.someone(random);
  const spoofs = random.chance(0.3);
  const strangers = Array.from({ length: random.between(8, 16) }, async () => {
    await events.wait(random.between(0, DAY));
    const from = spoofs && random.chance(0.3) ? {} : { from: strangersNumber(world) };
    await call(
      world,
      { person, actor: 'attacker', ...from },
      { manner: EXACT, intent: 'enquiry', hasPhone: false, at: guessing(world, random.between(1, 3)) },
    );
  });
  const owner = Array.from({ length: 3 }, async () => {
    await events.wait(random.between(HOUR, DAY));
    await call(world, { person, actor: 'owner' }, { manner: EXACT, intent: 'enquiry', hasPhone: true });
  });
  await Promise.all([...strangers, ...owner]);
}

/** Identity and PIN are known, the phone is not: guesses codes, while the owner may call, too. */
async function thiefWithPin(world: World): Promise<void> {
  const { random, population, events } = world;
  const person = population.someone(random);
  const from = random.chance(0.5) ? {} : { from: strangersNumber(world) };
  const thief = call(
    world,
    { person, actor: 'attacker', ...from },
    {
      manner: EXACT,
      intent: random.pick(['transfer', 'contact_change', 'loan_application'] as const),
      hasPhone: false,
    },
  );
  await events.wait(random.between(0, MINUTE));
  await Promise.all([thief, ...(random.chance(0.6) ? [ownerCalls(world, HONEST, person)] : [])]);
}

/** Goes on at a step only when the other call has come to its own. */
function barrierAt(
  step: string,
  barrier: Barrier,
  press: () => Press | Promise<Press>,
): NonNullable<Plan['at']> {
  let met = false;
  return async (at) => {
    if (met) return undefined;
    if (at === step) {
      met = true;
      await barrier.arrive();
      return press();
    }
    if (HANDS_OVER.has(at)) {
      met = true;
      barrier.leave();
    }
    return undefined;
  };
}

/** A freeze lands between the permission and the execution of an order: by ** on a second call, or on the very same. */
async function freezeAtTheLastKey(world: World): Promise<void> {
  const { random, population } = world;
  const person = population.someone(random);
  const barrier = new Barrier(2);
  const yes = { keys: '1', words: 'says yes at the last key' };
  const stars = { keys: '**', words: 'freezes' };
  const intent = random.pick(['transfer', 'repayment', 'loan_application'] as const);
  const order = call(
    world,
    { person, actor: 'owner' },
    { manner: EXACT, intent, hasPhone: true, at: barrierAt(LAST_KEY, barrier, () => yes) },
  );
  // Before the PIN the freeze is provisional, after it full.
  const full = random.chance(0.5);
  const freeze = call(
    world,
    { person, actor: 'owner', from: strangersNumber(world) },
    {
      manner: EXACT,
      intent: full ? 'repayment' : 'enquiry',
      hasPhone: true,
      at: barrierAt(full ? 'details.dueOrOther' : PIN, barrier, () => stars),
    },
  );
  await Promise.all([order, freeze]);
}

/** Two people are the same customer at once: both right, or one guessing, or both ordering. */
async function twoAtOnce(world: World): Promise<void> {
  const { random, population } = world;
  const person = population.someone(random);
  const barrier = new Barrier(2);
  const intent = random.pick(['transfer', 'repayment', 'enquiry'] as const);
  const step = intent !== 'enquiry' && random.chance(0.5) ? LAST_KEY : PIN;
  const right = (): Press =>
    step === PIN
      ? { keys: pinFor(person, intent), words: 'keys the PIN' }
      : { keys: '1', words: 'says yes at the last key' };
  const thief = step === PIN && random.chance(0.5);
  await Promise.all([
    call(
      world,
      { person, actor: 'owner' },
      { manner: EXACT, intent, hasPhone: true, at: barrierAt(step, barrier, right) },
    ),
    call(
      world,
      { person, actor: thief ? 'attacker' : 'owner', from: strangersNumber(world) },
      {
        manner: EXACT,
        intent,
        hasPhone: !thief,
        at: barrierAt(step, barrier, thief ? () => guess(world) : right),
      },
    ),
  ]);
}

/** Sends webhooks that the carrier did not sign, on a call that is in progress. */
async function forger(world: World): Promise<void> {
  const { random, population, carrier } = world;
  const person = population.someone(random);
  const forge = (hook: Hook): Hook => {
    const { 'X-Twilio-Signature': signature = '', ...headers } = hook.request.headers;
    const wrong = {
      none: {},
      garbled: { 'X-Twilio-Signature': 'x'.repeat(28) },
      moved: { 'X-Twilio-Signature': signature },
    };
    const kind = random.pick(['none', 'garbled', 'moved'] as const);
    // A signature of other bytes is none.
    const body = kind === 'moved' ? `${hook.request.body}&Forged=1` : hook.request.body;
    return {
      ...hook,
      actor: 'attacker',
      forged: true,
      words: `forges: ${kind}`,
      request: { ...hook.request, body, headers: { ...headers, ...wrong[kind] } },
    };
  };
  await call(
    world,
    { person, actor: 'owner' },
    {
      manner: HONEST,
      intent: random.weighted(INTENTS),
      hasPhone: true,
      at: async (_step, line) => {
        if (random.chance(0.5))
          void carrier.send(forge(line.prepareKey(pinFor(person, 'transfer'), 'forges')));
        if (line.lastHook && random.chance(0.3)) void carrier.send(forge(line.lastHook));
        return undefined;
      },
    },
  );
}

/** Two different entries on one step token: at most one is compared. */
async function twoEntriesAtOnce(world: World): Promise<void> {
  const { random, population, carrier } = world;
  const person = population.someone(random);
  const from = random.chance(0.5) ? {} : { from: strangersNumber(world) };
  await call(
    world,
    { person, actor: 'attacker', ...from },
    {
      manner: EXACT,
      intent: 'transfer',
      hasPhone: false,
      at: async (step, line) => {
        if (HANDS_OVER.has(step)) return 'hang up';
        if (step !== PIN && step !== 'code.entry') return undefined;
        for (let others = random.between(1, 3); others > 0; others--)
          void carrier.send(line.prepareKey(random.digits(6), 'guesses beside'));
        return step === PIN && random.chance(0.5)
          ? { keys: pinFor(person, 'transfer'), words: 'keys the PIN' }
          : guess(world);
      },
    },
  );
}

/** The receiver is put down while the last entry is still being looked at. */
async function hangUpMeanwhile(world: World): Promise<void> {
  const { random, population } = world;
  const person = population.someone(random);
  const step = random.pick([PIN, 'code.entry', 'confirm.identity', LAST_KEY]);
  await call(
    world,
    { person, actor: 'owner' },
    {
      manner: EXACT,
      intent: random.pick(['transfer', 'repayment'] as const),
      hasPhone: true,
      at: async (at, line) => {
        if (at !== step) return undefined;
        const keys = at === PIN ? pinFor(person, 'transfer') : '1';
        void line.deliver(line.prepareKey(keys, 'keys and hangs up'));
        await world.events.wait(random.pick([0, 0, 1, SECOND]));
        return 'hang up';
      },
    },
  );
}
