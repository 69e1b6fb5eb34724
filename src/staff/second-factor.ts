/** What the second factor of an account is sealed for: moved to another row it does not open. */
export function totpContext(staffId: string): string {
  return `staff_accounts.totp_sealed:${staffId}`;
}

/** The same of one that was shown with a link and is not confirmed. */
export function offerContext(staffId: string): string {
  return `staff_accounts.totp_offered_sealed:${staffId}`;
}
