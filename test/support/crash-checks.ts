import { findCall, turnsOfCall } from '../../src/calls/calls.store.ts';
import { recordedCall, replayCall } from '../../src/calls/replay.ts';
import { createTwimlRenderer } from '../../src/carriers/twilio/twiml.ts';
import { firstBrokenEntry, type LedgerEntry } from '../../src/ledger/entry.ts';
import { entriesOfCall } from '../../src/ledger/ledger.store.ts';
import type { Knex } from '../../src/storage/connect.ts';
import type { World } from './world.ts';

/** The part of a world that a record is checked with. */
export type Checked = Pick<World, 'knex' | 'config' | 'release'>;

interface AttemptRow {
  readonly id: string;
  readonly step_token: string;
  readonly factor: string;
  readonly status: string;
}

/**
 * What is wrong with the record of a call, one sentence each: its turns are one after the other, its entries are one
 * unbroken chain that the call knows, every turn is decided the same again, and what was done has its entry and the
 * other way round (invariant 35). Holds at every moment between two turns, also after a process was killed.
 * `given up`: attempts that a dead process left behind, which may be closed without a decision.
 */
export async function problemsOfRecord(
  { knex, config, release }: Checked,
  callId: string,
  givenUp: ReadonlySet<string> = new Set(),
): Promise<readonly string[]> {
  const { keyring } = config;
  const problems: string[] = [];
  const same = (what: string, one: unknown, other: unknown) => {
    if (JSON.stringify(one) !== JSON.stringify(other))
      problems.push(`${what}: ${JSON.stringify(one)} and ${JSON.stringify(other)}`);
  };
  const call = await findCall(knex, keyring, callId);
  const entries = await entriesOfCall(knex, callId);
  const turns = await turnsOfCall(knex, keyring, callId);
  if (!call) {
    same('without a call there is nothing of it', [entries.length, turns.length], [0, 0]);
    return problems;
  }
  // What a person did beside the steps of a call is an entry, and no turn.
  const beside = entries.filter(({ type }) => /^(handoff|desk|case)\./.test(type)).length;
  const numbers = turns.map(({ seq }) => seq);
  if (beside === 0) same('turns are numbered up to the version of the call', numbers, upTo(call.version, 1));
  else if (numbers.some((seq, at) => seq <= (numbers[at - 1] ?? 0) || seq > call.version))
    problems.push(`turns are numbered in order: ${JSON.stringify(numbers)} of ${call.version}`);
  same(
    'entries are numbered as the call counts them',
    entries.map(({ seq }) => seq),
    upTo(call.head.length, 0),
  );
  same('the call knows its last entry', entries.at(-1)?.hash, call.head.lastHash);
  same('the chain is unbroken', firstBrokenEntry(entries), undefined);
  const replayed = replayCall(
    recordedCall(call, turns),
    release,
    createTwimlRenderer({ publicUrl: config.publicUrl, prompts: release.prompts }),
  );
  same('decided again, every turn is the same', replayed, { kind: 'same', turns: turns.length });

  const count = (type: LedgerEntry['type'], matching: (data: LedgerEntry['data']) => boolean = () => true) =>
    entries.filter((entry) => entry.type === type && matching(entry.data)).length;
  const attempts = (await rowsOf(knex, 'attempts', callId)) as unknown as readonly AttemptRow[];
  for (const [status, outcome] of [
    ['passed', 'PASSED'],
    ['failed', 'FAILED'],
  ] as const) {
    const settled = attempts.filter((attempt) => attempt.status === status);
    const entered = count('factor.outcome', (data) => data.outcome === outcome);
    const surely = settled.filter(({ id }) => !givenUp.has(id)).length;
    if (entered < surely || entered > settled.length)
      problems.push(`${settled.length} attempts ${status} and ${entered} entries say so`);
  }
  const orders = await rowsOf(knex, 'carried_orders', callId);
  same('an order carried out has its entry', orders.length, count('order.carried'));
  const codes = await rowsOf(knex, 'codes', callId);
  same('a code has its entry', codes.length, count('code.sent'));
  const live = codes.filter(({ state }) => state === 'live').length;
  if (live > 1) problems.push(`${live} codes are live`);
  const messages = await rowsOf(knex, 'outbox', callId);
  same(
    'a code has one message',
    messages.flatMap(({ code_id }) => code_id ?? []).sort(),
    codes.map(({ id }) => id).sort(),
  );
  const handoffs = (await rowsOf(knex, 'handoffs', callId)).filter(({ reason }) => reason !== 'outage');
  same('who waits for a person has an entry', handoffs.length, count('call.handoff'));
  const ended = call.state.status === 'ended';
  same('the end of a call has its entry', ended ? 1 : 0, count('call.ended'));
  return problems;
}

function upTo(count: number, first: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + first);
}

async function rowsOf(
  knex: Knex,
  table: string,
  callId: string,
): Promise<readonly { readonly [column: string]: unknown }[]> {
  return knex(table).where({ call_id: callId });
}
