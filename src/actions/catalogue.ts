export const ACTIONS = [
  'enquiry',
  'repayment',
  'transfer',
  'loan_application',
  'contact_change',
  'freeze',
] as const;
/** What can be carried out by telephone; the catalogue in the policy says what each takes. */
export type ActionName = (typeof ACTIONS)[number];
