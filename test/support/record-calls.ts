/**
 * Records calls of this version of the program for later versions to decide again:
 *
 *     node test/support/record-calls.ts
 *
 * plays every script of `flows/scripts`, what no keys bring about, and calls of random keys, under the shipped release, proved and
 * published, and writes `test/recorded/calls-<version>.json`. Once for each version that changes the format of records;
 * recordings of earlier versions are never written again.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { DEMO_CUSTOMERS } from '../../db/seeds/demo-customers.ts';
import { callsSince, findCall, type RecordedTurn, turnsOfCall } from '../../src/calls/calls.store.ts';
import { stateAtStart } from '../../src/calls/replay.ts';
import { lineFor } from '../../src/flow/company.ts';
import { withFormat } from '../../src/flow/formats/record-format.ts';
import { documentOf, type ReleaseTexts } from '../../src/flow/load-release.ts';
import type { Release } from '../../src/flow/release.ts';
import { type EntryDraft, firstBrokenEntry, type LedgerEntry } from '../../src/ledger/entry.ts';
import { entriesOfCall } from '../../src/ledger/ledger.store.ts';
import { ManualClock } from '../../src/platform/clock.ts';
import { defined } from '../../src/platform/defined.ts';
import { assert } from '../../src/platform/fault.ts';
import { prove } from '../../src/prover/prove.ts';
import { storeAndActivate } from '../../src/releases/activation.service.ts';
import { PublishedReleases } from '../../src/releases/published-releases.service.ts';
import { Publishing } from '../../src/releases/publishing.service.ts';
import type { ReleaseReport } from '../../src/releases/release-record.ts';
import { connect } from '../../src/storage/connect.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { CALL_SCRIPTS, playCallScript } from './call-scripts.ts';
import { callerAtCode, callerAtLastKey, codesSentTo, key } from './callers.ts';
import { playSteps, steps } from './random-keys.ts';
import {
  canaries,
  decideTurn,
  leaksIn,
  type Recording,
  releaseOfRecording,
  replayRecording,
  TOKEN_PLACE,
  writeRecording,
} from './recording.ts';
import { shippedTexts } from './shipped.ts';
import { demoCustomer, startWorld, type World } from './world.ts';

const RECORDED = new URL('../recorded/', import.meta.url);
const PUBLIC_URL = 'https://hotline.example';
const PEOPLE = { proposedBy: 'Li Na', approvedBy: 'Wang Wei' };
/** Two or more calls each. With this seed they meet nearly every event a caller can bring about. */
const RANDOM_SCRIPTS = 16;
const RANDOM_SEED = 15;

type Call = Recording['calls'][number];

/** What is noted while worlds are played. */
interface Notes {
  readonly release: Release;
  readonly calls: Call[];
  /** By answer without its token: its place in the recording. */
  readonly answers: Map<string, number>;
  readonly codes: Set<string>;
}

/** Publishes the shipped release with its proof; the row as it is stored. */
async function published(texts: ReleaseTexts): Promise<Recording['release']> {
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  try {
    await migrate(knex);
    const result = await new Publishing({ knex, clock: new ManualClock(), prove }).publish(
      texts,
      PEOPLE,
      'production',
    );
    assert(result.kind === 'published', 'the shipped release can be published');
    return await knex('releases').where({ hash: result.hash }).first();
  } finally {
    await knex.destroy();
  }
}

function worldWith(seed: string, row: Recording['release']): Promise<World> {
  return startWorld({
    seed,
    publicUrl: PUBLIC_URL,
    releasesOf: async (knex, clock) => {
      const { hash, document } = row;
      const report = JSON.parse(String(row.report)) as ReleaseReport;
      await storeAndActivate(knex, clock, { hash, document, report }, PEOPLE);
      return new PublishedReleases({
        knex,
        clock,
        failed: (error) => {
          throw error;
        },
      });
    },
  });
}

const ARRANGED_CALLER = demoCustomer(({ id }) => id === 'demo-01');

/** What no keys bring about alone. */
const ARRANGED: { readonly [name: string]: (world: World) => Promise<void> } = {
  'the money is gone at the last key': async (world) => {
    const phone = await callerAtLastKey(world, ARRANGED_CALLER, { amount: 500 });
    await world.knex('bank_accounts').update({ balance_minor: 0 });
    await key(phone, '1');
    await phone.hangUp();
  },
  'the code is not delivered': async (world) => {
    const phone = await callerAtCode(world, ARRANGED_CALLER, { amount: 500 });
    await world.deliver();
    await world.knex('codes').update({ delivery: 'failed' });
    await phone.staySilent();
    await phone.hangUp();
  },
};

