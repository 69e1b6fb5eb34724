import assert from 'node:assert/strict';
import type { Phone } from '../../phone-sim/phone.ts';
import {
  callerAtCode,
  callerAtLastKey,
  INTENT_KEYS,
  identifiedCaller,
  key,
  newestCode,
  orderTransfer,
  registeredNumber,
  verifiedCaller,
  wrongPin,
} from './callers.ts';
import { demoCustomer, keysOf, lineOf, type World } from './world.ts';

export const CUSTOMER = demoCustomer(({ id }) => id === 'demo-01');
export const AMOUNT = 500;
const LINE = lineOf('zh-CN');

type Wanted = 'enquiry' | 'transfer' | 'freeze';

/** A turn in which a process is killed. */
export interface CrashTurn {
  readonly name: string;
  /** Brings a call to the turn; asks nothing but the telephone and its messages. */
  reach(world: World): Promise<Phone>;
  /** What the caller does; ends when the call goes on or is over. */
  act(world: World, phone: Phone): Promise<void>;
  /** What the caller wants in the end. */
  readonly wants: Wanted | 'nothing';
  /** What the webhook is sent to; one that nobody listens to is only ever tried again. */
  readonly status?: true;
}

const atPin = (world: World) => identifiedCaller(world, CUSTOMER, { intent: 'enquiry' });
const atCode = (world: World) => callerAtCode(world, CUSTOMER, { amount: AMOUNT });

export const CRASH_TURNS = {
  answer: {
    name: 'first answer',
    reach: async (world) => world.phone(),
    act: (_world, phone) => phone.dial({ from: registeredNumber(CUSTOMER), to: LINE }),
    wants: 'transfer',
  },
  identity: {
    name: 'phone and ID',
    reach: async (world) => {
      const phone = world.phone();
      await phone.dial({ from: registeredNumber(CUSTOMER), to: LINE });
      await key(phone, `22${keysOf(CUSTOMER).phone}#`);
      return phone;
    },
    act: (_world, phone) => key(phone, `${keysOf(CUSTOMER).id}#`),
    wants: 'transfer',
  },
  rightPin: {
    name: 'right PIN',
    reach: atPin,
    act: (_world, phone) => key(phone, `${CUSTOMER.queryPin}`),
    wants: 'enquiry',
  },
  wrongPin: {
    name: 'wrong PIN',
    reach: atPin,
    act: (_world, phone) => key(phone, `${wrongPin(CUSTOMER)}`),
    wants: 'enquiry',
  },
  order: {
    name: 'amount, a code is sent',
    reach: async (world) => {
      const phone = await verifiedCaller(world, CUSTOMER, { intent: 'transfer' });
      await key(phone, '1');
      return phone;
    },
    act: (_world, phone) => key(phone, `${AMOUNT}#`),
    wants: 'transfer',
  },
  code: {
    name: 'code',
    reach: atCode,
    act: async (world, phone) => key(phone, `${await newestCode(world, CUSTOMER)}#`),
    wants: 'transfer',
  },
  lastKey: {
    name: 'last key of a transfer',
    reach: (world) => callerAtLastKey(world, CUSTOMER, { amount: AMOUNT }),
    act: (_world, phone) => key(phone, '1'),
    wants: 'transfer',
  },
  freeze: {
    name: 'freeze in the middle of a code',
    reach: atCode,
    act: (_world, phone) => key(phone, '**#'),
    wants: 'freeze',
  },
  hangUp: {
    name: 'hang-up with a live code',
    reach: atCode,
    act: (_world, phone) => phone.hangUp(),
    wants: 'nothing',
    status: true,
  },
} as const satisfies { readonly [turn: string]: CrashTurn };

/** Enough for any way through the flow; more is a caller who goes round for ever. */
const MOST_ANSWERS = 40;

/**
 * A patient caller after an interruption: does what the prompts ask until they have what they want, waits out a queue,
 * keys again what is asked for again. `again`: what they key at the PIN when it is asked for, if not the right one. Answers whether they got it, or where they were stuck.
 */
export async function carryOn(
  world: World,
  phone: Phone,
  { wants }: CrashTurn,
  again: string | undefined,
): Promise<'got it' | string> {
  for (let answers = 0; answers < MOST_ANSWERS; answers++) {
    if (wants === 'nothing') return phone.state === 'ended' ? 'got it' : `still ${phone.state}`;
    if (phone.state === 'ended') return 'the call ended';
    if (phone.state === 'speaking' || phone.isAside) await phone.listen();
    else if (phone.state === 'queued') await phone.leaveQueue('queue-full');
    else if (phone.step === 'more') {
      await phone.hangUp();
      return 'got it';
    } else await answer(world, phone, wants, again);
  }
  return `going round at ${phone.step ?? phone.state}`;
}

async function answer(world: World, phone: Phone, wants: Wanted, again: string | undefined): Promise<void> {
  const pin = wants === 'enquiry' ? CUSTOMER.queryPin : CUSTOMER.transactionPin;
  switch (phone.step) {
    case 'menu.main':
      return key(phone, INTENT_KEYS[wants]);
    case 'menu.money':
      return key(phone, '2');
    case 'identity.phone':
      return key(phone, `${keysOf(CUSTOMER).phone}#`);
    case 'identity.id':
      return key(phone, `${keysOf(CUSTOMER).id}#`);
    case 'pin.entry':
      return key(phone, `${again ?? pin}#`);
    case 'refused':
      return key(phone, `1${pin}#`);
    case 'details.payee':
      return orderTransfer(phone, { amount: AMOUNT });
    case 'details.amount':
      return key(phone, `${AMOUNT}#`);
    case 'code.entry':
      if (wants === 'freeze') return key(phone, '**#');
      return keyCodeThatCame(world, phone);
    case 'confirm.identity':
    case 'confirm.order':
      return key(phone, '1');
    default:
      assert.fail(`nothing to key at ${phone.step ?? phone.state}`);
  }
}

/** Keys the code of the newest message; where none came, waits in silence as a caller does. */
async function keyCodeThatCame(world: World, phone: Phone): Promise<void> {
  const messages = await world.messagesTo(registeredNumber(CUSTOMER));
  if (messages.some(({ body }) => body.includes('验证码')))
    return key(phone, `${await newestCode(world, CUSTOMER)}#`);
  await phone.staySilent();
}
