import type { Document, Entry } from './conference.ts';
import { ElementReader } from './element-reader.ts';
import type { Element } from './twiml-elements.ts';

/** A conference as a document names it; addresses are as written. */
export interface ConferenceNoun {
  readonly name: string;
  readonly entry: Entry;
}

const REPORTED = ['start', 'end', 'join', 'leave', 'mute', 'hold', 'modify', 'speaker', 'announcement'];
/** The carrier's limit for a label. */
const MAXIMUM_LABEL_CHARACTERS = 128;

/** Reads `<Conference>`, noting every problem. Pure. */
export function readConferenceNoun(element: Element, problems: string[]): ConferenceNoun {
  const reader = new ElementReader(element, problems);
  reader.allow([
    ...['muted', 'beep', 'startConferenceOnEnter', 'endConferenceOnExit', 'participantLabel'],
    ...['waitUrl', 'waitMethod', 'record', 'coach'],
    ...['statusCallback', 'statusCallbackMethod', 'statusCallbackEvent'],
  ]);
  reader.refuseElements();
  if (reader.text() === '') reader.problem('needs a name');
  const label = reader.optional('participantLabel');
  if (label !== undefined && (label === '' || label.length > MAXIMUM_LABEL_CHARACTERS))
    reader.problem(`participantLabel must have 1 to ${MAXIMUM_LABEL_CHARACTERS} characters`);
  const beep = reader.optional('beep') ?? 'true';
  if (!['true', 'false', 'onEnter', 'onExit'].includes(beep))
    reader.problem(`beep must be true, false, onEnter or onExit, not "${beep}"`);
  const record = reader.optional('record') ?? 'do-not-record';
  if (!['do-not-record', 'record-from-start'].includes(record))
    reader.problem(`record must be do-not-record or record-from-start, not "${record}"`);
  return {
    name: reader.text(),
    entry: {
      label,
      muted: reader.flag('muted'),
      beep: beep === 'true' || beep === 'onEnter',
      startOnEnter:
        reader.optional('startConferenceOnEnter') === undefined || reader.flag('startConferenceOnEnter'),
      endOnExit: reader.flag('endConferenceOnExit'),
      wait: address(reader, 'waitUrl', 'waitMethod'),
      reports: reports(reader),
      record: record === 'record-from-start',
      coach: reader.optional('coach'),
    },
  };
}

function reports(reader: ElementReader): Entry['reports'] {
  const events = (reader.optional('statusCallbackEvent') ?? 'start end').split(' ');
  for (const event of events) if (!REPORTED.includes(event)) reader.problem(`unknown event ${event}`);
  const to = address(reader, 'statusCallback', 'statusCallbackMethod');
  return to && { ...to, events: new Set(events) };
}

function address(reader: ElementReader, name: string, methodName: string): Document | undefined {
  const url = reader.optional(name);
  const method = reader.method(methodName);
  if (url === undefined) return undefined;
  reader.address(url);
  return { url, method };
}
