import { styleText } from 'node:util';
import { displayWidth, type PhoneEvent, printEvent, type Tone, type TranscriptLine } from './transcript.ts';

export interface ScreenOptions {
  readonly write: (text: string) => void;
  readonly columns: () => number;
  readonly colour: boolean;
  /** Whether the last line may be written over; otherwise there is no status line. */
  readonly overwrites: boolean;
  readonly showKeys: boolean;
}

const STYLES: { readonly [tone in Tone]: Parameters<typeof styleText>[0] | undefined } = {
  prompt: undefined,
  caller: 'cyan',
  message: 'yellow',
  line: 'dim',
  trouble: 'red',
  call: 'bold',
};

const ERASE_LINE = '\r\u001b[2K';
/** Wider lines are hard to read. */
const MAXIMUM_COLUMNS = 110;

/** Prints a call as it goes, with one status line below that is written over. */
export class Screen {
  readonly #options: ScreenOptions;
  #status = '';

  constructor(options: ScreenOptions) {
    this.#options = options;
  }

  event(event: PhoneEvent): void {
    const columns = Math.min(this.#options.columns(), MAXIMUM_COLUMNS);
    for (const line of printEvent(event, { showKeys: this.#options.showKeys, columns })) this.line(line);
  }

  line({ tone, text }: TranscriptLine): void {
    this.#clear();
    this.#options.write(`${this.#paint(tone, text)}\n`);
    this.#draw();
  }

  /** What is going on right now; an empty text takes it away. */
  status(text: string): void {
    if (text === this.#status || !this.#options.overwrites) return;
    this.#clear();
    this.#status = text;
    this.#draw();
  }

  #clear(): void {
    if (this.#status !== '') this.#options.write(ERASE_LINE);
  }

  #draw(): void {
    if (this.#status === '') return;
    // A line that wraps could not be erased.
    let shown = '';
    for (const character of this.#status)
      if (displayWidth(shown + character) < this.#options.columns()) shown += character;
    this.#options.write(this.#paint('line', shown));
  }

  #paint(tone: Tone, text: string): string {
    const style = STYLES[tone];
    return this.#options.colour && style ? styleText(style, text, { validateStream: false }) : text;
  }
}
