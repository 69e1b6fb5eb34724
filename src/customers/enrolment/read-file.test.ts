import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { policySchema } from '../../policy/policy.ts';
import { ENROLMENT_COLUMNS } from './columns.ts';
import { MOST_ENROLMENT_ROWS } from './csv-rows.service.ts';
import { type EnrolmentProblem, Findings, type Question } from './findings.ts';
import { readEnrolmentFile } from './read-file.service.ts';
import type { EnrolmentRow } from './read-row.ts';
import { SeenInFile } from './twice-in-file.ts';

const NOW = Date.UTC(2026, 0, 15, 2);
const policy = policySchema.parse(
  parse(readFileSync(new URL('../../../flows/policy/default.yaml', import.meta.url), 'utf8')),
);
const HEADER = 'name,family_name,title,locale,phone,national_id,query_pin,transaction_pin,phone_since';
const LI = '李娜,李,ms,zh-CN,13800001001,110101198504120019,775147,294803,2020-02-03';
const NGUYEN = 'Nguyễn Văn An,Nguyễn,mr,vi-VN,0900001009,001085000101,227687,067732,';
interface Asked {
  readonly accepted?: readonly Question[];
  readonly dateOrder?: 'dmy' | 'mdy';
  /** In how many bytes at a time the file comes. */
  readonly pieces?: number;
}

async function read(text: string | Uint8Array, { accepted = [], dateOrder, pieces = 65_536 }: Asked = {}) {
  const bytes = Buffer.from(text);
  const source = async function* () {
    for (let begin = 0; begin < bytes.length; begin += pieces) yield bytes.subarray(begin, begin + pieces);
  };
  const findings = new Findings(accepted);
  const seen = new SeenInFile();
  const rows: EnrolmentRow[] = [];
  for await (const { customer } of readEnrolmentFile(source, { policy, dateOrder, now: NOW }, findings)) {
    const twice = customer && seen.take(customer);
    if (twice) findings.refuse([twice]);
    if (customer) rows.push(customer);
  }
  return { rows, findings, problems: findings.problems };
}

async function rowsOf(text: string | Uint8Array, asked?: Asked) {
  const { rows, problems } = await read(text, asked);
  assert.deepEqual(problems, []);
  return rows;
}
async function problemsOf(text: string | Uint8Array, asked?: Asked): Promise<readonly EnrolmentProblem[]> {
  const { problems } = await read(text, asked);
  assert.ok(problems.length > 0, 'the file was taken');
  return problems;
}
/** LI's row with one cell changed. */
const changed = (column: string, value: string) => {
  const cells = LI.split(',');
  cells[HEADER.split(',').indexOf(column)] = value;
  return `${HEADER}\n${cells.join(',')}`;
};

test('customers are read, with BOM, CRLF, blank lines, full-width digits and other column orders', async () => {
  const [li, nguyen] = await rowsOf(`\ufeff${HEADER}\r\n${LI}\r\n\r\n${NGUYEN}\r\n`);
  assert.deepEqual(li, {
    row: 2,
    name: { full: '李娜', family: '李', title: 'ms' },
    locale: 'zh-CN',
    jurisdiction: { code: 'CN', stated: false },
    document: { kind: 'cn_id', id: '110101198504120019' },
    phone: { e164: '+8613800001001', since: Date.UTC(2020, 1, 3, 16) - 1 },
    pins: { query: '775147', transaction: '294803' },
    facts: {},
  });
  assert.deepEqual(nguyen?.phone, { e164: '+84900001009', since: undefined });
  assert.equal(nguyen?.row, 4);
  const [wide] = await rowsOf(
    'national_id,NAME,family_name,phone,locale,title\n１１０１０１１９８５０４１２００１９,"李, 娜",李,,ZH-cn,',
  );
  assert.deepEqual(wide, {
    row: 2,
    name: { full: '李, 娜', family: '李', title: 'none' },
    locale: 'zh-CN',
    jurisdiction: { code: 'CN', stated: false },
    document: { kind: 'cn_id', id: '110101198504120019' },
    pins: {},
    facts: {},
  });
});

test('a date is a day where the customer is, to its end', async () => {
  const since = async (row: string, file = `${HEADER}\n${row}`) => (await rowsOf(file))[0]?.phone?.since;
  assert.equal(await since(LI), Date.UTC(2020, 1, 3, 16) - 1, 'Shanghai');
  assert.equal(await since(`${NGUYEN}2020-02-03`), Date.UTC(2020, 1, 3, 17) - 1, 'Ho Chi Minh City');
  assert.equal(await since('', changed('phone_since', '2026-01-15')), Date.UTC(2026, 0, 15, 16) - 1, 'today');
  assert.equal(
    await since('', changed('phone_since', '43864')),
    Date.UTC(2020, 1, 3, 16) - 1,
    "a spreadsheet's count",
  );
});

