import assert from 'node:assert/strict';
import type { DemoCustomer } from '../../db/seeds/demo-customers.ts';
import { DEMO_CUSTOMERS } from '../../db/seeds/demo-customers.ts';
import type { Exchange } from '../../phone-sim/carrier.client.ts';
import type { Phone } from '../../phone-sim/phone.ts';
import { createTwimlRenderer } from '../../src/carriers/twilio/twiml.ts';
import type { Currency } from '../../src/jurisdictions/currency.ts';
import { firstBrokenEntry } from '../../src/ledger/entry.ts';
import { entriesOfCall } from '../../src/ledger/ledger.store.ts';
import { LANGUAGES } from '../../src/locales/catalogue.ts';
import { codesSentTo, key, registeredNumber, heard as spoken, until } from './callers.ts';
import { keysOf, lineOf, type World } from './world.ts';

/** A call takes about a dozen steps; one that wanders about for longer than this is lost. */
const MOST_STEPS = 80;
const HOURS_UNTIL_TRUSTED = 24;

/** Customers who may transfer to their first payee, codes and all. */
export const SOUND_CUSTOMERS: readonly DemoCustomer[] = DEMO_CUSTOMERS.filter(
  ({ payees, freeze, transactionPinVoid, simChangedHoursAgo, simUnknown, phone }) =>
    (payees[0]?.addedHoursAgo ?? 0) > HOURS_UNTIL_TRUSTED &&
    !freeze &&
    !transactionPinVoid &&
    simChangedHoursAgo === undefined &&
    !simUnknown &&
    (phone?.registeredHoursAgo ?? 0) > HOURS_UNTIL_TRUSTED,
);

/** What was said to a phone, and when. */
export interface Heard {
  readonly phone: Phone;
  readonly exchange: Exchange;
  /** Milliseconds since the process began. */
  readonly at: number;
}

/** A call that was brought to its end. */
export interface CallMade {
  readonly phone: Phone;
  readonly customer: DemoCustomer;
  /** What was transferred, in whole units; undefined for an enquiry. */
  readonly amount: number | undefined;
}

export interface SteadyCaller {
  readonly world: World;
  readonly customer: DemoCustomer;
  /** Filled with each answer. */
  readonly heard: Heard[];
  /** A caller who was sent to a person by an outage waits for this before going on. */
  readonly back?: Promise<unknown>;
}

/** Time passes for a caller who waits for a message: one whose sending fell to a lost connection is due again later. */
const WHILE_WAITING_MILLISECONDS = 20;

/** What the service says in an outage, in every language; each answer has a mark of its own in its addresses. */
export function outageAnswers({ release, config }: World): Pick<ReadonlySet<string>, 'has'> {
  const renderer = createTwimlRenderer({ publicUrl: config.publicUrl, prompts: release.prompts });
  const answers = new Set(LANGUAGES.map((language) => renderer.outageAnswer(language)));
  return { has: (body) => answers.has(body.replaceAll(/&amp;t=[\w-]+/g, '')) };
}

/** The body of an answer, or undefined where there was none. */
export function bodyOf({ outcome }: Exchange): string | undefined {
  return outcome.kind === 'answered' ? outcome.response.body : undefined;
}

function statusOf({ outcome }: Exchange): number | undefined {
  return outcome.kind === 'answered' ? outcome.response.status : undefined;
}

/**
 * Makes one call from the greeting to the goodbye, whatever happens to the database on the way: a transfer of so many
 * whole units to the first payee, or an enquiry. Fails where the call does not get there.
 */
export async function callToTheEnd(caller: SteadyCaller, amount?: number): Promise<CallMade> {
  const { world, customer, heard } = caller;
  const known = (await codesSentTo(world, registeredNumber(customer))).length;
  const phone: Phone = world.phone({
    // The seconds of callers at the same time do not add up: the clock stands still for all of them.
    time: { pass: async () => {} },
    onEvent: (event) => {
      const exchange = event.kind === 'http' ? phone.exchanges[event.number - 1] : undefined;
      if (exchange) heard.push({ phone, exchange, at: performance.now() });
    },
  });
  await phone.dial({ from: registeredNumber(customer), to: lineOf(customer.locale) });
  for (let steps = 0; phone.state !== 'ended'; steps++) {
    assert.ok(steps < MOST_STEPS, `a call goes nowhere at ${phone.step ?? phone.queue ?? phone.state}`);
    if (phone.state === 'speaking' || phone.isAside) await phone.listen();
    else if (phone.state === 'queued') await comeBackFromTheQueue(caller, phone);
    else await key(phone, await keysFor(caller, phone, amount, known));
  }
  const last = phone.exchanges.at(-1);
  if (last && statusOf(last) === 503) {
    // The report of the hang-up was refused: the carrier sends it again (`#rc=3`).
    await caller.back;
    assert.equal(statusOf(await phone.repeatLast()), 200);
  }
  return { phone, customer, amount };
}

