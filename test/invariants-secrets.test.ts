import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DEMO_CUSTOMERS } from '../db/seeds/demo-customers.ts';
import type { Phone } from '../phone-sim/phone.ts';
import { EVENTS } from '../src/events.ts';
import { entriesOfCall } from '../src/ledger/ledger.store.ts';
import { ManualClock, MINUTE } from '../src/platform/clock.ts';
import { type Keyring, open } from '../src/platform/keyring.ts';
import { connect, type Knex } from '../src/storage/connect.ts';
import { createLog } from '../src/telemetry/logger.ts';
import {
  calling,
  codesSentTo,
  confirmIdentity,
  expectStep,
  handoffReason,
  identifiedCaller,
  key,
  keyNewestCode,
  orderTransfer,
  registeredNumber,
  strangersNumber,
  transferred,
  verifiedCaller,
  wrongCode,
} from './support/callers.ts';
import {
  type Canary,
  databaseSinks,
  fileSinks,
  findLeaks,
  listenToErrors,
  type Sink,
  telemetrySinks,
} from './support/leaks.ts';
import { demoCustomer, keysOf, lineOf, startWorld, type World } from './support/world.ts';

/** What is sealed about calls, opened again: sealing hides a leak from a thief, not from a holder of the keys. */
async function openedSinks(knex: Knex, keyring: Keyring): Promise<readonly Sink[]> {
  const sinks: Sink[] = [];
  const calls: { id: string; snapshot_sealed: string }[] = await knex('calls').select(
    'id',
    'snapshot_sealed',
  );
  for (const { id, snapshot_sealed } of calls)
    sinks.push({
      name: 'opened calls.snapshot',
      text: open(keyring, `calls.snapshot:${id}`, snapshot_sealed),
    });
  const turns: { call_id: string; token: string; answer_sealed: string; journal_sealed: string }[] =
    await knex('turns').select();
  for (const { call_id, token, answer_sealed, journal_sealed } of turns) {
    const row = `${call_id}:${token}`;
    sinks.push({ name: 'opened turns.answer', text: open(keyring, `turns.answer:${row}`, answer_sealed) });
    sinks.push({ name: 'opened turns.journal', text: open(keyring, `turns.journal:${row}`, journal_sealed) });
  }
  const orders: { idempotency_key: string; order_sealed: string }[] = await knex('carried_orders').select();
  for (const { idempotency_key, order_sealed } of orders)
    sinks.push({
      name: 'opened carried_orders.order',
      text: open(keyring, `carried_orders.order:${idempotency_key}`, order_sealed),
    });
  return sinks;
}

const NEW_CONTACT = '13912348765';
const UNKNOWN_PHONE = '13698761234';
const WRONG_PINS = ['604182', '918273', '736455', '580291', '493827'];
/** Valid numbers that belong to nobody: they are looked for, and so could be written down. */
const UNKNOWN_IDS = ['110101199003074514', '001085777777'];

