/** Why somebody declines an offer, from a closed list. */
export const DECLINE_REASONS = ['busy_with_case', 'language', 'knows_caller', 'break_due', 'other'] as const;
export type DeclineReason = (typeof DECLINE_REASONS)[number];
