import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { DAY } from '../platform/clock.ts';
import { policySchema } from '../policy/policy.ts';
import { type EnrolmentProblem, MOST_ENROLMENT_ROWS, readEnrolmentFile } from './enrolment-file.ts';

const NOW = Date.UTC(2026, 0, 15, 2);
const policy = policySchema.parse(
  parse(readFileSync(new URL('../../flows/policy/default.yaml', import.meta.url), 'utf8')),
);
const HEADER = 'name,family_name,title,locale,phone,national_id,query_pin,transaction_pin,phone_since';
const LI = '李娜,李,ms,zh-CN,13800001001,110101198504120019,775147,294803,2020-02-03';
const NGUYEN = 'Nguyễn Văn An,Nguyễn,mr,vi-VN,0900001009,001085000101,227687,067732,';
const read = (text: string | Buffer) => readEnrolmentFile(Buffer.from(text), policy, NOW);

function rowsOf(text: string | Buffer) {
  const result = read(text);
  assert.ok(result.ok, JSON.stringify(result));
  return result.rows;
}
function problemsOf(text: string | Buffer): readonly EnrolmentProblem[] {
  const result = read(text);
  assert.ok(!result.ok, 'the file was taken');
  return result.problems;
}
/** LI's row with one cell changed. */
const changed = (column: string, value: string) => {
  const cells = LI.split(',');
  cells[HEADER.split(',').indexOf(column)] = value;
  return `${HEADER}\n${cells.join(',')}`;
};

test('customers are read, with BOM, CRLF, blank lines, full-width digits and other column orders', () => {
  const [li, nguyen] = rowsOf(`\ufeff${HEADER}\r\n${LI}\r\n\r\n${NGUYEN}\r\n`);
  assert.deepEqual(li, {
    row: 2,
    name: { full: '李娜', family: '李', title: 'ms' },
    locale: 'zh-CN',
    nationalId: { kind: 'CN', id: '110101198504120019' },
    phone: { e164: '+8613800001001', since: Date.UTC(2020, 1, 4) },
    pins: { query: '775147', transaction: '294803' },
  });
  assert.deepEqual(nguyen?.phone, { e164: '+84900001009', since: NOW });
  assert.equal(nguyen?.row, 4);
  const [wide] = rowsOf(
    'national_id,NAME,family_name,phone,locale,title\n１１０１０１１９８５０４１２００１９,"李, 娜",李,,ZH-cn,',
  );
  assert.deepEqual(wide, {
    row: 2,
    name: { full: '李, 娜', family: '李', title: 'none' },
    locale: 'zh-CN',
    nationalId: { kind: 'CN', id: '110101198504120019' },
    pins: {},
  });
});

test('a phone whose day is today counts as new, so that no code goes to it yet', () => {
  const today = rowsOf(changed('phone_since', '2026-01-15'))[0];
  assert.equal(today?.phone?.since, NOW);
  assert.equal(rowsOf(changed('phone_since', '2026-01-13'))[0]?.phone?.since, Date.UTC(2026, 0, 14));
  assert.ok(NOW - Date.UTC(2026, 0, 14) >= DAY);
});

const WRONG: readonly [string, string, RegExp][] = [
  ['name', '', /^is empty$/],
  ['name', 'x'.repeat(121), /longer than 120/],
  ['name', '12345', /no letter/],
  ['name', 'a\u202eb', /control character/],
  ['family_name', ' ', /^is empty$/],
  ['title', 'Dr', /^must be one of mr, ms, none$/],
  ['locale', 'fr-FR', /^must be one of zh-CN, vi-VN, en-US$/],
  ['locale', '', /^must be one of/],
  ['phone', '1234', /not a valid number/],
  ['national_id', '110101198504120018', /is no national ID: a Chinese one/],
  ['national_id', '1.10101E+17', /make the column text/],
  ['query_pin', '77514', /must have 6 digits/],
  ['query_pin', '7751478', /must have 6 digits/],
  ['query_pin', '77514a', /is not digits only/],
  ['query_pin', '123456', /run of neighbouring digits: too easy/],
  ['query_pin', '850412', /own ID, phone or birth date: too easy/],
  ['transaction_pin', '775147', /must differ from query_pin/],
  ['phone_since', '2025-02-30', /must be a date/],
  ['phone_since', '03/02/2020', /must be a date/],
  ['phone_since', '2026-01-16', /lies in the future/],
];
for (const [column, value, expected] of WRONG)
  test(`the ${column} "${value.slice(0, 20)}" is refused, with its row and column`, () => {
    const [problem, ...more] = problemsOf(changed(column, value));
    assert.deepEqual(more, []);
    assert.equal(problem?.row, 2);
    assert.equal(problem?.column, column);
    assert.match(problem?.problem ?? '', expected);
  });

