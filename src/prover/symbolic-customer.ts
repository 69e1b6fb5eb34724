import type { CallState, Facts } from '../calls/call.ts';
import type { PublicFacts } from '../customers/customer.ts';

export const LONG_NAME = 'Nguyễn Hoàng Bảo';

/** The one customer: what may be spoken of them is as long as it gets. */
const CUSTOMER: PublicFacts = {
  familyName: 'Nguyễn',
  addressed: { 'zh-CN': '欧阳女士', 'vi-VN': 'bà Nguyễn', 'en-US': 'Ms Nguyen' },
  idLastFour: '001X',
  phoneLastFour: '8000',
  locale: 'en-US',
  // Not the language every symbolic call begins in: who is answered in it has been told from others.
  chosenLanguage: 'vi-VN',
  jurisdiction: 'CN',
};
const UNKNOWN_CUSTOMER: Facts = {};
/** What is true beside a call of somebody who is identified. */
export const KNOWN_CUSTOMER: Facts = { customer: CUSTOMER };
/** What is true beside the call: the masked customer, once somebody is identified. */
export function factsOf(call: CallState): Facts {
  return call.proofs.customerId === undefined ? UNKNOWN_CUSTOMER : KNOWN_CUSTOMER;
}
