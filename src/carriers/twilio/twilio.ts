import { parse } from 'node:querystring';
import { defined } from '../../platform/defined.ts';
import type { Carrier } from '../carrier.ts';
import { readEvent } from './inbound.ts';
import { isCarrierSignature, refusalByShape } from './signature.ts';
import { TwilioSms } from './sms.client.ts';
import { createTwimlRenderer } from './twiml.ts';

/** Twilio sends about thirty parameters; what comes after these is not read, so that no signature fits it. */
const MAX_PARAMETERS = 1_000;

/** Twilio: signed forms in, TwiML out, SMS over its REST API (docs/carrier-twilio.md). */
export const twilio: Carrier = {
  name: 'twilio',
  bodyType: 'application/x-www-form-urlencoded',
  refusalByHeaders: (headers) => refusalByShape(headers['x-twilio-signature']),
  receive: ({ url, headers, query, body }, secrets) => {
    // Parsed here, because the signature stands over names and values exactly as they came: Express's own parser gives
    // names with brackets a meaning.
    const form = parse(Buffer.from(body).toString('utf8'), '&', '=', { maxKeys: MAX_PARAMETERS });
    return isCarrierSignature(headers['x-twilio-signature'], url, form, secrets)
      ? { kind: 'genuine', event: readEvent(form, query) }
      : { kind: 'refused', reason: 'wrong' };
  },
  answerType: 'text/xml',
  acknowledgement: '<?xml version="1.0" encoding="UTF-8"?><Response/>',
  createRenderer: createTwimlRenderer,
  messaging: ({ account, secret, sender, apiBaseUrl }) =>
    new TwilioSms({
      accountSid: account,
      authToken: secret,
      sender,
      ...defined({ baseUrl: apiBaseUrl }),
    }),
};
