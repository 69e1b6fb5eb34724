import { CN_TIME_ZONE, cnDocuments } from './cn-documents.ts';
import type { JurisdictionRules } from './jurisdiction.ts';

/** Mainland China. */
export const cn: JurisdictionRules = {
  nationalId: cnDocuments.cn_id,
  callingCode: '86',
  currency: 'CNY',
  timeZone: CN_TIME_ZONE,
  policyPack: 'cn.yaml',
};
