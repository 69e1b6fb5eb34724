import type { InvariantTable } from './invariant.ts';

/** The record: 35 to 38, and 55 to 58. */
export const RECORD = {
  35: {
    statement:
      'A decision and its audit entry commit together; after a kill at any point neither exists without the other.',
    keptIn: ['src/calls/turn.service.ts'],
    tests: {
      'test/audit-trail.test.ts': ['a decision and its entry commit together'],
      'test/database-faults.test.ts': [
        'a connection that is lost at a commit is had anew, and the turn is taken once',
      ],
      'test/failover.test.ts': ['the primary is killed under load and the standby promoted'],
      'test/crash.test.ts': [
        'at the last key of a transfer: the money moves once, and decision and entry agree',
      ],
      'test/simulation.test.ts': [
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the name as it stands in the file.
        'the simulation finds ${what} (invariant ${invariant}), and finds it at the same turn again',
      ],
    },
    kinds: ['fault-injection', 'mutation'],
  },
  36: {
    statement: 'After an entry is changed, deleted, inserted, reordered or cut off, verification fails.',
    keptIn: ['src/ledger/entry.ts'],
    tests: {
      'src/ledger/entry.test.ts': [
        'an entry that was changed, deleted, inserted or moved is found where it is',
      ],
      'test/audit-trail.test.ts': ['a change of the trail is found'],
      'src/cli/hotline.test.ts': ['audit prints a call with its rules, and says what differs where'],
    },
    kinds: [],
    notShown:
      'A checkpoint held elsewhere: a cut at the end is found against the row of the stream in the same database.',
  },
  37: {
    statement: 'CR/LF, Unicode separators and 1 MB of digits stay inside one entry.',
    keptIn: ['src/ledger/entry.ts'],
    tests: {
      'src/ledger/entry.test.ts': [
        'a member that is not on the list of its type, or in another shape, cannot be written',
      ],
    },
    kinds: [],
  },
  38: {
    statement: 'After a customer is erased every proof stays valid and the customer cannot be linked to it.',
    later: 'nothing erases a customer yet',
  },
  55: {
    statement: 'No part of the record is signed before it is read back; a restored database signs nothing.',
    later: 'nothing is signed yet',
  },
  56: {
    statement: 'No pending row is lost or doubled, whatever dies.',
    later: 'there is no tree of the record yet',
  },
  57: {
    statement: 'Every read of personal data by a person is an entry before the data is shown.',
    keptIn: ['src/desk/desk-view.service.ts', 'src/desk/customer-access.service.ts'],
    tests: {
      'test/desk-work.test.ts': [
        'an offer says why they came and nothing personal',
        'a customer who is on nobody’s line',
      ],
    },
    kinds: ['mutation'],
    notShown: 'that nothing else shows a person what a caller said to be',
  },
  58: {
    statement: 'A KPI states its definition, n and interval, and none is given on too few cases.',
    later: 'there are no KPIs yet',
  },
} as const satisfies InvariantTable;
