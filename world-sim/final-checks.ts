import type { DatabaseSync } from 'node:sqlite';
import type { Currency } from '../src/jurisdictions/currency.ts';
import { firstBrokenEntry, type LedgerEntry } from '../src/ledger/entry.ts';
import { callStream } from '../src/ledger/stream.ts';
import type { Archive } from './archive.ts';
import type { Counting } from './model/counting.ts';
import type { Checks } from './model/invariants.ts';
import type { Money } from './model/money.ts';
import type { Population } from './population.ts';

export interface FinalCheckDependencies {
  readonly raw: DatabaseSync;
  readonly checks: Checks;
  readonly counting: Counting;
  readonly population: Population;
  readonly archive: Archive;
  readonly money: Money;
}

interface EntryRow {
  readonly seq: number;
  readonly at: number;
  readonly type: LedgerEntry['type'];
  readonly step: string;
  readonly rules: string;
  readonly release: string;
  readonly data: string;
  readonly prevHash: string;
  readonly hash: string;
}

/** Checks all stored data once at the end: what was checked turn by turn must still hold. */
export function finalChecks(parts: FinalCheckDependencies): void {
  checkChains(parts);
  checkMoney(parts);
  checkCounters(parts);
}

function checkChains({ raw, checks }: FinalCheckDependencies): void {
  const calls = raw.prepare('SELECT id, entries, last_hash AS lastHash FROM calls').all() as {
    id: string;
    entries: number;
    lastHash: string;
  }[];
  const read = raw.prepare(
    `SELECT seq, at, type, step, rules, "release", data, prev_hash AS prevHash, hash
       FROM ledger_entries WHERE stream_kind = 'call' AND stream_id = ? ORDER BY seq`,
  );
  for (const { id, entries, lastHash } of calls) {
    const chain = (read.all(id) as unknown as EntryRow[]).map((row) => ({
      ...row,
      stream: callStream(id),
      rules: JSON.parse(row.rules) as string[],
      data: JSON.parse(row.data) as LedgerEntry['data'],
    }));
    checks.hold(
      35,
      firstBrokenEntry(chain) === undefined && chain.length === entries && chain.at(-1)?.hash === lastHash,
      () => `the entries of ${id} do not verify`,
    );
  }
}

function checkMoney({ raw, checks, population, archive, money }: FinalCheckDependencies): void {
  const sums = raw
    .prepare('SELECT currency, sum(balance_minor) AS total FROM bank_accounts GROUP BY currency')
    .all() as {
    currency: Currency;
    total: number;
  }[];
  for (const { currency, total } of sums) {
    const gone = (money.moved.get(currency) ?? 0) + (archive.taken.get(currency) ?? 0);
    checks.hold(
      27,
      total + gone === population.brought.get(currency),
      () => `${currency}: ${total} left and ${gone} gone is not what there was`,
    );
  }
  const [lonely] = raw
    .prepare(
      `SELECT count(*) AS count FROM bank_postings p
         WHERE p.kind <> 'refused' AND NOT EXISTS (SELECT 1 FROM carried_orders c WHERE c.idempotency_key = p.idempotency_key)`,
    )
    .all() as { count: number }[];
  checks.hold(27, lonely?.count === 0, () => `${lonely?.count} postings have no order`);
}

function checkCounters({ raw, checks, counting }: FinalCheckDependencies): void {
  const rows = raw
    .prepare(
      'SELECT customer_id AS customer, factor, own_failures AS own, other_failures AS other FROM lock_counters',
    )
    .all() as { customer: string; factor: string; own: number; other: number }[];
  for (const { customer, factor, own, other } of rows) {
    const counted = counting.failures(customer, factor);
    checks.hold(
      7,
      counted.own === own && counted.other === other,
      () => `${customer} ${factor} ends at ${own}+${other}, counted were ${counted.own}+${counted.other}`,
    );
  }
}
