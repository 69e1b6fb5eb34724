import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Admission, type AdmittedTurn, type TurnClass } from './admission.service.ts';

/** Lets turns of a class in until one is refused. */
function fill(admission: Admission, turnClass: TurnClass): readonly AdmittedTurn[] {
  const admitted: AdmittedTurn[] = [];
  for (let turn = admission.admit(turnClass); turn; turn = admission.admit(turnClass)) admitted.push(turn);
  return admitted;
}

test('new calls leave room for calls in progress, and both for a freeze (invariant 30)', () => {
  const admission = new Admission(16);
  assert.equal(fill(admission, 'new').length, 6);
  assert.equal(fill(admission, 'in_progress').length, 6);
  assert.equal(fill(admission, 'freeze').length, 4);
  assert.equal(admission.underWay, 16);
  for (const turnClass of ['new', 'in_progress', 'freeze'] as const)
    assert.equal(admission.admit(turnClass), undefined);
});

test('a request that leaves makes room, once', () => {
  const admission = new Admission(16);
  const [first] = fill(admission, 'freeze');
  first?.leave();
  first?.leave();
  assert.equal(admission.underWay, 15);
  assert.equal(admission.admit('in_progress'), undefined, 'the room is for a freeze');
  assert.ok(admission.admit('freeze'));
  assert.equal(admission.admit('freeze'), undefined);
});

test('a stop tells the turns under way and those that still come in', async () => {
  const admission = new Admission(16);
  const before = admission.admit('new');
  admission.handOver();
  assert.equal(await before?.handedOver, 'handed_over');
  assert.equal(await admission.admit('new')?.handedOver, 'handed_over');
});
