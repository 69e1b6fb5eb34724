import type { ProposalKind, ProposalRefusal } from '../../staff/proposals.ts';
import type { WordList } from './word-lists.ts';

const KINDS = {
  'proposals.kind.publish': [],
  'proposals.kind.rollback': [],
  'proposals.kind.enrol': [],
  'proposals.kind.rotate_keys': [],
} as const satisfies { readonly [key in `proposals.kind.${ProposalKind}`]: readonly string[] };

const REFUSED = {
  'proposals.refused.not_allowed': [],
  'proposals.refused.gone': [],
  'proposals.refused.approved_already': [],
  'proposals.refused.check_differs': [],
} as const satisfies { readonly [key in `proposals.refused.${ProposalRefusal}`]: readonly string[] };

/** What the command line proposes. */
export const PROPOSAL_WORDS = {
  'proposals.title': [],
  'proposals.explain': [],
  'proposals.none': [],
  'proposals.by': ['name', 'moment'],
  'proposals.digest': [],
  'proposals.first': ['name'],
  'proposals.ready': ['first', 'second'],
  'proposals.check': [],
  'proposals.checkHint': [],
  'proposals.readOnly': [],
  'proposals.said.approved': [],
  'proposals.said.refused': [],
  ...KINDS,
  ...REFUSED,
} as const satisfies WordList;
