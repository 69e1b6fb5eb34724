import assert from 'node:assert/strict';
import { type DemoStaff, seedDemoStaff } from '../../db/seeds/demo-staff.ts';
import { storeTest } from '../../test/support/databases.ts';
import { demoStaff } from '../../test/support/desk.ts';
import { ADMINISTRATORS, onDuty, profile, QUICK_ARGON2, staffParts } from '../../test/support/staff.ts';
import { entriesOf } from '../ledger/ledger.store.ts';
import { SYSTEM_STREAM } from '../ledger/stream.ts';
import { DAY } from '../platform/clock.ts';
import type { Knex } from '../storage/connect.ts';
import { allAccounts, findAccount } from './accounts.store.ts';
import { type ChangeAsked, decideChange, requestChange } from './administration.service.ts';
import { pendingChanges } from './changes.store.ts';
import type { StaffDependencies } from './sign-in.service.ts';

const NOW = Date.UTC(2026, 0, 15);
const [THU, FANG] = ADMINISTRATORS;

/** The demo's people, and somebody who asks and decides in their name. */
async function office(knex: Knex) {
  const parts = staffParts(knex);
  await seedDemoStaff(knex, parts.keyring, QUICK_ARGON2, parts.random, NOW);
  return {
    parts,
    ask: async (by: DemoStaff | undefined, asked: ChangeAsked) =>
      requestChange(parts, await onDuty(knex, by ?? demoStaff('agent')), asked, NOW),
    decide: async (
      by: DemoStaff | undefined,
      id: string,
      decision: 'approved' | 'refused' = 'approved',
      at = NOW,
    ) => decideChange(parts, await onDuty(knex, by ?? demoStaff('agent')), id, decision, at),
  };
}

/** The id of the request that waits; fails where there is not exactly one. */
async function waiting(knex: Knex): Promise<string> {
  const [change, ...others] = await pendingChanges(knex, NOW);
  assert.ok(change && others.length === 0, 'one request waits');
  return change.id;
}

const refused = (reason: string) => ({ kind: 'refused', reason });

storeTest(
  'somebody is added by one administrator and approved by the other, who gets the link once',
  async (knex) => {
    const { ask, decide } = await office(knex);
    assert.equal((await ask(THU, { kind: 'add', profile: profile() })).kind, 'waits');
    assert.equal(await findAccount(knex, { signIn: 'do.mai' }), undefined, 'nothing before the approval');
    const id = await waiting(knex);
    assert.deepEqual(await decide(THU, id), refused('own_request'));
    const done = await decide(FANG, id);
    assert.ok(done.kind === 'done' && done.link !== undefined);
    assert.equal((await findAccount(knex, { signIn: 'do.mai' }))?.state, 'invited');
    assert.ok(!JSON.stringify(await knex('staff_accounts')).includes(done.link), 'the link is nowhere');
    assert.deepEqual(await decide(FANG, id), refused('gone'), 'it is decided once');
    const entries = (await entriesOf(knex, SYSTEM_STREAM)).map(({ type, data }) => [
      type,
      data.person,
      data.approver,
    ]);
    assert.deepEqual(entries, [
      ['staff.change_requested', 'Phạm Thu', undefined],
      ['staff.change_decided', 'Phạm Thu', 'Wu Fang'],
    ]);
  },
);

storeTest('nobody but an administrator asks or decides, and nobody about themselves', async (knex) => {
  const { ask, decide } = await office(knex);
  for (const role of ['agent', 'senior_agent', 'supervisor', 'compliance'] as const) {
    assert.deepEqual(await ask(demoStaff(role), { kind: 'add', profile: profile() }), refused('not_allowed'));
  }
  assert.deepEqual(await ask(THU, { kind: 'reset', staffId: THU?.id ?? '' }), refused('about_oneself'));
  await ask(THU, { kind: 'change', staffId: FANG?.id ?? '', profile: profile() });
  const id = await waiting(knex);
  assert.deepEqual(await decide(demoStaff('supervisor'), id), refused('not_allowed'));
  assert.deepEqual(await decide(FANG, id), refused('about_oneself'));
});

