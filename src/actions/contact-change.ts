import { assert } from '../platform/fault.ts';
import { type Action, digits } from './action.ts';

/** Another number to be reached at, never the registered one: transaction PIN and a one-time code. */
export const contactChange = {
  label: 'Change of contact number',
  least: {
    says: 'a change of contact details takes L3 with the transaction PIN',
    basis: 'R7.1',
    level: 'L3',
    pin: 'transaction',
  },
  fields: ['contact'],
  needsAmount: false,
  readBack: { prompt: 'confirm.contact', values: ['contactNumber'], must: ['contactNumber'] },
  refusals: ['account_frozen', 'cooling_off'],
  does: 'change_contact',
  toOneself: false,
  underBiometricLine: false,
  takesAgreement: false,
  payeeCoolsOff: false,
  urgent: false,
  purpose: ({ labels: { contactNumber } }) => {
    assert(contactNumber !== undefined, 'a change of contact has its number');
    return { key: 'purpose.contact_change', values: { lastFour: contactNumber } };
  },
  notice: 'change_notice',
  resultPrompts: { 'result.contact_change': ['receipt'] },
  tell: (_ordered, { receipt }) => [
    { prompt: 'result.contact_change', values: { receipt: digits(receipt) } },
  ],
  assumedResults: () => [{}],
} as const satisfies Action;
