import type { Knex } from 'knex';
import { setChosenLanguage } from '../customers/customers.store.ts';
import type { ESCALATION_ENTRIES } from '../escalation/escalation.entries.ts';
import { Handoffs } from '../escalation/handoffs.service.ts';
import { insertHandoff, leaveQueue } from '../escalation/handoffs.store.ts';
import type { TurnDesk } from '../escalation/keying-port.ts';
import { voidCodes } from '../factors/code/code.store.ts';
import type { EntryDraft } from '../ledger/entry.ts';
import type { Instant } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import { assertNever } from '../platform/fault.ts';
import type { Random } from '../platform/random.ts';
import type { Decision } from './decision.ts';

/**
 * Carries out a decision's effects in the turn's transaction, and answers what is to be recorded of them; the call itself is
 * stored elsewhere. Where there is a desk, who is handed over waits in its own queue from then on.
 */
export async function carryOutEffects(
  transaction: Knex,
  random: Random,
  { call, effects }: Pick<Decision, 'call' | 'effects'>,
  now: Instant,
  desk?: TurnDesk,
): Promise<readonly EntryDraft<typeof ESCALATION_ENTRIES>[]> {
  const entries: EntryDraft<typeof ESCALATION_ENTRIES>[] = [];
  const { customerId } = call.proofs;
  for (const effect of effects) {
    switch (effect.kind) {
      case 'void_codes':
        await voidCodes(transaction, call.id);
        break;
      case 'remember_language':
        await setChosenLanguage(transaction, effect.customerId, effect.language);
        break;
      case 'leave_queue':
        await leaveQueue(transaction, call.id, effect.result, now);
        break;
      case 'back_to_desk':
        entries.push(...((await desk?.back(transaction, effect.handoff, effect.result)) ?? []));
        break;
      case 'keying_goes_on':
        await desk?.goesOn(transaction, effect.handoff);
        break;
      case 'leave_desk':
        entries.push(...((await desk?.left(transaction, effect.handoff)) ?? []));
        break;
      case 'handoff': {
        const { id, queue } = await insertHandoff(transaction, random, {
          callId: call.id,
          reason: effect.reason,
          level: effect.level,
          language: call.flow.language,
          step: effect.step,
          now,
          ...defined({ intent: effect.intent, customerId }),
        });
        const { language, identityKeyed } = call.flow;
        const ticket = { id, callId: call.id, queue, language, enteredAt: now };
        if (desk) await Handoffs.open(transaction, { ...ticket, namesCustomer: identityKeyed === true });
        break;
      }
      default:
        assertNever(effect, 'effect');
    }
  }
  return entries;
}
