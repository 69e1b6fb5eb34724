import { LANGUAGES, LOCALES } from '../src/locales/catalogue.ts';
import { type Attestation, isAttestation } from './carrier-request.ts';
import type { CustomerKeys } from './customers.ts';
import type { QueueResult } from './phone-options.ts';
import { isSayLanguage, SAY_LANGUAGES, type SayLanguage } from './voices.ts';

/** A value in a script that is known only when it is played. */
export type Placeholder =
  | { readonly kind: 'customer'; readonly what: CustomerKeys; readonly of?: string }
  | { readonly kind: 'code'; readonly what: 'code' | 'previousCode' | 'wrongCode' };

export type KeyPart = { readonly kind: 'keys'; readonly keys: string } | Placeholder;

export type Expectation =
  | { readonly kind: 'said'; readonly text: string }
  | { readonly kind: 'not_said'; readonly text: string }
  | { readonly kind: 'step'; readonly step: string }
  | { readonly kind: 'language'; readonly language: SayLanguage }
  | { readonly kind: 'queue'; readonly queue: string }
  | { readonly kind: 'hangup' }
  | { readonly kind: 'sms'; readonly text: string }
  | { readonly kind: 'no_sms' }
  | { readonly kind: 'fault'; readonly text: string };

export type Action =
  | {
      readonly kind: 'call';
      readonly from: string | Placeholder;
      readonly to: string;
      readonly attestation?: Attestation;
    }
  | { readonly kind: 'customer'; readonly wanted: string }
  | { readonly kind: 'language'; readonly language: SayLanguage }
  | { readonly kind: 'expect'; readonly expectation: Expectation }
  | { readonly kind: 'keys'; readonly parts: readonly KeyPart[]; readonly atOnce: boolean }
  | { readonly kind: 'stay_silent' }
  | { readonly kind: 'wait'; readonly milliseconds: number }
  | { readonly kind: 'hang_up' }
  | { readonly kind: 'leave_queue'; readonly result: QueueResult }
  | { readonly kind: 'repeat_last' }
  | { readonly kind: 'replay'; readonly number: number }
  | { readonly kind: 'send_twice' };

export interface Instruction {
  /** From 1. */
  readonly line: number;
  /** As written. */
  readonly source: string;
  readonly action: Action;
}

export interface ScriptProblem {
  readonly line: number;
  readonly message: string;
}

export type ReadScript =
  | { readonly kind: 'read'; readonly instructions: readonly Instruction[] }
  | { readonly kind: 'refused'; readonly problems: readonly ScriptProblem[] };

/** The caller's names of the languages, and the carrier's. */
const NAMES: ReadonlyMap<string, SayLanguage> = new Map([
  ...LANGUAGES.flatMap((tag): [string, SayLanguage][] => {
    const { sayLanguage } = LOCALES[tag];
    return isSayLanguage(sayLanguage) ? [[tag, sayLanguage]] : [];
  }),
  ...SAY_LANGUAGES.map((language): [string, SayLanguage] => [language, language]),
]);

const QUEUE_RESULTS: readonly string[] = [
  'bridged',
  'leave',
  'hangup',
  'queue-full',
  'redirected',
  'error',
  'system-error',
] satisfies readonly QueueResult[];

const CUSTOMER_PLACEHOLDERS: readonly string[] = [
  'phone',
  'id',
  'queryPin',
  'transactionPin',
  'wrongPin',
] satisfies readonly CustomerKeys[];
const CODE_PLACEHOLDERS: readonly string[] = ['code', 'previousCode', 'wrongCode'];

const UNIT_MILLISECONDS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['min', 60_000],
  ['h', 3_600_000],
]);

/** Reads a call script; all problems at once, each with its line. The format is in flows/scripts/README.md. Pure. */
export function readScript(text: string): ReadScript {
  const problems: ScriptProblem[] = [];
  const instructions: Instruction[] = [];
  text.split(/\r?\n/).forEach((raw, index) => {
    const source = raw.trim();
    if (source === '' || source.startsWith('#')) return;
    const action = readAction(source);
    if (typeof action === 'string') problems.push({ line: index + 1, message: action });
    else instructions.push({ line: index + 1, source, action });
  });
  // A broken line may have been the one that is missed further down: order is judged only without such lines.
  if (problems.length === 0) problems.push(...orderProblems(instructions));
  if (instructions.length === 0 && problems.length === 0)
    problems.push({ line: 1, message: 'the script has no instructions' });
  return problems.length === 0
    ? { kind: 'read', instructions }
    : { kind: 'refused', problems: problems.sort((one, other) => one.line - other.line) };
}

/** The action of a line, or what is wrong with it. */
function readAction(source: string): Action | string {
  const [verb = '', ...others] = source.split(/\s+/);
  const rest = source.slice(verb.length).trim();
  switch (verb) {
    case 'call':
      return readCall(rest);
    case 'customer':
      return rest ? { kind: 'customer', wanted: rest } : 'customer: say which one (name, number or state:…)';
    case 'language': {
      const language = NAMES.get(rest);
      return language ? { kind: 'language', language } : `unknown language "${rest}"`;
    }
    case 'expect':
      return readExpectation(rest);
    case 'press':
    case 'key':
      return readKeys(rest);
    case 'wait': {
      const match = /^(\d+(?:\.\d+)?)\s*(ms|s|min|h)$/.exec(rest);
      const unit = UNIT_MILLISECONDS.get(match?.[2] ?? '');
      return match && unit
        ? { kind: 'wait', milliseconds: Math.round(Number(match[1]) * unit) }
        : `wait: expected a time such as 200s, 500ms, 3min or 24h, not "${rest}"`;
    }
    case 'replay': {
      const match = /^webhook (\d+)$/.exec(rest);
      return match && Number(match[1]) > 0
        ? { kind: 'replay', number: Number(match[1]) }
        : 'expected: replay webhook <number from 1>';
    }
    case 'leave': {
      const result = others[0] === 'queue' && others.length === 2 ? others[1] : undefined;
      return isQueueResult(result)
        ? { kind: 'leave_queue', result }
        : `expected: leave queue ${QUEUE_RESULTS.join('|')}`;
    }
  }
  if (source === 'stay silent') return { kind: 'stay_silent' };
  if (source === 'hang up') return { kind: 'hang_up' };
  if (source === 'repeat last webhook') return { kind: 'repeat_last' };
  if (source === 'send every webhook twice') return { kind: 'send_twice' };
  return `unknown instruction "${source}"`;
}

