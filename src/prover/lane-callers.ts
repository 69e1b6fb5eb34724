import type { Jurisdiction } from '../jurisdictions/catalogue.ts';
import type { Currency } from '../jurisdictions/currency.ts';
import type { Language } from '../locales/catalogue.ts';

/** A customer of a language's own line, as short and as long as most are. */
export const WORLDS: {
  readonly [language in Language]: {
    readonly jurisdiction: Jurisdiction;
    readonly currency: Currency;
    readonly addressed: string;
    readonly payee: string;
    /** Keys of an ID with its `#`. */
    readonly idKeys: number;
    readonly newNumber: string;
    /** In whole units. */
    readonly amount: number;
  };
} = {
  'zh-CN': {
    ...{ jurisdiction: 'CN', currency: 'CNY', addressed: '李女士', payee: '张伟', idKeys: 19 },
    ...{ newNumber: '13800138000', amount: 3_000 },
  },
  'vi-VN': {
    ...{ jurisdiction: 'VN', currency: 'VND', addressed: 'bà Lan', payee: 'Trần Minh', idKeys: 13 },
    ...{ newNumber: '0912345678', amount: 3_000_000 },
  },
  'en-US': {
    ...{ jurisdiction: 'CN', currency: 'CNY', addressed: 'Ms Chan', payee: 'David Wong', idKeys: 19 },
    ...{ newNumber: '13800138000', amount: 3_000 },
  },
};
