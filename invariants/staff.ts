import type { InvariantTable } from './invariant.ts';

/** Staff: 32 to 34, and 51 to 54. */
export const STAFF = {
  32: {
    statement:
      'A requester is never the approver. An approval serves one request, once, until it expires or its approver is demoted.',
    later:
      'accounts of staff change by two administrators, and publishing takes two different people; nothing is approved for a call yet',
  },
  33: {
    statement:
      'No customer record opens without a live call or case about that customer, and the refusal is recorded.',
    keptIn: ['src/desk/customer-access.service.ts', 'src/desk/desk-view.service.ts'],
    tests: {
      'test/desk-work.test.ts': [
        'a customer who is on nobody’s line',
        'an offer says why they came and nothing personal',
      ],
      'src/cases/cases.store.test.ts': ['one person owns a case, sees its customer while it is open'],
    },
    kinds: ['mutation'],
  },
  34: {
    statement: 'No screen, API or role shows, takes or sets a PIN or code.',
    later: 'the screens there are show none; those of approvals and orders are to come',
  },
  51: {
    statement:
      'No sequence of staff clicks reaches an action below its level or beyond the tier of the staff member.',
    later:
      'no click proves anything or reaches anything that is carried out, as the prover shows; approvals and orders by staff are not there yet',
  },
  52: {
    statement:
      'While the caller keys, no staff leg and no recording is on the line; digits and their number reach no page.',
    keptIn: [
      'src/escalation/handoff-clicks.ts',
      'src/escalation/turn-desk.service.ts',
      'src/calls/keying-turn.service.ts',
      'src/calls/next.ts',
      'src/carriers/twilio/call-control.client.ts',
    ],
    tests: {
      'test/desk-keying.test.ts': [
        'a PIN that is keyed rightly',
        'somebody who has keyed nothing yet',
        'three wrong PINs lead back',
        'star twice while keying freezes',
      ],
      'test/desk-work.test.ts': ['while the caller keys no command but the pause of the recording'],
      'test/conferences.test.ts': [
        'while a caller keys nobody is on the line and nothing is recorded',
        'a leg of staff is never recorded by itself',
      ],
      'src/carriers/twilio/call-control.client.test.ts': [
        'every command is a request as the carrier has published it',
      ],
    },
    kinds: ['mutation'],
  },
  53: {
    statement:
      'An unanswered offer, a closed browser or a dead process never loses a caller, and no caller waits in silence.',
    keptIn: [
      'src/escalation/handoff-machine.ts',
      'src/escalation/handoff-time.ts',
      'src/escalation/handoffs.service.ts',
      'src/escalation/command-sender.service.ts',
      'src/escalation/offering.service.ts',
    ],
    tests: {
      'src/escalation/handoff-machine.test.ts': [
        'nobody is lost',
        'an offer nobody answers',
        'only the person who was asked can take',
        'a phone that is answered after it was given up',
        'a caller who was sent back to the queue and is not seen',
      ],
      'src/escalation/desk-handoffs.store.test.ts': ['of many steps over one version'],
      'test/desk-queue.test.ts': [
        'a process that dies after a commit leaves its commands to another one',
        'of two that take the same offer at once exactly one wins',
        'two that offer different callers to the same person at once',
        'two offers that nobody answers',
      ],
      'test/desk-takeover.test.ts': [
        'a phone nobody picks up',
        'an agent whose phone drops',
        'an agent who drops and stays away',
        'with nobody on duty a case is opened once',
      ],
    },
    kinds: ['property-based', 'concurrency', 'fault-injection', 'mutation'],
    notShown:
      'a carrier that loses both reports of a staff leg that ended: the caller then waits until they hang up or press a star',
  },
  54: {
    statement: 'A level falls on transfer, on hold beyond the limit, and on a change of agent.',
    keptIn: ['src/escalation/handoff-moves.ts', 'src/escalation/handoff-time.ts', 'src/calls/commands.ts'],
    tests: {
      'src/escalation/handoff-machine.test.ts': [
        'nobody is lost',
        'a lost agent who is back within 30 s keeps the level',
        'a hold lowers the level at its limit',
        'a transfer to a person ends the first leg only when the second has joined',
      ],
      'test/desk-queue.test.ts': ['a hold beyond the limit takes away'],
      'test/desk-work.test.ts': ['a transfer to a person needs one who is ready'],
      'test/desk-takeover.test.ts': ['an agent who drops and stays away'],
    },
    kinds: ['property-based', 'mutation'],
  },
} as const satisfies InvariantTable;
