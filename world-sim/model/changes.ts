import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Stream } from '../../src/ledger/stream.ts';

export interface AttemptChange {
  readonly id: string;
  readonly call: string;
  readonly token: string;
  readonly factor: string;
  readonly customer: string | null;
  readonly source: string;
  readonly own: number;
  readonly status: string;
  readonly before: string | null;
  readonly refusal: string | null;
  readonly reservedAt: number;
  readonly settledAt: number | null;
  readonly code: string | null;
}
export interface CounterChange {
  readonly customer: string;
  readonly factor: string;
  readonly own: number;
  readonly other: number;
  readonly ownBefore: number;
  readonly otherBefore: number;
}
export interface CodeChange {
  readonly id: string;
  readonly call: string;
  readonly customer: string;
  readonly binding: string;
  readonly state: string;
  readonly before: string | null;
  readonly expiresAt: number;
}
export interface FreezeChange {
  readonly customer: string;
  readonly freeze: string;
}
export interface MoneyChange {
  readonly id: string;
  readonly customer: string;
  readonly taken: number;
}
export interface PostingChange {
  readonly key: string;
  readonly customer: string;
  readonly kind: string;
  readonly account: string | null;
  readonly counterparty: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly at: number;
}
export interface CarriedChange {
  readonly key: string;
  readonly call: string;
  readonly customer: string;
  readonly action: string;
  readonly level: string;
  readonly amount: number | null;
  readonly at: number;
}
export interface EntryChange {
  readonly stream: Stream;
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly step: string;
  readonly rules: string;
  readonly release: string;
  readonly data: string;
  readonly prevHash: string;
  readonly hash: string;
}
export interface TurnChange {
  readonly call: string;
  readonly token: string;
  readonly seq: number;
  readonly at: number;
}
export interface CallChange {
  readonly id: string;
  readonly status: string;
  readonly version: number;
  readonly lastHash: string;
  readonly entries: number;
}

/** What a commit changed, by table, in the order it was written. */
export interface Changes {
  readonly attempts: readonly AttemptChange[];
  readonly counters: readonly CounterChange[];
  readonly codes: readonly CodeChange[];
  readonly freezes: readonly FreezeChange[];
  /** Freezes that the core has committed. */
  readonly coreFreezes: readonly { readonly customer: string }[];
  readonly accounts: readonly MoneyChange[];
  readonly loans: readonly MoneyChange[];
  readonly postings: readonly PostingChange[];
  readonly carried: readonly CarriedChange[];
  readonly entries: readonly EntryChange[];
  readonly turns: readonly TurnChange[];
  readonly calls: readonly CallChange[];
}

const ATTEMPT = `'id', NEW.id, 'call', NEW.call_id, 'token', NEW.step_token, 'factor', NEW.factor,
  'customer', NEW.customer_id, 'source', NEW.source_index, 'own', NEW.own_line, 'status', NEW.status,
  'refusal', NEW.refusal, 'reservedAt', NEW.reserved_at, 'settledAt', NEW.settled_at, 'code', NEW.code_id`;
const COUNTER = `'customer', NEW.customer_id, 'factor', NEW.factor, 'own', NEW.own_failures, 'other', NEW.other_failures`;
const CODE = `'id', NEW.id, 'call', NEW.call_id, 'customer', NEW.customer_id, 'binding', NEW.binding,
  'state', NEW.state, 'expiresAt', NEW.expires_at`;
const POSTING = `'key', NEW.idempotency_key, 'customer', NEW.customer_id, 'kind', NEW.kind,
  'account', NEW.account_id, 'counterparty', NEW.counterparty_id, 'amount', NEW.amount_minor,
  'currency', NEW.currency, 'at', NEW.at`;
const CARRIED = `'key', NEW.idempotency_key, 'call', NEW.call_id, 'customer', NEW.customer_id, 'action', NEW.action,
  'level', NEW.level, 'amount', NEW.amount_minor, 'at', NEW.at`;
const ENTRY = `'stream', json_object('kind', NEW.stream_kind, 'id', NEW.stream_id), 'seq', NEW.seq, 'at', NEW.at, 'type', NEW.type, 'step', NEW.step,
  'rules', NEW.rules, 'release', NEW.release, 'data', NEW.data, 'prevHash', NEW.prev_hash, 'hash', NEW.hash`;