storeTest('a request is refused where it is wrong, with the reason', async (knex) => {
  const { ask } = await office(knex);
  const add = (changed: Parameters<typeof profile>[0]) =>
    ask(THU, { kind: 'add', profile: profile(changed) });
  for (const [changed, reason] of [
    [{ signIn: 'Mai' }, 'sign_in_unfit'],
    [{ signIn: 'x' }, 'sign_in_unfit'],
    [{ name: '123456' }, 'name_unfit'],
    [{ name: 'a'.repeat(65) }, 'name_unfit'],
    [{ number: '0123' }, 'number_unfit'],
    [{ number: '12345' }, 'number_unfit'],
    [{ languages: [] }, 'languages_missing'],
    [{ phone: '010 5888' }, 'phone_unfit'],
    [{ phone: 'sip:a b@c' }, 'phone_unfit'],
    [{ signIn: 'lin.yue' }, 'sign_in_taken'],
    [{ number: '4833' }, 'number_taken'],
  ] as const)
    assert.deepEqual(await add(changed), refused(reason), JSON.stringify(changed));
  const yue = demoStaff('senior_agent');
  assert.deepEqual(await ask(THU, { kind: 'enable', staffId: yue.id }), refused('wrong_state'));
  assert.deepEqual(await ask(THU, { kind: 'disable', staffId: 'nobody' }), refused('gone'));
  const same = await findAccount(knex, { id: yue.id });
  assert.ok(same);
  assert.deepEqual(
    await ask(THU, { kind: 'change', staffId: yue.id, profile: same }),
    refused('nothing_changes'),
  );
  await ask(THU, { kind: 'disable', staffId: yue.id });
  assert.deepEqual(await ask(FANG, { kind: 'reset', staffId: yue.id }), refused('another_waits'));
});

storeTest('what was approved is asked once more when it is carried out', async (knex) => {
  const { ask, decide } = await office(knex);
  await ask(THU, { kind: 'add', profile: profile() });
  const id = await waiting(knex);
  await knex('staff_accounts')
    .where({ id: demoStaff('agent').id })
    .update({ number: profile().number });
  assert.deepEqual(await decide(FANG, id), refused('number_taken'));
  assert.deepEqual(await decide(FANG, id, 'refused'), {
    kind: 'done',
    staffId: (await decidedOf(knex)).staff_id,
    link: undefined,
  });
});

async function decidedOf(knex: Knex): Promise<{ staff_id: string }> {
  return knex('staff_changes').where({ state: 'refused' }).first();
}

storeTest('a new link for somebody who was disabled meanwhile is not given', async (knex) => {
  const { ask, decide } = await office(knex);
  const { id: staffId } = demoStaff('agent');
  await ask(THU, { kind: 'reset', staffId });
  await knex('staff_accounts').where({ id: staffId }).update({ state: 'disabled' });
  assert.deepEqual(await decide(FANG, await waiting(knex)), refused('wrong_state'));
});

storeTest('an administrator who was demoted meanwhile decides nothing', async (knex) => {
  const { parts, ask } = await office(knex);
  await ask(THU, { kind: 'add', profile: profile() });
  const before = await onDuty(knex, FANG ?? demoStaff('administrator'));
  const demoted = { ...before, role: 'agent' as const };
  assert.deepEqual(
    await decideChange(parts, demoted, await waiting(knex), 'approved', NOW),
    refused('not_allowed'),
  );
});

storeTest('a request waits for seven days', async (knex) => {
  const { ask, decide } = await office(knex);
  await ask(THU, { kind: 'add', profile: profile() });
  assert.deepEqual(await decide(FANG, await waiting(knex), 'approved', NOW + 7 * DAY), refused('gone'));
});

storeTest('there is always an administrator left', async (knex) => {
  const { ask, decide, parts } = await office(knex);
  await ask(THU, { kind: 'disable', staffId: FANG?.id ?? '' });
  // The other administrator is the one it is about, so that it takes a third one, or the command line.
  assert.deepEqual(await decide(FANG, await waiting(knex)), refused('about_oneself'));
  await decide(THU, await waiting(knex), 'refused');
  const cli = (asked: ChangeAsked) => requestChange(parts, { person: 'operator' }, asked, NOW);
  await knex('staff_accounts').where({ id: FANG?.id }).update({ state: 'disabled' });
  assert.deepEqual(await cli({ kind: 'disable', staffId: THU?.id ?? '' }), refused('last_administrator'));
});

storeTest(
  'at the command line the first administrator is made at once, and nobody before one',
  async (knex) => {
    const parts: StaffDependencies = staffParts(knex);
    const cli = (asked: ChangeAsked) => requestChange(parts, { person: 'operator' }, asked, NOW);
    assert.deepEqual(await cli({ kind: 'add', profile: profile() }), refused('last_administrator'));
    const first = await cli({ kind: 'add', profile: profile({ role: 'administrator' }) });
    assert.ok(first.kind === 'done' && first.link !== undefined);
    // Invited, and not there yet: nobody could approve a second one.
    const second = await cli({
      kind: 'add',
      profile: profile({ role: 'administrator', signIn: 'second', number: '4856' }),
    });
    assert.equal(second.kind, 'done');
    await knex('staff_accounts').update({ state: 'active' });
    const third = { kind: 'add', profile: profile({ signIn: 'third', number: '4857' }) } as const;
    assert.equal((await cli(third)).kind, 'waits', 'from then on somebody else decides');
    assert.equal((await allAccounts(knex)).length, 2);
  },
);
