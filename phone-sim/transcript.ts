import type { CarrierCallStatus } from './carrier-request.ts';
import type { SayLanguage } from './voices.ts';

/** Who ended a call: the person, the service by a verb, or the carrier (end of document, error). */
export type EndedBy = 'caller' | 'service' | 'carrier';

/** What can be seen and heard on the phone. `at` is milliseconds of the call's own time since it was dialled. */
export type PhoneEvent = { readonly at: number } & (
  | { readonly kind: 'dialled'; readonly from: string; readonly to: string; readonly callSid: string }
  | {
      readonly kind: 'http';
      /** Number of the webhook in this call, from 1; what `replay webhook N` names. */
      readonly number: number;
      readonly method: string;
      /** Without the query: step tokens are not for transcripts. */
      readonly path: string;
      readonly step: string | undefined;
      readonly status: number | 'unreachable';
      readonly milliseconds: number;
      readonly note?: string;
    }
  | { readonly kind: 'said'; readonly text: string; readonly language: SayLanguage; readonly voice?: string }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'paused'; readonly seconds: number }
  | { readonly kind: 'played'; readonly what: string }
  | { readonly kind: 'listening'; readonly step: string | undefined; readonly seconds: number }
  | {
      readonly kind: 'pressed';
      readonly key: string;
      /** Part of an entry, as opposed to a choice from a menu. */
      readonly secret: boolean;
      /** `heard`: as a tone, by those in the conference. */
      readonly outcome: 'taken' | 'lost' | 'heard';
    }
  | { readonly kind: 'keyed'; readonly keys: string; readonly finishedOn: string }
  | { readonly kind: 'silence'; readonly seconds: number }
  | { readonly kind: 'sms'; readonly to: string; readonly body: string }
  | { readonly kind: 'queued'; readonly queue: string }
  | { readonly kind: 'left_queue'; readonly result: string }
  | { readonly kind: 'connected'; readonly target: string }
  /** Somebody in the conference, by their label, says something or presses a key. */
  | { readonly kind: 'heard'; readonly from: string; readonly text: string }
  | { readonly kind: 'tone'; readonly from: string }
  | { readonly kind: 'beep' }
  | { readonly kind: 'held'; readonly held: boolean }
  | { readonly kind: 'fault'; readonly code: number; readonly reason: string; readonly path: string }
  | { readonly kind: 'note'; readonly text: string }
  | {
      readonly kind: 'ended';
      readonly by: EndedBy;
      readonly status: CarrierCallStatus;
      readonly reason: string;
    }
);

/** What the carrier says to the caller when neither the webhook nor the fallback can be used. */
export const CARRIER_APOLOGY = 'An application error has occurred';

/** Keys as a transcript may show them: entries longer than one key are dots, unless asked for. */
export function maskKeys(keys: string, showKeys: boolean): string {
  return showKeys || keys.length <= 1 ? keys : '•'.repeat(keys.length);
}

export interface TranscriptStyle {
  readonly showKeys: boolean;
  readonly columns: number;
}

/** How a line wants to look; the terminal turns it into colour, a file ignores it. */
export type Tone = 'prompt' | 'caller' | 'message' | 'line' | 'trouble' | 'call';

export interface TranscriptLine {
  readonly tone: Tone;
  readonly text: string;
}

const INDENT = '          ';
const LEAST_TEXT_COLUMNS = 20;

/** The printed lines of one event, wrapped to the terminal; none for events that are only for programs. */
export function printEvent(event: PhoneEvent, style: TranscriptStyle): TranscriptLine[] {
  const time = clockTime(event.at);
  const line = (tone: Tone, mark: string, text: string): TranscriptLine[] =>
    wrap(text, Math.max(LEAST_TEXT_COLUMNS, style.columns - INDENT.length)).map((part, index) => ({
      tone,
      text: index === 0 ? `${time}  ${mark}${part}` : `${INDENT}${part}`,
    }));
  switch (event.kind) {
    case 'dialled':
      return line('call', '☎ ', `${event.from} calls ${event.to}: ${event.callSid}`);
    case 'http':
      return line('line', '· ', httpText(event));
    case 'said':
      return line('prompt', '« ', `[${event.language}] ${event.text}`);
    case 'interrupted':
      return line('line', '· ', 'prompt stopped by a key');
    case 'paused':
      return line('line', '· ', `pause of ${event.seconds} s`);
    case 'played':
      return line('prompt', '♪ ', event.what);
    case 'listening':
      return [];
    case 'pressed':
      if (event.outcome === 'heard') return line('caller', '⌨ ', 'a key, heard as a tone in the conference');
      return event.outcome === 'taken'
        ? []
        : line('trouble', '⌨ ', `a key was pressed and lost: nothing was collecting keys`);
    case 'keyed':
      return line('caller', '⌨ ', `${maskKeys(event.keys, style.showKeys)}${event.finishedOn}`);
    case 'silence':
      return line('caller', '⌨ ', `no key for ${event.seconds} s`);
    case 'sms':
      return line('message', '✉ ', `SMS to ${event.to}: ${event.body}`);
    case 'queued':
      return line('call', '☎ ', `waiting in the queue ${event.queue}`);
    case 'left_queue':
      return line('call', '☎ ', `left the queue: ${event.result}`);
    case 'connected':
      return line('call', '☎ ', `connected to ${event.target}`);
    case 'heard':
      return line('prompt', '« ', `[${event.from}] ${event.text}`);
    case 'tone':
      return line('prompt', '♪ ', `tone of a key, from ${event.from}`);
    case 'beep':
      return line('prompt', '♪ ', 'beep');
    case 'held':
      return line('call', '☎ ', event.held ? 'on hold' : 'off hold');
    case 'fault':
      return line('trouble', '! ', `error ${event.code} at ${event.path}: ${event.reason}`);
    case 'note':
      return line('line', '· ', event.text);
    case 'ended':
      return line('call', '☎ ', `${event.reason} (${event.status})`);
  }
}

function httpText(event: Extract<PhoneEvent, { kind: 'http' }>): string {
  const parts = [
    `#${event.number} ${event.method} ${event.path}`,
    ...(event.step ? [`from ${event.step}`] : []),
    `→ ${event.status} in ${event.milliseconds} ms`,
    ...(event.note ? [`(${event.note})`] : []),
  ];
  return parts.join(' ');
}

/** Milliseconds of call time as m:ss. */
export function clockTime(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  return `${String(Math.floor(seconds / 60)).padStart(3)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Breaks a text into lines of at most `columns`; Chinese characters take two and may break anywhere. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let current = '';
  let width = 0;
  for (const word of text.split(/(?<=\s)|(?=[⺀-鿿＀-￯])|(?<=[⺀-鿿＀-￯])/u)) {
    const wordWidth = displayWidth(word);
    if (width > 0 && width + displayWidth(word.trimEnd()) > columns && !CLOSING_MARK.test(word)) {
      lines.push(current.trimEnd());
      current = '';
      width = 0;
    }
    current += word;
    width += wordWidth;
  }
  return [...lines, current.trimEnd()];
}

/** Marks that must not begin a line. */
const CLOSING_MARK = /^[，。！？；：、）”’》]/u;
const WIDE = /[ᄀ-ᅟ⺀-꓏가-힣豈-﫿︰-﹯＀-｠￠-￦]/u;

/** How many terminal columns a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
}
