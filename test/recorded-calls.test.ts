import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { sha256 } from '../src/platform/digest.ts';
import { canaries, leaksIn, type Recording, readRecording, replayRecording } from './support/recording.ts';

const RECORDED = new URL('./recorded/', import.meta.url);
/** What version 0.1.0 recorded: every script of `flows/scripts` as it then was, and random keys. */
const FIRST = 'calls-0.1.0.json';
const FIRST_COUNTS = { scripts: 38, calls: 146, turns: 1265, entries: 2543 };
/** Enough to read, and no more than a reader of the repository wants to fetch. */
const MOST_BYTES = 1_500_000;

const files = readdirSync(RECORDED).filter((name) => name.endsWith('.json'));
const textOf = (name: string) => readFileSync(new URL(name, RECORDED), 'utf8');
const recordingOf = (name: string) => readRecording(textOf(name));
const scriptsIn = ({ calls }: Recording) =>
  new Set(calls.map(({ of }) => of).filter((of) => of.endsWith('.call')));

/** The recording with one turn of one call changed. */
function withTurn(
  recording: Recording,
  change: (turn: Recording['calls'][number]['turns'][number]) => object,
): Recording {
  const calls = recording.calls.map((call, at) =>
    at === 0
      ? { ...call, turns: call.turns.map((turn, seq) => (seq === 1 ? { ...turn, ...change(turn) } : turn)) }
      : call,
  );
  return { ...recording, calls };
}

for (const name of files)
  test(`${name}: every call is decided as it was, answers byte for byte and audit entries field by field`, () => {
    const recording = recordingOf(name);
    const { problems, calls, turns, entries } = replayRecording(recording);
    assert.deepEqual(problems, []);
    assert.ok(calls > 0 && turns > calls && entries > turns, 'calls were decided');
  });

test('the recording of 0.1.0 holds what it held when it was made', () => {
  const recording = recordingOf(FIRST);
  const { calls, turns, entries } = replayRecording(recording);
  assert.deepEqual({ scripts: scriptsIn(recording).size, calls, turns, entries }, FIRST_COUNTS);
});

test('a recording is small and holds no PIN and no ID number', () => {
  assert.ok(files.length > 0, 'there are recordings');
  for (const name of files) {
    const text = textOf(name);
    assert.ok(Buffer.byteLength(text) < MOST_BYTES, name);
    assert.deepEqual(leaksIn(text, canaries()), [], name);
    const pin = canaries().find(({ kind }) => kind === 'pin')?.text ?? '';
    assert.notDeepEqual(leaksIn(`${text}"${pin}"`, canaries()), [], 'a PIN would be found');
  }
});

test('one byte of an answer that differs is found', () => {
  const recording = recordingOf(FIRST);
  const [answer = ''] = recording.answers;
  for (const planted of [`${answer} `, answer.replace('timeout="', 'timeout="1'), answer.slice(0, -1)]) {
    assert.notEqual(planted, answer);
    const { problems } = replayRecording({ ...recording, answers: [planted, ...recording.answers.slice(1)] });
    assert.match(problems[0] ?? '', /turn 1 at menu.main: answer$/);
  }
});

test('one field of an audit entry that differs is found, and an entry too few', () => {
  const recording = recordingOf(FIRST);
  const renamed = withTurn(recording, ({ entries }) => ({
    entries: entries.map((entry) => ({ ...(entry as object), step: 'elsewhere' })),
  }));
  assert.match(replayRecording(renamed).problems[0] ?? '', /audit entry 0: step was "elsewhere" and is "/);
  const fewer = withTurn(recording, ({ entries }) => ({ entries: entries.slice(1) }));
  assert.match(replayRecording(fewer).problems[0] ?? '', /audit entries were recorded, \d+ are decided/);
});

test('a journal and a release of an unknown format are refused in words, and a release that was changed', () => {
  const recording = recordingOf(FIRST);
  const journal = withTurn(recording, ({ journal }) => ({ journal: { ...(journal as object), format: 99 } }));
  assert.match(replayRecording(journal).problems[0] ?? '', /the journal is of format 99, and this version/);
  const { release } = recording;
  const document = release.document.replace('{', '{"format":99,');
  const changed = { ...recording, release: { ...release, document } };
  assert.throws(() => replayRecording(changed), /the recorded release was changed/);
  const newer = { ...recording, release: { ...release, document, hash: sha256(document) } };
  assert.throws(() => replayRecording(newer), /the release is of format 99, and this version/);
});
