import type { Knex } from 'knex';
import type { EntryDraft } from '../ledger/entry.ts';
import type { ESCALATION_ENTRIES } from './escalation.entries.ts';
import type { HandoffEvent } from './handoff-event.ts';
import type { Handoffs } from './handoffs.service.ts';
import type { TurnDesk } from './keying-port.ts';

/** The desk as turns of the dialogue work events into its hand-offs. */
export function turnDesk(handoffs: Pick<Handoffs, 'stepIn'>): TurnDesk {
  const step = async (transaction: Knex, id: string, event: HandoffEvent) => {
    const entries: EntryDraft<typeof ESCALATION_ENTRIES>[] = [];
    // The turn has locked the call, and writes it. What happens in a turn lowers no level.
    const call = { isLive: true, write: async (drafts: typeof entries) => void entries.push(...drafts) };
    const { handoff } = await handoffs.stepIn(transaction, id, event, call);
    return { handoff, entries };
  };
  return {
    begin: async (transaction, id, callId) => {
      const { handoff, entries } = await step(transaction, id, { kind: 'caller_at_keys' });
      if (!handoff?.keying || !handoff.agent || handoff.callId !== callId) return undefined;
      const { keying, agent, callerLeg } = handoff;
      return { what: keying.what, by: agent.id, leg: callerLeg.number, entries };
    },
    back: async (transaction, id, result) =>
      (await step(transaction, id, { kind: 'keying_result', result, asksNext: true })).entries,
    goesOn: async (transaction, id) => void (await step(transaction, id, { kind: 'keying_goes_on' })),
    left: async (transaction, id) => (await step(transaction, id, { kind: 'caller_in_dialogue' })).entries,
  };
}
