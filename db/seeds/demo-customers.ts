import type { CustomerName, Freeze } from '../../src/customers/customer.ts';
import type { Currency } from '../../src/jurisdictions/currency.ts';
import type { Language } from '../../src/locales/catalogue.ts';

export interface DemoAccount {
  readonly number: string;
  readonly currency: Currency;
  readonly balanceMinor: number;
}
export interface DemoLoan {
  readonly number: string;
  readonly currency: Currency;
  readonly outstandingMinor: number;
  readonly dueMinor: number;
  readonly dueInDays: number;
}
export interface DemoPayee {
  readonly name: string;
  readonly accountNumber: string;
  readonly currency: Currency;
  /** Before the start of the demo. */
  readonly addedHoursAgo: number;
}

/** An invented person. PINs stand here in clear because they are public: the demo's keys are, too. */
export interface DemoCustomer {
  readonly id: string;
  readonly locale: Language;
  readonly name: CustomerName;
  readonly nationalId: string;
  readonly queryPin: string;
  readonly transactionPin: string;
  readonly phone?: { readonly e164: string; readonly registeredHoursAgo: number };
  readonly simChangedHoursAgo?: number;
  /** The operator does not know when the SIM changed. */
  readonly simUnknown?: true;
  readonly freeze?: Freeze;
  readonly transactionPinVoid?: true;
  /** The account was never used. */
  readonly hasNoTransactions?: true;
  readonly accounts: readonly DemoAccount[];
  readonly loans: readonly DemoLoan[];
  readonly payees: readonly DemoPayee[];
}

const YEARS_AGO = 3 * 365 * 24;
const phone = (e164: string, registeredHoursAgo = YEARS_AGO) => ({ e164, registeredHoursAgo });
const account = (number: string, currency: Currency, balanceMinor: number): DemoAccount => ({
  number,
  currency,
  balanceMinor,
});
const loan = (
  number: string,
  currency: Currency,
  outstandingMinor: number,
  dueMinor: number,
  dueInDays: number,
): DemoLoan => ({ number, currency, outstandingMinor, dueMinor, dueInDays });
const payee = (
  name: string,
  accountNumber: string,
  currency: Currency,
  addedHoursAgo = YEARS_AGO,
): DemoPayee => ({ name, accountNumber, currency, addedHoursAgo });

