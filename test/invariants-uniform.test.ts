import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import argon2 from 'argon2';
import type { DemoCustomer } from '../db/seeds/demo-customers.ts';
import type { Phone } from '../phone-sim/phone.ts';
import { DAY } from '../src/platform/clock.ts';
import {
  INTENT_KEYS,
  type Intent,
  key,
  registeredNumber,
  strangersNumber,
  wrongPin,
} from './support/callers.ts';
import { demoCustomer, keysOf, lineOf, startWorld, type World } from './support/world.ts';

const LANGUAGES = ['zh-CN', 'vi-VN', 'en-US'] as const;
type Language = (typeof LANGUAGES)[number];
const INTENTS = Object.keys(INTENT_KEYS) as Intent[];

/** Somebody who calls with something to key. */
interface Caller {
  readonly phone: string;
  readonly id: string;
  pin(turn: number): string;
  readonly from?: string;
  /** Much like another of the callers. */
  readonly seldom?: true;
  /** What is true of the customer before the call. */
  prepare?(world: World): Promise<void>;
}

const WANG = demoCustomer((customer) => customer.id === 'demo-01');
const NOBODY = { phone: '13698761234', id: '110101199003074514' };

async function lock(world: World, customer: DemoCustomer, state: object): Promise<void> {
  for (const factor of ['pin.query', 'pin.transaction'])
    await world
      .knex('lock_counters')
      .insert({ customer_id: customer.id, factor, own_failures: 5, other_failures: 5, ...state });
}

const wrong = (turn: number) => wrongPin(WANG, turn);

/** Everybody who must hear the same: callers who are not the customer, and the customer who may not. */
const CALLERS: { readonly [who: string]: Caller } = {
  'the customer with a wrong PIN': { ...keysOf(WANG), pin: wrong },
  'the customer with a wrong PIN on the registered line': {
    seldom: true,
    ...keysOf(WANG),
    pin: wrong,
    from: registeredNumber(WANG),
  },
  'an unknown number and ID': { ...NOBODY, pin: wrong },
  'an unknown number and ID with PINs that are somebody’s': {
    ...NOBODY,
    pin: () => WANG.transactionPin,
    seldom: true,
  },
  'the right number with a wrong ID': { phone: keysOf(WANG).phone, id: NOBODY.id, pin: wrong },
  'the right ID with a wrong number': {
    seldom: true,
    phone: NOBODY.phone,
    id: keysOf(WANG).id,
    pin: wrong,
  },
  'the ID of a customer who has no phone': {
    seldom: true,
    phone: NOBODY.phone,
    id: demoCustomer((customer) => !customer.phone).nationalId,
    pin: wrong,
  },
  'a locked customer with the right PIN': {
    ...keysOf(WANG),
    pin: () => WANG.transactionPin,
    prepare: (world) => {
      const until = world.clock.now() + DAY;
      return lock(world, WANG, { own_locked_until: until, other_locked_until: until });
    },
  },
  'a customer whose PIN is void, with the right PIN': {
    ...keysOf(WANG),
    pin: () => WANG.transactionPin,
    prepare: (world) => lock(world, WANG, { void_at: world.clock.now() }),
  },
  'a frozen customer with a wrong PIN': {
    seldom: true,
    ...keysOf(WANG),
    pin: wrong,
    prepare: async ({ knex }) =>
      void (await knex('customers').where({ id: WANG.id }).update({ freeze: 'full' })),
  },
};
const REFERENCE = 'the customer with a wrong PIN';

