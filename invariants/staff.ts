import type { InvariantTable } from './invariant.ts';

/** Staff: 32 to 34, and 51 to 54. */
export const STAFF = {
  32: {
    statement:
      'A requester is never the approver. An approval serves one request, once, until it expires or its approver is demoted.',
    later: 'there are no approvals by staff yet; publishing takes two different people',
  },
  33: {
    statement:
      'No customer record opens without a live call or case about that customer, and the refusal is recorded.',
    later: 'there is no desk yet',
  },
  34: {
    statement: 'No screen, API or role shows, takes or sets a PIN or code.',
    later: 'there are no screens yet',
  },
  51: {
    statement:
      'No sequence of staff clicks reaches an action below its level or beyond the tier of the staff member.',
    later: 'there is no desk yet',
  },
  52: {
    statement:
      'While the caller keys, no staff leg and no recording is on the line; digits and their number reach no page.',
    later: 'there is no desk yet',
  },
  53: {
    statement:
      'An unanswered offer, a closed browser or a dead process never loses a caller, and no caller waits in silence.',
    later: 'there is no desk yet',
  },
  54: {
    statement: 'A level falls on transfer, on hold beyond the limit, and on a change of agent.',
    later: 'there is no desk yet',
  },
} as const satisfies InvariantTable;
