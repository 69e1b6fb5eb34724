import { type ConferenceNoun, readConferenceNoun } from './conference-noun.ts';
import { ElementReader } from './element-reader.ts';
import type { DialVerb, EnqueueVerb, GatherVerb, ReadTwiml, SayVerb, SpokenVerb, Verb } from './twiml.ts';
import { type Element, parseElements } from './twiml-elements.ts';
import { DEFAULT_SAY_LANGUAGE, isSayLanguage, voiceLanguage } from './voices.ts';

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

/**
 * Reads a TwiML voice document into verbs, in order. A document that this phone does not know, or that the
 * carrier would not carry out, is refused with every problem named. Pure.
 */
export function readTwiml(document: string): ReadTwiml {
  if (document.length > MAXIMUM_DOCUMENT_CHARACTERS)
    return refused(`the document is longer than ${MAXIMUM_DOCUMENT_CHARACTERS} characters`);
  const problems: string[] = [];
  const parsed = parseElements(document, problems);
  if ('refusal' in parsed) return refused(parsed.refusal);
  const { roots } = parsed;
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
    case 'Hangup':
    case 'Leave': {
      reader.allow([]);
      reader.refuseElements();
      reader.refuseText();
      return { kind: element.name === 'Hangup' ? 'hangup' : 'leave' };
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
]);

function readDial(element: Element, reader: ElementReader, problems: string[]): DialVerb {
  reader.allow(['action', 'method', 'timeout', 'callerId', 'timeLimit', 'answerOnBridge', 'hangupOnStar']);
  const hangupOnStar = reader.flag('hangupOnStar');
  reader.integer('timeLimit', 1);
  reader.flag('answerOnBridge');
  const action = reader.optional('action');
  if (action === '') reader.problem('action is empty');
  reader.address(action ?? '');
  const [noun, ...more] = element.elements;
  if (more.length > 0) reader.problem('this phone dials one party at a time');
  let target = reader.text();
  let conference: ConferenceNoun | undefined;
  if (noun?.name === 'Conference') {
    if (target !== '') reader.problem('both a number and a noun');
    conference = readConferenceNoun(noun, problems);
    target = conference.name === '' ? '' : `conference:${conference.name}`;
  } else if (noun) {
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
    ...(conference && { conference }),
    hangupOnStar,
    ...(action === undefined ? {} : { action }),
    method: reader.method('method'),
    timeoutSeconds: reader.integer('timeout', 1) ?? DEFAULT_DIAL_TIMEOUT_SECONDS,
  };
}
