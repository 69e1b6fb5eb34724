import { z } from 'zod';
import { type Mode, type SettingsReader, type SettingsTable, webAddress } from '../../platform/settings.ts';

type TwilioSetting =
  | 'TWILIO_ACCOUNT_SID'
  | 'TWILIO_AUTH_TOKEN'
  | 'TWILIO_MESSAGING_FROM'
  | 'TWILIO_CALLS_FROM'
  | 'TALKS_RECORDED'
  | 'TWILIO_API_BASE_URL'
  | 'DEMO_AUTH_TOKEN';

/** DEMO ONLY. Signs the demo's webhooks; public, and refused in production. */
export const DEMO_AUTH_TOKEN = 'demo-auth-token-public-never-in-production';

/** DEMO ONLY. The account of the simulated carrier: no real one has it, and production refuses it. */
export const DEMO_ACCOUNT_SID = `AC${'de'.repeat(16)}`;

export const TWILIO_SETTINGS: SettingsTable<TwilioSetting> = {
  heading: 'The carrier',
  settings: [
    { name: 'TWILIO_ACCOUNT_SID', standard: 'required', what: 'account: `AC` and 32 hexadecimal digits' },
    {
      name: 'TWILIO_AUTH_TOKEN',
      standard: 'required',
      what: 'the token that signs webhooks and calls the API; while it is rotated `new,old`',
    },
    {
      name: 'TWILIO_MESSAGING_FROM',
      standard: 'required',
      what: 'what SMS come from: a number in E.164, a messaging service (`MG…`) or a sender name',
    },
    {
      name: 'TWILIO_CALLS_FROM',
      standard: '`TWILIO_MESSAGING_FROM`, where that is a number',
      what: 'the number that members of staff are called from when they take a call, in E.164',
      more: 'Without one callers who wait for a person are answered by the queue at Twilio, not by the desk.',
    },
    {
      name: 'TALKS_RECORDED',
      standard: 'yes',
      what: 'whether Twilio records the talks of callers with staff: `yes` or `no`',
      more: 'Callers are told of it before (`handoff.connecting`): change those words with it. What they key is never recorded.',
    },
    {
      name: 'TWILIO_API_BASE_URL',
      standard: 'Twilio',
      what: "a stand-in for the carrier's API, such as `http://127.0.0.1:4020` (https only, except on this machine)",
      more: 'The demo ignores this and the five above: its SMS stay in its inbox, and its calls with a simulated carrier.',
    },
    {
      name: 'DEMO_AUTH_TOKEN',
      standard: 'a public one',
      what: `demo only: signs the demo's webhooks (\`${DEMO_AUTH_TOKEN}\`); production refuses it`,
    },
  ],
};

/** The carrier's REST API, for sending SMS and for commanding calls. */
export interface TwilioConfig {
  readonly accountSid: string;
  /** The token the API is called with; webhooks may be signed with any of `webhookTokens`. */
  readonly authToken: string;
  readonly messagingFrom: string;
  /** What staff are called from; undefined where nobody said and SMS do not come from a number. */
  readonly callsFrom: string | undefined;
  readonly talksRecorded: boolean;
  /** A stand-in for the carrier's own address. */
  readonly apiBaseUrl: string | undefined;
}

const LEAST_TOKEN_LENGTH = 16;

const authTokens = z
  .string()
  .transform((text) => text.split(',').map((token) => token.trim()))
  .pipe(z.array(z.string().min(LEAST_TOKEN_LENGTH)).min(1).max(2));

const number = z.string().regex(/^\+[1-9]\d{6,14}$/);
const sender = z.union([
  number,
  z.string().regex(/^MG[0-9a-fA-F]{32}$/),
  z.string().regex(/^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/),
]);

const COPY = 'copy it from the Twilio console';

/** The account (undefined: messages stay in the demo's inbox) and the tokens of which any may have signed a webhook. */
export function readTwilio(
  reader: SettingsReader<TwilioSetting>,
  mode: Mode,
): { readonly twilio: TwilioConfig | undefined; readonly webhookTokens: readonly string[] } {
  if (mode === 'demo') {
    const own = reader.text('DEMO_AUTH_TOKEN') ?? DEMO_AUTH_TOKEN;
    // The demo's customers have numbers that may belong to strangers: without a stand-in it sends nothing.
    if (reader.text('TWILIO_API_BASE_URL') === undefined) return { twilio: undefined, webhookTokens: [own] };
    const { twilio, tokens } = readAccount(reader);
    return { twilio, webhookTokens: [own, ...tokens] };
  }
  const { twilio, tokens } = readAccount(reader);
  if (twilio?.accountSid === DEMO_ACCOUNT_SID)
    reader.problems.push(`TWILIO_ACCOUNT_SID is the account of the demo: ${COPY}.`);
  if (tokens.some((token) => [DEMO_AUTH_TOKEN, reader.text('DEMO_AUTH_TOKEN')].includes(token)))
    reader.problems.push(`TWILIO_AUTH_TOKEN is the token of the demo: ${COPY}.`);
  if (reader.text('DEMO_AUTH_TOKEN') !== undefined)
    reader.problems.push('DEMO_AUTH_TOKEN is for the demo only: remove it here.');
  return { twilio, webhookTokens: tokens };
}

function readAccount(reader: SettingsReader<TwilioSetting>): {
  readonly twilio: TwilioConfig | undefined;
  readonly tokens: readonly string[];
} {
  const accountSid = reader.read(
    'TWILIO_ACCOUNT_SID',
    z.string().regex(/^AC[0-9a-fA-F]{32}$/),
    `must be AC and 32 hexadecimal digits: ${COPY}`,
  );
  const tokens = reader.read(
    'TWILIO_AUTH_TOKEN',
    authTokens,
    `must be one token, or two with a comma between while it is being rotated, of at least ${LEAST_TOKEN_LENGTH} characters each: ${COPY}`,
  );
  const messagingFrom = reader.read(
    'TWILIO_MESSAGING_FROM',
    sender,
    'must be a number such as +8613800138000, a messaging service (MG and 32 hexadecimal digits) or a sender name of at most 11 letters and digits',
  );
  const callsFrom =
    reader.read('TWILIO_CALLS_FROM', number, 'must be a number in E.164 such as +8613800138000') ??
    (number.safeParse(messagingFrom).success ? messagingFrom : undefined);
  const talksRecorded = readTalksRecorded(reader);
  const apiBaseUrl = reader.read(
    'TWILIO_API_BASE_URL',
    webAddress('loopback'),
    'must be an https address (http only for this machine), or empty for the carrier itself',
  );
  reader.require('TWILIO_ACCOUNT_SID', COPY);
  reader.require('TWILIO_AUTH_TOKEN', COPY);
  reader.require('TWILIO_MESSAGING_FROM', 'set the number or service that messages come from');
  const authToken = tokens?.[0];
  const twilio =
    accountSid && authToken && messagingFrom
      ? { accountSid, authToken, messagingFrom, callsFrom, talksRecorded, apiBaseUrl }
      : undefined;
  return { twilio, tokens: tokens ?? [] };
}

function readTalksRecorded(reader: SettingsReader<TwilioSetting>): boolean {
  return (reader.read('TALKS_RECORDED', z.enum(['yes', 'no']), 'must be yes or no') ?? 'yes') === 'yes';
}