const WRONG: readonly [string, string, RegExp][] = [
  ['name', '', /^is empty$/],
  ['name', 'x'.repeat(121), /longer than 120/],
  ['name', '12345', /no letter/],
  ['name', 'a\u202eb', /^holds U\+202E \(right-to-left override\) at character 2/],
  ['name', '李\u200b娜', /^holds U\+200B \(zero width space\) at character 2/],
  ['name', '李ʯΰ', /^U\+02AF at character 2 .* GBK.*--accept names/],
  ['family_name', ' ', /^is empty: of somebody with one name only/],
  ['family_name', '王', /^is no part of the name .*--accept names/],
  ['title', 'Dr', /^must be one of mr, ms, none$/],
  ['locale', 'fr-FR', /^must be one of zh-CN, vi-VN, en-US$/],
  ['locale', '', /^must be one of/],
  ['phone', '1234', /not a valid number/],
  ['national_id', '110101198504120018', /no document whose number tells its kind/],
  ['national_id', '012345678', /more than one kind of document.*column document.*vn_cmnd, passport/],
  ['national_id', 'E12345678', /column document/],
  ['national_id', '1.10101E+17', /made a rounded number/],
  ['phone', '1.38E+10', /made a rounded number/],
  ['phone', '01309123456', /not a valid number/],
  ['query_pin', '77514', /must have 6 digits/],
  ['query_pin', '7751478', /must have 6 digits/],
  ['query_pin', '77514a', /is not digits only/],
  ['query_pin', '123456', /run of neighbouring digits: too easy/],
  ['query_pin', '850412', /own ID, phone or birth date: too easy/],
  ['transaction_pin', '775147', /must differ from query_pin/],
  ['phone_since', '2025-02-30', /must be a date/],
  ['phone_since', '03/02/2020', /day first or month first.*--dates dmy/],
  ['phone_since', '2026-01-16', /lies in the future/],
];
for (const [column, value, expected] of WRONG)
  test(`the ${column} "${value.slice(0, 20)}" is refused, with its row and column`, async () => {
    const [problem, ...more] = await problemsOf(changed(column, value));
    assert.deepEqual(more, []);
    assert.equal(problem?.row, 2);
    assert.equal(problem?.column, column);
    assert.match(problem?.problem ?? '', expected);
  });

test('every problem of every row is told at once', async () => {
  const problems = await problemsOf(`${HEADER}\n,李,ms,zh-CN,1,110101198504120019,1,2,\n${LI}\n,,mr,,,,,,\n`);
  assert.deepEqual(
    problems.map(({ row, column }) => `${row} ${column}`),
    [
      '2 name',
      '2 phone',
      '2 query_pin',
      '2 transaction_pin',
      '4 locale',
      '4 name',
      '4 family_name',
      '4 national_id',
    ],
  );
});

test('a wrong ID or phone hides no problem of the PINs or the date beside it', async () => {
  const problems = await problemsOf(
    `${HEADER}\n李娜,李,ms,zh-CN,1,110101198504120018,111111,12ab56,2199-01-01\n`,
  );
  assert.deepEqual(
    problems.map(({ column }) => column),
    ['national_id', 'phone', 'phone_since', 'query_pin', 'transaction_pin'],
  );
});

test('one person twice in a file is refused, naming the first row', async () => {
  assert.deepEqual(await problemsOf(`${HEADER}\n${LI}\n${NGUYEN}\n${LI}`), [
    { row: 4, column: 'national_id', problem: 'is the same as in row 2' },
  ]);
});

test('files that are no enrolment file get one clear answer', async () => {
  const answer = async (text: string | Uint8Array) => (await problemsOf(text))[0]?.problem ?? '';
  assert.match(await answer(''), /empty/);
  assert.match(await answer('\ufeff\r\n\r\n'), /empty/);
  assert.match(await answer(HEADER), /no customer/);
  assert.match(await answer(Buffer.from([0xc0, 0xee, 0xc4, 0xc8])), /neither UTF-8 nor UTF-16/);
  assert.match(await answer(Buffer.from('504b030414000600', 'hex')), /spreadsheet, not CSV/);
  assert.match(await answer(`${HEADER}\n"李娜,李`), /not CSV/);
  assert.match(await answer(`${HEADER}\n"${'李娜,李\n'.repeat(40_000)}`), /not CSV/);
  assert.match(
    await answer(HEADER.replaceAll(',', '|')),
    /column 1 is not one of .* commas, semicolons or tabs/,
  );
  assert.match(await answer(`${HEADER},card_pin\n${LI},1`), /column 10 is not one of/);
  assert.deepEqual(await problemsOf('name,name,locale,title,phone,family_name\na,b,c,d,e,f'), [
    { row: 1, column: 'name', problem: 'stands here twice' },
    { row: 1, column: 'national_id', problem: 'is missing' },
  ]);
  assert.match(await answer(`${HEADER}\n${LI},one,two`), /has 11 cells, the header has 9/);
  assert.match(await answer(`${HEADER},\n${LI},one`), /something in column 10, which has no heading/);
});

