import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { DemoCustomer } from '../../db/seeds/demo-customers.ts';
import type { Exchange } from '../../phone-sim/carrier.client.ts';
import type { Attestation } from '../../phone-sim/carrier-request.ts';
import type { Phone } from '../../phone-sim/phone.ts';
import type { PhoneOptions } from '../../phone-sim/phone-options.ts';
import type { Language } from '../../src/locales/catalogue.ts';
import type { Knex } from '../../src/storage/connect.ts';
import { keysOf, lineOf, startWorld, type World, type WorldOptions } from './world.ts';

/** What a caller can want, and the menu keys that say so. */
export const INTENT_KEYS = {
  enquiry: '1',
  recent_transactions: '23',
  repayment: '21',
  transfer: '22',
  loan_application: '31',
  contact_change: '32',
  freeze: '4',
} as const;
/** For a handset whose own time stands still: many calls at once would otherwise make each other idle. */
export const TIMELESS = { time: { pass: async () => {} } };

export type Intent = keyof typeof INTENT_KEYS;

export interface CallingOptions {
  /** The calling number; the customer's registered one when left out. */
  readonly from?: string;
  readonly line?: Language;
  readonly attestation?: Attestation;
  readonly phone?: Partial<PhoneOptions>;
}

export interface VerifyingOptions extends CallingOptions {
  readonly intent: Intent;
}

/** A stranger's number, a different one for each index. */
export function strangersNumber(index: number): string {
  return `+86139${String(index).padStart(8, '0')}`;
}

/** The customer's registered number; fails where there is none. */
export function registeredNumber(customer: DemoCustomer): string {
  assert.ok(customer.phone, `${customer.id} has a registered phone`);
  return customer.phone.e164;
}

/** Presses keys after the speech that ignores keys, and waits out the pause of a slowed source. */
export async function key(phone: Phone, keys: string): Promise<void> {
  for (const one of keys) {
    if (phone.state === 'speaking' || phone.isAside) await phone.listen();
    await phone.press(one);
  }
  while (phone.state === 'speaking' && phone.events.at(-1)?.kind === 'paused')
    await phone.pass(phone.remaining ?? 0);
}

/** Fails, and says where the call is, unless it waits for keys at this step. */
export function expectStep(phone: Phone, step: string): void {
  const where = phone.step ?? phone.queue ?? phone.state;
  assert.equal(where, step, `the call is at ${where}; last said: ${heard(phone).at(-1) ?? 'nothing'}`);
}

/** Everything that was said to the caller, in order. */
export function heard(phone: Phone): readonly string[] {
  return phone.events.flatMap((event) => (event.kind === 'said' ? [event.text] : []));
}

/** What was said since this many things had been said. */
export function heardSince(phone: Phone, count: number): string {
  return heard(phone).slice(count).join('\n');
}

/** Dials the hotline as this customer, from the registered phone in the customer's language unless told otherwise. */
export async function calling(
  world: World,
  customer: DemoCustomer,
  options: CallingOptions = {},
): Promise<Phone> {
  const phone = world.phone(options.phone);
  await phone.dial({
    from: options.from ?? registeredNumber(customer),
    to: lineOf(options.line ?? customer.locale),
    ...(options.attestation === undefined ? {} : { attestation: options.attestation }),
  });
  expectStep(phone, 'menu.main');
  return phone;
}

/** Keys phone and ID number at `identity.phone`. */
export async function keyIdentity(phone: Phone, customer: DemoCustomer): Promise<void> {
  const { phone: number, id } = keysOf(customer);
  expectStep(phone, 'identity.phone');
  await key(phone, `${number}#`);
  expectStep(phone, 'identity.id');
  await key(phone, `${id}#`);
}

/** A caller who said what is wanted and keyed phone and ID: at the PIN, or past the freeze. */
export async function identifiedCaller(
  world: World,
  customer: DemoCustomer,
  options: VerifyingOptions,
): Promise<Phone> {
  const phone = await calling(world, customer, options);
  await key(phone, INTENT_KEYS[options.intent]);
  await keyIdentity(phone, customer);
  return phone;
}

