import assert from 'node:assert/strict';
import { before, describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { XMLValidator } from 'fast-xml-parser';
import { guardBank } from '../src/bank/guarded-bank.service.ts';
import { twilio } from '../src/carriers/twilio/twilio.ts';
import { EVENTS } from '../src/events.ts';
import { isDialled, readDialled } from '../src/jurisdictions/dialled-number.ts';
import { firstBrokenEntry } from '../src/ledger/entry.ts';
import { entriesOfCall } from '../src/ledger/ledger.store.ts';
import { ManualClock } from '../src/platform/clock.ts';
import { isOpaqueId, readOpaqueId } from '../src/platform/opaque-id.ts';
import { createLog } from '../src/telemetry/logger.ts';
import { callerAtLastKey, key, TIMELESS, worldOf } from './support/callers.ts';
import { told } from './support/odd-bank.ts';
import { demoCustomer, lineOf, type World } from './support/world.ts';

/**
 * One shape per value (invariant 45): whatever a genuine webhook or the core says, no assertion inside fails, the caller gets
 * a proper answer and the record verifies.
 */

const customer = demoCustomer(({ id }) => id === 'demo-01');

/** Texts of the kinds that broke something once, or break programs in general. */
const NASTY = [
  '',
  ' ',
  '[',
  '{7f1c0c1e-0b6e-4b0e-9d4c-0f3f2b1a9c11}',
  'a b',
  'x'.repeat(65),
  'x'.repeat(300),
  '1234567890',
  '135790',
  '7',
  '-',
  '.',
  '__proto__',
  'constructor',
  'sip:+861058880001@host.example;transport=tls',
  'sips:[2001:db8::1]:5061',
  '"Bank" <sip:bank@host;user=phone>;tag=1',
  'client:desk one',
  'tel:+86-10-5888-0001',
  '+86 10 5888 0001',
  '00861058880001',
  '01058880001',
  '+0',
  '＋８６１０５８８８０００１',
  'TN-Validation-Passed-A',
  '9',
  '号码',
  'é',
  'ﷺ'.repeat(20),
  '\0',
  '\r\nSet-Cookie: a=b',
  '\u2028',
  '\ud83d',
  '😀',
  "' OR 1=1--",
  '%00',
  '<![CDATA[]]>',
  '1'.repeat(64),
  '1'.repeat(70),
  `${'1'.repeat(70)}**`,
  '**',
  '9'.repeat(30),
];
const nasty = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 80 }) },
);
const FIELDS = [
  'CallSid',
  'From',
  'To',
  'StirVerstat',
  'Digits',
  'FinishedOnKey',
  'QueueResult',
  'CallStatus',
  'ErrorCode',
  'MessageSid',
  'MessageStatus',
  'Timestamp',
  'Caller',
] as const;
type Fields = { readonly [field in (typeof FIELDS)[number]]?: string };

const ACCEPTED = /<(?:Gather|Enqueue|Redirect|Hangup)\b/;

/** A hotline whose log is kept, so that what it says of itself can be looked at. */
async function loggedWorld(t: TestContext, environment = {}): Promise<{ world: World; lines: string[] }> {
  const lines: string[] = [];
  const log = createLog({
    ...{ events: EVENTS, level: 'debug', pretty: false, clock: new ManualClock() },
    destination: { write: (line) => void lines.push(line) },
  });
  return { world: await worldOf(t, { log, environment }), lines };
}

function assertNothingFailed(lines: readonly string[]): void {
  assert.deepEqual(
    lines.filter((line) => /"event":"(?:turn|request)\.failed"|"fault":"bug"/.test(line)),
    [],
  );
}

const ORDINARY: Fields = {
  CallSid: `CA${'0'.repeat(32)}`,
  From: '+8613800138000',
  To: lineOf('zh-CN'),
  CallStatus: 'in-progress',
};

function parametersOf(fields: Fields): [string, string][] {
  const parameters = { ...ORDINARY, ...fields };
  return Object.entries(parameters).map(([name, value]) => [name, value.toWellFormed()]);
}

async function post(world: World, url: string, fields: Fields): Promise<{ status: number; body: string }> {
  const { outcome } = await world.phone().post({ url, parameters: parametersOf(fields) });
  assert.ok(outcome.kind === 'answered');
  return { status: outcome.response.status, body: outcome.response.body };
}

/** The record of a call by the id that the carrier gave it. */
async function assertRecordVerifies(world: World, callSid: string): Promise<void> {
  const callId = readOpaqueId(callSid.toWellFormed());
  if (callId === undefined) return;
  const entries = await entriesOfCall(world.knex, callId);
  assert.ok(entries.length > 0);
  assert.equal(firstBrokenEntry(entries), undefined);
}

