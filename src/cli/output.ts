/** Standard output as the commands with a telephone's screen use it. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  hasColors?(): boolean;
}

/** Where `npm run demo` serves by default, and `npm run phone` dials. */
export const DEFAULT_URL = 'http://localhost:3000';

/** Whether the output is a terminal that shows colours. */
export function hasColours(output: Output): boolean {
  return output.isTTY === true && output.hasColors?.() === true;
}