const TURN = `'call', NEW.call_id, 'token', NEW.token, 'seq', NEW.seq, 'at', NEW.at`;
const CALL = `'id', NEW.id, 'status', NEW.status, 'version', NEW.version, 'lastHash', NEW.last_hash, 'entries', NEW.entries`;

/** Table of ours, table of the service, when, which rows, and what is kept of them. */
const WATCHED: readonly (readonly [keyof Changes, string, string, string, string])[] = [
  ['attempts', 'attempts', 'INSERT', '1', `${ATTEMPT}, 'before', NULL`],
  ['attempts', 'attempts', 'UPDATE', 'NEW.status <> OLD.status', `${ATTEMPT}, 'before', OLD.status`],
  ['counters', 'lock_counters', 'INSERT', '1', `${COUNTER}, 'ownBefore', 0, 'otherBefore', 0`],
  [
    'counters',
    'lock_counters',
    'UPDATE',
    'NEW.own_failures <> OLD.own_failures OR NEW.other_failures <> OLD.other_failures',
    `${COUNTER}, 'ownBefore', OLD.own_failures, 'otherBefore', OLD.other_failures`,
  ],
  ['codes', 'codes', 'INSERT', '1', `${CODE}, 'before', NULL`],
  ['codes', 'codes', 'UPDATE', 'NEW.state <> OLD.state', `${CODE}, 'before', OLD.state`],
  ['freezes', 'customers', 'UPDATE', 'NEW.freeze <> OLD.freeze', `'customer', NEW.id, 'freeze', NEW.freeze`],
  ['coreFreezes', 'bank_freezes', 'INSERT', '1', `'customer', NEW.customer_id`],
  [
    'accounts',
    'bank_accounts',
    'UPDATE',
    'NEW.balance_minor <> OLD.balance_minor',
    `'id', NEW.id, 'customer', NEW.customer_id, 'taken', OLD.balance_minor - NEW.balance_minor`,
  ],
  [
    'loans',
    'bank_loans',
    'UPDATE',
    'NEW.outstanding_minor <> OLD.outstanding_minor',
    `'id', NEW.id, 'customer', NEW.customer_id, 'taken', OLD.outstanding_minor - NEW.outstanding_minor`,
  ],
  ['postings', 'bank_postings', 'INSERT', '1', POSTING],
  ['postings', 'bank_postings', 'UPDATE', '1', POSTING],
  ['carried', 'carried_orders', 'INSERT', '1', CARRIED],
  ['entries', 'ledger_entries', 'INSERT', "NEW.stream_kind = 'call'", ENTRY],
  ['turns', 'turns', 'INSERT', '1', TURN],
  ['calls', 'calls', 'INSERT', '1', CALL],
  ['calls', 'calls', 'UPDATE', 'NEW.version <> OLD.version', CALL],
];

/**
 * Reads after each commit what it changed. The rows are written down by triggers of the simulation's own connection, so
 * that what is rolled back leaves none, and nothing the service says about itself is believed.
 */
export class ChangeReader {
  readonly #read: StatementSync;
  readonly #forget: StatementSync;

  constructor(raw: DatabaseSync) {
    raw.exec(
      'CREATE TEMP TABLE simulation_changes (seq INTEGER PRIMARY KEY, what TEXT NOT NULL, row TEXT NOT NULL)',
    );
    for (const [index, [what, table, when, condition, members]] of WATCHED.entries())
      raw.exec(
        `CREATE TEMP TRIGGER simulation_${index} AFTER ${when} ON main.${table} WHEN ${condition} BEGIN
           INSERT INTO simulation_changes (what, row) VALUES ('${what}', json_object(${members})); END`,
      );
    this.#read = raw.prepare('SELECT what, row FROM simulation_changes ORDER BY seq');
    this.#forget = raw.prepare('DELETE FROM simulation_changes');
  }

  /** What has been committed since the last time; undefined when nothing was. */
  take(): Changes | undefined {
    const rows = this.#read.all() as { what: keyof Changes; row: string }[];
    if (rows.length === 0) return undefined;
    this.#forget.run();
    const changes: { [what in keyof Changes]: unknown[] } = {
      attempts: [],
      counters: [],
      codes: [],
      freezes: [],
      coreFreezes: [],
      accounts: [],
      loans: [],
      postings: [],
      carried: [],
      entries: [],
      turns: [],
      calls: [],
    };
    for (const { what, row } of rows) changes[what].push(JSON.parse(row));
    return changes as unknown as Changes;
  }
}
