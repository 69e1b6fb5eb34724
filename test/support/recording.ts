import { z } from 'zod';
import { DEMO_CUSTOMERS } from '../../db/seeds/demo-customers.ts';
import type { CallState, Journal } from '../../src/calls/call.ts';
import { decide } from '../../src/calls/decide.ts';
import { type RecordedCall, replayCall, stateAtStart } from '../../src/calls/replay.ts';
import { createTwimlRenderer } from '../../src/carriers/twilio/twiml.ts';
import { ENTRY_TYPES } from '../../src/entry-types.ts';
import { type RecordKind, upgradeRecord } from '../../src/flow/formats/record-format.ts';
import { makeRelease } from '../../src/flow/load-release.ts';
import type { Release } from '../../src/flow/release.ts';
import { allowedData, type EntryDraft } from '../../src/ledger/entry.ts';
import { defined } from '../../src/platform/defined.ts';
import { canonicalJson, type Json, sha256 } from '../../src/platform/digest.ts';
import { textsOf } from '../../src/releases/release-record.ts';
import { type Canary, findLeaks } from './leaks.ts';

/** Stands in a kept answer for the step token, which is another one in every answer. */
export const TOKEN_PLACE = '{token}';

const text = z.string();
const turnSchema = z.strictObject({
  seq: z.int(),
  /** The step token the webhook came with. */
  token: text,
  /** Which of `answers` went out, and the step token in it; an answer that ends the call has none. */
  answer: z.int(),
  next: text.optional(),
  /** As stored, in the words of the version that recorded it. */
  journal: z.unknown(),
  /** The audit entries the decisions of this turn left, in order. */
  entries: z.array(z.unknown()),
  /** The other audit entries of this turn: what was performed around its decisions. */
  performed: z.array(z.unknown()).optional(),
});
const recordingSchema = z.strictObject({
  /** The version of the program that recorded this. */
  version: text,
  publicUrl: text,
  /** The row of the published release as it is stored: `hash` is over every byte of `document`. */
  release: z.looseObject({ hash: text, document: text }),
  /** Every different answer once, byte for byte but for the step token. */
  answers: z.array(text),
  calls: z.array(
    z.strictObject({
      /** The script that was played, or the number of the random script. */
      of: text,
      id: text,
      /** The number dialled, with the language and currency the call began in. */
      line: text,
      language: text,
      currency: text,
      startedAt: z.int(),
      /** The call came from a number that it showed; calls of versions that did not ask have nothing here. */
      showsNumber: z.literal(true).optional(),
      turns: z.array(turnSchema),
    }),
  ),
});

/** Calls of one version of the program with the release they ran on, as kept in `test/recorded/`. */
export type Recording = z.infer<typeof recordingSchema>;
type RecordingCall = Recording['calls'][number];
type RecordingTurn = RecordingCall['turns'][number];

/** A recording as a file: a line for each answer and each turn, so that a difference can be read. */
export function writeRecording({ version, publicUrl, release, answers, calls }: Recording): string {
  const lines = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join(',\n');
  const written = calls.map(({ turns, ...call }) => {
    const head = JSON.stringify(call).slice(0, -1);
    return `${head},"turns":[\n${lines(turns)}]}`;
  });
  return [
    `{"version":${JSON.stringify(version)},"publicUrl":${JSON.stringify(publicUrl)},`,
    `"release":${JSON.stringify(release)},`,
    `"answers":[\n${lines(answers)}],`,
    `"calls":[\n${written.join(',\n')}]}\n`,
  ].join('\n');
}

/** The recording in a file; throws where the file is none. */
export function readRecording(file: string): Recording {
  return recordingSchema.parse(JSON.parse(file));
}

/** A record in today's words; throws where its format is unknown. */
function upgraded<Kept>(kind: RecordKind, stored: unknown): Kept {
  const read = upgradeRecord(kind, stored);
  if (!read.ok) throw new Error(read.problem);
  return read.record as Kept;
}

/** The release of a recording in today's form, under the hash it was stored under; throws where this version refuses it. */
export function releaseOfRecording({ release: { hash, document } }: Recording): Release {
  if (sha256(document) !== hash) throw new Error('the recorded release was changed');
  const read = textsOf(document);
  const made = read.ok ? makeRelease(read.texts, 'stored') : read;
  if (!made.ok) throw new Error(made.problems.join('\n'));
  return { ...made.release, hash };
}

/** Decides one turn again; the call after it and every audit entry its decisions leave. Throws where it cannot be decided. */
export function decideTurn(
  release: Release,
  call: CallState,
  { now, steps }: Journal,
): { readonly call: CallState; readonly drafts: readonly EntryDraft[] } {
  let state = call;
  const drafts: EntryDraft[] = [];
  for (const { event, facts } of steps) {
    const decision = decide(release, state, event, facts, now);
    state = decision.call;
    drafts.push(
      ...decision.entries.map((draft) => ({
        ...draft,
        data: allowedData(ENTRY_TYPES, draft.type, draft.data),
      })),
    );
  }
  return { call: state, drafts };
}

