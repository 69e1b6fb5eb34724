/** Cookies of the desk. `__Host-`: only over https (or this machine), only from and for this host. */
export const COOKIES = {
  session: '__Host-desk',
  /** Waits for the second factor. */
  signIn: '__Host-desk-sign-in',
  /** Says that this browser has signed in before. */
  browser: '__Host-desk-browser',
} as const;
type CookieName = (typeof COOKIES)[keyof typeof COOKIES];

/** The value of a cookie of a request; the first where it was sent twice. */
export function readCookie(header: string | undefined, name: CookieName): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** The header that sets a cookie for so many seconds, or until the browser ends where undefined is said; 0 takes it away. */
export function setCookie(name: CookieName, value: string, seconds?: number): string {
  const age = seconds === undefined ? '' : `; Max-Age=${seconds}`;
  return `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Strict${age}`;
}
