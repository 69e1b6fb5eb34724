import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { HeardOnLine } from '../../../phone-sim/switchboard.ts';
import { type CarrierAddress, openStaffPhone, type StaffPhone } from '../../../phone-sim/terminal.client.ts';
import type { LineToTerminal } from '../../../phone-sim/terminal-lines.ts';
import type { Tone } from '../../../phone-sim/transcript.ts';
import { DONE, NOT_POSSIBLE, outputOfHotline, type Session } from './session.ts';

const ADDRESS = /^(?:\+[1-9]\d{6,14}|sips?:[^\s@]+@[^\s@]+|client:[\w.-]{1,121})$/;
/** What is asked of `hotline demo-staff --json`; there is more in it. */
const DEMO_STAFF = z.array(z.object({ name: z.string(), signIn: z.string(), phone: z.string() }));

const HOW_TO =
  'Enter answers, r refuses, h hangs up, any other line is said to the conference, q leaves the phone.';

/**
 * The phone of a member of staff: rings when its owner takes a call at the desk, until it is left. Answers the exit code.
 */
export async function answerAsStaff(
  session: Session,
  who: string,
  carrier: CarrierAddress | undefined,
): Promise<number> {
  const { say, complain } = session;
  if (!carrier) {
    complain(
      'This hotline has no simulated carrier, so that no phone can be rung: start it with `npm run demo`.',
    );
    return NOT_POSSIBLE;
  }
  const to = await addressOf(who);
  if (to === undefined) {
    complain(
      `There is nobody "${who}" among the staff of the demo: say a name of theirs, a number or a SIP address.`,
    );
    return NOT_POSSIBLE;
  }
  const leave = new AbortController();
  const phone = openStaffPhone(carrier, to, leave.signal);
  say(`You sit at the phone ${to}. ${HOW_TO}`);
  const current: { callSid?: string } = {};
  const typing = listenToLines(session, phone, current, leave);
  try {
    for await (const line of phone.lines) show(session, line, current);
    complain('The carrier has gone.');
  } catch {
    if (!leave.signal.aborted) complain('The carrier cannot be reached any more.');
  }
  leave.abort();
  await typing;
  return DONE;
}

async function listenToLines(
  { around, complain }: Session,
  phone: StaffPhone,
  current: { readonly callSid?: string },
  leave: AbortController,
): Promise<void> {
  const reader = createInterface({ input: around.input });
  leave.signal.addEventListener('abort', () => reader.close());
  for await (const line of reader) {
    const typed = line.trim();
    if (typed === 'q') break;
    const { callSid } = current;
    if (callSid === undefined) complain('Nobody is on the line.');
    else if (typed === '') await phone.does(callSid, { kind: 'answer' });
    else if (typed === 'r' || typed === 'h') await phone.does(callSid, { kind: 'hang_up' });
    else await phone.does(callSid, { kind: 'say', text: typed });
  }
  leave.abort();
}

function show({ screen }: Session, line: LineToTerminal, current: { callSid?: string }): void {
  const print = (tone: Tone, text: string) => screen.line({ tone, text });
  if (line.kind === 'rings') {
    current.callSid = line.callSid;
    print('call', `☎ It rings: ${line.from}. Enter answers, r refuses.`);
  } else if (line.kind === 'ended') {
    delete current.callSid;
    print('call', `☎ The call is over (${line.status}).`);
  } else if (line.kind === 'heard')
    print(line.heard.kind === 'voice' ? 'prompt' : 'line', wordsOf(line.heard));
}

function wordsOf(heard: HeardOnLine): string {
  switch (heard.kind) {
    case 'voice':
      return `« [${heard.from}] ${heard.text}`;
    case 'words':
      return `« [${heard.language}] ${heard.text}`;
    case 'tone':
      return `♪ tone of a key, from ${heard.from}`;
    case 'beep':
      return '♪ beep';
    case 'held':
      return 'on hold';
    case 'unheld':
      return 'off hold';
  }
}

/** The phone of a person of the demo, by sign-in, name or part of it; an address is itself. */
async function addressOf(who: string): Promise<string | undefined> {
  if (ADDRESS.test(who)) return who;
  try {
    const staff = await outputOfHotline('demo-staff', '--json');
    const wanted = who.toLowerCase();
    return DEMO_STAFF.parse(JSON.parse(staff)).find(
      ({ name, signIn, phone }) =>
        phone !== '' && (name.toLowerCase().includes(wanted) || signIn.toLowerCase() === wanted),
    )?.phone;
  } catch {
    return undefined;
  }
}
