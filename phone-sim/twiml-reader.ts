import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { DEFAULT_SAY_LANGUAGE, isSayLanguage, type SayLanguage, voiceLanguage } from './voices.ts';

export type Method = 'GET' | 'POST';

export interface SayVerb {
  readonly kind: 'say';
  readonly text: string;
  readonly language: SayLanguage;
  readonly voice?: string;
  readonly loop: number;
}
export interface PauseVerb {
  readonly kind: 'pause';
  readonly seconds: number;
}
export interface PlayVerb {
  readonly kind: 'play';
  /** What is played: an address, or the tones of `digits`. */
  readonly url: string;
  readonly digits?: string;
  readonly loop: number;
}
export type SpokenVerb = SayVerb | PauseVerb | PlayVerb;

export interface GatherVerb {
  readonly kind: 'gather';
  readonly action: string;
  readonly method: Method;
  /** Undefined: any number of keys. */
  readonly numDigits?: number;
  /** One key, or an empty string for none. */
  readonly finishOnKey: string;
  /** From the end of the nested content to the first key, and from key to key. */
  readonly timeoutSeconds: number;
  readonly actionOnEmptyResult: boolean;
  readonly nested: readonly SpokenVerb[];
}
export interface RedirectVerb {
  readonly kind: 'redirect';
  readonly url: string;
  readonly method: Method;
}
export interface EnqueueVerb {
  readonly kind: 'enqueue';
  readonly queue: string;
  readonly action?: string;
  readonly method: Method;
  readonly waitUrl?: string;
  readonly waitMethod: Method;
}
export interface DialVerb {
  readonly kind: 'dial';
  /** Who is called: a number, `sip:…`, `client:…`, `queue:…` or `conference:…`. */
  readonly target: string;
  readonly action?: string;
  readonly method: Method;
  readonly timeoutSeconds: number;
}
export type Verb =
  | SpokenVerb
  | GatherVerb
  | RedirectVerb
  | EnqueueVerb
  | DialVerb
  | { readonly kind: 'hangup' }
  | { readonly kind: 'reject'; readonly reason: 'rejected' | 'busy' };

export type ReadTwiml =
  | { readonly kind: 'read'; readonly verbs: readonly Verb[] }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

/** The carrier does not read longer documents. */
const MAXIMUM_DOCUMENT_CHARACTERS = 64 * 1024;
/** The carrier does not say longer texts. */
const MAXIMUM_SAY_CHARACTERS = 4_096;
/** The carrier's limit for the name of a queue. */
const MAXIMUM_QUEUE_NAME_CHARACTERS = 64;
/** The carrier's defaults, in seconds. */
const DEFAULT_GATHER_TIMEOUT_SECONDS = 5;
const DEFAULT_DIAL_TIMEOUT_SECONDS = 30;
const DEFAULT_PAUSE_SECONDS = 1;

interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly elements: readonly Element[];
  readonly text: string;
}

// Entities are decoded here, not by the parser: only XML's own five and character references exist,
// so no document can define one that grows.
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  cdataPropName: '#cdata',
  commentPropName: '#comment',
});

/**
 * Reads a TwiML voice document into verbs, in order. What this phone does not know, or the carrier would
 * stumble over, is refused with every problem named. Pure.
 */
export function readTwiml(document: string): ReadTwiml {
  if (document.length > MAXIMUM_DOCUMENT_CHARACTERS)
    return refused(`the document is longer than ${MAXIMUM_DOCUMENT_CHARACTERS} characters`);
  if (/<!DOCTYPE/i.test(document)) return refused('a document type declaration is not allowed');
  const validity = XMLValidator.validate(document);
  if (validity !== true) return refused(`not well-formed XML: ${validity.err.msg}`);
  const problems: string[] = [];
  let roots: readonly Element[];
  try {
    roots = toElements(parser.parse(document), problems).elements;
  } catch (error) {
    return refused(`not readable as XML: ${error instanceof Error ? error.message : 'unknown reason'}`);
  }
  const [root, ...others] = roots;
  if (root?.name !== 'Response' || others.length > 0)
    return refused(`expected one <Response>, found ${roots.map((one) => `<${one.name}>`).join(' ')}`);
  const reader = new ElementReader(root, problems);
  reader.allow([]);
  reader.refuseText();
  const verbs = root.elements.flatMap((element) => readVerb(element, problems) ?? []);
  root.elements.forEach((element, position) => {
    if (element.name === 'Reject' && position > 0)
      problems.push('<Reject>: only the first verb can reject a call');
  });
  return problems.length === 0 ? { kind: 'read', verbs } : { kind: 'refused', problems };
}