/** What is keyed after the intent: PHONE, ID and PIN are the caller's own; SILENCE waits; the rest is keys. */
const PATHS: { readonly [what: string]: readonly string[] } = {
  'three PINs': ['PHONE', 'ID', 'PIN', '1', 'PIN', '1', 'PIN'],
  'everything again': ['PHONE', 'ID', 'PIN', '2', 'PHONE', 'ID', 'PIN', '1', 'PIN'],
  'everything again and again': ['PHONE', 'ID', 'PIN', '2', 'PHONE', 'ID', 'PIN', '2', 'PHONE', 'ID', 'PIN'],
  'why, language, silence and a short entry on the way': [
    '9#',
    'PHONE',
    '8#',
    '2',
    'ID',
    '9#',
    'SILENCE',
    '8#',
    '7',
    'SILENCE',
    '1',
    '12#',
    'PIN',
    '9',
    'SILENCE',
    '8',
    '3',
    '5',
    '1',
    'PIN',
  ],
  'the PIN is forgotten': ['PHONE', 'ID', '7#'],
  'the PIN is forgotten after all': ['PHONE', 'ID', 'PIN', '4'],
  'details have changed': ['PHONE', 'ID', 'PIN', '3'],
  'a person at the PIN': ['PHONE', 'ID', '0#'],
  'a person after a refusal': ['PHONE', 'ID', 'PIN', '0'],
  'freeze at the PIN': ['PHONE', 'ID', '**#', 'PHONE', 'ID'],
  'freeze after a refusal': ['PHONE', 'ID', 'PIN', '*', '*', 'PHONE', 'ID'],
  'freeze after everything again': ['PHONE', 'ID', 'PIN', '2', '**#', 'PHONE', 'ID'],
  'silence at the PIN to the end': ['PHONE', 'ID', 'SILENCE', 'SILENCE', 'SILENCE', 'SILENCE'],
};

/** A minute, as it is spoken: each call has its own. That it is the same for both: test/moment-of-asking.test.ts. */
const MINUTE = /\d+点(?:整|\d+分)|\d+ giờ(?: \d+ phút)?|\d+:\d\d [AP]M/g;

/** Answers without what differs by design. */
function blanked(phone: Phone, from: number): string[] {
  return phone.exchanges.slice(from).map(({ outcome }) => {
    assert.equal(outcome.kind, 'answered');
    return outcome.kind === 'answered'
      ? `${outcome.response.status} ${outcome.response.body.replace(/([?&;]t=)[A-Za-z0-9_-]+/g, '$1•').replace(MINUTE, '•')}`
      : '';
  });
}

/** Plays a path; what is keyed once the call is with a person is left out. Answers: all that was heard after the intent. */
async function play(
  world: World,
  caller: Caller,
  path: readonly string[],
  call: { readonly intent: Intent; readonly language: Language; readonly from: string },
): Promise<readonly string[]> {
  const phone = world.phone();
  await phone.dial({ from: caller.from ?? call.from, to: lineOf(call.language) });
  await key(phone, INTENT_KEYS[call.intent]);
  let pins = 0;
  for (const part of path) {
    await phone.listen();
    if (phone.state !== 'collecting') break;
    if (part === 'SILENCE') await phone.staySilent();
    else if (part === 'PHONE') await key(phone, `${caller.phone}#`);
    else if (part === 'ID') await key(phone, `${caller.id}#`);
    else if (part === 'PIN') await key(phone, `${caller.pin(pins++)}#`);
    else await key(phone, part);
  }
  await phone.listen();
  if (phone.state === 'queued') await phone.leaveQueue('queue-full');
  const heard = blanked(phone, 1);
  await phone.hangUp();
  return heard;
}

/** The same start for every call: nobody has failed before. */
async function forgetAttempts({ knex }: World): Promise<void> {
  await knex('attempts').delete();
  await knex('lock_counters').delete();
  await knex('customers').where({ id: WANG.id }).update({ freeze: 'none' });
}

