import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { comparableName, refusePeople } from './four-eyes.ts';

const refuse = (proposedBy: string | undefined, approvedBy: string | undefined) =>
  refusePeople({ proposedBy, approvedBy }, 'production');

test('who proposes does not approve, however the name is written', () => {
  for (const [one, other] of [
    ['Li Na', 'li na'],
    ['Li ', 'li'],
    ['Li Na', 'Ｌｉ　Ｎａ'],
    ['Li Na', 'Li\u00a0Na'],
    ['Li Na', 'Li\u200b Na'],
    ['Li Na', 'Li-Na.'],
    ['Nguyễn Hòa', 'Nguyễn Hòa'.normalize('NFD')],
    ['STRASSER', 'Straßer'],
    ['李娜', ' 李 娜 '],
  ])
    assert.equal(refuse(one, other), 'same_person', `${one} / ${other}`);
});

test('two different people may, also where only a mark tells their names apart', () => {
  assert.equal(refuse('Li Na', 'Wang Wei'), undefined);
  assert.equal(refuse('Nguyễn Hoa', 'Nguyễn Hòa'), undefined);
  assert.equal(refuse('李娜', '李那'), undefined);
});

test('a missing name is no person', () => {
  for (const nobody of [undefined, '', '   ', '\u200b', '--']) {
    assert.equal(refuse(nobody, 'Wang'), 'proposer_missing');
    assert.equal(refuse('Li', nobody), 'approver_missing');
  }
});

test('a name that the record cannot hold is refused before anything is published', () => {
  for (const unfit of ['Li\nNa', '1234', 'L'.repeat(65), 'Li;Na']) {
    assert.equal(refuse(unfit, 'Wang'), 'name_unfit');
    assert.equal(refuse('Wang', unfit), 'name_unfit');
  }
});

test('in the demo one person is enough', () => {
  assert.equal(refusePeople({ proposedBy: 'demo', approvedBy: undefined }, 'demo'), undefined);
  assert.equal(refusePeople({ proposedBy: '', approvedBy: undefined }, 'demo'), 'proposer_missing');
});

test('a name compares equal to itself in any case, form and spacing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      const compared = comparableName(name);
      assert.equal(comparableName(`  ${name}\t`), compared);
      assert.equal(comparableName(name.normalize('NFD')), compared);
      assert.equal(comparableName(compared), compared);
    }),
  );
});
