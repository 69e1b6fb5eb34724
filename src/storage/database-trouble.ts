import type { DatabaseTarget } from './connect.ts';

/** Where a database is, without the credentials of its address. */
export function describeDatabase(target: DatabaseTarget): string {
  return target.kind === 'sqlite' ? target.file : 'the PostgreSQL database of DATABASE_URL';
}

/** What an operator can do about an error of PostgreSQL, of the network before it, or of its driver. */
const POSTGRES: readonly (readonly [codes: RegExp, whatToDo: string])[] = [
  [
    /^28/,
    'the server refuses the user or password: check both in DATABASE_URL, and pg_hba.conf on the server',
  ],
  [
    /^3D000$/,
    'it does not exist: createdb --encoding=UTF8 --template=template0 NAME, with the name in DATABASE_URL',
  ],
  [
    /^42501$/,
    'its user lacks the rights: GRANT USAGE, CREATE ON SCHEMA public TO that user, and on tables of another owner ALTER TABLE … OWNER TO that user',
  ],
  [/^3F000$/, "there is no schema to create tables in: CREATE SCHEMA public, or set the user's search_path"],
  [/^25006$/, 'it is read-only, as a standby is: name the primary in DATABASE_URL'],
  [/^53300$/, 'the server has no connection left: raise max_connections, or lower DATABASE_POOL'],
  [/^(?:53100|58030)$/, "the server's disk is full or fails: make room on it"],
  [/^57P0[123]$/, 'the server is starting or stopping: try again in a moment'],
  [/^22P05$/, 'it cannot hold every letter: make one with ENCODING UTF8'],
  [/^ECONNREFUSED$/, 'nothing listens there: start the server, or correct host and port in DATABASE_URL'],
  [
    /^(?:ENOTFOUND|EAI_AGAIN)$/,
    'its host is not known: correct the host in DATABASE_URL, or the name service',
  ],
  [
    /^(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ECONNRESET|no connection in time)$/,
    'it does not answer: check host, port and firewall',
  ],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_|TLS|SSL/,
    'its certificate is not trusted: give its authority with NODE_EXTRA_CA_CERTS or sslrootcert',
  ],
];

/** The same of SQLite and of the file system it stands on. */
const SQLITE: readonly (readonly [codes: RegExp, whatToDo: string])[] = [
  [/^SQLITE_NOTADB$/, 'it is no SQLite database: name another file in DATABASE_URL'],
  [/^SQLITE_CORRUPT$/, 'it is damaged: stop every process and restore the newest backup'],
  [/^SQLITE_(?:BUSY|LOCKED)$/, 'another process holds it: end that process, or try again when it is done'],
  [
    /^(?:SQLITE_READONLY|EROFS|EACCES|EPERM|SQLITE_PERM)$/,
    'this user may not write to it or its folder: change their owner or rights',
  ],
  [/^(?:SQLITE_FULL|ENOSPC|EDQUOT)$/, 'its disk is full: make room on it'],
  [
    /^(?:ENOENT|ENOTDIR|EISDIR|EEXIST|SQLITE_CANTOPEN)$/,
    'it cannot be made or opened there: name a file in a folder of an ordinary disk in DATABASE_URL',
  ],
  [/^SQLITE_IOERR$/, 'its disk fails or is full: look after the disk'],
];

/**
 * What an operator is told of a database that cannot be used: a sentence with its code that says what to do, and nothing of
 * the driver's own words, which may quote data. Undefined for what is no trouble of the database. Pure.
 */
export function databaseTrouble(error: unknown, target: DatabaseTarget): string | undefined {
  const code = codeOf(error);
  if (code === undefined) return undefined;
  const whatToDo = (target.kind === 'sqlite' ? SQLITE : POSTGRES).find(([codes]) => codes.test(code))?.[1];
  return `${describeDatabase(target)} cannot be used${whatToDo === undefined ? '' : `: ${whatToDo}`} (${code}).`;
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error.name === 'KnexTimeoutError') return 'no connection in time';
  // pg tells these without a code.
  if (/^SASL|password must be a string/.test(error.message)) return '28P01';
  if (/does not support SSL/.test(error.message)) return 'no SSL';
  return /timeout expired|Connection terminated/.test(error.message) ? 'no connection in time' : undefined;
}
