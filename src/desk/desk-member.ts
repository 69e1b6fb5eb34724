import type { Language } from '../locales/catalogue.ts';
import type { Instant } from '../platform/clock.ts';

/** Somebody who has signed in with both factors, as use cases of the desk are given them; the staff room makes it. */
export interface DeskMember {
  readonly id: string;
  readonly name: string;
  /** The adviser number callers are told: 4 digits. */
  readonly number: string;
  readonly role: 'agent' | 'senior_agent' | 'supervisor' | 'compliance' | 'administrator';
  readonly tier: 1 | 2 | 3 | undefined;
  readonly languages: readonly Language[];
  /** E.164 or `sip:…`. */
  readonly phone: string;
  /** Until when they may take calls, exclusively (R9); undefined: they may not. */
  readonly qualifiedUntil: Instant | undefined;
  /** The id of the session they act in; never its token. */
  readonly session: string;
}

/** What the desk asks of the one table of permissions. */
export type DeskAction =
  | 'own.shift'
  | 'desk.open'
  | 'call.take'
  | 'call.take_restricted'
  | 'call.work'
  | 'call.transfer'
  | 'keying.ask'
  | 'freeze.ask'
  | 'case.open'
  | 'customer.see'
  | 'call.listen'
  | 'call.whisper'
  | 'call.speak';

type PermissionRefusal = 'not_your_work' | 'beyond_tier' | 'duties_separated' | 'qualification_ended';

/** Whether somebody may do something now, by the table of permissions alone (R10). */
export type Permits = (
  member: Pick<DeskMember, 'role' | 'qualifiedUntil'>,
  action: DeskAction,
  now: Instant,
) => { readonly kind: 'allowed' } | { readonly kind: 'refused'; readonly reason: PermissionRefusal };

/** Why a use case of the desk did nothing; a closed list, with words in desk.yaml. */
export const DESK_REFUSALS = [
  'not_your_work',
  'beyond_tier',
  'duties_separated',
  'qualification_ended',
  'not_yours',
  'too_late',
  'not_now',
  'unknown_handoff',
  'unknown_case',
  'unknown_person',
  'person_not_ready',
  'person_cannot_serve',
  'no_phone',
  'digits_in_notes',
  'notes_too_long',
  'notes_changed',
  'not_your_customer',
  'unknown_call',
  'call_ended',
  'nobody_identified',
  'not_in_release',
  'attempts_spent',
] as const;
export type DeskRefusal = (typeof DESK_REFUSALS)[number];

/** What a use case answers; a refusal has changed nothing but the record. */
export type DeskAnswer<Done = unknown> =
  | ({ readonly kind: 'done' } & Done)
  | { readonly kind: 'refused'; readonly reason: DeskRefusal };

export function refusedFor(reason: DeskRefusal): { readonly kind: 'refused'; readonly reason: DeskRefusal } {
  return { kind: 'refused', reason };
}