/** The right PIN for an intent. */
export function rightPin(customer: DemoCustomer, intent: Intent): string {
  const asksQueryPin = intent === 'enquiry' || intent === 'recent_transactions';
  return asksQueryPin ? customer.queryPin : customer.transactionPin;
}

/** A PIN that is neither of the customer's; a different one for each index below 10. */
export function wrongPin(customer: DemoCustomer, index = 0): string {
  const wrong = Array.from({ length: 12 }, (_, n) => `90718${n}`.slice(-6)).filter(
    (pin) => pin !== customer.queryPin && pin !== customer.transactionPin,
  );
  return wrong[index % wrong.length] ?? '907180';
}

/** Keys three wrong PINs, asking for another try after each: the tries of a call are spent. */
export function threeWrongPins(customer: DemoCustomer): string {
  return [0, 1, 2].map((index) => `${wrongPin(customer, index)}#`).join('1');
}

/** A caller who spent the tries of the PIN: they wait for a person. */
export async function callerWhoFailed(
  world: World,
  customer: DemoCustomer,
  options: VerifyingOptions,
): Promise<Phone> {
  const phone = await identifiedCaller(world, customer, options);
  await key(phone, threeWrongPins(customer));
  assert.equal(await handoffReason(world, phone), 'verification_exhausted');
  return phone;
}

/** A caller whose PIN was right: at the details of the order, or at the confirmation of an enquiry. */
export async function verifiedCaller(
  world: World,
  customer: DemoCustomer,
  options: VerifyingOptions,
): Promise<Phone> {
  const phone = await identifiedCaller(world, customer, options);
  expectStep(phone, 'pin.entry');
  await key(phone, `${rightPin(customer, options.intent)}`);
  return phone;
}

/** Chooses the payee (key from 1), an account where there are several, and keys the amount (whole yuan or dong). */
export async function orderTransfer(
  phone: Phone,
  order: { readonly amount: number | string; readonly payee?: number; readonly account?: number },
): Promise<void> {
  expectStep(phone, 'details.payee');
  await key(phone, String(order.payee ?? 1));
  if (phone.step === 'details.account') await key(phone, String(order.account ?? 1));
  expectStep(phone, 'details.amount');
  await key(phone, `${order.amount}#`);
}

/** A verified caller who ordered a transfer and waits for the code. */
export async function callerAtCode(
  world: World,
  customer: DemoCustomer,
  options: CallingOptions & {
    readonly amount: number | string;
    readonly payee?: number;
    readonly account?: number;
  },
): Promise<Phone> {
  const phone = await verifiedCaller(world, customer, { ...options, intent: 'transfer' });
  await orderTransfer(phone, options);
  expectStep(phone, 'code.entry');
  return phone;
}

/** The codes that came to a number, newest last. */
export async function codesSentTo(world: World, number: string): Promise<readonly string[]> {
  const messages = await world.messagesTo(number);
  return messages.flatMap(({ body }) => /(?:验证码|[Mm]ã (?:OTP )?|Code )(\d{6,8})/.exec(body)?.[1] ?? []);
}

/** The newest code of a customer; fails where none came. */
export async function newestCode(world: World, customer: DemoCustomer): Promise<string> {
  const code = (await codesSentTo(world, registeredNumber(customer))).at(-1);
  assert.ok(code, `a code came to ${customer.id}`);
  return code;
}

/** A code that none of these is. */
export function wrongCode(...codes: readonly string[]): string {
  for (let guess = 111_111; ; guess += 1_111) {
    const wrong = String(guess);
    if (!codes.includes(wrong)) return wrong;
  }
}

/** Keys the newest code. */
export async function keyNewestCode(world: World, phone: Phone, customer: DemoCustomer): Promise<void> {
  const code = await newestCode(world, customer);
  expectStep(phone, 'code.entry');
  await key(phone, code);
}

/** Says yes to who the caller is and, where the order is read back, leaves the last key to be pressed. */
export async function confirmIdentity(phone: Phone): Promise<void> {
  expectStep(phone, 'confirm.identity');
  await key(phone, '1');
}

