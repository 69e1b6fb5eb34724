import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import argon2 from 'argon2';
import express, { type RequestHandler } from 'express';
import type { Knex } from 'knex';
import twilio from 'twilio';
import { randomToken } from '../src/platform/random.ts';
import { secureRandom } from '../src/platform/system-random.ts';
import { connect, type DatabaseTarget } from '../src/storage/connect.ts';
import { beChild, onQuestion, tellParent } from './child.ts';
import { cpuOfProcess } from './cpu.ts';
import { drive } from './drive.ts';

/** Argon2 as the policy has it. */
export interface Argon2Cost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

export interface FloorsSettings {
  readonly authToken: string;
  readonly databases: { readonly [kind: string]: DatabaseTarget };
  readonly argon2: Argon2Cost;
  /** As many comparisons run at once as in the service. */
  readonly concurrency: number;
}

/** A round of bare argon2 verification, so many always waiting. */
export interface Argon2Round {
  readonly ask: 'argon2';
  readonly waiting: number;
  readonly windowMilliseconds: number;
}

export interface FloorsReady {
  readonly port: number;
}

/** What a turn of the shipped flow writes on average, in characters; measured, to be renewed when turns grow. */
const SNAPSHOT_CHARACTERS = 900;
const ANSWER_CHARACTERS = 750;
const JOURNAL_CHARACTERS = 270;
const ENTRY_CHARACTERS = 350;
const ENTRIES_PER_TURN = 2;

const STATIC_TWIML = `<?xml version="1.0" encoding="UTF-8"?><Response><Gather input="dtmf" method="POST" action="/voice/turn" timeout="7" numDigits="1"><Say language="cmn-CN" voice="Polly.Zhiyu-Neural">${'查询请按一。'.repeat(12)}</Say></Gather></Response>`;

/** The same libraries as the service and none of its work: what no service built on them can be faster than. */
async function main(): Promise<void> {
  // Nothing has to be closed: the databases are thrown away.
  const settings = beChild<FloorsSettings>(async () => {});
  const app = express();
  app.set('etag', false);
  app.use(express.urlencoded({ extended: false }));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  app.use(signatureCheck(settings.authToken, `http://127.0.0.1:${port}`));
  app.post('/static', (_request, response) => {
    response.type('text/xml').send(STATIC_TWIML);
  });
  for (const [kind, target] of Object.entries(settings.databases)) {
    const knex = connect(target);
    await createTables(knex);
    app.post(`/commit/${kind}`, async (request, response) => {
      await commitOneTurn(knex, String(request.body.CallSid));
      response.type('text/xml').send(STATIC_TWIML);
    });
  }
  const verify = await bareArgon2(settings.argon2, settings.concurrency);
  app.post('/argon2', async (_request, response) => {
    await verify();
    response.type('text/xml').send(STATIC_TWIML);
  });
  onQuestion<Argon2Round>('argon2', ({ waiting, windowMilliseconds }) => {
    const workers = Array.from({ length: waiting }, () => verify);
    return drive(workers, windowMilliseconds, () => {
      const { all, mainThread } = cpuOfProcess(process.pid);
      return { main: all, mainThread, database: 0, load: 0 };
    });
  });
  tellParent({ port } satisfies FloorsReady);
}

function signatureCheck(authToken: string, origin: string): RequestHandler {
  return (request, response, next) => {
    const signature = request.header('X-Twilio-Signature') ?? '';
    if (twilio.validateRequest(authToken, signature, `${origin}${request.originalUrl}`, request.body)) next();
    else response.status(403).end();
  };
}

async function createTables(knex: Knex): Promise<void> {
  await knex.schema.createTable('calls', (t) => {
    t.text('id').primary();
    t.text('token').notNullable();
    t.text('snapshot').notNullable();
  });
  await knex.schema.createTable('turns', (t) => {
    t.text('call_id').notNullable();
    t.text('token').notNullable();
    t.text('answer').notNullable();
    t.text('journal').notNullable();
    t.primary(['call_id', 'token']);
  });
  await knex.schema.createTable('entries', (t) => {
    t.text('call_id').notNullable();
    t.text('token').notNullable();
    t.integer('seq').notNullable();
    t.text('data').notNullable();
    t.primary(['call_id', 'token', 'seq']);
  });
}

/** Writes as much as a turn does, in one transaction, and reads nothing. */
async function commitOneTurn(knex: Knex, callId: string): Promise<void> {
  const token = randomToken(secureRandom);
  await knex.transaction(async (transaction) => {
    await transaction('calls')
      .insert({ id: callId, token, snapshot: 's'.repeat(SNAPSHOT_CHARACTERS) })
      .onConflict('id')
      .merge();
    await transaction('turns').insert({
      call_id: callId,
      token,
      answer: 'a'.repeat(ANSWER_CHARACTERS),
      journal: 'j'.repeat(JOURNAL_CHARACTERS),
    });
    await transaction('entries').insert(
      Array.from({ length: ENTRIES_PER_TURN }, (_, seq) => ({
        call_id: callId,
        token,
        seq,
        data: 'e'.repeat(ENTRY_CHARACTERS),
      })),
    );
  });
}

/** Compares a right PIN on libuv's threads, so many at once and the rest in a queue, with nothing else around it. */
async function bareArgon2(cost: Argon2Cost, concurrency: number): Promise<() => Promise<boolean>> {
  const pin = '739154';
  const verifier = await argon2.hash(pin, {
    type: argon2.argon2id,
    memoryCost: cost.memoryKib,
    timeCost: cost.passes,
    parallelism: cost.lanes,
  });
  const waiting: (() => void)[] = [];
  let running = 0;
  return async () => {
    if (running < concurrency) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    const right = await argon2.verify(verifier, pin);
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
    return right;
  };
}

await main();