describe('known and unknown, right and wrong: the same steps and the same words (invariants 4, 20; Z3)', () => {
  let world: World;
  let calls = 0;
  before(async () => {
    world = await startWorld({ seed: 'uniform' });
  });
  after(() => world.stop());

  /** All of it for one intent in one language; elsewhere, where the same steps are taken, what may differ most. */
  const MOST_TELLING = ['three PINs', 'freeze at the PIN'];

  for (const language of LANGUAGES)
    for (const intent of INTENTS)
      test(`${intent} in ${language}`, async () => {
        const all = language === 'en-US' && intent === 'transfer';
        for (const [what, path] of Object.entries(PATHS)) {
          if (!all && !MOST_TELLING.includes(what)) continue;
          const heard = new Map<string, readonly string[]>();
          for (const [who, caller] of Object.entries(CALLERS)) {
            if (caller.seldom && !(all && MOST_TELLING.includes(what))) continue;
            await forgetAttempts(world);
            await caller.prepare?.(world);
            const from = strangersNumber(++calls);
            heard.set(who, await play(world, caller, path, { intent, language, from }));
          }
          const expected = heard.get(REFERENCE);
          assert.ok(expected && expected.length >= 3, what);
          for (const [who, said] of heard) assert.deepEqual(said, expected, `${what}: ${who}`);
        }
      });

  test('nothing personal is in any of it', async () => {
    await forgetAttempts(world);
    const caller = CALLERS[REFERENCE];
    assert.ok(caller);
    const from = strangersNumber(++calls);
    const said = await play(world, caller, PATHS['three PINs'] ?? [], {
      intent: 'transfer',
      language: 'zh-CN',
      from,
    });
    for (const secret of [WANG.name.full, WANG.name.family, '0 0 1 9', '1 0 0 1'])
      assert.equal(said.join('\n').includes(secret), false);
  });

  test('the comparison is of something: the customer with the right PIN is told apart', async () => {
    await forgetAttempts(world);
    const path = PATHS['three PINs'] ?? [];
    const call = { intent: 'enquiry', language: 'en-US' } as const;
    const caller = CALLERS[REFERENCE];
    assert.ok(caller);
    const refused = await play(world, caller, path, { ...call, from: strangersNumber(++calls) });
    const right: Caller = { ...keysOf(WANG), pin: () => WANG.queryPin };
    const passed = await play(world, right, path, { ...call, from: strangersNumber(++calls) });
    // The answers to the intent, the phone number and the ID are the same.
    assert.deepEqual(passed.slice(0, 3), refused.slice(0, 3));
    assert.notDeepEqual(passed[3], refused[3]);
  });

  test('a source that is slowed down does not learn from it whether an ID matched', async () => {
    const heard: (readonly string[])[] = [];
    for (const who of [REFERENCE, 'an unknown number and ID']) {
      await forgetAttempts(world);
      const from = strangersNumber(++calls);
      const caller = CALLERS[who];
      assert.ok(caller);
      for (let n = 0; n < world.release.policy.source.slowFromFailures - 1; n++)
        await play(world, { ...NOBODY, pin: wrong }, ['PHONE', 'ID', '0#'], {
          intent: 'enquiry',
          language: 'en-US',
          from,
        });
      heard.push(
        await play(world, caller, ['PHONE', 'ID', 'PIN', '0'], {
          intent: 'enquiry',
          language: 'en-US',
          from,
        }),
      );
    }
    assert.deepEqual(heard[0], heard[1]);
  });
});

/** What one turn did to the database, as kinds: `select customers`. */
function kindOf(sql: string): string {
  const [, verb = sql, table = ''] =
    /^(select|insert|update|delete)\b.*?(?:from|into|update)?\s*`([a-z_]+)`/is.exec(sql) ?? [];
  if (/^select/i.test(sql)) return `select ${/from `([a-z_]+)`/i.exec(sql)?.[1] ?? ''}`;
  return `${verb.toLowerCase()} ${table}`.trim();
}