test('every problem of every row is told at once', () => {
  const problems = problemsOf(`${HEADER}\n,李,ms,zh-CN,1,110101198504120019,1,2,\n${LI}\n,,,,,,,,\n`);
  assert.deepEqual(
    problems.map(({ row, column }) => `${row} ${column}`),
    [
      '2 name',
      '2 phone',
      '2 query_pin',
      '2 transaction_pin',
      '4 name',
      '4 family_name',
      '4 locale',
      '4 national_id',
    ],
  );
});

test('a wrong ID or phone hides no problem of the PINs or the date beside it', () => {
  const problems = problemsOf(`${HEADER}\n李娜,李,ms,zh-CN,1,110101198504120018,111111,12ab56,2199-01-01\n`);
  assert.deepEqual(
    problems.map(({ column }) => column),
    ['national_id', 'phone', 'phone_since', 'query_pin', 'transaction_pin'],
  );
});

test('one person twice in a file is refused, naming the first row', () => {
  assert.deepEqual(problemsOf(`${HEADER}\n${LI}\n${NGUYEN}\n${LI}`), [
    { row: 4, column: 'national_id', problem: 'is the same as in row 2' },
  ]);
});

test('files that are no enrolment file get one clear answer', () => {
  const answer = (text: string | Buffer) => problemsOf(text)[0]?.problem ?? '';
  assert.match(answer(''), /empty/);
  assert.match(answer('\ufeff\r\n\r\n'), /empty/);
  assert.match(answer(HEADER), /no customer/);
  assert.match(answer(Buffer.from([0xc0, 0xee, 0xc4, 0xc8])), /not UTF-8/);
  assert.match(answer(`${HEADER}\n"李娜,李`), /not CSV/);
  assert.match(answer(HEADER.replaceAll(',', ';')), /column 1 is not one of .* commas/);
  assert.match(answer(`${HEADER},card_pin\n${LI},1`), /column 10 is not one of/);
  assert.deepEqual(problemsOf('name,name,locale,title,phone,family_name\na,b,c,d,e,f'), [
    { row: 1, column: 'name', problem: 'stands here twice' },
    { row: 1, column: 'national_id', problem: 'is missing' },
  ]);
  assert.match(answer(`${HEADER}\n${LI},one,two`), /has 11 cells, the header has 9/);
  assert.match(answer(`${HEADER}\n${'a\n'.repeat(MOST_ENROLMENT_ROWS + 1)}`), /more than 10000/);
  assert.match(answer(Buffer.alloc(10 * 1024 * 1024 + 1)), /larger than 10 MB/);
});

test('no problem ever repeats a PIN or a full ID', () => {
  const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
  fc.assert(
    fc.property(digits(18), digits(8), digits(9), (nationalId, queryPin, transactionPin) => {
      const file = `${HEADER}\n李娜,李,x,x,x,${nationalId},${queryPin},${transactionPin},x\n${LI.replace('775147', queryPin)}`;
      const text = JSON.stringify(problemsOf(file));
      for (const secret of [nationalId, queryPin, transactionPin]) assert.ok(!text.includes(secret));
    }),
  );
});

test('no bytes make the reader throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, withHeader) => {
      const file = Buffer.concat([Buffer.from(withHeader ? `${HEADER}\n` : ''), bytes]);
      const result = readEnrolmentFile(file, policy, NOW);
      assert.ok(result.ok || result.problems.length > 0);
    }),
  );
});