describe('no PIN, code, ID number or phone number in any sink (invariant 15)', () => {
  let folder: string;
  let file: string;
  let world: World;
  let errors: ReturnType<typeof listenToErrors>;
  const logLines: string[] = [];
  const phones: Phone[] = [];
  const codes = new Set<string>();
  const messages: { readonly to: string; readonly body: string }[] = [];
  const strayAnswers: string[] = [];
  let canaries: readonly Canary[] = [];

  const kept = (phone: Phone): Phone => {
    phones.push(phone);
    return phone;
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hotline-secrets-'));
    file = join(folder, 'hotline.sqlite');
    world = await startWorld({
      seed: 'secrets',
      databaseFile: file,
      log: createLog({
        events: EVENTS,
        level: 'debug',
        pretty: false,
        clock: new ManualClock(),
        destination: { write: (line) => void logLines.push(line) },
      }),
    });
    errors = listenToErrors(world.knex);
    await playEverything();
    for (const customer of DEMO_CUSTOMERS) {
      if (!customer.phone) continue;
      messages.push(...(await world.messagesTo(customer.phone.e164)));
      for (const code of await codesSentTo(world, customer.phone.e164)) codes.add(code);
    }
    canaries = canariesOf(world, [...codes]);
  });

  after(async () => {
    errors.stop();
    await world.stop();
    rmSync(folder, { recursive: true });
  });

  function canariesOf({ config }: World, sent: readonly string[]): readonly Canary[] {
    const pins = [...DEMO_CUSTOMERS.flatMap((c) => [c.queryPin, c.transactionPin]), ...WRONG_PINS];
    const ids = [...DEMO_CUSTOMERS.map((c) => c.nationalId), ...UNKNOWN_IDS];
    // Without country code or leading zero, so that every way of writing it is found.
    const numbers = [
      ...DEMO_CUSTOMERS.flatMap((c) => (c.phone ? [c.phone.e164.slice(3)] : [])),
      UNKNOWN_PHONE,
      ...[1, 2, 3, 4, 5, 6].map((index) => strangersNumber(index).slice(3)),
    ];
    const { keyring } = config;
    const secrets = [keyring.index, keyring.pepper, ...keyring.encryption.byId.values()];
    return [
      ...pins.map((text): Canary => ({ kind: 'pin', text })),
      ...[...sent, wrongCode(...sent)].map((text): Canary => ({ kind: 'code', text })),
      ...ids.map((text): Canary => ({ kind: 'national ID', text: text.replace('X', '') })),
      ...numbers.map((text): Canary => ({ kind: 'phone', text })),
      { kind: 'new contact number', text: NEW_CONTACT },
      ...secrets.flatMap((secret): Canary[] => [
        { kind: 'key', text: secret.toString('hex') },
        { kind: 'key', text: secret.toString('base64') },
      ]),
    ];
  }

  /** Every kind of call, entry and failure there is, each with secrets of its own. */
  async function playEverything(): Promise<void> {
    const [wangs, ans, graces, chens, lins, ngos] = [
      'demo-01',
      'demo-09',
      'demo-07',
      'demo-02',
      'demo-05',
      'demo-16',
    ].map((id) => demoCustomer((customer) => customer.id === id));
    assert.ok(wangs && ans && graces && chens && lins && ngos);

    // All the way, with explanations, a wrong and a late code, and one sent again.
    const transfer = kept(await verifiedCaller(world, wangs, { intent: 'transfer' }));
    await orderTransfer(transfer, { amount: 300 });
    const [first = ''] = await codesSentTo(world, registeredNumber(wangs));
    codes.add(first);
    await key(transfer, `${wrongCode(first)}#`);
    await transfer.pass(61_000);
    await key(transfer, '1#');
    expectStep(transfer, 'code.entry');
    await key(transfer, `${first}#`);
    await keyNewestCode(world, transfer, wangs);
    await confirmIdentity(transfer);
    await key(transfer, '1');
    expectStep(transfer, 'more');
    await transfer.repeatLast();
    await key(transfer, '92');

    kept(await transferred(world, ans, { amount: 500_000 }));
    const enquiry = kept(await verifiedCaller(world, graces, { intent: 'enquiry' }));
    await key(enquiry, '1');
    await key(enquiry, '8891');
    await enquiry.hangUp();

    // A new contact number, changed once before it is confirmed.
    const contact = kept(await verifiedCaller(world, chens, { intent: 'contact_change' }));
    await key(contact, `${NEW_CONTACT}#`);
    await keyNewestCode(world, contact, chens);
    await confirmIdentity(contact);
    await contact.listen();
    await key(contact, '81');
    await contact.listen();
    await key(contact, '1');
    expectStep(contact, 'more');
    await key(contact, '2');

    // Wrong PINs to the lock, from strangers' lines and the own one.
    for (const from of [strangersNumber(1), registeredNumber(lins), registeredNumber(lins)]) {
      const phone = kept(await identifiedCaller(world, lins, { intent: 'repayment', from }));
      for (const pin of WRONG_PINS.slice(0, 3)) {
        if (phone.step === 'refused') await key(phone, '1');
        if (phone.step === 'pin.entry') await key(phone, `${pin}#`);
      }
      assert.equal(await handoffReason(world, phone), 'verification_exhausted');
      await phone.hangUp();
    }

    // Nobody: unknown number and IDs; the entries of one step keyed at another.
    for (const id of UNKNOWN_IDS) {
      const phone = kept(world.phone());
      await phone.dial({ from: strangersNumber(2), to: lineOf('en-US') });
      await key(phone, `1${UNKNOWN_PHONE}#`);
      await key(phone, `${id}#`);
      await key(phone, `${WRONG_PINS[3]}#`);
      await key(phone, '1');
      await key(phone, `${id}#`);
      await key(phone, `${UNKNOWN_PHONE}#`);
      await key(phone, `${WRONG_PINS[4]}#`);
    }
    const astray = kept(await calling(world, ngos));
    await key(astray, '1');
    await key(astray, `${ngos.queryPin}#`);
    await key(astray, `${ngos.nationalId}#`);
    await key(astray, '0#');
    await astray.listen();
    await astray.leaveQueue('error');

    // Freeze in the lane, by star, of a customer and of nobody.
    const freeze = kept(await identifiedCaller(world, ngos, { intent: 'freeze', from: strangersNumber(3) }));
    assert.equal(await handoffReason(world, freeze), 'freeze_reported');
    const star = kept(await verifiedCaller(world, ngos, { intent: 'repayment' }));
    await key(star, '**');

    // The webhooks themselves, with secrets where none belong.
    const raw = kept(await identifiedCaller(world, wangs, { intent: 'enquiry', from: strangersNumber(4) }));
    const { nationalId, queryPin } = wangs;
    const call = Object.entries(raw.parameters());
    const action = raw.actionUrl ?? '';
    const posts: Parameters<Phone['post']>[0][] = [
      { url: action, parameters: [...call, ['Digits', queryPin]], signature: 'absent' },
      {
        url: action,
        parameters: [...call, ['Digits', queryPin]],
        signature: { value: `${'A'.repeat(27)}=` },
      },
      { url: action, parameters: [...call, ['Digits', queryPin], ['Digits', nationalId]] },
      { url: `/voice/turn?step=${nationalId}&t=${queryPin}`, parameters: [...call, ['Digits', queryPin]] },
      { url: `/voice/turn?pin=${queryPin}`, method: 'GET' },
      { url: `/voice/${nationalId}`, parameters: call },
      {
        url: '/voice/answer',
        parameters: [
          ['CallSid', nationalId],
          ['From', queryPin],
        ],
      },
      {
        url: '/voice/fallback',
        parameters: [...call, ['ErrorCode', '11200'], ['ErrorUrl', `/x?Digits=${queryPin}`]],
      },
      { url: '/voice/status', parameters: [...call, ['CallStatus', nationalId]] },
      {
        url: '/sms/status',
        parameters: [
          ['MessageSid', nationalId],
          ['MessageStatus', queryPin],
        ],
      },
      { url: action, body: `${queryPin}=${nationalId}&%`, parameters: [] },
    ];
    for (const post of posts) {
      const { outcome } = await raw.post(post);
      strayAnswers.push(outcome.kind === 'answered' ? outcome.response.body : outcome.reason);
    }

    // An outage in the middle of a check: the statement that fails has the row of this very turn in it.
    await world.knex.raw(
      "create trigger broken before insert on ledger_entries begin select raise(abort, 'out of order'); end",
    );
    await key(raw, `${queryPin}#`);
    assert.match(raw.state, /prompting|speaking|queued/);
    await world.knex.raw('drop trigger broken');
    await raw.hangUp();

    // Time goes by and everything is over.
    world.clock.advance(10 * MINUTE);
    const late = kept(await identifiedCaller(world, graces, { intent: 'enquiry' }));
    world.clock.advance(10 * MINUTE);
    await key(late, `${graces.queryPin}#`);
    assert.equal(await handoffReason(world, late), 'session_expired');
    for (const phone of phones) await phone.hangUp();
    await world.messagesTo(registeredNumber(graces));
  }

  /** Answers as they went out; the number a caller has just keyed is read back once, to be confirmed. */
  function answerSinks(): readonly Sink[] {
    return phones.flatMap(({ exchanges }) =>
      exchanges.flatMap(({ outcome }) =>
        outcome.kind === 'answered'
          ? [{ name: answerName(outcome.response.body), text: outcome.response.body }]
          : [],
      ),
    );
  }
  const answerName = (body: string) => `the answer at ${/step=([A-Za-z.]+)/.exec(body)?.[1] ?? 'the end'}`;

  test('the calls did what they were to do', async () => {
    const carried = await world.knex('carried_orders').select('action');
    assert.deepEqual(carried.map(({ action }) => action).sort(), [
      'contact_change',
      'enquiry',
      'transfer',
      'transfer',
    ]);
    const types: { type: string }[] = await world.knex('ledger_entries').distinct('type');
    for (const type of ['factor.lock', 'account.freeze', 'code.sent', 'order.carried', 'call.handoff'])
      assert.ok(
        types.some((row) => row.type === type),
        `${type} happened`,
      );
    assert.ok(codes.size >= 4, 'codes were sent');
    assert.ok(errors.said.length > 0, 'something failed in the database');
    assert.ok(
      logLines.some((line) => line.includes('turn.failed')),
      'a turn failed',
    );
    assert.ok(
      messages.some(({ body }) => body.includes('交易密码')),
      'a lock was told',
    );
  });

  test('nothing in any column of any table, nor in the file as it lies on the disk', async () => {
    const sinks = [...(await databaseSinks(world.knex)), ...fileSinks(file)];
    assert.ok(sinks.length > 80, `${sinks.length} columns were read`);
    assert.ok(sinks.some(({ name }) => name === 'hotline.sqlite-wal'));
    assert.deepEqual(findLeaks(sinks, canaries), []);
  });

  test('nothing in what is sealed about a call, except the number that was asked for', async () => {
    const leaks = findLeaks(await openedSinks(world.knex, world.config.keyring), canaries);
    assert.deepEqual(
      leaks.filter((leak) => !leak.startsWith('new contact number')),
      [],
    );
  });

  test('nothing in the log at its most talkative, in spans, metrics and error messages', async () => {
    const sinks = [
      { name: 'log', text: logLines.join('') },
      ...(await telemetrySinks(world.telemetry)),
      { name: 'errors', text: errors.said.join('\n') },
    ];
    assert.ok(logLines.length > 100 && world.telemetry.spans().length > 100);
    assert.deepEqual(findLeaks(sinks, canaries), []);
  });

  test('nothing in an answer or a URL, except the new number where it is read back', () => {
    const urls = phones.flatMap(({ exchanges }) => exchanges.map(({ request }) => request.url));
    const sinks = [
      ...answerSinks(),
      ...strayAnswers.map((text) => ({ name: 'an answer to a webhook that was none', text })),
      { name: 'URLs', text: urls.join('\n') },
    ];
    assert.ok(urls.length > 100);
    assert.deepEqual(
      findLeaks(sinks, canaries).filter(
        (leak) => !/^new contact number \d+ in the answer at confirm\.order$/.test(leak),
      ),
      [],
    );
  });

  test('nothing in the audit entries, whose members are all of the allow-list', async () => {
    const entries = (
      await Promise.all(phones.map((phone) => entriesOfCall(world.knex, phone.callSid)))
    ).flat();
    assert.ok(entries.length > 100);
    assert.deepEqual(findLeaks([{ name: 'audit', text: JSON.stringify(entries) }], canaries), []);
  });

  test('a code stands in its own message and in no other', () => {
    const others = messages.filter(({ body }) => !/(?:验证码|[Mm]ã (?:OTP )?|Code )\d{6}/.test(body));
    assert.ok(others.length > 3);
    assert.deepEqual(
      findLeaks(
        others.map(({ body }) => ({ name: 'a notice', text: body })),
        canaries,
      ),
      [],
    );
    for (const code of codes)
      assert.equal(messages.filter(({ body }) => body.includes(code)).length, 1, 'each code was sent once');
    const inMessages = findLeaks(
      messages.map(({ body }) => ({ name: 'a message', text: body })),
      canaries.filter(({ kind }) => kind !== 'code'),
    );
    assert.deepEqual(inMessages, []);
  });

  describe('a leak that is planted is found', () => {
    const secrets = () =>
      (['pin', 'code', 'national ID', 'phone'] as const).map((kind) => {
        const canary = canaries.find((one) => one.kind === kind);
        assert.ok(canary);
        return canary;
      });

    test('in any column, and in the bytes of the file, of a copy', async () => {
      const copy = join(folder, 'copy.sqlite');
      await world.knex.raw('vacuum into ?', [copy]);
      const knex = connect({ kind: 'sqlite', file: copy });
      try {
        assert.deepEqual(findLeaks(await databaseSinks(knex), canaries), []);
        for (const canary of secrets())
          for (const [table, column] of [
            ['ledger_entries', 'data'],
            ['attempts', 'request_digest'],
            ['turns', 'answer_sealed'],
            ['outbox', 'error'],
          ] as const) {
            const one: { row: number } | undefined = await knex(table).first(knex.raw('rowid as row'));
            await knex(table)
              .where('rowid', one?.row ?? 0)
              .update({ [column]: `{"keyed":"${canary.text}"}` });
            assert.deepEqual(
              findLeaks(await databaseSinks(knex), [canary]).includes(
                `${canary.kind} 0 in ${table}.${column}`,
              ),
              true,
              `${canary.kind} in ${table}.${column}`,
            );
            assert.ok(findLeaks(fileSinks(copy), [canary]).length > 0);
          }
      } finally {
        await knex.destroy();
      }
    });

    test('in every form a program may write it', () => {
      for (const { kind, text } of secrets()) {
        const bytes = Buffer.from(text);
        const written = [
          `PIN=${text}&`,
          `"${text}"`,
          [...text].join(' '),
          bytes.toString('hex'),
          Buffer.from(`x${text}y`).toString('base64'),
          Buffer.from(`{"pin":"${text}"}`).toString('base64url'),
        ];
        for (const one of written)
          assert.equal(
            findLeaks([{ name: 'log', text: `{"a":"${one}"}` }], canaries).some((leak) =>
              leak.startsWith(kind),
            ),
            true,
            kind,
          );
      }
    });

    test('in a log line, a span, an answer, a URL, an error', () => {
      for (const name of ['log', 'spans', 'the answer at more', 'URLs', 'errors'])
        for (const { kind, text } of secrets())
          assert.deepEqual(
            findLeaks([{ name, text: `before ${text} after` }], canaries).map(
              (leak) => leak.split(' in ')[1],
            ),
            [name],
            kind,
          );
    });

    test('and a secret sealed with a call is found with the keys', async () => {
      const [pin] = secrets();
      assert.ok(pin);
      const sinks = await openedSinks(world.knex, world.config.keyring);
      const [first] = sinks;
      assert.ok(first && findLeaks([first], canaries).length === 0);
      const planted = { name: first.name, text: first.text.replace('{', `{"pin":"${pin.text}",`) };
      assert.deepEqual(findLeaks([planted], canaries), [
        `pin ${canaries.indexOf(pin)} in opened calls.snapshot`,
      ]);
    });
  });

  test('an ID keyed by star is as secret as one by digits', () => {
    const chens = demoCustomer((customer) => customer.id === 'demo-02');
    const keyed = keysOf(chens).id;
    assert.ok(keyed.endsWith('*'));
    assert.equal(findLeaks([{ name: 'log', text: keyed }], canaries).length, 1);
  });
});