/** Statements that belong to no turn: the outbox looks every second and the watch of PINs every 15. */
const BACKGROUND = /^select .*from `outbox`|`alarm|each_customer|count\(distinct `source_index`\)/is;

describe('known and unknown cost the same work', () => {
  interface Cost {
    readonly statements: readonly string[];
    readonly comparisons: number;
    readonly milliseconds: number;
  }

  /** Plays identity and PIN turns and measures each. */
  async function measure(
    t: TestContext,
    world: World,
    caller: Caller,
    from: string,
  ): Promise<readonly Cost[]> {
    const hash = t.mock.method(argon2, 'hash');
    const statements: string[] = [];
    const listener = ({ sql }: { sql: string }) => {
      if (!BACKGROUND.test(sql)) statements.push(kindOf(sql));
    };
    world.knex.on('query', listener);
    const phone = world.phone();
    await phone.dial({ from, to: lineOf('en-US') });
    await key(phone, `${INTENT_KEYS.enquiry}${caller.phone}#`);
    const costs: Cost[] = [];
    const turn = async (keys: string) => {
      await key(phone, keys.slice(0, -1));
      statements.length = 0;
      const before = hash.mock.callCount();
      const start = performance.now();
      await phone.press(keys.slice(-1));
      costs.push({
        statements: [...statements],
        comparisons: hash.mock.callCount() - before,
        milliseconds: performance.now() - start,
      });
    };
    await turn(`${caller.id}#`);
    await turn(caller.pin(0));
    await key(phone, '1');
    await turn(caller.pin(1));
    await phone.hangUp();
    world.knex.removeListener('query', listener);
    hash.mock.restore();
    return costs;
  }

  /** Statements there are on one side only, and why that is so. */
  const KNOWN_DIFFERENCES = [
    'insert lock_counters', // a customer's failures are counted on the customer …
    'select lock_counters',
    'update lock_counters',
    'insert budget_guards', // … and nobody's on the calling number
    'update budget_guards',
    'select customers', // the masked name of the customer who was identified
    'select attempts',
  ];

  test('as many PIN comparisons, and the same kinds of statements but for the counters', async (t) => {
    const world = await startWorld({ seed: 'costs' });
    t.after(() => world.stop());
    let calls = 0;
    const costs = new Map<string, readonly Cost[]>();
    for (const [who, caller] of Object.entries(CALLERS)) {
      await forgetAttempts(world);
      await caller.prepare?.(world);
      costs.set(who, await measure(t, world, caller, caller.from ?? strangersNumber(++calls)));
    }
    const expected = costs.get(REFERENCE);
    assert.ok(expected);
    assert.deepEqual(
      expected.map(({ comparisons }) => comparisons),
      [0, 1, 1],
    );
    for (const [who, cost] of costs)
      for (const [index, { statements, comparisons }] of cost.entries()) {
        const reference: Cost | undefined = expected[index];
        assert.ok(reference);
        assert.equal(comparisons, reference.comparisons, who);
        const only: readonly string[] = [
          ...statements.filter((kind) => !reference.statements.includes(kind)).map((kind) => `+ ${kind}`),
          ...reference.statements.filter((kind) => !statements.includes(kind)).map((kind) => `- ${kind}`),
        ];
        const name = ['identity', 'first PIN', 'second PIN'][index];
        t.diagnostic(
          `${name}: ${statements.length} statements for ${who}, ${reference.statements.length} for ${REFERENCE}${only.length > 0 ? `: ${[...new Set(only)].join(', ')}` : ''}`,
        );
        assert.deepEqual(
          only.filter((difference) => !KNOWN_DIFFERENCES.includes(difference.slice(2))),
          [],
          who,
        );
      }
  });

  test('the times, as a measurement', async (t) => {
    const world = await startWorld({ seed: 'times', realPins: true });
    t.after(() => world.stop());
    const compared = [
      'the customer with a wrong PIN',
      'an unknown number and ID',
      'a locked customer with the right PIN',
    ];
    const times = new Map<string, number[][]>(compared.map((who) => [who, [[], [], []]]));
    const rounds = 7;
    for (let round = 0; round < rounds; round++)
      for (const [index, who] of compared.entries()) {
        const caller = CALLERS[who];
        assert.ok(caller);
        await forgetAttempts(world);
        await caller.prepare?.(world);
        const costs = await measure(t, world, caller, strangersNumber(round * compared.length + index));
        for (const [turn, { milliseconds }] of costs.entries()) times.get(who)?.[turn]?.push(milliseconds);
      }
    for (const [turn, name] of ['identity', 'first PIN', 'second PIN'].entries()) {
      const medians = compared.map((who) => {
        const sorted = (times.get(who)?.[turn] ?? []).sort((a, b) => a - b);
        return { who, median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN };
      });
      const [slowest, fastest] = [
        Math.max(...medians.map(({ median }) => median)),
        Math.min(...medians.map(({ median }) => median)),
      ];
      const within = slowest <= fastest * 1.5 + 5 ? 'within' : 'OUTSIDE';
      t.diagnostic(
        `${name}, median of ${rounds}: ${medians.map(({ who, median }) => `${median.toFixed(1)} ms ${who}`).join(', ')}; ${within} half again and 5 ms`,
      );
    }
  });
});
