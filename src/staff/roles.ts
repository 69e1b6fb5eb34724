/** Who works here (docs/desk.md). */
export const STAFF_ROLES = ['agent', 'senior_agent', 'supervisor', 'compliance', 'administrator'] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];

/** How much authority over calls somebody has; compliance and administrators have none. */
export type StaffTier = 1 | 2 | 3;

const TIERS: { readonly [role in StaffRole]: StaffTier | undefined } = {
  agent: 1,
  senior_agent: 2,
  supervisor: 3,
  compliance: undefined,
  administrator: undefined,
};

/** The tier of a role; undefined for one that has nothing to do with calls. */
export function tierOf(role: StaffRole): StaffTier | undefined {
  return TIERS[role];
}

/** Whether a text is the name of a role. */
export function isStaffRole(text: string): text is StaffRole {
  return STAFF_ROLES.some((role) => role === text);
}
