import { DEMO_AUTH_TOKEN } from '../../carriers/twilio/twilio.settings.ts';
import { DEFAULT_URL } from '../output.ts';
import { type Demo, ENGLISH_CUSTOMER } from './session.ts';

/** A script in three languages that leaves nothing changed. */
const HARMLESS_SCRIPT = 'flows/scripts/language-change.call';
const ENGLISH_CUSTOMER_PHONE = '+8613800001007';

/** Prints the commands and addresses with which a person calls the demo. */
export function tellHowToDialIn({ config, baseUrl, keepsData, print }: Demo): void {
  const { publicUrl, webhookTokens } = config;
  const token = webhookTokens[0] ?? '';
  const isLocal = publicUrl === `http://localhost:${config.port}`;
  const address = isLocal ? publicUrl : baseUrl;
  const settings = [
    ...(address === DEFAULT_URL ? [] : ['--url', address]),
    ...(isLocal ? [] : ['--public-url', publicUrl]),
    ...(token === DEMO_AUTH_TOKEN ? [] : ['--token', token]),
  ].map(quoted);
  const phone = (...words: string[]) => ['npm run phone --', ...settings, ...words].join(' ');
  const rows: readonly (readonly [string, string])[] = [
    ['Call it yourself', phone('--customer', `"${ENGLISH_CUSTOMER}"`)],
    ['Whom you can be', 'npm run -s hotline -- demo-customers'],
    ['Play another call', phone('--script', HARMLESS_SCRIPT)],
    ['Read the SMS', `${address}/demo/inbox?to=${encodeURIComponent(ENGLISH_CUSTOMER_PHONE)}`],
    ['Voice webhook', `${publicUrl}/voice/answer`],
    ['Demo auth token', token],
  ];
  print.heading(`The hotline is open at ${publicUrl} — dial in from another terminal`);
  for (const row of rows) print.entry(...row);
  if (keepsData) print.note('\n  Set the same DATABASE_URL there.');
  print.line('\nCtrl-C ends it.');
}

const quoted = (word: string) =>
  /^[\w:/.+@%=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