/**
 * Nobody answers in the queue: the carrier tries the webhook that failed once more, as `#rc=` has it do, and then takes
 * the caller back to the step the call stands at.
 */
async function comeBackFromTheQueue({ world, back, heard }: SteadyCaller, phone: Phone): Promise<void> {
  const outage = outageAnswers(world);
  const failed = phone.exchanges.findLastIndex((exchange) => outage.has(bodyOf(exchange) ?? ''));
  assert.ok(
    failed >= 0,
    `only an outage sends these callers to a person; heard: ${spoken(phone).join(' | ')}`,
  );
  await back;
  const exchange = await phone.replay(failed + 1);
  heard.push({ phone, exchange, at: performance.now() });
  await phone.leaveQueue('queue-full');
}

async function keysFor(
  { world, customer }: SteadyCaller,
  phone: Phone,
  amount: number | undefined,
  known: number,
): Promise<string> {
  const { phone: number, id } = keysOf(customer);
  switch (phone.step) {
    case 'menu.main':
      return amount === undefined ? '1' : '2';
    case 'menu.money':
      return '2';
    case 'identity.phone':
      return `${number}#`;
    case 'identity.id':
      return `${id}#`;
    case 'pin.entry':
      return `${amount === undefined ? customer.queryPin : customer.transactionPin}`;
    case 'details.payee':
    case 'details.account':
    case 'confirm.identity':
    case 'confirm.order':
      return '1';
    case 'details.amount':
      return `${amount}#`;
    case 'code.entry': {
      // Sent after the commit that asked for it; where that fell into the outage, once the message is due again.
      const own = registeredNumber(customer);
      await until('the code', async () => {
        if ((await codesSentTo(world, own)).length > known) return true;
        world.clock.advance(WHILE_WAITING_MILLISECONDS);
        return false;
      });
      return `${(await codesSentTo(world, own)).at(-1)}`;
    }
    case 'more':
      return '2';
    default:
      throw new Error(`no caller of this kind comes to ${phone.step}`);
  }
}

/** An amount a telephone transfers, different for each index, in whole units of the first payee's currency. */
export function amountFor(customer: DemoCustomer, index: number): number {
  return (100 + index) * (customer.payees[0]?.currency === 'VND' ? 1_000 : 1);
}

/** Said here once more, so that a test finds what the product gets wrong. */
const MINOR_PER_UNIT: { readonly [currency in Currency]: number } = { CNY: 100, VND: 1 };

/** Whole units of the first payee's currency in its minor units. */
export function minorOf(customer: DemoCustomer, amount: number): number {
  return amount * MINOR_PER_UNIT[customer.payees[0]?.currency ?? 'CNY'];
}

/** The sum of all balances, in minor units of every currency. */
export async function moneyOf(world: World): Promise<number> {
  const rows: { balance_minor: number }[] = await world.knex('bank_accounts').select('balance_minor');
  return rows.reduce((sum, row) => sum + Number(row.balance_minor), 0);
}

/**
 * Fails unless every call came to its end with its record whole, each transfer moved its money once and nothing else
 * moved any, and nobody paid an attempt (S2, R12.1, invariants 28, 35, 40).
 */
export async function expectAllWell(
  world: World,
  calls: readonly CallMade[],
  moneyBefore: number,
): Promise<void> {
  const ids = calls.map(({ phone }) => phone.callSid);
  for (const { phone } of calls) {
    assert.equal(firstBrokenEntry(await entriesOfCall(world.knex, phone.callSid)), undefined);
    assert.equal((await world.knex('calls').where({ id: phone.callSid }).first()).status, 'ended');
  }
  const transfers = calls.filter(({ amount }) => amount !== undefined);
  const moved = transfers.reduce((sum, { customer, amount = 0 }) => sum + minorOf(customer, amount), 0);
  assert.equal(moneyBefore - (await moneyOf(world)), moved);
  const orders: { call_id: string }[] = await world
    .knex('carried_orders')
    .where({ action: 'transfer' })
    .whereIn('call_id', ids);
  assert.deepEqual(
    orders.map(({ call_id }) => call_id).sort(),
    transfers.map(({ phone }) => phone.callSid).sort(),
  );
  assert.deepEqual(
    await world.knex('attempts').whereIn('call_id', ids).whereNotIn('status', ['passed', 'refunded']),
    [],
  );
}
