import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';
import { type Keyring, open, seal } from '../platform/keyring.ts';
import type { Random } from '../platform/random.ts';

/** The notes of one talk. `version` counts the times they were saved. */
interface Notes {
  readonly body: string;
  readonly version: number;
  readonly staffId: string;
  readonly updatedAt: Instant;
}

interface NotesRow {
  handoff_id: string;
  staff_id: string;
  body_sealed: string;
  version: number;
  updated_at: Instant;
}

const sealContext = (handoffId: string) => `desk_notes.body:${handoffId}`;

/** The notes of a hand-off, opened; undefined before the first. */
export async function findNotes(knex: Knex, keyring: Keyring, handoffId: string): Promise<Notes | undefined> {
  const row: NotesRow | undefined = await knex<NotesRow>('desk_notes')
    .where({ handoff_id: handoffId })
    .first();
  return (
    row && {
      body: open(keyring, sealContext(handoffId), row.body_sealed),
      version: row.version,
      staffId: row.staff_id,
      updatedAt: row.updated_at,
    }
  );
}

/** How often the notes of a hand-off were saved. */
export async function notesVersion(knex: Knex, handoffId: string): Promise<number> {
  const row: { version: number } | undefined = await knex('desk_notes')
    .where({ handoff_id: handoffId })
    .first('version');
  return row?.version ?? 0;
}

/**
 * Saves notes over the version they were written on (0: the first). Answers the new version, or undefined where somebody has
 * saved others since: nothing is lost, and nothing is written.
 */
export async function saveNotes(
  transaction: Knex,
  keyring: Keyring,
  random: Random,
  handoffId: string,
  notes: Notes,
): Promise<number | undefined> {
  const { staffId, version, updatedAt } = notes;
  const saved = {
    staff_id: staffId,
    body_sealed: seal(keyring, random, sealContext(handoffId), notes.body),
    version: version + 1,
    updated_at: updatedAt,
  };
  if (version === 0) {
    const written: unknown[] = await transaction('desk_notes')
      .insert({ handoff_id: handoffId, ...saved })
      .onConflict('handoff_id')
      .ignore()
      .returning('handoff_id');
    return written.length === 1 ? 1 : undefined;
  }
  const updated = await transaction<NotesRow>('desk_notes')
    .where({ handoff_id: handoffId, version })
    .update(saved);
  return updated === 1 ? saved.version : undefined;
}
