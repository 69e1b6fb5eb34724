import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';
import { type Keyring, open, seal } from '../platform/keyring.ts';
import type { Random } from '../platform/random.ts';
import type { CarrierCommand } from './carrier-command.ts';

/** A command that waits to be sent, claimed for one try; `tries` counts this one. */
export interface ClaimedCommand {
  readonly handoffId: string;
  readonly number: number;
  readonly tries: number;
  readonly command: CarrierCommand;
}

/** How a command ended; `needless`: what was decided since has made it wrong. */
type CommandEnd = 'done' | 'gone' | 'refused' | 'needless';

interface CommandRow {
  handoff_id: string;
  number: number;
  command_sealed: string;
  tries: number;
  due_at: Instant;
}

const sealContext = (handoffId: string, number: number) => `carrier_commands:${handoffId}:${number}`;

/** Puts commands behind those of the same hand-off, in the transaction of what was decided. */
export async function insertCommands(
  transaction: Knex,
  keyring: Keyring,
  random: Random,
  handoffId: string,
  commands: readonly CarrierCommand[],
  now: Instant,
): Promise<void> {
  if (commands.length === 0) return;
  const last: { number?: number | null } | undefined = await transaction('carrier_commands')
    .where({ handoff_id: handoffId })
    .max({ number: 'number' })
    .first();
  const first = (last?.number ?? 0) + 1;
  const rows = commands.map((command, index) => {
    const number = first + index;
    const command_sealed = seal(keyring, random, sealContext(handoffId, number), JSON.stringify(command));
    const { kind } = command;
    return {
      handoff_id: handoffId,
      number,
      kind,
      command_sealed,
      status: 'pending',
      created_at: now,
      due_at: now,
    };
  });
  await transaction('carrier_commands').insert(rows);
}

/**
 * Takes up to `limit` due commands for one try each, of each hand-off only the oldest that has not ended: their order is
 * kept. The claim moves `due_at` to the end of the lease; a process that dies gives the command back by that.
 */
export async function claimCommands(
  knex: Knex,
  keyring: Keyring,
  now: Instant,
  leaseMilliseconds: number,
  limit: number,
): Promise<readonly ClaimedCommand[]> {
  const rows: CommandRow[] = await knex<CommandRow>('carrier_commands as due')
    .where('due.status', 'pending')
    .where('due.due_at', '<=', now)
    .whereNotExists(
      knex('carrier_commands as earlier')
        .whereRaw('earlier.handoff_id = due.handoff_id and earlier.number < due.number')
        .where('earlier.status', 'pending'),
    )
    .orderBy('due.due_at')
    .limit(limit)
    .select('due.*');
  const claimed: ClaimedCommand[] = [];
  for (const { handoff_id, number, command_sealed, tries, due_at } of rows) {
    const count = await knex('carrier_commands')
      .where({ handoff_id, number, status: 'pending', tries, due_at })
      .update({ tries: tries + 1, due_at: now + leaseMilliseconds });
    if (count !== 1) continue;
    const command = JSON.parse(
      open(keyring, sealContext(handoff_id, number), command_sealed),
    ) as CarrierCommand;
    claimed.push({ handoffId: handoff_id, number, tries: tries + 1, command });
  }
  return claimed;
}

/** Writes down how a claimed command ended. Answers false where somebody else did, or has claimed it since. */
export async function endCommand(
  knex: Knex,
  { handoffId, number, tries }: ClaimedCommand,
  status: CommandEnd,
  carrierError?: number,
): Promise<boolean> {
  const ended = await knex('carrier_commands')
    .where({ handoff_id: handoffId, number, status: 'pending', tries })
    .update({ status, error: carrierError === undefined ? null : String(carrierError) });
  return ended === 1;
}

/** Gives a claimed command back for another try. */
export async function postponeCommand(
  knex: Knex,
  { handoffId, number, tries }: ClaimedCommand,
  dueAt: Instant,
): Promise<void> {
  await knex('carrier_commands')
    .where({ handoff_id: handoffId, number, status: 'pending', tries })
    .update({ due_at: dueAt });
}
