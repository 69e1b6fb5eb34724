import { SECOND } from '../src/platform/clock.ts';
import type { Inbox } from './inbox.client.ts';
import type { Phone } from './phone.ts';
import type { Dialling } from './phone-options.ts';
import type { Screen } from './screen.ts';
import { maskKeys, type PhoneEvent } from './transcript.ts';

/** What a person at the keyboard does: a telephone key, or putting the phone down. */
export type Stroke = { readonly kind: 'key'; readonly key: string } | { readonly kind: 'hang_up' };

/** Ctrl-C and Ctrl-D hang up like q. */
const HANG_UP_KEYS: readonly string[] = ['q', 'Q', '\u0003', '\u0004'];

/** The strokes in what a terminal in raw mode delivers; everything that is not on a telephone is left out. */
export function strokesOf(typed: string): readonly Stroke[] {
  const strokes: Stroke[] = [];
  for (const character of typed) {
    if (/^[0-9*#]$/.test(character)) strokes.push({ kind: 'key', key: character });
    else if (HANG_UP_KEYS.includes(character)) strokes.push({ kind: 'hang_up' });
  }
  return strokes;
}

export interface Conversation {
  readonly phone: Phone;
  readonly screen: Screen;
  readonly showKeys: boolean;
  readonly inboxes: readonly Inbox[];
}

/** How often the timer is drawn again and pressed keys are noticed by it. */
const SLICE_MILLISECONDS = 100;
const INBOX_EVERY_MILLISECONDS = SECOND;

/**
 * Lets a person talk to the service until one of them hangs up. Keys act the moment they are pressed, as on a
 * telephone: also into a prompt that cannot be interrupted, where they are lost.
 */
export async function converse(
  { phone, screen, showKeys, inboxes }: Conversation,
  dialling: Dialling,
  onStrokes: (take: (strokes: readonly Stroke[]) => void) => void,
): Promise<void> {
  const presses: Promise<void>[] = [];
  onStrokes((strokes) => {
    for (const stroke of strokes)
      presses.push(stroke.kind === 'hang_up' ? phone.hangUp() : phone.press(stroke.key));
  });
  const post = await openAll(inboxes, screen);
  await phone.dial(dialling);
  let looked = phone.elapsed;
  while (phone.state !== 'ended') {
    screen.status(statusText(phone, showKeys));
    await phone.pass(SLICE_MILLISECONDS);
    await Promise.all(presses.splice(0));
    if (phone.elapsed - looked >= INBOX_EVERY_MILLISECONDS) {
      looked = phone.elapsed;
      await lookInto(post, phone);
    }
  }
  await Promise.all(presses);
  screen.status('');
  await lookInto(post, phone);
}

/**
 * Plays lines of keys from a pipe: each line is pressed when the service has finished speaking, an empty line is
 * silence, `q` hangs up, and so does the end of the lines.
 */
export async function converseByLines(
  { phone, screen, inboxes }: Conversation,
  dialling: Dialling,
  lines: AsyncIterable<string>,
): Promise<void> {
  const post = await openAll(inboxes, screen);
  await phone.dial(dialling);
  for await (const line of lines) {
    await phone.listen();
    await lookInto(post, phone);
    if (phone.state === 'ended') return;
    const strokes = strokesOf(line);
    if (line.trim() === '') await phone.staySilent();
    for (const stroke of strokes) {
      if (stroke.kind === 'hang_up') return phone.hangUp();
      await phone.press(stroke.key);
    }
    const unknown = line.trim().length - strokes.length;
    if (unknown > 0) screen.line({ tone: 'trouble', text: `${unknown} of these are not keys: 0-9 * #, q` });
  }
  await phone.listen();
  await lookInto(post, phone);
  await phone.hangUp();
}

/** The inboxes that can be read; what is in them already is old. */
async function openAll(inboxes: readonly Inbox[], screen: Screen): Promise<readonly Inbox[]> {
  const open: Inbox[] = [];
  for (const inbox of inboxes) {
    try {
      await inbox.fresh();
      open.push(inbox);
    } catch (error) {
      screen.line({ tone: 'line', text: error instanceof Error ? error.message : 'no SMS can be shown' });
    }
  }
  return open;
}

async function lookInto(inboxes: readonly Inbox[], phone: Phone): Promise<void> {
  for (const inbox of inboxes) {
    // An inbox that fails once is asked again the next time; the call matters more.
    const fresh = await inbox.fresh().catch(() => []);
    phone.receive(fresh);
  }
}

function statusText(phone: Phone, showKeys: boolean): string {
  const step = phone.step === undefined ? '' : ` · ${phone.step}`;
  const seconds = phone.remaining === undefined ? '' : `${Math.ceil(phone.remaining / SECOND)} s`;
  switch (phone.state) {
    case 'speaking':
      return `  speaking, ${seconds} · keys are lost now`;
    case 'prompting':
      return `  speaking, ${seconds}${step} · a key stops it`;
    case 'collecting': {
      const keys = phone.collects === 'one' ? '' : ` ${maskKeys(pressedSoFar(phone.events), showKeys)}`;
      const finish = phone.collects === 'entry' ? ', # ends' : '';
      return `  ⌨${keys} · your keys, ${seconds}${finish}${step}`;
    }
    case 'queued':
      return `  waiting in the queue ${phone.queue} · q hangs up`;
    case 'connected':
      return '  connected · q hangs up';
    case 'requesting':
      return '  …';
    case 'idle':
    case 'ended':
      return '';
  }
}

/** The keys of the entry that is being keyed. */
function pressedSoFar(events: readonly PhoneEvent[]): string {
  const last = events.findLastIndex(({ kind }) => kind === 'keyed' || kind === 'silence');
  return events
    .slice(last + 1)
    .flatMap((event) => (event.kind === 'pressed' && event.outcome === 'taken' ? [event.key] : []))
    .join('');
}
