import type { CallControl } from '../escalation/carrier-command.ts';
import type { MessagingPort } from '../outbox/messaging.ts';
import { defined } from '../platform/defined.ts';
import type { Carrier } from './carrier.ts';
import type { TwilioConfig } from './twilio/twilio.settings.ts';

/** What sends SMS by this account. Throws for a carrier that sends none, and without an account. */
export function messagingOf({ name, messaging }: Carrier, account: TwilioConfig | undefined): MessagingPort {
  if (!messaging) throw new Error(`the carrier ${name} sends no SMS`);
  if (!account) throw new Error('without a carrier account messages go to the demo inbox');
  return messaging({
    account: account.accountSid,
    secret: account.authToken,
    sender: account.messagingFrom,
    apiBaseUrl: account.apiBaseUrl,
  });
}

/**
 * What commands calls and conferences by this account; undefined where nothing can: the carrier takes no commands, there is
 * no account, or no number that staff may be called from.
 */
export function callControlOf(
  { callControl }: Carrier,
  account: TwilioConfig | undefined,
  publicUrl: string,
): CallControl | undefined {
  if (!callControl || account?.callsFrom === undefined) return undefined;
  const { accountSid, authToken, callsFrom, talksRecorded, apiBaseUrl } = account;
  return callControl({
    ...{ account: accountSid, secret: authToken, publicUrl, callsFrom, talksRecorded },
    ...defined({ apiBaseUrl }),
  });
}
