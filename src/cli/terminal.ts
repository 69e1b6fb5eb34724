import { existsSync } from 'node:fs';
import { readConfig, type ToolConfig } from '../config/config.ts';
import type { Clock } from '../platform/clock.ts';
import { Fault } from '../platform/fault.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { Random } from '../platform/random.ts';
import type { Environment } from '../platform/settings.ts';
import { connect, type DatabaseTarget, type Knex } from '../storage/connect.ts';
import { databaseTrouble, describeDatabase } from '../storage/database-trouble.ts';
import { schemaState } from '../storage/migrate.ts';

/** What a command sees of the world. */
export interface Terminal {
  readonly environment: Environment;
  /** What a demo may be told of it; the environment itself when left out. */
  readonly demoEnvironment?: Environment;
  readonly clock: Clock;
  readonly random: Random;
  /** One line, or several with line breaks between, to standard output. */
  print(text: string): void;
}

/** A command cannot do its work, for a reason its user can mend: sentences for standard error, no stack. */
export class CommandRefused extends Error {
  readonly exitCode: number;

  constructor(sentences: string | readonly string[], exitCode = 1) {
    super(typeof sentences === 'string' ? sentences : sentences.join('\n'));
    this.exitCode = exitCode;
    this.name = 'CommandRefused';
  }
}

/** The settings of a command, or a refusal that lists every problem. */
export function readSettings(terminal: Terminal, mode: 'tool' | 'demo'): ToolConfig {
  const result =
    mode === 'tool'
      ? readConfig(terminal.environment, 'tool')
      : readConfig(terminal.demoEnvironment ?? terminal.environment, 'demo');
  if (!result.ok) throw new CommandRefused(result.problems);
  return result.config;
}

/** The keys, or a refusal that says where they come from. */
export function requireKeys(config: ToolConfig): Keyring {
  if (config.keyring) return config.keyring;
  throw new CommandRefused(
    'ENCRYPTION_KEYS, INDEX_KEY and PIN_KEY are not set: set the keys of this deployment, or print new ones with `npm run -s hotline -- new-keys`.',
  );
}

/**
 * Runs `work` on a database that exists and has the current schema, and closes it again. `ifMissing` is the
 * refusal where there is none: no command but `migrate` makes an empty one by accident.
 */
export async function withDatabase<Result>(
  target: DatabaseTarget,
  ifMissing: string,
  work: (knex: Knex) => Promise<Result>,
): Promise<Result> {
  if (target.kind === 'sqlite' && !existsSync(target.file)) throw new CommandRefused(ifMissing);
  return withConnection(target, async (knex) => {
    const { pending, tooNew } = await schemaState(knex);
    if (tooNew.length > 0)
      throw new CommandRefused(
        `A newer version of the program has changed ${describeDatabase(target)}: use that version.`,
      );
    if (pending.length > 0)
      throw new CommandRefused(
        `The schema of ${describeDatabase(target)} is not up to date: run \`npm run -s hotline -- migrate\` first.`,
      );
    return work(knex);
  });
}

/** Runs `work` on a database and closes it again. A driver's error becomes a sentence without the driver's text. */
export async function withConnection<Result>(
  target: DatabaseTarget,
  work: (knex: Knex) => Promise<Result>,
): Promise<Result> {
  let knex: Knex | undefined;
  try {
    knex = connect(target);
    return await work(knex);
  } catch (error) {
    if (error instanceof CommandRefused || error instanceof Fault) throw error;
    const trouble = databaseTrouble(error, target);
    if (trouble === undefined) throw error;
    throw new CommandRefused(trouble);
  } finally {
    await knex?.destroy();
  }
}

/** The sentence standard error gets for anything a command throws. */
export function sentenceFor(error: unknown): string {
  if (error instanceof CommandRefused) return error.message;
  if (error instanceof Fault) return `This cannot be done now: ${error.message}.`;
  // A bug's message may quote data; its name and place are enough to report it.
  const place =
    error instanceof Error ? /\(?((?:file:)?[^\s()]+:\d+:\d+)\)?/.exec(error.stack ?? '')?.[1] : undefined;
  return `The command stopped on a bug${place ? ` at ${place}` : ''}: please report it.`;
}
