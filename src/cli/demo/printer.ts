import { styleText } from 'node:util';
import { Screen } from '../../../phone-sim/screen.ts';
import { hasColours, type Output } from '../output.ts';

const NAME_COLUMNS = 19;
const DEFAULT_COLUMNS = 100;
const MOST_COLUMNS = 110;

/** The screen of the simulated telephone, and the demo's own lines around it. */
export interface Printer {
  readonly screen: Screen;
  heading(text: string): void;
  line(text: string): void;
  note(text: string): void;
  entry(name: string, value: string): void;
  good(text: string): void;
  trouble(text: string): void;
}

/** A printer on this output, with colours where the terminal shows them. */
export function printer(output: Output): Printer {
  const colour = hasColours(output);
  const columns = () => Math.min(output.columns ?? DEFAULT_COLUMNS, MOST_COLUMNS);
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const write = (text: string) => void output.write(`${text}\n`);
  return {
    screen: new Screen({
      write: (text) => void output.write(text),
      columns,
      colour,
      overwrites: false,
      showKeys: false,
    }),
    heading: (text) => write(`\n${paint('bold', `── ${text}`)}\n`),
    line: write,
    note: (text) => write(paint('dim', text)),
    entry: (name, value) => write(`  ${name.padEnd(NAME_COLUMNS)}${paint('cyan', value)}`),
    good: (text) => write(`\n${paint('green', `✔ ${text}`)}`),
    trouble: (text) => write(paint('red', `✘ ${text}`)),
  };
}
