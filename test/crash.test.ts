import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type CrashDatabases, postgresDatabases, sqliteDatabases } from './support/crash-database.ts';
import { type CrashLab, startCrashLab } from './support/crash-lab.ts';
import type { Afterwards } from './support/crash-run.ts';
import { CRASH_TURNS, type CrashTurn } from './support/crash-turns.ts';

/** After these, and before what follows them, the world outside the process is another one. */
const CHANGES = ['COMMIT', 'COMMIT sent', 'comparison', 'message', 'answer', 'answered'];

/** The awaits at which something changes outside, and every `step`th of the others, from `offset` on. */
function telling(points: readonly string[], step: number, offset: number): readonly number[] {
  return points.flatMap((point, index) => {
    const changes = CHANGES.includes(point) || CHANGES.includes(points[index - 1] ?? '');
    return changes || index % step === offset ? [index + 1] : [];
  });
}

/** Every `step`th await from `offset` on. */
function spread(points: readonly string[], step: number, offset: number): readonly number[] {
  return points.flatMap((_, index) => (index % step === offset ? [index + 1] : []));
}

/** Kills at these awaits; carrier retries and fallbacks in turn. Answers what went wrong, a line each. */
async function killed(
  lab: CrashLab,
  turn: CrashTurn,
  sees: string,
  choose: (points: readonly string[]) => readonly number[],
): Promise<readonly string[]> {
  const stage = await lab.stage(turn);
  const { points, effects: undisturbed, problems } = await lab.run(stage, { killAt: 0, afterwards: 'retry' });
  assert.deepEqual(problems, [], 'the turn is in order when nobody is killed');
  for (const expected of ['BEGIN', 'COMMIT', 'answer', sees])
    assert.ok(points.includes(expected), `the harness sees ${expected}`);
  const chosen = choose(points);
  assert.ok(chosen.length >= 5, 'there are awaits to be killed at');
  const wrong: string[] = [];
  for (const killAt of chosen) {
    const afterwards: Afterwards = killAt % 2 === 0 ? 'retry' : 'fallback';
    const run = await lab.run(stage, { killAt, afterwards, undisturbed });
    if (!run.killed) wrong.push(`${killAt}: the process was not killed`);
    for (const problem of run.problems)
      wrong.push(`${killAt}, before ${run.points.at(-1)}, ${afterwards}: ${problem}`);
  }
  return wrong;
}

function onDatabase(
  kind: string,
  create: () => Promise<CrashDatabases>,
  tests: (lab: () => CrashLab) => void,
): void {
  describe(`a process killed in the middle of a turn, on ${kind}`, { timeout: 280_000 }, () => {
    let lab: CrashLab;
    before(async () => {
      lab = await startCrashLab(await create());
    });
    after(() => lab?.stop());
    tests(() => lab);
  });
}

onDatabase('SQLite', sqliteDatabases, (lab) => {
  test('in the PIN turn: a taken attempt stays paid, once, and the caller goes on (invariants 3, 35, 40)', async () => {
    assert.deepEqual(
      await killed(lab(), CRASH_TURNS.wrongPin, 'comparison', (points) => telling(points, 8, 0)),
      [],
    );
  });

  test('at the last key of a transfer: the money moves once, and decision and entry agree (invariants 35, 40)', async () => {
    assert.deepEqual(
      await killed(lab(), CRASH_TURNS.lastKey, 'message', (points) => telling(points, 8, 1)),
      [],
    );
  });

  test('equal kills leave equal traces', async () => {
    const stage = await lab().stage(CRASH_TURNS.rightPin);
    const order = { killAt: 12, afterwards: 'fallback' } as const;
    const once = await lab().run(stage, order);
    assert.ok(once.killed);
    assert.deepEqual(await lab().run(stage, order), once);
  });

  test('is noticed where a PIN is compared before its attempt is written down', async () => {
    const stage = await lab().stage(CRASH_TURNS.wrongPin);
    const lie = 'commits_after_comparing';
    const { points } = await lab().run(stage, { killAt: 0, afterwards: 'retry', lie });
    const killAt = points.indexOf('comparison') + 2;
    const { problems } = await lab().run(stage, { killAt, afterwards: 'retry', lie });
    assert.ok(
      problems.includes('a PIN was compared and nobody has paid for it (invariant 3)'),
      `${problems}`,
    );
  });

  test('is noticed where an answer leaves before its turn is committed', async () => {
    const stage = await lab().stage(CRASH_TURNS.lastKey);
    const lie = 'answers_before_committing';
    const { points } = await lab().run(stage, { killAt: 0, afterwards: 'retry', lie });
    const killAt = points.indexOf('answered') + 1;
    const { problems } = await lab().run(stage, { killAt, afterwards: 'retry', lie });
    assert.ok(problems.includes('the caller heard an answer that was not committed'), `${problems}`);
  });
});

onDatabase('PostgreSQL', postgresDatabases, (lab) => {
  test('in the PIN turn: a taken attempt stays paid, once, and the caller goes on (invariants 3, 35, 40)', async () => {
    assert.deepEqual(
      await killed(lab(), CRASH_TURNS.rightPin, 'comparison', (points) => spread(points, 5, 0)),
      [],
    );
  });

  test('at the last key of a transfer: the money moves once, and decision and entry agree (invariants 35, 40)', async () => {
    assert.deepEqual(
      await killed(lab(), CRASH_TURNS.lastKey, 'message', (points) => spread(points, 5, 1)),
      [],
    );
  });
});
