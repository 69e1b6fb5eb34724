import assert from 'node:assert/strict';
import { test } from 'node:test';
import { may, STAFF_ACTIONS, STAFF_PERMISSIONS, type StaffAction } from './permissions.ts';
import { STAFF_ROLES, type StaffRole, tierOf } from './roles.ts';

const NOW = Date.UTC(2026, 0, 15);
const QUALIFIED = NOW + 1;

/** What a role may do, by the table. */
const allowedTo = (role: StaffRole): readonly StaffAction[] =>
  STAFF_ACTIONS.filter((action) => may({ role, qualifiedUntil: QUALIFIED }, action, NOW).kind === 'allowed');

test('roles and tiers may do what the design of the desk says, and nothing else', () => {
  const everybody = ['own.account'];
  const onCalls = [
    ...['own.shift', 'desk.open', 'call.work', 'call.transfer', 'keying.ask', 'action.tier_1', 'freeze.ask'],
    ...['case.open', 'customer.see'],
  ];
  const agent = [...everybody, ...onCalls, 'call.take', 'approval.request'];
  const expected: { readonly [role in StaffRole]: readonly string[] } = {
    agent,
    senior_agent: [...agent, 'call.take_restricted', 'action.tier_2'],
    supervisor: [
      ...[...everybody, ...onCalls, 'action.tier_2', 'approval.decide', 'break_glass.decide'],
      ...['call.listen', 'call.whisper', 'call.speak', 'call.sample', 'board.see', 'work.end_stuck'],
      ...['alarms.see', 'proposal.see', 'proposal.decide'],
    ],
    compliance: [
      ...[...everybody, 'customer.see', 'call.sample', 'board.see', 'alarms.see', 'record.read', 'staff.see'],
      'proposal.see',
    ],
    administrator: [
      ...everybody,
      'staff.see',
      'staff.request',
      'staff.decide',
      'proposal.see',
      'proposal.decide',
    ],
  };
  for (const role of STAFF_ROLES)
    assert.deepEqual([...allowedTo(role)].sort(), [...expected[role]].sort(), role);
});

test('nobody both asks for an approval and decides about one (S3)', () => {
  for (const role of STAFF_ROLES) {
    const allowed = allowedTo(role);
    assert.ok(!(allowed.includes('approval.request') && allowed.includes('approval.decide')), role);
  }
});

test('an administrator gets to no call and no customer, and who works on calls to no account (S3)', () => {
  const calls = STAFF_ACTIONS.filter((action) => STAFF_PERMISSIONS[action].qualified);
  for (const action of calls) {
    const answer = may({ role: 'administrator', qualifiedUntil: QUALIFIED }, action, NOW);
    assert.deepEqual(answer, { kind: 'refused', reason: 'duties_separated' }, action);
  }
  for (const role of STAFF_ROLES)
    if (tierOf(role) !== undefined)
      for (const action of ['staff.see', 'staff.request', 'staff.decide'] as const)
        assert.equal(may({ role, qualifiedUntil: QUALIFIED }, action, NOW).kind, 'refused');
});

test('a higher tier on calls is refused nothing for its tier', () => {
  for (const action of STAFF_ACTIONS) {
    const reason = (role: StaffRole) => {
      const answer = may({ role, qualifiedUntil: QUALIFIED }, action, NOW);
      return answer.kind === 'refused' ? answer.reason : answer.kind;
    };
    assert.notEqual(reason('supervisor'), 'beyond_tier', action);
    if (reason('agent') === 'allowed') assert.equal(reason('senior_agent'), 'allowed', action);
  }
});

test('from the end of a qualification on nothing of a call is allowed any more (R9)', () => {
  for (const role of STAFF_ROLES)
    for (const action of STAFF_ACTIONS) {
      const until = (qualifiedUntil: number | undefined) => may({ role, qualifiedUntil }, action, NOW);
      const { qualified, roles } = STAFF_PERMISSIONS[action];
      const ends = qualified && roles[role] === 'allowed' && role !== 'compliance';
      for (const qualifiedUntil of [NOW, NOW - 1, undefined])
        assert.deepEqual(
          until(qualifiedUntil),
          ends ? { kind: 'refused', reason: 'qualification_ended' } : until(QUALIFIED),
          `${role} ${action}`,
        );
    }
});

test('every action names the rules it keeps', () => {
  for (const action of STAFF_ACTIONS) assert.ok(STAFF_PERMISSIONS[action].rules.length > 0, action);
});