describe('whatever a genuine webhook says, no assertion inside fails (invariant 45)', () => {
  test('every field of every webhook: the caller gets a proper answer and the record verifies', async (t) => {
    const { world, lines } = await loggedWorld(t);
    const fields = fc.record(
      Object.fromEntries(FIELDS.map((field) => [field, nasty])) as Record<keyof Fields, typeof nasty>,
      { requiredKeys: [] },
    );
    let calls = 0;
    await fc.assert(
      fc.asyncProperty(fields, fields, nasty, async (answering, later, odd) => {
        lines.length = 0;
        calls += 1;
        const CallSid = answering.CallSid === undefined ? `CA${calls}` : `${answering.CallSid}${calls}`;
        const answered = await post(world, '/voice/answer', { ...answering, CallSid });
        assert.equal(answered.status, 200);
        const action = /action="([^"]+)"/.exec(answered.body)?.[1]?.replaceAll('&amp;', '&') ?? '/voice/turn';
        for (const url of [
          action,
          `/voice/turn?step=${encodeURIComponent(odd.toWellFormed())}&t=x`,
          '/voice/fallback',
          '/voice/freeze',
        ]) {
          const { status, body } = await post(world, url, { ...later, CallSid });
          assert.equal(status, 200, url);
          assert.equal(XMLValidator.validate(body), true);
          assert.match(body, ACCEPTED);
        }
        await assertRecordVerifies(world, CallSid);
        const ended = await post(world, '/voice/status', { ...later, CallSid });
        assert.ok([200, 400].includes(ended.status));
        const report = await post(world, '/sms/status?reference=x', { ...later, CallSid });
        assert.ok([200, 400].includes(report.status));
        await assertRecordVerifies(world, CallSid);
        assertNothingFailed(lines);
      }),
      { numRuns: 120 },
    );
  });

  for (const [what, fields] of Object.entries({
    'a dialled SIP address with parameters': { To: 'sip:hotline@bank.example;transport=tls' },
    'a dialled address in brackets': { To: '[' },
    'a dialled address over 64 characters': { To: `sip:${'x'.repeat(80)}@host` },
    'an attestation that begins with a digit': { StirVerstat: '1-Passed' },
    'a call id of another carrier, over 64 characters': { CallSid: `v3:${'aZ9_-'.repeat(18)}` },
    'a call id with spaces': { CallSid: 'call 17 of today' },
    'a call id of digits': { CallSid: '20261128000017' },
  } satisfies Readonly<Record<string, Fields>>))
    test(`${what} is answered like any other call, and recorded`, async (t) => {
      const { world, lines } = await loggedWorld(t);
      const { body } = await post(world, '/voice/answer', fields);
      assert.match(body, /<Gather/);
      const [row, ...others] = await world.knex('calls').select('id');
      assert.ok(row, 'the call is recorded');
      assert.equal(others.length, 0);
      assert.equal(firstBrokenEntry(await entriesOfCall(world.knex, row.id)), undefined);
      assertNothingFailed(lines);
    });
});

describe('a dialled number has one form (invariant 45)', () => {
  const shanghai = '+861058880001';

  test('however a number is written, its line answers, and the record has the company’s form of it', async (t) => {
    const { world } = await loggedWorld(t);
    for (const to of [
      shanghai,
      '00861058880001',
      '+86 10 5888-0001',
      '+86 (10) 5888.0001',
      'sip:+861058880001@trunk.example;transport=tls?x=1',
      'SIPS:%2B861058880001@trunk.example',
      '"Bank" <sip:+861058880001@trunk.example>',
      'tel:+86-10-5888-0001',
      '861058880001',
      '01058880001',
      '＋８６１０５８８８０００１',
    ]) {
      const phone = world.phone();
      await phone.dial({ from: '+8613800138000', to });
      const call = await world.knex('calls').where({ id: phone.callSid }).first();
      assert.deepEqual([call.line, call.language], [shanghai, 'zh-CN'], to);
    }
    const phone = world.phone();
    await phone.dial({ from: '+8613800138000', to: '02873000001' });
    const call = await world.knex('calls').where({ id: phone.callSid }).first();
    assert.deepEqual([call.line, call.language], [lineOf('vi-VN'), 'vi-VN']);
  });

  test('a number that is not listed takes the fallback and is warned of once in a process', async (t) => {
    const { world, lines } = await loggedWorld(t);
    for (const to of ['+15005550006', '+1 500 555-0006', 'client:desk', 'client:desk', lineOf('zh-CN')]) {
      const phone = world.phone();
      await phone.dial({ from: '+8613800138000', to });
      assert.equal(phone.step, 'menu.main');
    }
    const warned = lines.filter((line) => line.includes('"line.unlisted"'));
    assert.equal(warned.length, 2);
    for (const line of warned) assert.match(line, /"level":"warn".*"call":"CA/);
  });

  test('reading a dialled number never throws, is stable, and fits the record', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const read = readDialled(text);
        assert.equal(readDialled(read), read);
        assert.ok(read === '' || isDialled(read));
      }),
    );
  });

  test('an id of a call is always opaque, the same each time, and different for different ids', () => {
    fc.assert(
      fc.property(nasty, nasty, (one, other) => {
        const [read, again, another] = [readOpaqueId(one), readOpaqueId(one), readOpaqueId(other)];
        assert.equal(read, again);
        assert.equal(read === undefined, one === '');
        if (read !== undefined) assert.ok(isOpaqueId(read));
        if (one !== other) assert.notEqual(read, another);
      }),
    );
  });
});

