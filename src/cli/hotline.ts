import { Command, CommanderError } from 'commander';
import { processEnvironment } from '../config/config.ts';
import { systemClock } from '../platform/system-clock.ts';
import { secureRandom } from '../platform/system-random.ts';
import { auditCommand } from './audit.command.ts';
import { callCommand } from './call.command.ts';
import { demoEnvironment } from './demo/demo-environment.ts';
import { demoCustomersCommand } from './demo-customers.command.ts';
import { demoStaffCommand } from './demo-staff.command.ts';
import { enrolCommand } from './enrol.command.ts';
import { flowsCommand } from './flows.command.ts';
import { freezesCommand } from './freezes.command.ts';
import { migrateCommand } from './migrate.command.ts';
import { newKeysCommand } from './new-keys.command.ts';
import { rotateKeysCommand } from './rotate-keys.command.ts';
import { settingsCommand } from './settings.command.ts';
import { simDatesCommand } from './sim-dates.command.ts';
import { staffCommand } from './staff.command.ts';
import { CommandRefused, sentenceFor, type Terminal } from './terminal.ts';

const COMMANDS = [
  migrateCommand,
  newKeysCommand,
  settingsCommand,
  enrolCommand,
  simDatesCommand,
  rotateKeysCommand,
  auditCommand,
  callCommand,
  freezesCommand,
  demoCustomersCommand,
  demoStaffCommand,
  staffCommand,
  flowsCommand,
];

/** Runs one command line (without program names) and answers the exit code. Every failure is told in sentences on standard error. */
export async function runHotline(
  terminal: Terminal,
  words: readonly string[],
  tellError: (text: string) => void,
): Promise<number> {
  const program = new Command('hotline').description('Looks after a verification hotline.');
  for (const command of COMMANDS) program.addCommand(command(terminal));
  for (const command of withSubcommands(program))
    command.exitOverride().configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => tellError(text.trimEnd()),
    });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has told its own errors already.
    if (error instanceof CommanderError) return error.exitCode;
    tellError(sentenceFor(error));
    return error instanceof CommandRefused ? error.exitCode : 1;
  }
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

if (import.meta.main) {
  // Before `.env` is read: it is of production, and no demo takes anything from it.
  const demo = demoEnvironment({ ...process.env }).environment;
  const terminal: Terminal = {
    environment: processEnvironment().environment,
    demoEnvironment: demo,
    clock: systemClock,
    random: secureRandom,
    print: (text) => console.log(text),
  };
  process.exitCode = await runHotline(terminal, process.argv.slice(2), (text) => console.error(text));
}
