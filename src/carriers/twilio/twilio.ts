import { defined } from '../../platform/defined.ts';
import type { Carrier } from '../carrier.ts';
import { TwilioCallControl } from './call-control.client.ts';
import { readForm } from './form.ts';
import { readEvent } from './inbound.ts';
import { isCarrierSignature, refusalByShape } from './signature.ts';
import { TwilioSms } from './sms.client.ts';
import { createTwimlRenderer } from './twiml.ts';

/** Twilio: signed forms in, TwiML out, SMS over its REST API (docs/carrier-twilio.md). */
export const twilio = {
  name: 'twilio',
  bodyType: 'application/x-www-form-urlencoded',
  refusalByHeaders: (headers) => refusalByShape(headers['x-twilio-signature']),
  receive: ({ url, headers, query, body }, secrets) => {
    const form = readForm(body);
    return form && isCarrierSignature(headers['x-twilio-signature'], url, form, secrets)
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
  callControl: ({ account, secret, apiBaseUrl, publicUrl, callsFrom, talksRecorded }) =>
    new TwilioCallControl({
      accountSid: account,
      authToken: secret,
      ...{ publicUrl, callsFrom, talksRecorded },
      ...defined({ baseUrl: apiBaseUrl }),
    }),
} satisfies Carrier;
