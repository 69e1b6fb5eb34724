import { MUTANTS } from './mutants.ts';
import { whySurvived, whyUncontrolled } from './run-mutants.ts';

/** `npm run mutants`: every named test on the unchanged source, then every mutant; a line for each, with its problem. */
async function main(): Promise<void> {
  let wrong = 0;
  const say = (line: string, problem: string | undefined) => {
    process.stdout.write(`${problem === undefined ? '✔' : '✖'} ${line}\n`);
    if (problem === undefined) return;
    wrong += 1;
    process.stdout.write(`${problem.replaceAll(/^/gm, '    ')}\n`);
  };
  for (const [file, mutants] of Map.groupBy(MUTANTS, ({ killedBy }) => killedBy.file))
    say(`${file} passes on the unchanged source`, await whyUncontrolled(file, mutants));
  for (const mutant of MUTANTS)
    say(
      `invariant ${mutant.invariant}: ${mutant.mutation} (${mutant.killedBy.file})`,
      await whySurvived(mutant),
    );
  process.stdout.write(`${MUTANTS.length} mutants, ${wrong} problems\n`);
  if (wrong > 0) process.exitCode = 1;
}

await main();
