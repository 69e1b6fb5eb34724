import { Fault } from '../platform/fault.ts';

/** SQLSTATEs after which the same transaction may well succeed: it lost to another one, or its server went away. */
const TRANSIENT = new Set([
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '0A000', // feature_not_supported: a kept plan whose table a migration has changed
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now: starting up
  '25006', // read_only_sql_transaction: this was the primary, or is not yet
  '08000',
  '08003',
  '08006', // the connection is gone
]);
/** What the system says of a connection that cannot be had or was lost. */
const LOST_CONNECTION = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** SQLSTATEs of a database that works and cannot do it now. */
const UNAVAILABLE = new Set([
  '53300', // too_many_connections
  '55P03', // lock_not_available
  '57014', // query_canceled: statement_timeout
]);
const UNAVAILABLE_CLASSES = /^(?:08|53|57|58|F0|XX)/;
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** What a failure of the database means: `transient` may be tried again, `unavailable` not now, anything else is a bug or not the database's. */
export function failureOf(error: unknown): 'transient' | 'unavailable' | 'other' {
  if (!(error instanceof Error)) return 'other';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (TRANSIENT.has(code) || LOST_CONNECTION.has(code) || isLost(error)) return 'transient';
  if (error.name === 'KnexTimeoutError' || UNAVAILABLE.has(code)) return 'unavailable';
  if (SQLSTATE.test(code) && UNAVAILABLE_CLASSES.test(code)) return 'unavailable';
  // What SQLite says of its file, and never of what was asked of it.
  if (code.startsWith('SQLITE_') && code !== 'SQLITE_CONSTRAINT') return 'unavailable';
  return 'other';
}

/** The error as the rest of the program knows it: Fault(store_unavailable) where the database failed, itself otherwise. */
export function translated(error: unknown): unknown {
  return failureOf(error) === 'other'
    ? error
    : new Fault('store_unavailable', 'the database cannot do it now', { cause: error });
}

/** pg tells without a code of a connection that ended in the middle, or was not there in time. */
function isLost({ message }: Error): boolean {
  return /^timeout expired$|\bConnection (?:terminated|ended)\b|\bConnection was closed\b|Client has encountered a connection error/i.test(
    message,
  );
}
