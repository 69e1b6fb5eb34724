import type { JurisdictionRules } from './jurisdiction.ts';
import { VN_TIME_ZONE, vnDocuments } from './vn-documents.ts';
import { vietnameseNumberToday } from './vn-former-numbers.ts';

/** Vietnam. */
export const vn: JurisdictionRules = {
  nationalId: vnDocuments.vn_cccd,
  callingCode: '84',
  numberToday: vietnameseNumberToday,
  currency: 'VND',
  timeZone: VN_TIME_ZONE,
  policyPack: 'vn.yaml',
};