/** A caller who has proved everything for a transfer and hears it read back: one key from carrying it out. */
export async function callerAtLastKey(
  world: World,
  customer: DemoCustomer,
  options: CallingOptions & {
    readonly amount: number | string;
    readonly payee?: number;
    readonly account?: number;
  },
): Promise<Phone> {
  const phone = await callerAtCode(world, customer, options);
  await keyNewestCode(world, phone, customer);
  await confirmIdentity(phone);
  await phone.listen();
  expectStep(phone, 'confirm.order');
  return phone;
}

/** The whole transfer, carried out. */
export async function transferred(
  world: World,
  customer: DemoCustomer,
  options: CallingOptions & {
    readonly amount: number | string;
    readonly payee?: number;
    readonly account?: number;
  },
): Promise<Phone> {
  const phone = await callerAtLastKey(world, customer, options);
  await key(phone, '1');
  expectStep(phone, 'more');
  return phone;
}

/** What has been carried out for a customer, oldest first. */
export async function carriedOut(
  world: World,
  customer: DemoCustomer,
): Promise<
  readonly { readonly action: string; readonly level: string; readonly amount_minor: number | null }[]
> {
  return world
    .knex('carried_orders')
    .where({ customer_id: customer.id })
    .orderBy('at')
    .select('action', 'level', 'amount_minor');
}

/** The reason of the newest hand-off to a person of this call. */
export async function handoffReason(world: World, phone: Phone): Promise<string | undefined> {
  const row: { reason: string } | undefined = await world
    .knex('handoffs')
    .where({ call_id: phone.callSid })
    .orderBy('created_at', 'desc')
    .first('reason');
  return row?.reason;
}

/** How many secrets of this factor were really compared and found wrong. */
export async function comparedAndWrong(
  world: World,
  customer: DemoCustomer,
  factor: string,
): Promise<number> {
  const rows: unknown[] = await world
    .knex('attempts')
    .where({ customer_id: customer.id, factor, status: 'failed' });
  return rows.length;
}

/** A hotline of the test's own, stopped when the test is over. */
export async function worldOf(t: TestContext, options: WorldOptions = {}): Promise<World> {
  const started = await startWorld(options);
  t.after(() => started.stop());
  return started;
}

/** The failures counted for a customer's factor, of both lines. */
export async function failuresOf(knex: Knex, customer: DemoCustomer, factor: string): Promise<number> {
  const row: { own_failures: number; other_failures: number } | undefined = await knex('lock_counters')
    .where({ customer_id: customer.id, factor })
    .first();
  return row ? row.own_failures + row.other_failures : 0;
}

/** The answer as the caller hears it: the step tokens, which differ in every answer, taken out. */
export function wordsOf(exchange: Exchange | undefined): string {
  assert.ok(exchange?.outcome.kind === 'answered');
  return exchange.outcome.response.body.replaceAll(/([?&;]t=)[^&"]+/g, '$1');
}

/** Sends a webhook once more, to the process that serves now, as a carrier does that got no answer. */
export async function sendAgain(hotline: World, exchange: Exchange): Promise<string> {
  const { url, body } = exchange.request;
  return postTo(hotline, url, [...new URLSearchParams(body)]);
}

/** Posts a signed webhook and answers the TwiML. */
export async function postTo(
  hotline: World,
  url: string,
  parameters: readonly (readonly [string, string])[],
): Promise<string> {
  const { pathname, search } = new URL(url);
  const answer = await hotline.phone().post({ url: `${pathname}${search}`, parameters });
  assert.ok(answer.outcome.kind === 'answered', 'the service answers');
  return answer.outcome.response.body;
}

/** Where an answer's Gather posts to. */
export function actionIn(body: string): string {
  const action = /<Gather[^>]* action="([^"]+)"/.exec(body)?.[1]?.replaceAll('&amp;', '&');
  assert.ok(action, `a Gather in ${body}`);
  return action;
}

/** Waits for another process or request, for a minute at most: machines that run tests are often busy. Looks every few milliseconds. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < 12_000; looks++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail(`${what} did not come about`);
}