function refused(problem: string): ReadTwiml {
  return { kind: 'refused', problems: [problem] };
}

function toElements(
  nodes: unknown,
  problems: string[],
): { readonly elements: readonly Element[]; readonly text: string } {
  const elements: Element[] = [];
  let text = '';
  for (const node of Array.isArray(nodes) ? nodes : []) {
    const members = node as { readonly [name: string]: unknown };
    const name = Object.keys(members).find((key) => key !== ':@');
    if (name === undefined || name === '#comment' || name === '?xml') continue;
    if (name === '#text') text += decodeEntities(String(members[name]), problems);
    else if (name === '#cdata') text += rawText(members[name]);
    else if (name.startsWith('?')) problems.push(`processing instruction <${name}> is not TwiML`);
    else {
      const attributes = new Map(
        Object.entries((members[':@'] ?? {}) as { readonly [name: string]: string }).map(
          ([attribute, value]): [string, string] => [attribute, decodeEntities(value, problems)],
        ),
      );
      elements.push({ name, attributes, ...toElements(members[name], problems) });
    }
  }
  return { elements, text };
}

function rawText(nodes: unknown): string {
  const parts = Array.isArray(nodes) ? nodes : [];
  return parts.map((part) => String((part as { readonly '#text'?: unknown })['#text'] ?? '')).join('');
}

const NAMED_ENTITIES = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);
const HIGHEST_CODE_POINT = 0x10ffff;

function decodeEntities(text: string, problems: string[]): string {
  return text.replace(/&([^;&\s]*);?/g, (whole, body: string) => {
    const reference = /^#(?:x([0-9a-f]+)|(\d+))$/i.exec(body);
    const code = reference
      ? Number.parseInt(reference[1] ?? reference[2] ?? '', reference[1] ? 16 : 10)
      : undefined;
    const character =
      code === undefined
        ? NAMED_ENTITIES.get(body)
        : code <= HIGHEST_CODE_POINT
          ? String.fromCodePoint(code)
          : undefined;
    if (character !== undefined && whole.endsWith(';')) return character;
    problems.push(`unknown entity ${whole}`);
    return whole;
  });
}

/** Reads one element's attributes, noting every problem with the element's name in front. */
class ElementReader {
  readonly #element: Element;
  readonly #problems: string[];
  constructor(element: Element, problems: string[]) {
    this.#element = element;
    this.#problems = problems;
  }