/** The entries of a turn out of those of its call that are left: what its decisions wrote, and what was performed around them. */
function entriesOfTurn(
  left: LedgerEntry[],
  drafts: readonly EntryDraft[],
): Pick<Turn, 'entries' | 'performed'> {
  const entries: unknown[] = [];
  const performed: unknown[] = [];
  const kept = ({ type, step, rules, data }: LedgerEntry) => withFormat({ type, step, rules, data });
  for (const draft of drafts) {
    while (left[0] && left[0].type !== draft.type) performed.push(kept(left.shift() as LedgerEntry));
    const entry = left.shift();
    assert(entry, `an entry ${draft.type} was written`);
    entries.push(kept(entry));
  }
  return { entries, ...(performed.length === 0 ? {} : { performed }) };
}
type Turn = Call['turns'][number];

/** An answer in its place, without its token. */
function keptAnswer(answers: Map<string, number>, { answer }: RecordedTurn): Pick<Turn, 'answer' | 'next'> {
  const next = /[?&;]t=([\w-]+)/.exec(answer)?.[1];
  const kept = next === undefined ? answer : answer.replaceAll(next, TOKEN_PLACE);
  assert(kept.replaceAll(TOKEN_PLACE, next ?? '') === answer, 'an answer can be put together again');
  const place = answers.get(kept) ?? answers.size;
  answers.set(kept, place);
  return { answer: place, ...(next === undefined ? {} : { next }) };
}

/** Notes every call of a world, and the codes that were sent in it. */
async function note(world: World, of: string, { release, calls, answers, codes }: Notes): Promise<void> {
  const { knex, config } = world;
  for (const { phone } of DEMO_CUSTOMERS) {
    for (const code of phone ? await codesSentTo(world, phone.e164) : []) codes.add(code);
  }
  for (const id of await callsSince(knex, 0)) {
    const stored = await findCall(knex, config.keyring, id);
    assert(stored?.release === release.hash, 'the call ran on the published release');
    const { line } = stored;
    const { startedAt, showsNumber } = stored.state;
    const began = { id, line, startedAt, ...defined({ showsNumber }) };
    const { language, currency } = lineFor(release.company, line);
    const left = [...(await entriesOfCall(knex, id))];
    assert(firstBrokenEntry(left) === undefined, 'the chain is intact');
    let state = stateAtStart(began, release);
    const turns: Turn[] = [];
    for (const turn of await turnsOfCall(knex, config.keyring, id)) {
      const { seq, token, journal } = turn;
      const decided = decideTurn(release, state, journal);
      state = decided.call;
      turns.push({
        seq,
        token,
        ...keptAnswer(answers, turn),
        journal: withFormat(journal),
        ...entriesOfTurn(left, decided.drafts),
      });
    }
    assert(left.length === 0, 'every entry belongs to a turn');
    calls.push({ of, ...began, language, currency, turns });
  }
}

/** Records the calls of every script and of random keys. Throws where a secret would be kept or a call cannot be decided again. */
async function recordCalls(version: string): Promise<string> {
  const texts = await shippedTexts();
  const row = await published(texts);
  assert(row.document === documentOf(texts), 'the release is stored as its document');
  const start: Recording = { version, publicUrl: PUBLIC_URL, release: row, answers: [], calls: [] };
  const notes: Notes = {
    release: releaseOfRecording(start),
    calls: [],
    answers: new Map(),
    codes: new Set(),
  };
  const inWorld = async (of: string, play: (world: World) => Promise<unknown>): Promise<void> => {
    const world = await worldWith(of, row);
    try {
      await play(world);
      await note(world, of, notes);
    } finally {
      await world.stop();
    }
  };
  for (const name of CALL_SCRIPTS)
    await inWorld(name, async (world) => {
      const failures = await playCallScript(world, name);
      assert(failures.length === 0, `${name} goes as written: ${JSON.stringify(failures)}`);
    });
  for (const [name, arrange] of Object.entries(ARRANGED)) await inWorld(name, arrange);
  const random = fc.sample(steps, { numRuns: RANDOM_SCRIPTS, seed: RANDOM_SEED });
  for (const [index, script] of random.entries())
    await inWorld(`random keys ${index + 1}`, async (world) => {
      const lines = await playSteps(world, script, index * 3, () => {});
      for (const { phone } of lines) await phone.hangUp();
    });
  const recording = { ...start, answers: [...notes.answers.keys()], calls: notes.calls };
  const file = writeRecording(recording);
  const leaks = leaksIn(file, canaries(notes.codes));
  assert(leaks.length === 0, `no secret is kept: ${leaks.join('; ')}`);
  const { calls, turns, entries, problems } = replayRecording(recording);
  assert(problems.length === 0, problems.join('\n'));
  process.stdout.write(
    `${calls} calls, ${turns} turns, ${entries} decided audit entries, ${notes.answers.size} different answers, ` +
      `${notes.codes.size} codes were sent and none is kept, ${Buffer.byteLength(file)} bytes\n`,
  );
  return file;
}

const packageFile = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
const { version } = JSON.parse(packageFile) as { version: string };
const recorded = await recordCalls(version);
writeFileSync(new URL(`calls-${version}.json`, RECORDED), recorded, { flag: 'wx' });
