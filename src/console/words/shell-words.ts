import type { ChangeRefusal } from '../../staff/administration.ts';
import type { StaffRefusal } from '../../staff/permissions.ts';
import type { StaffRole } from '../../staff/roles.ts';
import type { WordList } from './word-lists.ts';

const ROLES = {
  'role.agent': [],
  'role.senior_agent': [],
  'role.supervisor': [],
  'role.compliance': [],
  'role.administrator': [],
} as const satisfies { readonly [key in `role.${StaffRole}`]: readonly string[] };

const REFUSALS = {
  'refused.not_your_work': [],
  'refused.beyond_tier': [],
  'refused.duties_separated': [],
  'refused.qualification_ended': [],
} as const satisfies { readonly [key in `refused.${StaffRefusal}`]: readonly string[] };

/** What stands around every page. */
export const SHELL_WORDS = {
  'shell.product': [],
  'shell.main': [],
  'shell.skip': [],
  'shell.signOut': [],
  'shell.language': [],
  'shell.theme.label': [],
  'shell.theme.system': [],
  'shell.theme.light': [],
  'shell.theme.dark': [],
  'shell.save': [],
  'shell.refusedTitle': [],
  'shell.notFound': [],
  'shell.notFoundTitle': [],
  'shell.unavailable': [],
  'shell.unavailableTitle': [],
  'shell.back': [],
  ...ROLES,
  ...REFUSALS,
} as const satisfies WordList;

/** Why a change of an account is not made. */
export const CHANGE_REFUSAL_WORDS = {
  'change.refused.not_allowed': [],
  'change.refused.own_request': [],
  'change.refused.about_oneself': [],
  'change.refused.gone': [],
  'change.refused.another_waits': [],
  'change.refused.sign_in_unfit': [],
  'change.refused.name_unfit': [],
  'change.refused.number_unfit': [],
  'change.refused.languages_missing': [],
  'change.refused.phone_unfit': [],
  'change.refused.sign_in_taken': [],
  'change.refused.number_taken': [],
  'change.refused.nothing_changes': [],
  'change.refused.wrong_state': [],
  'change.refused.last_administrator': [],
} as const satisfies { readonly [key in `change.refused.${ChangeRefusal}`]: readonly string[] };