function isQueueResult(text: string | undefined): text is QueueResult {
  return text !== undefined && QUEUE_RESULTS.includes(text);
}

function readCall(rest: string): Action | string {
  const match = /^from (\{[^}]+\}|\S+) to (\S+)(?: attested (A|B|C|failed))?$/.exec(rest);
  if (!match) return 'expected: call from <number> to <number> [attested A|B|C|failed]';
  const [, from = '', to = '', attested] = match;
  const placeholder = from.startsWith('{') ? readPlaceholder(from.slice(1, -1)) : undefined;
  if (typeof placeholder === 'string') return placeholder;
  if (placeholder && (placeholder.kind !== 'customer' || placeholder.what !== 'phone'))
    return 'call: only {phone} can stand for a number';
  for (const number of placeholder ? [to] : [from, to])
    if (!/^(\+\d{5,15}|anonymous|(sip|client):\S+)$/.test(number))
      return `call: "${number}" is not a number such as +8613800138000, anonymous, sip:… or client:…`;
  const attestation = isAttestation(attested) ? attested : undefined;
  return { kind: 'call', from: placeholder ?? from, to, ...(attestation ? { attestation } : {}) };
}

function readKeys(rest: string): Action | string {
  const atOnce = / at once$/.test(rest);
  const keys = atOnce ? rest.slice(0, -' at once'.length).trim() : rest;
  const parts: KeyPart[] = [];
  for (const piece of keys.match(/\{[^}]*\}|[^{]+|\{/g) ?? []) {
    if (piece.startsWith('{') && piece.endsWith('}')) {
      const placeholder = readPlaceholder(piece.slice(1, -1));
      if (typeof placeholder === 'string') return placeholder;
      parts.push(placeholder);
    } else if (/^[0-9*#]+$/.test(piece)) parts.push({ kind: 'keys', keys: piece });
    else return `"${piece}" cannot be pressed: a telephone has the keys 0-9 * #`;
  }
  return parts.length > 0 ? { kind: 'keys', parts, atOnce } : 'expected keys to press';
}

function readPlaceholder(name: string): Placeholder | string {
  const [, what = '', of] = /^(\w+)(?: of (.+))?$/.exec(name) ?? [];
  if (isCustomerPlaceholder(what)) return { kind: 'customer', what, ...(of === undefined ? {} : { of }) };
  if (of === undefined && (what === 'code' || what === 'previousCode' || what === 'wrongCode'))
    return { kind: 'code', what };
  return `unknown placeholder {${name}}: there are ${[...CUSTOMER_PLACEHOLDERS, ...CODE_PLACEHOLDERS]
    .map((one) => `{${one}}`)
    .join(' ')}`;
}

function isCustomerPlaceholder(text: string): text is CustomerKeys {
  return CUSTOMER_PLACEHOLDERS.includes(text);
}

function readExpectation(rest: string): Action | string {
  const expectation = expectationOf(rest);
  return typeof expectation === 'string' ? expectation : { kind: 'expect', expectation };
}

function expectationOf(rest: string): Expectation | string {
  const quoted = /^(?:(not|sms|fault) )?"(.+)"$/.exec(rest);
  if (quoted) {
    const text = quoted[2] ?? '';
    switch (quoted[1]) {
      case 'not':
        return { kind: 'not_said', text };
      case 'sms':
        return { kind: 'sms', text };
      case 'fault':
        return { kind: 'fault', text };
      default:
        return { kind: 'said', text };
    }
  }
  if (rest === 'hangup') return { kind: 'hangup' };
  if (rest === 'no sms') return { kind: 'no_sms' };
  const [what, value, ...more] = rest.split(/\s+/);
  if (value !== undefined && more.length === 0) {
    if (what === 'step') return { kind: 'step', step: value };
    if (what === 'queue') return { kind: 'queue', queue: value };
    if (what === 'language') {
      const language = NAMES.get(value);
      return language ? { kind: 'language', language } : `unknown language "${value}"`;
    }
  }
  return `expected one of: expect "text", not "text", sms "text", no sms, fault "text", step <name>, language <tag>, queue <name>, hangup — not "${rest}"`;
}

/** Instructions that stand where they cannot work. */
function orderProblems(instructions: readonly Instruction[]): ScriptProblem[] {
  const problems: ScriptProblem[] = [];
  let called = false;
  let customer = false;
  for (const { line, action } of instructions) {
    const placeholders: readonly KeyPart[] =
      action.kind === 'keys'
        ? action.parts
        : action.kind === 'call' && typeof action.from !== 'string'
          ? [action.from]
          : [];
    if (!customer && placeholders.some((part) => part.kind === 'customer' && part.of === undefined))
      problems.push({ line, message: 'a placeholder needs a `customer` line before it' });
    if (action.kind === 'customer') customer = true;
    else if (action.kind === 'call') called = true;
    else if (!called && action.kind !== 'send_twice')
      problems.push({ line, message: 'there is no call yet: begin with `call from … to …`' });
  }
  return problems;
}