test('a file has a most of rows, and says so', async () => {
  const { problems } = await read(`${HEADER}\n${',\n'.repeat(MOST_ENROLMENT_ROWS + 1)}`);
  assert.match(problems.at(-1)?.problem ?? '', /more than 200000 customers/);
});

test('files of spreadsheets are read: separators, encodings, line ends, quoted line breaks, piece by piece', async () => {
  const plain = await rowsOf(`${HEADER}\n${LI}\n${NGUYEN}`);
  const as = (delimiter: string) => `${HEADER}\n${LI}\n${NGUYEN}`.replaceAll(',', delimiter);
  const bigEndian = Buffer.from(`\ufeff${as(',')}`, 'utf16le').swap16();
  for (const file of [
    as(';'),
    as('\t'),
    `sep=;\r\n${as(';')}`,
    as(',').replaceAll('\n', '\r\n'),
    Buffer.from(as('\t'), 'utf16le'),
    Buffer.from(`\ufeff${as('\t')}`, 'utf16le'),
    bigEndian,
    as(',').replaceAll(/([^,\n]+)/g, '"$1"'),
  ])
    for (const pieces of [1, 7, 65_536]) {
      const rows = await rowsOf(file, { pieces });
      const shift = String(file).startsWith('sep=') ? 1 : 0;
      assert.deepEqual(
        rows,
        plain.map((row) => ({ ...row, row: row.row + shift })),
      );
    }
  const [broken] = await problemsOf(`${HEADER}\n"Li\nNa",Li,ms,zh-CN,,110101198504120019,,,\n`);
  assert.deepEqual([broken?.row, broken?.column], [2, 'name']);
  assert.match(broken?.problem ?? '', /^holds U\+000A \(line break\) at character 3/);
});

test('empty rows and columns are left out and counted, with what else was put right', async () => {
  const { rows, findings } = await read(
    `${HEADER},,\n${LI},,\n,,,,,,,,,,\n${NGUYEN},,\n,,,,,,,,,,\n , ,\u00a0\n`.replace(
      '13800001001',
      "'\u202a13800001001\u202c",
    ),
  );
  assert.deepEqual(findings.problems, []);
  assert.equal(rows.length, 2);
  const counts = Object.entries(findings.notices).map(([notice, { count }]) => [notice, count]);
  assert.deepEqual(Object.fromEntries(counts), {
    empty_columns: 2,
    empty_rows: 3,
    invisible_characters: 2,
    marks_for_text: 1,
  });
  assert.deepEqual(findings.notices.invisible_characters?.examples, [
    'row 2, phone: U+202A (left-to-right embedding) at character 2',
    'row 2, phone: U+202C (pop directional formatting) at character 14',
  ]);
});

test('old numbers, one-name people and other documents are taken as what they are', async () => {
  const header = `${HEADER},document,jurisdiction`;
  const { rows, findings } = await read(
    [
      header,
      'Nguyễn Văn C,Nguyễn,mr,vi-VN,01689123456,024123456,,,,,',
      'Nguyễn Văn D,Nguyễn,mr,vi-VN,0912345678,101085000777,,,,,',
      '李雷,李,mr,zh-CN,13812345678,110101900307101,,,,,',
      'Sukarno,,mr,en-US,+8613812345679,E12345678,,,,passport,',
      'Chan Tai Man,Chan,mr,en-US,,H12345678,,,,cn_hk_macau_permit,',
      'Ann Lee,Lee,ms,en-US,,123456789,,,,passport,VN',
    ].join('\n'),
  );
  assert.deepEqual(findings.problems, []);
  assert.deepEqual(
    rows.map(({ document, jurisdiction, phone }) => [
      document.kind,
      document.id,
      jurisdiction.code,
      phone?.e164,
    ]),
    [
      ['vn_cmnd', '024123456', 'VN', '+84389123456'],
      ['vn_cccd', '101085000777', 'VN', '+84912345678'],
      ['cn_id15', rows[2]?.document.id, 'CN', '+8613812345678'],
      ['passport', '12345678', 'CN', '+8613812345679'],
      ['cn_hk_macau_permit', '12345678', 'CN', undefined],
      ['passport', '123456789', 'VN', undefined],
    ],
  );
  assert.deepEqual(rows[3]?.name, { full: 'Sukarno', family: 'Sukarno', title: 'mr' });
  assert.equal(findings.notices.former_numbers?.count, 1);
  assert.equal(findings.notices.one_name?.count, 1);
  const [unknown] = await problemsOf(`${header}\nAnn Lee,Lee,ms,en-US,,123456789,,,,passport,`);
  assert.equal(unknown?.column, 'jurisdiction');
  const [misnamed] = await problemsOf(`${header}\nAnn Lee,Lee,ms,en-US,,1234,,,,passport,`);
  assert.match(misnamed?.problem ?? '', /^is not a passport .* served in person/);
});

