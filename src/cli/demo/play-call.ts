import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Inbox } from '../../../phone-sim/inbox.client.ts';
import { Phone } from '../../../phone-sim/phone.ts';
import type { TimePort } from '../../../phone-sim/phone-options.ts';
import { playScript } from '../../../phone-sim/script.service.ts';
import { readScript } from '../../../phone-sim/script.ts';
import { hurriedTime } from '../../../phone-sim/time.ts';
import type { PhoneEvent } from '../../../phone-sim/transcript.ts';
import { callStream } from '../../ledger/stream.ts';
import { verifyStored } from '../../ledger/verify.service.ts';
import { systemClock } from '../../platform/system-clock.ts';
import { secureRandom } from '../../platform/system-random.ts';
import { CALL_HEADS } from '../audit.command.ts';
import { auditTable } from '../audit-table.ts';
import { listDemoCustomers } from '../demo-customers.command.ts';
import { type Demo, ENGLISH_CUSTOMER, stopIfTold } from './session.ts';

const SCRIPT = 'flows/scripts/transfer-en.call';
const SCRIPT_FILE = fileURLToPath(new URL(`../../../${SCRIPT}`, import.meta.url));
/** A sentence passes in a tenth of its real time, within these limits, so that a person can read along. */
const HURRY = 10;
const SHORTEST_MILLISECONDS = 150;
const LONGEST_MILLISECONDS = 1_200;
/** Events that only help to debug the carrier. */
const NOT_SHOWN: ReadonlySet<PhoneEvent['kind']> = new Set(['http', 'paused', 'interrupted']);

/**
 * Plays the script on a simulated phone, then prints the audit entries of the call. A call that does not go as written
 * is reported and does not end the demo.
 */
export async function playCall(demo: Demo): Promise<void> {
  const { config, release, knex, baseUrl, keepsData, around, print, carrier } = demo;
  if (config.twilio) {
    print.note(
      'No call is played: messages go to TWILIO_API_BASE_URL, where this phone cannot read the code.',
    );
    return;
  }
  const script = readScript(await readFile(SCRIPT_FILE, 'utf8'));
  if (script.kind === 'refused') throw new Error('the demo script cannot be read');
  print.heading(`${ENGLISH_CUSTOMER} calls and transfers money (${SCRIPT})`);
  let phone: Phone | undefined;
  const { stop } = around;
  const playing = playScript(script.instructions, {
    newPhone: (onEvent) => {
      phone = new Phone({
        baseUrl,
        publicUrl: config.publicUrl,
        authToken: config.webhookTokens[0] ?? '',
        fallbackPath: '/voice/fallback',
        random: secureRandom,
        time: readableTime(around.output.isTTY === true, stop),
        stopwatch: systemClock,
        switchboard: carrier.world,
        onEvent,
      });
      return phone;
    },
    customers: () => listDemoCustomers(knex, config.keyring, release.policy, systemClock.now()),
    openInbox: (number) => new Inbox(baseUrl, number),
    rest: async (milliseconds) => {
      stopIfTold(stop);
      await setTimeout(milliseconds);
    },
    onEvent: (event) => {
      if (!NOT_SHOWN.has(event.kind)) print.screen.event(event);
    },
  });
  const { failures } = await playing.catch(async (error: unknown) => {
    await phone?.hangUp();
    throw error;
  });
  for (const { source, message } of failures) print.trouble(`Not as written: ${source}: ${message}`);
  if (failures.length > 0 && keepsData)
    print.note('This database remembers earlier demos; without DATABASE_URL every demo begins afresh.');
  if (phone) await showAudit(demo, phone);
}

async function showAudit({ knex, print }: Demo, phone: Phone): Promise<void> {
  const { callSid, exchanges } = phone;
  const slowest = Math.max(0, ...exchanges.map(({ milliseconds }) => Math.round(milliseconds)));
  print.heading('What was decided, and by which rules');
  const { entries, differences } = await verifyStored(knex, callStream(callSid), CALL_HEADS);
  const { head, rows, verdict, intact } = auditTable(entries, differences);
  print.note(head);
  for (const { text, lead } of rows) (lead ? print.line : print.note)(text);
  (intact ? print.good : print.trouble)(verdict);
  print.note(`${exchanges.length} webhooks, the slowest answered in ${slowest} ms.`);
  print.note(`Every detail: npm run -s hotline -- audit ${callSid} --demo`);
}

/** Call time that a person at a terminal can read along with; where nobody watches, it passes at once. */
function readableTime(watched: boolean, stop: AbortSignal): TimePort {
  const hurried = hurriedTime([]);
  return {
    pass: async (milliseconds, passing) => {
      stopIfTold(stop);
      if (!watched || passing !== 'speech') await hurried.pass(milliseconds, passing);
      else {
        const reading = Math.min(Math.max(milliseconds / HURRY, SHORTEST_MILLISECONDS), LONGEST_MILLISECONDS);
        await setTimeout(reading, undefined, { signal: stop }).catch(() => {});
      }
      stopIfTold(stop);
    },
  };
}
