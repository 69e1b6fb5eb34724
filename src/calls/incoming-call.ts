import { lineFor, listedLine } from '../flow/company.ts';
import type { Release } from '../flow/release.ts';
import type { EntryDraft } from '../ledger/entry.ts';
import { EMPTY_STREAM } from '../ledger/stream.ts';
import type { Instant } from '../platform/clock.ts';
import { newCall } from './call.ts';
import type { CALL_ENTRIES } from './calls.entries.ts';
import type { StoredCall } from './calls.store.ts';
import type { IncomingCall } from './calls-port.ts';
import type { TurnInput } from './turn.service.ts';

/** A new call before its first turn. `sourceIndex` is the blind index of the calling number. */
export function incomingCall(
  { callId, from, to, attestation }: IncomingCall,
  release: Release,
  {
    sourceIndex,
    showsNumber,
    token,
    now,
  }: {
    readonly sourceIndex: string;
    readonly showsNumber: boolean;
    readonly token: string;
    readonly now: Instant;
  },
): StoredCall {
  return {
    state: newCall(
      callId,
      release.flow.definition.initial,
      { ...lineFor(release.company, to), showsNumber },
      now,
    ),
    release: release.hash,
    // As the company writes it, so that the record says one thing for one line.
    line: listedLine(release.company, to)?.number ?? to,
    source: from,
    sourceIndex,
    attestation,
    token,
    version: 0,
    head: EMPTY_STREAM,
    updatedAt: now,
  };
}

/** The first input of every call: it is answered, and the record says which number was dialled. */
export function beginning({ state, line, attestation }: StoredCall): TurnInput {
  const started: EntryDraft<typeof CALL_ENTRIES> = {
    type: 'call.started',
    step: state.step,
    rules: ['R4.1', 'R11.1'],
    data: { line: line || undefined, attestation, language: state.flow.language },
  };
  return { kind: 'event', event: { type: 'ANSWERED' }, before: [started] };
}