test('an old Chinese ID and the new one of the same person are one person', async () => {
  const old = 'x,x,mr,zh-CN,,110101850412001,,,'.replaceAll('x', '李娜');
  const [problem] = await problemsOf(`${HEADER}\n${LI}\n${old}`);
  assert.deepEqual(problem, { row: 3, column: 'national_id', problem: 'is the same as in row 2' });
});

test('two people with the same digits are two, unless the phone is the same too', async () => {
  const header = `${HEADER},document,jurisdiction`;
  const cmnd = 'Nguyễn Văn C,Nguyễn,mr,vi-VN,0912345678,024123456,,,,,';
  const passport = (phone: string) => `Ann Lee,Lee,ms,en-US,${phone},K024123456,,,,passport,VN`;
  assert.equal((await rowsOf(`${header}\n${cmnd}\n${passport('0912345679')}`)).length, 2);
  const [alike] = await problemsOf(`${header}\n${cmnd}\n${passport('+84912345678')}`);
  assert.match(alike?.problem ?? '', /^has the digits and the phone of row 2/);
});

test('facts of the agreement are read with their day', async () => {
  const header = `${HEADER},agreement_version,agreed_on,risk_notice_version,risk_notice_on`;
  const [row] = await rowsOf(`${header}\n${LI},2024-1,2024-05-06,r3,2024/5/6`);
  const at = Date.UTC(2024, 4, 6, 16) - 1;
  assert.deepEqual(row?.facts, {
    agreement_version: '2024-1',
    agreed_on: at,
    risk_notice_version: 'r3',
    risk_notice_on: at,
  });
  const problems = await problemsOf(`${header}\n${LI},a b,2027-01-01,,05/06/2024`);
  assert.deepEqual(
    problems.map(({ column, problem }) => `${column} ${problem.slice(0, 20)}`),
    [
      'agreement_version must be a version of',
      'agreed_on lies in the future',
      'risk_notice_on can be read day firs',
    ],
  );
});

test('what was looked at goes in: names, and dates in an order', async () => {
  const [row] = await rowsOf(changed('name', '李 Иван'), { accepted: ['names'] });
  assert.equal(row?.name.full, '李 Иван');
  const [dated] = await rowsOf(changed('phone_since', '03/02/2020'), { dateOrder: 'dmy' });
  assert.equal(dated?.phone?.since, Date.UTC(2020, 1, 3, 16) - 1);
});

test('no problem and no notice ever repeats a PIN or a full ID', async () => {
  const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
  await fc.assert(
    fc.asyncProperty(digits(18), digits(8), digits(9), async (nationalId, queryPin, transactionPin) => {
      const file = `${HEADER}\n李娜,李,x,x,x,${nationalId},${queryPin},${transactionPin},x\n${LI.replace('775147', queryPin)}`;
      const { problems, findings } = await read(file);
      const text = JSON.stringify([problems, findings.notices]);
      for (const secret of [nationalId, queryPin, transactionPin]) assert.ok(!text.includes(secret));
    }),
  );
});

test('the sample file can be enrolled as it is', async () => {
  const sample = readFileSync(new URL('../../../docs/customers-sample.csv', import.meta.url));
  const { rows, problems } = await read(sample);
  assert.deepEqual(problems, []);
  assert.equal(rows.length, 4);
  assert.deepEqual(
    sample.toString('utf8').split('\n')[0]?.split(',').sort(),
    [...ENROLMENT_COLUMNS].sort(),
    'it shows every column',
  );
});

test('no bytes make the reader throw', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, withHeader) => {
      const file = Buffer.concat([Buffer.from(withHeader ? `${HEADER}\n` : ''), bytes]);
      const { rows, problems } = await read(file);
      assert.ok(rows.length > 0 || problems.length > 0);
    }),
  );
});
