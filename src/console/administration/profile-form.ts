import { LANGUAGES } from '../../locales/catalogue.ts';
import { comparableSignIn, type StaffProfile } from '../../staff/account.ts';
import { isStaffRole } from '../../staff/roles.ts';
import type { Shown } from '../shown.ts';

/** A profile as the form has it; the use case that takes the request says what is wrong with it. Undefined for no form of ours. */
export function readProfile(
  form: URLSearchParams,
  shown: Shown,
  before: StaffProfile | undefined,
): StaffProfile | undefined {
  const text = (name: string) => (form.get(name) ?? '').trim().normalize('NFC');
  const role = text('role');
  if (!isStaffRole(role)) return undefined;
  const chosen = form.getAll('language');
  // Those they had stay in their order, best first.
  const order = [...(before?.languages ?? []), ...LANGUAGES];
  const languages = [...new Set(order)].filter((language) => chosen.includes(language));
  const day = text('qualified');
  return {
    ...{ signIn: comparableSignIn(text('signIn')), name: text('name').replaceAll(/\s+/g, ' '), role },
    ...{ number: text('number'), phone: text('phone'), languages },
    qualifiedUntil: shown.endOfDay(day),
  };
}
