import { phoneGroups } from '../jurisdictions/phone-number.ts';
import type { Language } from '../locales/catalogue.ts';

/**
 * The number to call in a language, as people of its country write it: that of the line which begins in it, else of the
 * first line; empty for a company without lines. No group has digits enough to be taken for a code.
 */
export function lineToCall(
  lines: readonly { readonly number: string; readonly language: Language }[],
  language: Language,
): string {
  const line = lines.find((one) => one.language === language) ?? lines[0];
  return line ? phoneGroups(line.number).join(' ') : '';
}
