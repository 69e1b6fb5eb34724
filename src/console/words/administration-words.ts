import type { AccountState } from '../../staff/account.ts';
import type { ChangeKind } from '../../staff/changes.store.ts';
import type { WordList } from './word-lists.ts';

const STATES = {
  'staff.state.invited': [],
  'staff.state.active': [],
  'staff.state.disabled': [],
} as const satisfies { readonly [key in `staff.state.${AccountState}`]: readonly string[] };

const KINDS = {
  'staff.kind.add': [],
  'staff.kind.change': [],
  'staff.kind.disable': [],
  'staff.kind.enable': [],
  'staff.kind.reset': [],
} as const satisfies { readonly [key in `staff.kind.${ChangeKind}`]: readonly string[] };

/** The administration of staff. */
export const ADMINISTRATION_WORDS = {
  'staff.title': [],
  'staff.people': [],
  'staff.name': [],
  'staff.signIn': [],
  'staff.role': [],
  'staff.tier': ['tier'],
  'staff.number': [],
  'staff.languages': [],
  'staff.phone': [],
  'staff.phoneHint': [],
  'staff.qualified': [],
  'staff.qualifiedHint': [],
  'staff.notQualified': [],
  'staff.state.label': [],
  'staff.add': [],
  'staff.askAdd': [],
  'staff.askChange': [],
  'staff.askDisable': [],
  'staff.askEnable': [],
  'staff.askReset': [],
  'staff.two': [],
  'staff.pending': [],
  'staff.noPending': [],
  'staff.askedBy': ['name', 'moment'],
  'staff.expires': ['moment'],
  'staff.approve': [],
  'staff.refuse': [],
  'staff.yours': [],
  'staff.aboutYou': [],
  'staff.waits': [],
  'staff.approved': [],
  'staff.refusedRequest': [],
  'staff.linkTitle': [],
  'staff.linkFor': ['name'],
  'staff.linkHint': [],
  'staff.back': [],
  'staff.sessions': [],
  'staff.noSessions': [],
  'staff.account': [],
  ...STATES,
  ...KINDS,
} as const satisfies WordList;