  problem(what: string): void {
    this.#problems.push(`<${this.#element.name}>: ${what}`);
  }
  allow(names: readonly string[]): void {
    for (const name of this.#element.attributes.keys())
      if (!names.includes(name)) this.problem(`unknown attribute ${name}`);
  }
  refuseText(): void {
    if (this.#element.text.trim() !== '') this.problem('text between the verbs');
  }
  refuseElements(): void {
    for (const inner of this.#element.elements) this.problem(`<${inner.name}> is not allowed inside`);
  }
  text(): string {
    return this.#element.text.trim();
  }
  optional(name: string): string | undefined {
    return this.#element.attributes.get(name);
  }
  required(name: string): string {
    const value = this.#element.attributes.get(name);
    if (!value) this.problem(`needs ${name}`);
    return value ?? '';
  }
  address(address: string): void {
    if (!URL.canParse(address, 'https://service.invalid/')) this.problem(`not an address: "${address}"`);
  }
  integer(name: string, least: number): number | undefined {
    const value = this.#element.attributes.get(name);
    if (value === undefined) return undefined;
    if (/^\d{1,6}$/.test(value) && Number(value) >= least) return Number(value);
    this.problem(`${name} must be a whole number of at least ${least}, not "${value}"`);
    return undefined;
  }
  flag(name: string): boolean {
    const value = this.#element.attributes.get(name) ?? 'false';
    if (value !== 'true' && value !== 'false') this.problem(`${name} must be true or false, not "${value}"`);
    return value === 'true';
  }
  method(name: string): Method {
    const value = this.#element.attributes.get(name) ?? 'POST';
    if (value === 'GET' || value === 'POST') return value;
    this.problem(`${name} must be GET or POST, not "${value}"`);
    return 'POST';
  }
}

function readVerb(element: Element, problems: string[]): Verb | undefined {
  const reader = new ElementReader(element, problems);
  switch (element.name) {
    case 'Say':
    case 'Pause':
    case 'Play':
      return readSpoken(element, problems);
    case 'Gather':
      return readGather(element, reader, problems);
    case 'Redirect': {
      reader.allow(['method']);
      reader.refuseElements();
      if (reader.text() === '') reader.problem('needs an address');
      reader.address(reader.text());
      return { kind: 'redirect', url: reader.text(), method: reader.method('method') };
    }
    case 'Enqueue':
      return readEnqueue(reader);
    case 'Dial':
      return readDial(element, reader, problems);
    case 'Hangup': {
      reader.allow([]);
      reader.refuseElements();
      reader.refuseText();
      return { kind: 'hangup' };
    }
    case 'Reject': {
      reader.allow(['reason']);
      reader.refuseElements();
      reader.refuseText();
      const reason = reader.optional('reason') ?? 'rejected';
      if (reason !== 'rejected' && reason !== 'busy')
        reader.problem(`reason must be rejected or busy, not "${reason}"`);
      return { kind: 'reject', reason: reason === 'busy' ? 'busy' : 'rejected' };
    }
    default:
      problems.push(`unknown verb <${element.name}>`);
      return undefined;
  }
}

function readSpoken(element: Element, problems: string[]): SpokenVerb | undefined {
  const reader = new ElementReader(element, problems);
  reader.refuseElements();
  if (element.name === 'Say') return readSay(reader);
  if (element.name === 'Pause') {
    reader.allow(['length']);
    reader.refuseText();
    return { kind: 'pause', seconds: reader.integer('length', 1) ?? DEFAULT_PAUSE_SECONDS };
  }
  if (element.name === 'Play') {
    reader.allow(['loop', 'digits']);
    const digits = reader.optional('digits');
    if (digits !== undefined && !/^[0-9*#wW]+$/.test(digits))
      reader.problem(`digits cannot be played: "${digits}"`);
    if (reader.text() === '' && digits === undefined) reader.problem('needs an address or digits');
    return {
      kind: 'play',
      url: reader.text(),
      ...(digits === undefined ? {} : { digits }),
      loop: reader.integer('loop', 1) ?? 1,
    };
  }
  return undefined;
}

function readSay(reader: ElementReader): SayVerb {
  reader.allow(['language', 'voice', 'loop']);
  const text = reader.text().replace(/\s+/gu, ' ');
  const language = reader.optional('language');
  const voice = reader.optional('voice');
  const spokenByVoice = voice === undefined ? undefined : voiceLanguage(voice);
  if (text === '') reader.problem('nothing to say');
  if ([...text].length > MAXIMUM_SAY_CHARACTERS)
    reader.problem(`${[...text].length} characters, more than ${MAXIMUM_SAY_CHARACTERS}`);
  const known = language !== undefined && isSayLanguage(language) ? language : undefined;
  if (language !== undefined && !known) reader.problem(`unknown language ${language}`);
  if (voice !== undefined && !spokenByVoice) reader.problem(`unknown voice ${voice}`);
  if (known && spokenByVoice && known !== spokenByVoice)
    reader.problem(`voice ${voice} does not speak ${known}`);
  return {
    kind: 'say',
    text,
    language: known ?? spokenByVoice ?? DEFAULT_SAY_LANGUAGE,
    ...(voice === undefined ? {} : { voice }),
    loop: reader.integer('loop', 1) ?? 1,
  };
}

function readGather(element: Element, reader: ElementReader, problems: string[]): GatherVerb {
  if (reader.optional('bargeIn') !== undefined)
    reader.problem('bargeIn concerns speech only, a key always stops the prompt: speak before the Gather');
  reader.allow([
    'action',
    'method',
    'input',
    'timeout',
    'numDigits',
    'finishOnKey',
    'actionOnEmptyResult',
    'bargeIn',
  ]);
  reader.refuseText();
  const input = reader.optional('input') ?? 'dtmf';
  if (input !== 'dtmf') reader.problem(`input must be dtmf, not "${input}"`);
  const finishOnKey = reader.optional('finishOnKey') ?? '#';
  if (!/^[0-9*#]?$/.test(finishOnKey))
    reader.problem(`finishOnKey must be one key or empty, not "${finishOnKey}"`);
  const numDigits = reader.integer('numDigits', 1);
  const nested = element.elements.flatMap((inner) => {
    if (['Say', 'Pause', 'Play'].includes(inner.name)) return readSpoken(inner, problems) ?? [];
    reader.problem(`<${inner.name}> is not allowed inside`);
    return [];
  });
  const action = reader.required('action');
  reader.address(action);
  return {
    kind: 'gather',
    action,
    method: reader.method('method'),
    ...(numDigits === undefined ? {} : { numDigits }),
    finishOnKey,
    timeoutSeconds: reader.integer('timeout', 1) ?? DEFAULT_GATHER_TIMEOUT_SECONDS,
    actionOnEmptyResult: reader.flag('actionOnEmptyResult'),
    nested,
  };
}

function readEnqueue(reader: ElementReader): EnqueueVerb {
  reader.allow(['action', 'method', 'waitUrl', 'waitUrlMethod', 'maxQueueSize']);
  reader.refuseElements();
  reader.integer('maxQueueSize', 1);
  const queue = reader.text();
  const action = reader.optional('action');
  const waitUrl = reader.optional('waitUrl');
  if (queue === '') reader.problem('needs the name of a queue');
  if (queue.length > MAXIMUM_QUEUE_NAME_CHARACTERS)
    reader.problem(`the name of the queue is longer than ${MAXIMUM_QUEUE_NAME_CHARACTERS} characters`);
  if (action === '') reader.problem('action is empty');
  reader.address(action ?? '');
  reader.address(waitUrl ?? '');
  return {
    kind: 'enqueue',
    queue,
    ...(action === undefined ? {} : { action }),
    method: reader.method('method'),
    ...(waitUrl === undefined ? {} : { waitUrl }),
    waitMethod: reader.method('waitUrlMethod'),
  };
}

const DIAL_NOUNS: ReadonlyMap<string, string> = new Map([
  ['Number', ''],
  ['Sip', ''],
  ['Client', 'client:'],
  ['Queue', 'queue:'],
  ['Conference', 'conference:'],
]);

function readDial(element: Element, reader: ElementReader, problems: string[]): DialVerb {
  reader.allow(['action', 'method', 'timeout', 'callerId', 'timeLimit', 'answerOnBridge']);
  reader.integer('timeLimit', 1);
  reader.flag('answerOnBridge');
  const action = reader.optional('action');
  if (action === '') reader.problem('action is empty');
  reader.address(action ?? '');
  const [noun, ...more] = element.elements;
  if (more.length > 0) reader.problem('this phone dials one party at a time');
  let target = reader.text();
  if (noun) {
    const prefix = DIAL_NOUNS.get(noun.name);
    const nounReader = new ElementReader(noun, problems);
    nounReader.allow([]);
    nounReader.refuseElements();
    if (prefix === undefined) reader.problem(`<${noun.name}> is not allowed inside`);
    if (target !== '') reader.problem('both a number and a noun');
    target = nounReader.text() === '' ? '' : `${prefix ?? ''}${nounReader.text()}`;
  }
  if (target === '') reader.problem('needs somebody to dial');
  return {
    kind: 'dial',
    target,
    ...(action === undefined ? {} : { action }),
    method: reader.method('method'),
    timeoutSeconds: reader.integer('timeout', 1) ?? DEFAULT_DIAL_TIMEOUT_SECONDS,
  };
}