/** The demo company's customers. Money is minor units: fen for CNY, dong for VND. */
export const DEMO_CUSTOMERS: readonly DemoCustomer[] = [
  {
    id: 'demo-01',
    locale: 'zh-CN',
    name: { full: '李娜', family: '李', title: 'ms' },
    nationalId: '110101198504120019',
    queryPin: '775147',
    transactionPin: '294803',
    phone: phone('+8613800001001'),
    accounts: [account('6200000000000101', 'CNY', 38_650_075)],
    loans: [loan('CL20240101', 'CNY', 12_000_000, 365_080, 12)],
    payees: [payee('张伟', '6200000000009101', 'CNY'), payee('王芳', '6200000000009102', 'CNY')],
  },
  {
    // The ID ends in X: keyed with the star.
    id: 'demo-02',
    locale: 'zh-CN',
    name: { full: '陈建国', family: '陈', title: 'mr' },
    nationalId: '31010619900923002X',
    queryPin: '632500',
    transactionPin: '225335',
    phone: phone('+8613800001002'),
    accounts: [
      account('6200000000000201', 'CNY', 25_300_000),
      account('6200000000000202', 'CNY', 20_150_050),
    ],
    loans: [],
    payees: [payee('刘洋', '6200000000009201', 'CNY')],
  },
  {
    // The transaction PIN is void after ten wrong entries (V11).
    id: 'demo-03',
    locale: 'zh-CN',
    name: { full: '赵敏', family: '赵', title: 'ms' },
    nationalId: '440305197811050039',
    queryPin: '033523',
    transactionPin: '323484',
    phone: phone('+8613800001003'),
    transactionPinVoid: true,
    accounts: [account('6200000000000301', 'CNY', 21_000_000)],
    loans: [loan('CL20240301', 'CNY', 5_400_000, 180_000, 5)],
    payees: [payee('孙丽', '6200000000009301', 'CNY')],
  },
  {
    id: 'demo-04',
    locale: 'zh-CN',
    name: { full: '周强', family: '周', title: 'mr' },
    nationalId: '510107199306170047',
    queryPin: '760292',
    transactionPin: '024806',
    phone: phone('+8613800001004'),
    freeze: 'full',
    accounts: [account('6200000000000401', 'CNY', 20_880_000)],
    loans: [],
    payees: [payee('吴静', '6200000000009401', 'CNY')],
  },
  {
    // The registered phone is new: no code goes there yet.
    id: 'demo-05',
    locale: 'zh-CN',
    name: { full: '林晓梅', family: '林', title: 'ms' },
    nationalId: '330106198802290051',
    queryPin: '836690',
    transactionPin: '816872',
    phone: phone('+8613800001005', 2),
    accounts: [account('6200000000000501', 'CNY', 27_420_030)],
    loans: [loan('CL20240501', 'CNY', 3_000_000, 250_000, 20)],
    payees: [payee('黄磊', '6200000000009501', 'CNY')],
  },
  {
    // Stretches every prompt that speaks a name.
    id: 'demo-06',
    locale: 'zh-CN',
    name: {
      full: '阿依古丽·买买提吐尔逊·阿卜杜热合曼·艾力尼亚孜',
      family: '买买提吐尔逊·阿卜杜热合曼·艾力尼亚孜',
      title: 'ms',
    },
    nationalId: '650102199608140061',
    queryPin: '612451',
    transactionPin: '055567',
    phone: phone('+8613800001006'),
    accounts: [account('6200000000000601', 'CNY', 499_999_999)],
    loans: [loan('CL20240601', 'CNY', 88_888_888, 1_234_567, 9)],
    payees: [
      payee('新疆维吾尔自治区乌鲁木齐市天山区某某农产品进出口贸易有限责任公司', '6200000000009601', 'CNY'),
    ],
  },
  {
    id: 'demo-07',
    locale: 'en-US',
    name: { full: 'Grace Chan', family: 'Chan', title: 'ms' },
    nationalId: '810000199110200073',
    queryPin: '206035',
    transactionPin: '163172',
    phone: phone('+8613800001007'),
    accounts: [
      account('6200000000000701', 'CNY', 31_000_000),
      account('9704000000000708', 'VND', 80_000_000),
    ],
    loans: [loan('CL20240701', 'CNY', 9_600_000, 400_000, 15)],
    payees: [payee('Daniel Wong', '6200000000009701', 'CNY'), payee('Mai Pham', '9704000000009702', 'VND')],
  },
  {
    // The SIM was changed yesterday: a code by SMS is not trusted for high-risk actions.
    id: 'demo-08',
    locale: 'zh-CN',
    name: { full: '何志远', family: '何', title: 'mr' },
    nationalId: '420106198403030086',
    queryPin: '178848',
    transactionPin: '316413',
    phone: phone('+8613800001008'),
    simChangedHoursAgo: 20,
    accounts: [account('6200000000000801', 'CNY', 22_760_000)],
    loans: [],
    payees: [payee('郭涛', '6200000000009801', 'CNY')],
  },
  {
    id: 'demo-09',
    locale: 'vi-VN',
    name: { full: 'Nguyễn Văn An', family: 'Nguyễn', title: 'mr' },
    nationalId: '001085000101',
    queryPin: '227687',
    transactionPin: '067732',
    phone: phone('+84900001009'),
    accounts: [account('9704000000000901', 'VND', 125_000_000)],
    loans: [loan('VL20240901', 'VND', 48_000_000, 4_250_000, 10)],
    payees: [
      payee('Trần Thị Bích', '9704000000009901', 'VND'),
      payee('Lê Văn Cường', '9704000000009902', 'VND'),
    ],
  },
  {
    // The first payee was added an hour ago: still in its cooling-off.
    id: 'demo-10',
    locale: 'vi-VN',
    name: { full: 'Trần Thị Hoa', family: 'Trần', title: 'ms' },
    nationalId: '079190000102',
    queryPin: '025916',
    transactionPin: '443056',
    phone: phone('+84900001010'),
    accounts: [
      account('9704000000001001', 'VND', 96_500_000),
      account('9704000000001002', 'VND', 61_000_000),
    ],
    loans: [],
    payees: [
      payee('Phạm Quốc Dũng', '9704000000009011', 'VND', 1),
      payee('Hoàng Thị Lan', '9704000000009012', 'VND'),
    ],
  },
  {
    // No phone is registered: such a customer cannot be identified by telephone and is led to a person.
    id: 'demo-11',
    locale: 'vi-VN',
    name: { full: 'Lê Minh Tuấn', family: 'Lê', title: 'mr' },
    nationalId: '048088000103',
    queryPin: '841321',
    transactionPin: '334764',
    accounts: [account('9704000000001101', 'VND', 72_000_000)],
    loans: [loan('VL20241101', 'VND', 20_000_000, 1_800_000, 7)],
    payees: [payee('Vũ Thị Mai', '9704000000009111', 'VND')],
  },
  {
    id: 'demo-12',
    locale: 'vi-VN',
    name: { full: 'Phạm Thị Thu Hà', family: 'Phạm', title: 'ms' },
    nationalId: '092195000104',
    queryPin: '320371',
    transactionPin: '818844',
    phone: phone('+84900001012'),
    accounts: [account('9704000000001201', 'VND', 64_300_000)],
    loans: [loan('VL20241201', 'VND', 150_000_000, 6_750_000, 3)],
    payees: [payee('Đặng Văn Hùng', '9704000000009121', 'VND')],
  },
  {
    id: 'demo-13',
    locale: 'vi-VN',
    name: { full: 'Hoàng Đức Anh', family: 'Hoàng', title: 'none' },
    nationalId: '031079000105',
    queryPin: '248430',
    transactionPin: '118293',
    phone: phone('+84900001013'),
    accounts: [
      account('9704000000001301', 'VND', 230_000_000),
      account('6200000000001302', 'CNY', 24_000_000),
    ],
    loans: [],
    payees: [payee('Bùi Thị Ngọc', '9704000000009131', 'VND'), payee('马超', '6200000000009132', 'CNY')],
  },
  {
    // The operator does not know when the SIM was changed: it is treated as if it was (Z5).
    id: 'demo-14',
    locale: 'vi-VN',
    name: { full: 'Đỗ Quỳnh Chi', family: 'Đỗ', title: 'ms' },
    nationalId: '024301000106',
    queryPin: '922111',
    transactionPin: '143233',
    phone: phone('+84900001014'),
    simUnknown: true,
    accounts: [account('9704000000001401', 'VND', 60_000_000)],
    loans: [],
    payees: [payee('Ngô Thanh Sơn', '9704000000009141', 'VND')],
  },
  {
    // Nothing to choose from or to tell: no payee, no loan, no transaction.
    id: 'demo-15',
    locale: 'vi-VN',
    name: { full: 'Vũ Hải Đăng', family: 'Vũ', title: 'mr' },
    nationalId: '056192000107',
    queryPin: '592631',
    transactionPin: '700242',
    phone: phone('+84900001015'),
    hasNoTransactions: true,
    accounts: [account('9704000000001501', 'VND', 68_000_000)],
    loans: [],
    payees: [],
  },
  {
    id: 'demo-16',
    locale: 'en-US',
    name: { full: 'David Ngo', family: 'Ngo', title: 'mr' },
    nationalId: '001099000108',
    queryPin: '469210',
    transactionPin: '443657',
    phone: phone('+84900001016'),
    accounts: [account('9704000000001601', 'VND', 88_000_000)],
    loans: [loan('VL20241601', 'VND', 36_000_000, 3_100_000, 14)],
    payees: [payee('Linh Tran', '9704000000009161', 'VND')],
  },
];
