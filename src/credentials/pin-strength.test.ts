import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findPinWeakness, type OwnNumbers } from './pin-strength.ts';

const OWN: OwnNumbers = {
  nationalId: '11010519491231002X',
  birthDigits: '19491231',
  phone: '+8613800138000',
};

test('weak PINs are refused when chosen, each with its reason', () => {
  const expected = {
    not_digits: ['12345a', '', '１２３４５６'],
    own_number: ['110105', '231002', '138000', '013800', '000831', '949123', '194900', '001949'],
    repeat: ['000000', '777777', '121212', '123123', '110011', '188888'],
    run: ['123456', '654321', '890123', '012345', '123457', '923456', '987654', '198765'],
    pattern: ['135791', '864208', '123321', '274472', '112244', '147258', '520131'],
    date: ['311290', '900831', '123190', '290200', '199502', '022087'],
  };
  for (const [weakness, pins] of Object.entries(expected))
    for (const pin of pins) assert.equal(findPinWeakness(pin, OWN), weakness, pin);
});

test('ordinary PINs may be chosen', () => {
  for (const pin of ['274913', '608347', '950668', '936174', '481592'])
    assert.equal(findPinWeakness(pin, OWN), undefined, pin);
});

test('at least 90 % of the six-digit space stays open', () => {
  let open = 0;
  for (let number = 0; number < 1_000_000; number++)
    if (findPinWeakness(String(number).padStart(6, '0'), OWN) === undefined) open++;
  assert.ok(open >= 900_000, `${open} of 1,000,000 open`);
  assert.ok(open <= 915_000, `${open} of 1,000,000 open: the blocklist has lost its dates`);
});

test('every date of a century is refused in all three orders', () => {
  const two = (number: number) => String(number).padStart(2, '0');
  for (let at = Date.UTC(1950, 0, 1); at < Date.UTC(2050, 0, 1); at += 86_400_000) {
    const date = new Date(at);
    const [day, month] = [two(date.getUTCDate()), two(date.getUTCMonth() + 1)];
    const year = two(date.getUTCFullYear() % 100);
    for (const pin of [day + month + year, year + month + day, month + day + year])
      assert.notEqual(findPinWeakness(pin, OWN), undefined, pin);
  }
});

test('eight-digit PINs that are dates with a whole year are refused too', () => {
  for (const pin of ['31121985', '12311985', '19851231'])
    assert.equal(findPinWeakness(pin, OWN), 'date', pin);
  assert.equal(findPinWeakness('27491360', OWN), undefined);
});
