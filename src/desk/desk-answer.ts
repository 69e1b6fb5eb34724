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
