import type { Parameters } from '../own-url.ts';

/** Twilio sends about thirty parameters, and one more for each header of a SIP call. A form of more is no webhook of ours. */
const MOST_PARAMETERS = 256;

const [AND, EQUALS, PLUS, PERCENT, SPACE] = [...Buffer.from('&=+% ')] as [
  number,
  number,
  number,
  number,
  number,
];

/**
 * Reads a form as its bytes came; a repeated name has an array of values. Undefined for more parameters than any webhook has.
 * It runs before the signature is known to be right, so each byte is looked at once and nothing throws, whatever is sent
 * (invariant 47). Names with brackets have no meaning: the signature stands over names and values exactly as they came.
 */
export function readForm(body: Uint8Array): Parameters | undefined {
  // A copy, because it is decoded where it stands.
  const bytes = Buffer.from(body);
  const form: Record<string, string | string[]> = Object.create(null);
  let parts = 0;
  for (let from = 0; from < bytes.length; ) {
    const and = bytes.indexOf(AND, from);
    const to = and === -1 ? bytes.length : and;
    parts += 1;
    if (parts > MOST_PARAMETERS) return undefined;
    if (to > from) addParameter(form, bytes.subarray(from, to));
    from = to + 1;
  }
  return form;
}

function addParameter(form: Record<string, string | string[]>, part: Buffer): void {
  const equals = part.indexOf(EQUALS);
  const name = decoded(equals === -1 ? part : part.subarray(0, equals));
  const value = equals === -1 ? '' : decoded(part.subarray(equals + 1));
  const before = form[name];
  if (before === undefined) form[name] = value;
  else if (typeof before === 'string') form[name] = [before, value];
  else before.push(value);
}

/** Takes plus signs and percent-encoding away; what is no encoding stays as it is, and what is no UTF-8 is replaced. */
function decoded(bytes: Buffer): string {
  let written = 0;
  for (let read = 0; read < bytes.length; read++) {
    let byte = bytes[read] ?? 0;
    if (byte === PLUS) byte = SPACE;
    else if (byte === PERCENT) {
      const high = hexDigit(bytes[read + 1]);
      const low = hexDigit(bytes[read + 2]);
      if (high !== undefined && low !== undefined) {
        byte = high * 16 + low;
        read += 2;
      }
    }
    bytes[written] = byte;
    written += 1;
  }
  return bytes.toString('utf8', 0, written);
}

function hexDigit(byte: number | undefined): number | undefined {
  if (byte === undefined) return undefined;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined;
}
