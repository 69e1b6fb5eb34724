import type { FlowEvent } from '../flow/events.ts';
import type { Language } from '../locales/catalogue.ts';
import type { CallState } from './call.ts';

/**
 * The language to remember of the customer after this event: the one the caller chose by key in this call, once they have said
 * yes to who they are (R8) after a right PIN, from a number that is known for this customer. From a new one nothing is
 * remembered: a thief with the PIN must not choose the language of the warning (V4). Undefined: nothing new to remember. Pure.
 */
export function languageToRemember(
  before: CallState,
  after: CallState,
  event: FlowEvent,
): { readonly customerId: string; readonly language: Language } | undefined {
  const { customerId, identityConfirmedAt, newNumber } = after.proofs;
  const { language, languageChosen } = after.flow;
  if (!languageChosen || customerId === undefined || newNumber !== undefined) return undefined;
  if (identityConfirmedAt === undefined) return undefined;
  const isNew = event.type === 'LANGUAGE_CHOSEN' || before.proofs.identityConfirmedAt === undefined;
  return isNew ? { customerId, language } : undefined;
}
