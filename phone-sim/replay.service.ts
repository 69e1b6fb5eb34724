import { sameAnswer } from './answer.ts';
import type { Phone } from './phone.ts';
import { Unfulfilled } from './unfulfilled.ts';

const SERVER_ERROR = 500;

/** Sends the last webhook again. Throws Unfulfilled unless it gets the first answer byte for byte. */
export async function repeatLast(phone: Phone): Promise<void> {
  const earlier = phone.exchanges.at(-1);
  const again = await phone.repeatLast();
  if (!earlier || !sameAnswer(earlier, again))
    throw new Unfulfilled(
      'the same webhook got another answer, a retry must get the first one byte for byte',
    );
}

/** Sends the webhook with this number again. Throws Unfulfilled when there is none, or the service fails at it. */
export async function replay(phone: Phone, number: number): Promise<void> {
  if (number > phone.exchanges.length)
    throw new Unfulfilled(`webhook ${number} has not been sent: there are ${phone.exchanges.length}`);
  const { outcome } = await phone.replay(number);
  if (outcome.kind === 'unreachable') throw new Unfulfilled(`the replayed webhook failed: ${outcome.reason}`);
  if (outcome.response.status >= SERVER_ERROR)
    throw new Unfulfilled(`the replayed webhook was answered with ${outcome.response.status}`);
}
