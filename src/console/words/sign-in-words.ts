import type { PasswordWeakness } from '../../staff/password-rules.ts';
import type { WordList } from './word-lists.ts';

const WEAKNESSES = {
  'signIn.weak.too_short': [],
  'signIn.weak.too_long': [],
  'signIn.weak.well_known': [],
  'signIn.weak.own_name': [],
} as const satisfies { readonly [key in `signIn.weak.${PasswordWeakness}`]: readonly string[] };

/** Signing in, and setting password and second factor by a link. */
export const SIGN_IN_WORDS = {
  'signIn.title': [],
  'signIn.name': [],
  'signIn.password': [],
  'signIn.goOn': [],
  'signIn.codeTitle': [],
  'signIn.code': [],
  'signIn.codeHint': [],
  'signIn.enter': [],
  'signIn.startAgain': [],
  'signIn.haveLink': [],
  'signIn.linkTitle': [],
  'signIn.linkKey': [],
  'signIn.linkHint': [],
  'signIn.setTitle': [],
  'signIn.setFor': ['name'],
  'signIn.newPassword': [],
  'signIn.newPasswordHint': ['count'],
  'signIn.again': [],
  'signIn.appTitle': [],
  'signIn.appHint': [],
  'signIn.appSecret': [],
  'signIn.appPicture': [],
  'signIn.appCode': [],
  'signIn.finish': [],
  'signIn.done': [],
  'signIn.signedOut': [],
  'signIn.wrong': [],
  'signIn.wrongCode': [],
  'signIn.later': [],
  'signIn.busy': [],
  'signIn.linkUnusable': [],
  'signIn.differs': [],
  'signIn.codeWrong': [],
  'signIn.ended': [],
  ...WEAKNESSES,
} as const satisfies WordList;
