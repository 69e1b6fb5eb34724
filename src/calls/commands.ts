import { identityOnly, voidProofs } from '../assurance/levels.ts';
import { forgetCustomer } from '../flow/order-in-flow.ts';
import type { EntryDraft } from '../ledger/entry.ts';
import type { CallCommand, CallState } from './call.ts';
import type { CALL_ENTRIES } from './calls.entries.ts';
import type { Effect } from './decision.ts';

/** A decided command: the call after it, and what the transaction does besides storing the call. */
interface CommandDecision {
  readonly call: CallState;
  readonly effects: readonly Extract<Effect, { kind: 'void_codes' }>[];
  readonly entries: readonly EntryDraft<typeof CALL_ENTRIES>[];
}

/**
 * Decides a command. The call stays at its step and nothing is said: the caller hears the result at the next webhook.
 * Pure: replay decides it again from the journal.
 */
export function decideCommand(call: CallState, command: CallCommand): CommandDecision {
  const { customerId } = call.proofs;
  if (command.kind === 'end_keying') return { call: withoutKeying(call), effects: [], entries: [] };
  if (command.kind === 'freeze_customer' || customerId === undefined)
    return { call, effects: [], entries: [] };
  if (command.kind === 'lower_level')
    return {
      call: { ...call, proofs: identityOnly(call.proofs) },
      effects: [{ kind: 'void_codes' }],
      entries: [
        {
          type: 'levels.lowered',
          step: call.step,
          rules: ['Z3', 'Z4', 'R11.1'],
          data: { why: command.why, customerId },
        },
      ],
    };
  return {
    call: { ...call, flow: forgetCustomer(call.flow), proofs: voidProofs(), levelsDropped: true },
    effects: [{ kind: 'void_codes' }],
    entries: [
      { type: 'levels.voided', step: call.step, rules: ['Z3'], data: { why: 'COMMAND', customerId } },
    ],
  };
}

function withoutKeying(call: CallState): CallState {
  const { desk, languageMenu: _menu, moreTimeOffer: _offer, pendingKey: _key, ...flow } = call.flow;
  return desk ? { ...call, step: desk.from, flow: { ...flow, starPending: false } } : call;
}
