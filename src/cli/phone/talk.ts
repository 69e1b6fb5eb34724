import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import {
  converse,
  converseByLines,
  type Stroke,
  strokesOf,
} from '../../../phone-sim/conversation.service.ts';
import { customerKeys, type DemoCustomer, findCustomer } from '../../../phone-sim/customers.ts';
import type { Screen } from '../../../phone-sim/screen.ts';
import { type ByLanguage, isLanguage, type Language } from '../../locales/catalogue.ts';
import { DONE, loadCustomers, NOT_POSSIBLE, newPhone, openInbox, type Session } from './session.ts';

/** The lines of the demo company by language (flows/company.yaml). */
const DEMO_LINES: ByLanguage<string> = {
  'zh-CN': '+861058880001',
  'vi-VN': '+842873000001',
  'en-US': '+12025550143',
};
/** For a caller who is no customer of the demo. */
const DEFAULT_LANGUAGE: Language = 'zh-CN';
const LOCAL_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** Makes one call with the keys that a person types, or with the lines of a file on standard input. Answers the exit code. */
export async function talk(session: Session): Promise<number> {
  const { options, screen, around, complain } = session;
  const customer = await chooseCustomer(session);
  if (options.customer !== undefined && !customer) {
    complain(`There is no demo customer "${options.customer}".`);
    return NOT_POSSIBLE;
  }
  const from = options.from ?? customer?.registeredPhone ?? 'anonymous';
  const to =
    options.to ?? DEMO_LINES[customer && isLanguage(customer.locale) ? customer.locale : DEFAULT_LANGUAGE];
  if (customer) introduce(customer, screen);
  const numbers = new Set([...options.sms, customer?.registeredPhone, from]);
  const inboxes = [...numbers].flatMap((number) =>
    number?.startsWith('+') ? [openInbox(session, number)] : [],
  );
  const phone = newPhone(session, (event) => screen.event(event));
  const conversation = { phone, screen, showKeys: options.showKeys, inboxes };
  if (!around.input.isTTY) {
    await converseByLines(conversation, { from, to }, linesOf(around.input));
    return DONE;
  }
  screen.line({ tone: 'line', text: 'keys: 0-9 * #   q hangs up' });
  const { input } = around;
  let take: ((strokes: readonly Stroke[]) => void) | undefined;
  const onData = (typed: Buffer) => take?.(strokesOf(typed.toString('utf8')));
  input.setRawMode?.(true);
  input.on('data', onData);
  input.resume();
  try {
    await converse(conversation, { from, to }, (taker) => {
      take = taker;
    });
  } finally {
    input.off('data', onData);
    input.setRawMode?.(false);
    input.pause();
  }
  return DONE;
}

/** Begins to read only when asked for the first line: a reader made earlier would lose what comes before. */
async function* linesOf(input: Readable): AsyncGenerator<string> {
  yield* createInterface({ input });
}

/** The customer that the person at the keyboard plays: the named one, else the first of the demo, else none. */
async function chooseCustomer(session: Session): Promise<DemoCustomer | undefined> {
  const { options, service } = session;
  const named = options.customer ?? '1';
  const isDemo =
    service !== undefined ||
    options.customers !== undefined ||
    options.customer !== undefined ||
    LOCAL_HOSTS.includes(new URL(options.url).hostname);
  if (!isDemo) return undefined;
  try {
    return findCustomer(await loadCustomers(session), named);
  } catch (error) {
    // Without --customer the card is a courtesy; a real deployment has no demo customers.
    if (options.customer !== undefined || options.customers !== undefined) throw error;
    return undefined;
  }
}

/** What a newcomer needs to key; invented people, public PINs. */
function introduce(customer: DemoCustomer, screen: Screen): void {
  const entries: readonly (readonly [string, string | undefined])[] = [
    ['phone', customerKeys(customer, 'phone')],
    ['ID', customerKeys(customer, 'id')],
    ['query PIN', customerKeys(customer, 'queryPin')],
    ['transaction PIN', customerKeys(customer, 'transactionPin')],
  ];
  const known = entries.flatMap(([name, keys]) => (keys === undefined ? [] : [`${name} ${keys}`]));
  screen.line({
    tone: 'message',
    text: `You are ${customer.name} (${customer.state}), invented for the demo.`,
  });
  screen.line({ tone: 'message', text: `  ${known.join('   ')}` });
  screen.line({
    tone: 'line',
    text: '  end an entry with #; be somebody else with --customer <name or number>',
  });
}