describe('whatever the core calls its things (invariant 45)', () => {
  let adapter: string;
  before(() => {
    adapter = fileURLToPath(new URL('./support/odd-bank.ts', import.meta.url));
  });

  test('an order with them is carried out and recorded, or refused at the guard, and no assertion inside fails', async (t) => {
    const { world, lines } = await loggedWorld(t, { BANK_ADAPTER: adapter });
    const name = fc.oneof(nasty, fc.constantFrom('Nguyễn Thị Minh Khai', '欧阳静怡', '-', '   '));
    const carried: string[] = [];
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          accountId: nasty,
          payeeId: nasty,
          number: nasty,
          name,
          addedAt: fc.integer({ min: -10 }),
        }),
        async (odd) => {
          lines.length = 0;
          const bank = {
            id: odd.accountId,
            number: `${odd.number}9701`,
            currency: 'CNY',
            balanceMinor: 900_000_00,
          } as const;
          const payee = {
            id: odd.payeeId,
            name: odd.name,
            accountNumber: `${odd.number}6222`,
            currency: 'CNY',
            addedAt: odd.addedAt,
          } as const;
          Object.assign(told, { accounts: [bank], payees: [payee], loans: [] });
          world.clock.advance(25 * 60 * 60_000);
          if (!(await guardAccepts())) return;
          const phone = await callerAtLastKey(world, customer, { amount: 100, phone: TIMELESS });
          await key(phone, '1');
          assert.equal(phone.step, 'more');
          carried.push(odd.payeeId);
          const entries = await entriesOfCall(world.knex, phone.callSid);
          assert.equal(firstBrokenEntry(entries), undefined);
          assert.ok(entries.some(({ type }) => type === 'order.carried'));
          await phone.hangUp();
          assertNothingFailed(lines);
        },
      ),
      {
        numRuns: 40,
        examples: [
          [
            {
              accountId: '{7f1c-0b6e}',
              payeeId: 'payee of long standing, 号 17',
              number: '6222',
              name: '王',
              addedAt: 0,
            },
          ],
        ],
      },
    );
    assert.ok(carried.length > 10, `${carried.length} orders were carried out`);
  });

  /** Whether the guard takes what the core tells; a refusal is an outage of the core, in words. */
  async function guardAccepts(): Promise<boolean> {
    const { createBank } = await import('./support/odd-bank.ts');
    const guarded = guardBank(createBank());
    const none = undefined as never;
    try {
      await guarded.accounts('c', none);
      await guarded.payees('c', none);
      return true;
    } catch (error) {
      assert.ok(
        error instanceof Error && 'kind' in error && error.kind === 'bank_unavailable',
        String(error),
      );
      return false;
    }
  }

  test('ids that no database keeps and numbers that nobody can say are refused in words that say where', async () => {
    const account = { id: 'a', number: '6222-9701', currency: 'CNY', balanceMinor: 1 } as const;
    const refusalOf = async (changed: object) => {
      const bank = guardBank({ accounts: async () => [{ ...account, ...changed }] } as never);
      return bank.accounts('c', undefined as never).then(
        () => 'taken',
        (error: Error) => error.message,
      );
    };
    assert.match(await refusalOf({ id: 'a\0' }), /at 0\.id \(has control or unpaired characters\)/);
    assert.match(await refusalOf({ id: '\ud83d' }), /at 0\.id \(has control/);
    assert.match(await refusalOf({ id: 'x'.repeat(129) }), /at 0\.id/);
    assert.match(
      await refusalOf({ number: '----' }),
      /at 0\.number \(has no letter or digit among its last four/,
    );
    for (const id of ['{guid}', 'with spaces', '账户 17', 'x'.repeat(128)])
      assert.equal(await refusalOf({ id }), 'taken');
  });
});

test('the carrier reads any body it has signed without throwing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
      assert.equal(
        twilio.receive({ url: 'https://h.example/voice/answer', headers: {}, query: {}, body }, ['t']).kind,
        'refused',
      );
    }),
  );
});
