const WHAT_TO_DO: { readonly [code: string]: string } = {
  EADDRINUSE:
    'another program uses it, perhaps a hotline that still runs: end that one, or choose another PORT',
  EACCES: 'this user may not use it: choose a PORT above 1023',
  EADDRNOTAVAIL: 'this machine has no such address: correct HOST',
  ENOTFOUND: 'this machine knows no such name: correct HOST',
};

/** What an operator is told where this address cannot be listened on. Pure. */
export function listenTrouble(error: unknown, { host, port }: { host: string; port: number }): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
  return `Port ${port} of ${host} cannot be listened on: ${WHAT_TO_DO[code] ?? 'set HOST and PORT'} (${code}).`;
}
