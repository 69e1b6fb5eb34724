export const LEVELS = ['L0', 'L1', 'L2', 'L3'] as const;
/** Assurance level: L0 nobody, L1 identified, L2 PIN, L3 PIN and a second factor for this action. */
export type Level = (typeof LEVELS)[number];

export const PIN_KINDS = ['query', 'transaction'] as const;
export type PinKind = (typeof PIN_KINDS)[number];
