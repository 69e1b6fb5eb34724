import { z } from 'zod';
import { ACTIONS } from '../actions/catalogue.ts';
import { LEVELS } from '../actions/requirement.ts';
import { RUNGS } from '../desk/ladder.ts';
import { HANDOFF_STATES, KEYING_KINDS } from '../escalation/handoff.ts';
import { HANDOFF_REASONS, QUEUES } from '../escalation/reasons.ts';
import { LANGUAGES, type Language } from '../locales/catalogue.ts';
import { STAFF_ROLES } from '../staff/roles.ts';

/** A moment: milliseconds inside, RFC 3339 outside. */
export const moment = z
  .number()
  .transform((at) => new Date(at).toISOString())
  .pipe(z.iso.datetime());

/** What may not be there: null in JSON, so that a member that is missing is always a mistake. */
export function maybe<Schema extends z.ZodType>(schema: Schema) {
  const nothing = z
    .undefined()
    .transform(() => null)
    .pipe(z.null());
  return z.union([schema, nothing]);
}

/** An id that the service gave. */
export const id = z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/);
export const ofHandoff = z.strictObject({ handoff: id.meta({ description: 'From the offer or the call.' }) });

export const language = z
  .enum(LANGUAGES as readonly [Language, ...Language[]])
  .meta({ id: 'Language', description: 'Spoken with callers, or of pages.' });
export const role = z.enum(STAFF_ROLES).meta({ id: 'Role' });
export const queue = z.enum(QUEUES).meta({ id: 'Queue' });
const action = z.enum(ACTIONS).meta({ id: 'Action', description: 'What a caller can have done.' });
const level = z.enum(LEVELS).meta({
  id: 'Level',
  description: 'L0 nobody, L1 identified, L2 a PIN, L3 a PIN and a code for this action.',
});
export const keyingKind = z.enum(KEYING_KINDS).meta({ id: 'KeyingKind' });
const handoffState = z.enum(HANDOFF_STATES).meta({ id: 'HandoffState' });
const presenceState = z.enum(['off', 'ready', 'asked', 'away', 'busy', 'wrap_up']).meta({
  id: 'PresenceState',
  description: '`asked`: two offers were missed; being ready again says that somebody is there.',
});
const rules = z.array(z.string()).meta({ description: 'Ids of the rulebook.' });

export const presence = z
  .object({ state: presenceState, since: moment, misses: z.int() })
  .meta({ id: 'Presence' });

export const reason = z.enum(HANDOFF_REASONS).meta({ id: 'HandoffReason' });
const why = z
  .object({
    ...{ reason, says: z.string(), advice: z.string(), rules, queue },
    intent: maybe(action),
  })
  .meta({ id: 'WhyTheyCame', description: '`says` and `advice` are in the language of the person’s pages.' });

export const offer = z
  .object({
    handoff: id,
    ...{ why, language },
    waitingSince: moment,
    until: moment,
    isReturn: z.boolean().meta({ description: 'The person lost this caller a moment ago.' }),
  })
  .meta({ id: 'Offer', description: 'Nothing personal: that comes with the call.' });

export const customer = z
  .object({
    ...{ familyName: z.string(), addressed: z.string(), idLastFour: z.string() },
    phoneLastFour: maybe(z.string()),
    isFrozen: z.boolean(),
  })
  .meta({ id: 'Customer', description: 'Masked, as the line reads it back. Each look is recorded.' });

const rung = z
  .object({
    name: z.enum(RUNGS),
    rule: z.string(),
    state: z.enum(['passed', 'failed', 'locked', 'open', 'fallen']),
    at: maybe(moment),
    until: maybe(moment),
  })
  .meta({ id: 'Rung', description: 'Never what was keyed, how much of it, or how often.' });

const step = z
  .object({
    step: z.string(),
    rule: z.string(),
    level: maybe(level),
    obstacle: maybe(z.string()),
    says: maybe(z.string()),
  })
  .meta({ id: 'NextStep', description: 'With an obstacle it is not possible now; `says` is the reason.' });

const told = z
  .object({
    at: moment,
    text: z.string(),
    mark: maybe(z.enum(['ok', 'bad'])),
    rule: maybe(z.string()),
  })
  .meta({ id: 'Told' });

export const call = z
  .object({
    handoff: id,
    state: handoffState,
    version: z.int(),
    ticket: z.int().meta({ description: 'How often the ticket was issued; a transfer issues it anew.' }),
    ...{ language, line: z.string(), why, level },
    claimed: maybe(customer),
    ladder: z.array(rung),
    nextLevels: z.array(z.object({ level, actions: z.array(action).readonly() })).readonly(),
    steps: z.array(step),
    soFar: z.array(told),
    controls: z.array(z.string()).readonly(),
    waitingSince: moment,
    talkedAt: maybe(moment),
    until: maybe(moment),
    heldSince: maybe(moment),
    holdLimitAt: maybe(moment),
    keying: maybe(z.object({ what: keyingKind, since: moment })),
    supervisor: maybe(z.object({ voice: z.enum(['listen', 'whisper', 'speak']) })),
    notes: z.object({ body: z.string(), version: z.int() }),
    colleagues: z.array(z.object({ id, name: z.string() })),
  })
  .meta({ id: 'Call', description: 'What the call screen shows, and no more.' });

export const queueStand = z
  .object({ queue, waiting: z.int(), since: maybe(moment) })
  .meta({ id: 'QueueStand' });

/** Somebody at the desk, as the board has them. */
export const atDeskPerson = z
  .object({
    ...{ id, name: z.string(), number: z.string(), state: presenceState, since: moment },
    isHere: z.boolean().meta({ description: 'A page or a program of theirs was heard of in the last 15 s.' }),
    call: maybe(z.object({ handoff: id, queue, state: handoffState })),
  })
  .meta({ id: 'PersonAtDesk' });
