import { lineFor, listedLine } from '../flow/company.ts';
import type { Release } from '../flow/release.ts';
import { normalisePhoneNumber } from '../jurisdictions/phone-number.ts';
import type { EntryDraft } from '../ledger/entry.ts';
import { EMPTY_STREAM } from '../ledger/stream.ts';
import type { Instant } from '../platform/clock.ts';
import { blindIndex, type Keyring } from '../platform/keyring.ts';
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

/**
 * The number a call comes from, as far as the network says; undefined where it says none: hidden, a carrier's placeholder
 * (such as +266696687), a client or SIP address, or no number that exists.
 */
function callingNumber(source: string): string | undefined {
  return source.startsWith('+') ? normalisePhoneNumber(source, 'CN') : undefined;
}

/**
 * Blind index of what a call's attempts are counted by. Calls that show no number have nothing in common: each is a source
 * of its own, so that nobody is limited for what others do who hide theirs (Z11).
 */
export function sourceIndexOf(
  { callId, from }: Pick<IncomingCall, 'callId' | 'from'>,
  keyring: Keyring,
): string {
  return blindIndex(keyring, 'source', callingNumber(from) ?? `call ${callId}`);
}

/** Blind index of a calling number; undefined where the source is no telephone number. */
export function phoneIndexOf(source: string, keyring: Keyring): string | undefined {
  const number = callingNumber(source);
  return number === undefined ? undefined : blindIndex(keyring, 'phone', number);
}
