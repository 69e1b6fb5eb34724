import { parseArgs } from 'node:util';
import { type CrashDatabases, postgresDatabases, sqliteDatabases } from './crash-database.ts';
import { type CrashLab, startCrashLab } from './crash-lab.ts';
import type { Afterwards } from './crash-run.ts';
import { CRASH_TURNS, type CrashTurn } from './crash-turns.ts';

/** `npm run crash`: kills a process at every await of every turn, and prints a table of the results. */

const DATABASES: { readonly [kind: string]: () => Promise<CrashDatabases> } = {
  sqlite: sqliteDatabases,
  postgres: postgresDatabases,
};

/** What the carrier does afterwards, for each turn. */
function waysOn(turn: CrashTurn): readonly Afterwards[] {
  if (turn.status) return ['retry'];
  return turn === CRASH_TURNS.wrongPin
    ? ['retry', 'fallback', 'fallback, other keys']
    : ['retry', 'fallback'];
}

/** Plays one turn with a kill at each of its awaits; returns how many broke an invariant. */
async function crashEverywhere(
  lab: CrashLab,
  database: string,
  turn: CrashTurn,
): Promise<{ readonly kills: number; readonly broken: number }> {
  const stage = await lab.stage(turn);
  const { points, effects: undisturbed, problems } = await lab.run(stage, { killAt: 0, afterwards: 'retry' });
  let broken = problems.length > 0 ? 1 : 0;
  let kills = 0;
  const say = (killAt: number, point: string, afterwards: string, found: readonly string[]) =>
    console.log(
      [
        database.padEnd(8),
        turn.name.padEnd(32),
        `${killAt}/${points.length}`.padStart(6),
        point.padEnd(22),
        afterwards.padEnd(20),
        found.length === 0 ? 'went on' : found.join('; '),
      ].join('  '),
    );
  say(0, 'nothing', 'undisturbed', problems);
  for (const afterwards of waysOn(turn))
    for (let killAt = 1; ; killAt++) {
      const run = await lab.run(stage, { killAt, afterwards, undisturbed });
      if (!run.killed) break;
      kills += 1;
      if (run.problems.length > 0) broken += 1;
      say(killAt, run.points.at(-1) ?? '', afterwards, run.problems);
    }
  return { kills, broken };
}

const { values } = parseArgs({ options: { database: { type: 'string' }, turn: { type: 'string' } } });
const databases = values.database ? [values.database] : Object.keys(DATABASES);
const turns = Object.entries(CRASH_TURNS).filter(([id]) => values.turn === undefined || values.turn === id);
if (turns.length === 0 || databases.some((kind) => !DATABASES[kind])) {
  console.error(
    `--database is one of ${Object.keys(DATABASES).join(', ')}; --turn one of ${Object.keys(CRASH_TURNS).join(', ')}`,
  );
  process.exit(2);
}
const began = performance.now();
const sum = { kills: 0, broken: 0 };
console.log(
  'database  turn                              await  killed before           then                  outcome',
);
for (const kind of databases) {
  const create = DATABASES[kind];
  if (!create) continue;
  const lab = await startCrashLab(await create());
  try {
    for (const [, turn] of turns) {
      const { kills, broken } = await crashEverywhere(lab, kind, turn);
      sum.kills += kills;
      sum.broken += broken;
    }
  } finally {
    await lab.stop();
  }
}
const seconds = Math.round((performance.now() - began) / 1_000);
console.log(`${sum.kills} kills, ${sum.broken} broke an invariant, ${seconds} s`);
// A harness that has killed nobody has shown nothing.
process.exit(sum.broken === 0 && sum.kills > 0 ? 0 : 1);
