export const LEVELS = ['L0', 'L1', 'L2', 'L3'] as const;
/** Assurance level: L0 nobody, L1 identified, L2 PIN, L3 PIN and a second factor for this action. */
export type Level = (typeof LEVELS)[number];

export const PIN_KINDS = ['query', 'transaction'] as const;
export type PinKind = (typeof PIN_KINDS)[number];

/** What a policy asks for one action. */
interface ActionRule {
  readonly level: Level;
  /** From the policy's amount for large ones on, exactly at it included (Z8). */
  readonly levelWhenLarge?: Level | undefined;
  readonly pin?: PinKind | undefined;
  /** Read back with barge-in off before the last yes (R8). */
  readonly readBack?: boolean | undefined;
}

/** The least a policy may ask for an action, and what it is refused with below that. */
export interface LeastRequirement {
  readonly says: string;
  readonly basis: string;
  readonly level: Level;
  /** Asking for more would keep callers from it (V8: a freeze must stay easy). */
  readonly noMore?: true;
  /** A large amount takes this level at least; only actions with it may be large. */
  readonly levelWhenLarge?: Level;
  /** `query` is met by either PIN. */
  readonly pin: PinKind | undefined;
}

/** Whether a policy's rule for an action asks for at least what it must. */
export function meetsLeast(rule: ActionRule, least: LeastRequirement): boolean {
  if (rule.level < least.level || (least.noMore && rule.level !== least.level)) return false;
  if (least.levelWhenLarge !== undefined) {
    const large = rule.levelWhenLarge ?? rule.level;
    if (large < least.levelWhenLarge && rule.level < least.levelWhenLarge) return false;
  }
  if (least.pin === undefined) return rule.pin === undefined;
  return least.pin === 'query' ? rule.pin !== undefined : rule.pin === least.pin;
}
