import { codeIn, type Inbox, type SmsMessage } from './inbox.client.ts';
import { Unfulfilled } from './unfulfilled.ts';

/** How long a message may take from commit to inbox before a script gives up on it. */
const SMS_PATIENCE_MILLISECONDS = 3_000;
const SMS_LOOK_MILLISECONDS = 50;

interface MessagesOptions {
  readonly openInbox: (number: string) => Inbox;
  /** Real milliseconds between looks. */
  readonly rest: (milliseconds: number) => Promise<void>;
  /** Told of messages that are seen for the first time. */
  readonly onFresh: (messages: readonly SmsMessage[]) => void;
}

/** The messages that reach the watched handsets during one call of a script. */
export class ScriptMessages {
  readonly #openInbox: MessagesOptions['openInbox'];
  readonly #rest: MessagesOptions['rest'];
  readonly #onFresh: MessagesOptions['onFresh'];
  readonly #inboxes: Inbox[] = [];
  #inboxTrouble = 'no customer with a registered phone is chosen';
  readonly #messages: { readonly message: SmsMessage; expected: boolean }[] = [];

  constructor({ openInbox, rest, onFresh }: MessagesOptions) {
    this.#openInbox = openInbox;
    this.#rest = rest;
    this.#onFresh = onFresh;
  }

  /** Forgets the messages of the call before. */
  clear(): void {
    this.#messages.length = 0;
  }

  /** Begins to watch the handset of a number; messages that are in it already do not count. */
  async watch(number: string): Promise<void> {
    let inbox = this.#inboxes.find((one) => one.number === number);
    if (!inbox) {
      inbox = this.#openInbox(number);
      this.#inboxes.push(inbox);
    }
    try {
      await inbox.fresh();
      this.#inboxTrouble = '';
    } catch (error) {
      this.#inboxTrouble = error instanceof Error ? error.message : 'the inbox cannot be read';
    }
  }

  async #lookForSms(): Promise<void> {
    if (this.#inboxTrouble !== '') throw new Unfulfilled(this.#inboxTrouble);
    for (const inbox of this.#inboxes) {
      const fresh = await inbox.fresh();
      this.#onFresh(fresh);
      this.#messages.push(...fresh.map((message) => ({ message, expected: false })));
    }
  }

  /** Looks into the inbox until something is found there, or patience ends. */
  async #awaitSms<Found>(find: () => Found | undefined): Promise<Found | undefined> {
    for (let waited = 0; ; waited += SMS_LOOK_MILLISECONDS) {
      await this.#lookForSms();
      const found = find();
      if (found !== undefined || waited >= SMS_PATIENCE_MILLISECONDS) return found;
      await this.#rest(SMS_LOOK_MILLISECONDS);
    }
  }

  /** The newest code of this call, the one before it, or a wrong one with the same first digit. Throws Unfulfilled when too few came. */
  async code(what: 'code' | 'previousCode' | 'wrongCode'): Promise<string> {
    const needed = what === 'previousCode' ? 2 : 1;
    const code = await this.#awaitSms(() => {
      const codes = this.#messages.flatMap(({ message }) => codeIn(message.body) ?? []);
      return codes.length >= needed ? codes.at(-needed) : undefined;
    });
    if (code === undefined)
      throw new Unfulfilled(`fewer than ${needed} SMS with a code came during this call`);
    // The same first digit, so that it is wrong and not merely old.
    return what === 'wrongCode' ? `${code.slice(0, -1)}${(Number(code.at(-1)) + 1) % 10}` : code;
  }

  /** Marks the first message with this text as expected. Throws Unfulfilled when none comes in time. */
  async expect(text: string): Promise<void> {
    const found = await this.#awaitSms(() =>
      this.#messages.find(({ message, expected }) => !expected && message.body.includes(text)),
    );
    // The bodies hold codes: a failure tells how many came, not what they said.
    if (!found)
      throw new Unfulfilled(
        `expected an SMS with “${text}” but ${this.#messages.length} others came in this call`,
      );
    found.expected = true;
  }

  /** Throws Unfulfilled when a message came that was not expected. */
  async expectNone(): Promise<void> {
    await this.#lookForSms();
    if (this.#messages.some(({ expected }) => !expected))
      throw new Unfulfilled('expected no SMS but one came');
  }
}
