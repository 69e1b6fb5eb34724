import { z } from 'zod';
import { addressAt } from './carrier.client.ts';

export interface SmsMessage {
  readonly to: string;
  readonly body: string;
  readonly sentAt: string | number;
}

const messagesSchema = z.array(
  z.object({ to: z.string(), body: z.string(), sentAt: z.union([z.string(), z.number()]) }),
);

/** The messages a handset received on the demo service; polled, because a demo has no network that would push them. */
export class Inbox {
  readonly number: string;
  readonly #baseUrl: string;
  readonly #seen = new Map<string, number>();

  constructor(baseUrl: string, number: string) {
    this.#baseUrl = baseUrl;
    this.number = number;
  }

  /** The messages that came since the last time it was asked, oldest first. Throws when the service has no inbox. */
  async fresh(): Promise<readonly SmsMessage[]> {
    const url = new URL(addressAt(this.#baseUrl, '/demo/inbox'));
    url.searchParams.set('to', this.number);
    const response = await fetch(url, { signal: AbortSignal.timeout(INBOX_LIMIT_MILLISECONDS) });
    if (!response.ok)
      throw new Error(`the service has no demo inbox (${response.status}): SMS cannot be shown here`);
    const messages = messagesSchema.parse(await response.json());
    const counted = new Map<string, number>();
    const fresh = messages.filter((message) => {
      const key = JSON.stringify([message.sentAt, message.body]);
      const count = (counted.get(key) ?? 0) + 1;
      counted.set(key, count);
      return count > (this.#seen.get(key) ?? 0);
    });
    for (const [key, count] of counted) this.#seen.set(key, Math.max(count, this.#seen.get(key) ?? 0));
    return fresh.sort((one, other) => instantOf(one) - instantOf(other));
  }
}

/** An inbox on the same machine answers at once; longer means it never will. */
const INBOX_LIMIT_MILLISECONDS = 5_000;

function instantOf(message: SmsMessage): number {
  return typeof message.sentAt === 'number' ? message.sentAt : Date.parse(message.sentAt);
}

const CODE_AFTER_ITS_NAME = /(?:验证码|代码|code|mã)[^\d]{0,40}?(?<![\d.,])(\d{6,8})(?!\d|[.,]\d)/iu;
const CODE_ALONE = /(?<![\d.,])(\d{6,8})(?!\d|[.,]\d)/u;

/** The one-time code in a message: 6 to 8 digits after the word for it, or the first such group; not an amount. */
export function codeIn(body: string): string | undefined {
  return (CODE_AFTER_ITS_NAME.exec(body) ?? CODE_ALONE.exec(body))?.[1];
}
