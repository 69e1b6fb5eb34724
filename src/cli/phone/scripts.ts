import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { playScript } from '../../../phone-sim/script.service.ts';
import { readScript } from '../../../phone-sim/script.ts';
import {
  DONE,
  FAILED,
  loadCustomers,
  type NamedScript,
  newPhone,
  openInbox,
  type Session,
} from './session.ts';

/** Reads call scripts and reports each problem with its line; undefined when a file cannot be read or is refused. */
export async function readScripts(
  files: readonly string[],
  complain: (text: string) => void,
): Promise<readonly NamedScript[] | undefined> {
  const scripts: NamedScript[] = [];
  let refused = false;
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    const read = text === undefined ? undefined : readScript(text);
    if (read?.kind === 'read') scripts.push({ file, instructions: read.instructions });
    else {
      refused = true;
      if (!read) complain(`${file}: there is no such file`);
      else for (const { line, message } of read.problems) complain(`${file}:${line}: ${message}`);
    }
  }
  return refused ? undefined : scripts;
}

/** Plays the scripts of the session, each with telephones of its own. Answers the exit code. */
export async function playScripts(session: Session): Promise<number> {
  const { scripts, screen, say, complain } = session;
  let failed = 0;
  for (const { file, instructions } of scripts) {
    say(`── ${file}`);
    const { failures } = await playScript(instructions, {
      newPhone: (onEvent) => newPhone(session, onEvent),
      customers: () => loadCustomers(session),
      openInbox: (number) => openInbox(session, number),
      rest: async (milliseconds) => {
        await setTimeout(milliseconds);
      },
      onEvent: (event) => screen.event(event),
    });
    for (const { line, source, message } of failures) {
      complain(`✘ ${file}:${line}: ${source}`);
      complain(`    ${message}`);
    }
    if (failures.length > 0) failed += 1;
    else say(`✔ ${file}`);
  }
  if (scripts.length > 1) say(`${scripts.length - failed} of ${scripts.length} scripts went as written`);
  return failed > 0 ? FAILED : DONE;
}