/** What deciding a recording again came to. */
export interface Replayed {
  readonly calls: number;
  readonly turns: number;
  readonly entries: number;
  /** Everything that came out differently, with its call and turn. */
  readonly problems: readonly string[];
}

/** Decides every call of a recording again and compares answers byte for byte and audit entries field by field. Pure. */
export function replayRecording(recording: Recording): Replayed {
  const release = releaseOfRecording(recording);
  const renderer = createTwimlRenderer({ publicUrl: recording.publicUrl, prompts: release.prompts });
  const problems: string[] = [];
  let [turns, entries] = [0, 0];
  for (const call of recording.calls) {
    const where = `${call.of}, call ${call.id}`;
    try {
      const recorded = recordedCall(recording, call);
      const result = replayCall(recorded, release, renderer);
      if (result.kind === 'different')
        problems.push(`${where}: turn ${result.seq} at ${result.step}: ${result.why}`);
      const compared = compareEntries(release, call, recorded);
      problems.push(...compared.problems.map((problem) => `${where}: ${problem}`));
      turns += call.turns.length;
      entries += compared.entries;
    } catch (error) {
      problems.push(`${where}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { calls: recording.calls.length, turns, entries, problems };
}

function recordedCall(
  recording: Recording,
  { id, line, startedAt, showsNumber, turns }: RecordingCall,
): RecordedCall {
  return {
    id,
    line,
    startedAt,
    ...defined({ showsNumber }),
    turns: turns.map(({ seq, token, journal, answer, next = '' }) => ({
      seq,
      token,
      nextToken: next,
      journal: upgraded<Journal>('journal', journal),
      answer: (recording.answers[answer] ?? '').replaceAll(TOKEN_PLACE, next),
    })),
  };
}

function compareEntries(
  release: Release,
  call: RecordingCall,
  recorded: RecordedCall,
): { readonly entries: number; readonly problems: readonly string[] } {
  const problems: string[] = [];
  let entries = 0;
  let state = stateAtStart(recorded, release);
  if (state.flow.language !== call.language || state.currency !== call.currency)
    problems.push(`begins in ${state.flow.language} and ${state.currency}`);
  for (const [index, turn] of call.turns.entries()) {
    const journal = recorded.turns[index]?.journal;
    if (!journal) throw new Error(`turn ${turn.seq} has no journal`);
    const decided = decideTurn(release, state, journal);
    state = decided.call;
    entries += turn.entries.length;
    problems.push(...[...entryProblems(turn, decided.drafts)].map((found) => `turn ${turn.seq}: ${found}`));
  }
  return { entries, problems };
}

function* entryProblems(turn: RecordingTurn, drafts: readonly EntryDraft[]): Generator<string> {
  const recorded = turn.entries.map((entry) => upgraded<EntryDraft>('entry', entry));
  if (recorded.length !== drafts.length)
    yield `${recorded.length} audit entries were recorded, ${drafts.length} are decided`;
  for (const [index, draft] of drafts.entries()) {
    const was = recorded[index];
    if (was) for (const field of differing(was, draft)) yield `audit entry ${index}: ${field}`;
  }
  // What was performed cannot be performed again, but its entry must be one that is still written.
  for (const performed of turn.performed ?? []) {
    const { type, data } = upgraded<EntryDraft>('entry', performed);
    if (Object.hasOwn(ENTRY_TYPES, type)) allowedData(ENTRY_TYPES, type, data);
    else yield `there is no audit entry ${type} any more`;
  }
}

/** Each field of an audit entry that is not what was recorded. */
function* differing(was: EntryDraft, is: EntryDraft): Generator<string> {
  const fields = ({ data, ...entry }: EntryDraft): { [field: string]: Json | undefined } => ({
    ...entry,
    ...Object.fromEntries(Object.entries(data).map(([name, value]) => [`data.${name}`, value])),
  });
  const [before, after] = [fields(was), fields(is)];
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [one, other] = [before[field], after[field]].map((value) => canonicalJson(value ?? null));
    if (one !== other) yield `${field} was ${one} and is ${other}`;
  }
}

/** The demo's secrets; codes that were sent belong to them as well. */
export function canaries(codes: Iterable<string> = []): readonly Canary[] {
  return [
    ...DEMO_CUSTOMERS.flatMap(({ nationalId, queryPin, transactionPin }): Canary[] => [
      { kind: 'national ID', text: nationalId },
      { kind: 'pin', text: queryPin },
      { kind: 'pin', text: transactionPin },
    ]),
    ...[...codes].map((code): Canary => ({ kind: 'code', text: code })),
  ];
}

/** Which secrets are in a recording. Moments are left out: six digits of one are a PIN's or a code's by chance. */
export function leaksIn(file: string, secrets: readonly Canary[]): readonly string[] {
  return findLeaks([{ name: 'recording', text: file.replace(/(?<!\d)\d{13}(?!\d)/g, '·') }], secrets);
}
