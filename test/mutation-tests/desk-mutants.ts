import type { Mutant } from './mutant.ts';

const MACHINE = 'src/escalation/handoff-machine.test.ts';
const CLICKS = 'src/escalation/handoff-clicks.ts';
const TIME = 'src/escalation/handoff-time.ts';
const CARRIER = 'src/escalation/handoff-carrier.ts';
const WORK = 'test/desk-work.test.ts';

/** A mutant for each check of the desk that nobody would miss at once. */
export const DESK_MUTANTS: readonly Mutant[] = [
  {
    mutation: 'an offer can be taken by somebody it was not made to',
    invariant: 53,
    edits: [
      {
        file: CLICKS,
        text: "if (state !== 'offered' || agent?.id !== by.id) return state === 'closed'",
        replacement: "if (state !== 'offered') return state === 'closed'",
      },
    ],
    killedBy: { file: MACHINE, name: /only the person who was asked can take/ },
  },
  {
    mutation: 'the recording goes on while the caller keys',
    invariant: 15,
    edits: [
      {
        file: CLICKS,
        text: "  change.command({ kind: 'record', ...conferenceIn(change), paused: true });\n",
        replacement: '',
      },
    ],
    killedBy: { file: MACHINE, name: /nobody is lost/ },
  },
  {
    mutation: 'a caller on hold keeps their level however long it lasts',
    invariant: 54,
    edits: [{ file: TIME, text: "change.levelFalls('hold').set", replacement: 'change.set' }],
    killedBy: { file: MACHINE, name: /a hold lowers the level at its limit/ },
  },
  {
    mutation: 'a level survives the agent who did not come back',
    invariant: 54,
    edits: [{ file: TIME, text: "change.levelFalls('agent_changed').set", replacement: 'change.set' }],
    killedBy: { file: MACHINE, name: /a lost agent who is back within 30 s keeps the level/ },
  },
  {
    mutation: 'a level goes to the next agent with the call',
    invariant: 54,
    edits: [
      {
        file: CARRIER,
        text: "presence(agent?.id, 'ready').levelFalls('transfer');",
        replacement: "presence(agent?.id, 'ready');",
      },
    ],
    killedBy: { file: MACHINE, name: /a transfer to a person ends the first leg only/ },
  },
  {
    mutation: 'a caller who did not arrive in the queue is not fetched again',
    invariant: 53,
    edits: [
      {
        file: TIME,
        text: 'if (isBoundForQueue(change.next)) change.requeue();',
        replacement: 'if (isBoundForQueue(change.next)) change.set({ movingSince: undefined });',
      },
    ],
    killedBy: { file: MACHINE, name: /a caller who was sent back to the queue and is not seen/ },
  },
  {
    mutation: 'a leg that joins after its offer was given up stays in the conference',
    invariant: 53,
    edits: [
      {
        file: CARRIER,
        text: "if (owner === 'old_staff') return what === 'joined' ? change.endLeg(callId) : undefined;",
        replacement: "if (owner === 'old_staff') return undefined;",
      },
    ],
    killedBy: { file: MACHINE, name: /a phone that is answered after it was given up/ },
  },
  {
    mutation: 'a hand-off is written over any version',
    invariant: 53,
    edits: [
      {
        file: 'src/escalation/desk-handoffs.store.ts',
        text: '.where({ id: handoff.id, version: handoff.version - 1 })',
        replacement: '.where({ id: handoff.id })',
      },
    ],
    killedBy: { file: 'src/escalation/desk-handoffs.store.test.ts', name: /of many steps over one version/ },
  },
  {
    mutation: 'notes may hold a PIN',
    invariant: 15,
    edits: [
      {
        file: 'src/desk/notes.ts',
        text: "return SECRET.test(together) ? 'digits_in_notes' : undefined;",
        replacement: 'return undefined;',
      },
    ],
    killedBy: { file: 'src/desk/notes.test.ts', name: /six digits in a row are never kept/ },
  },
  {
    mutation: 'a customer opens for anybody who asks',
    invariant: 33,
    edits: [
      {
        file: 'src/desk/customer-access.service.ts',
        text: "? 'case' : undefined;",
        replacement: "? 'case' : 'case';",
      },
    ],
    killedBy: { file: WORK, name: /a customer who is on nobody’s line/ },
  },
  {
    mutation: 'who asks for a stranger’s record is refused, and nobody hears of it',
    invariant: 33,
    edits: [
      {
        file: 'src/desk/customer-access.service.ts',
        text: "      await authority.recordRefusal(by, 'customer.see', 'not_your_customer', { customerId });\n",
        replacement: '',
      },
    ],
    killedBy: { file: WORK, name: /a customer who is on nobody’s line/ },
  },
  {
    mutation: 'personal data is shown before the read is recorded',
    invariant: 57,
    edits: [
      {
        file: 'src/desk/desk-view.service.ts',
        text: '    if (customer) await this.#recordRead(by, handoff, customer.id, entries);\n',
        replacement: '',
      },
    ],
    killedBy: { file: WORK, name: /an offer says why they came and nothing personal/ },
  },
  {
    mutation: 'a leg of staff is recorded by itself, in conferences and between them',
    invariant: 52,
    edits: [
      {
        file: 'src/carriers/twilio/call-control.client.ts',
        text: "      beep: 'false',\n",
        replacement: "      beep: 'false',\n      record: true,\n",
      },
    ],
    killedBy: { file: 'test/conferences.test.ts', name: /a leg of staff is never recorded by itself/ },
  },
  {
    mutation: 'a recording that is to pause goes on',
    invariant: 52,
    edits: [
      {
        file: 'src/carriers/twilio/call-control.client.ts',
        text: "{ status: 'paused', pauseBehavior: 'silence' }",
        replacement: "{ status: 'in-progress' }",
      },
    ],
    killedBy: {
      file: 'src/carriers/twilio/call-control.client.test.ts',
      name: /every command is a request as the carrier has published it/,
    },
  },
  {
    mutation: 'the step token stays when the caller is taken back',
    invariant: 39,
    edits: [
      {
        file: 'src/calls/call-streams.service.ts',
        text: "            ...(command?.kind === 'end_keying' ? { token: randomToken(deps.random) } : {}),\n",
        replacement: '',
      },
    ],
    killedBy: {
      file: 'test/desk-keying.test.ts',
      name: /"back to me": what is keyed after it moves nothing/,
    },
  },
];
