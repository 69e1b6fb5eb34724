import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR, MINUTE } from '../src/platform/clock.ts';
import { seededRandom } from '../src/platform/random.ts';
import { findAccount } from '../src/staff/accounts.store.ts';
import { standForProposal } from '../src/staff/proposals.service.ts';
import { standingProposals } from '../src/staff/proposals.store.ts';
import { totpCode } from '../src/staff/totp.ts';
import { transactionsOn } from '../src/storage/transactions.ts';
import { DeskClient, demoStaff } from './support/desk.ts';
import { startWorld, type World } from './support/world.ts';

const MAI = {
  ...{ kind: 'add', name: 'Đỗ Mai', signIn: 'do.mai', role: 'agent', number: '4855', language: 'vi-VN' },
  ...{ phone: '+842873000100', qualified: '2026-12-31' },
};
const PASSWORD = 'a lamp beside the window';

/** The id of the request that waits. */
async function waiting(world: World): Promise<string> {
  const row: { id: string } = await world.knex('staff_changes').where({ state: 'pending' }).first();
  return row.id;
}

/** What one administrator asks for and the other approves; answers the page of the approval. */
async function changed(world: World, form: Readonly<Record<string, string>>): Promise<string> {
  const [thu, fang] = [new DeskClient(world), new DeskClient(world)];
  await thu.signIn(demoStaff({ signIn: 'pham.thu' }));
  await fang.signIn(demoStaff({ signIn: 'wu.fang' }));
  const asked = await thu.post('/desk/staff/request', form);
  assert.equal(asked.headers.get('location'), '/desk/staff?said=waits');
  const change = await waiting(world);
  const own = await thu.post('/desk/staff/decide', { change, decision: 'approved' });
  assert.equal(own.status, 400, 'nobody approves what they asked for');
  const page = await fang.post('/desk/staff/decide', { change, decision: 'approved' });
  return page.text();
}

test('somebody is added by two administrators, sets password and app by the link, and signs in', async (t) => {
  const world = await startWorld({ desk: true });
  t.after(() => world.stop());
  const page = await changed(world, MAI);
  const [, key = ''] = /\/sign-in\/link#([\w-]{43})</.exec(page) ?? [];
  assert.notEqual(key, '', page);
  const mai = new DeskClient(world);
  const form = await (await mai.post('/sign-in/link', { key })).text();
  const secret = /<code class="secret">([A-Z2-7 ]+)</.exec(form)?.[1]?.replaceAll(' ', '') ?? '';
  assert.match(form, /<svg class="qr"/);
  const code = () => totpCode(secret, world.clock.now());
  const differs = await mai.post('/sign-in/set', { key, password: PASSWORD, again: 'other', code: code() });
  assert.equal(differs.status, 403);
  const set = await mai.post('/sign-in/set', { key, password: PASSWORD, again: PASSWORD, code: code() });
  assert.equal(set.headers.get('location'), '/sign-in?said=set&language=en-US');
  const stranger = new DeskClient(world);
  for (let n = 0; n < 12; n++) {
    world.clock.advance(5 * HOUR);
    await stranger.post('/sign-in', { name: 'do.mai', password: 'not the right one' });
  }
  // The browser of the link is its owner's: what strangers guess does not keep them out.
  await mai.post('/sign-in', { name: 'DO.MAI', password: PASSWORD });
  assert.equal((await mai.post('/sign-in/code', { code: code() })).headers.get('location'), '/desk');
  const account = await findAccount(world.knex, { signIn: 'do.mai' });
  assert.equal(
    account?.qualifiedUntil,
    Date.UTC(2026, 11, 31, 16),
    'the day is over at midnight at the desk',
  );
  assert.match(await (await mai.get('/desk/shift')).text(), /31\/12\/2026|01\/01\/2027/);
});

test('a demoted person is signed out at once, and may do no more than their new role', async (t) => {
  const world = await startWorld({ desk: true });
  t.after(() => world.stop());
  const supervisor = demoStaff('supervisor');
  const client = new DeskClient(world);
  await client.signIn(supervisor);
  assert.equal((await client.get('/desk/shift')).status, 200);
  const { name, signIn, number, phone } = supervisor;
  await changed(world, {
    kind: 'change',
    id: supervisor.id,
    name,
    signIn,
    number,
    phone,
    role: 'compliance',
    language: 'zh-CN',
  });
  const answer = await client.get('/desk/shift');
  assert.equal(answer.headers.get('location'), '/sign-in?said=ended');
  await client.signIn(supervisor);
  assert.equal((await client.get('/desk/shift')).status, 403);
});

test('a disabled person is signed out at once and does not get in, with the same words as for a wrong password', async (t) => {
  const world = await startWorld({ desk: true });
  t.after(() => world.stop());
  const agent = demoStaff('agent');
  const client = new DeskClient(world);
  await client.signIn(agent);
  await changed(world, { kind: 'disable', id: agent.id });
  assert.equal((await client.get('/desk/sessions')).headers.get('location'), '/sign-in?said=ended');
  const right = await client.post('/sign-in', { name: agent.signIn, password: agent.password });
  const wrong = await client.post('/sign-in', { name: agent.signIn, password: 'not the right one' });
  assert.equal(await right.text(), await wrong.text());
});

test('a new link takes the old password and app away', async (t) => {
  const world = await startWorld({ desk: true });
  t.after(() => world.stop());
  const agent = demoStaff('agent');
  assert.match(await changed(world, { kind: 'reset', id: agent.id }), /\/sign-in\/link#/);
  assert.equal(
    (await new DeskClient(world).signIn(agent)).headers.get('location'),
    '/sign-in?said=ended&language=en-US',
  );
});

test('what is wrong with a request is said, and nothing is changed', async (t) => {
  const world = await startWorld({ desk: true });
  t.after(() => world.stop());
  const thu = new DeskClient(world);
  await thu.signIn(demoStaff({ signIn: 'pham.thu' }));
  for (const [form, words] of [
    [{ ...MAI, number: '12' }, /Mã số có 4 chữ số/],
    [{ ...MAI, signIn: 'lin.yue' }, /Người khác đã dùng tên đăng nhập này/],
    [{ ...MAI, name: '<b>Mai</b>' }, /Tên có tối đa 64 ký tự/],
    [{ kind: 'disable', id: 'nobody' }, /Yêu cầu không còn nữa/],
    [{ kind: 'anything' }, /Yêu cầu không còn nữa/],
  ] as const) {
    const answer = await thu.post('/desk/staff/request', form);
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), words);
  }
  assert.deepEqual(await world.knex('staff_changes'), []);
});

test('an administrator ends a session of somebody, who is out at once', async (t) => {
  const world = await startWorld({ desk: true });
  t.after(() => world.stop());
  const [agent, thu] = [new DeskClient(world), new DeskClient(world)];
  await agent.signIn(demoStaff('agent'));
  await thu.signIn(demoStaff({ signIn: 'pham.thu' }));
  const { id } = demoStaff('agent');
  const page = await (await thu.get(`/desk/staff/person?id=${id}`)).text();
  const [, session = ''] = /name="session" value="([^"]+)"/.exec(page) ?? [];
  await thu.post('/desk/staff/person/end-session', { id, session });
  assert.equal((await agent.get('/desk/shift')).headers.get('location'), '/sign-in?said=ended');
});

test('an expired qualification ends no session and no shift, and says so where it counts', async (t) => {
  const world = await startWorld({ desk: true });
  t.after(() => world.stop());
  const agent = demoStaff('agent');
  await world
    .knex('staff_accounts')
    .where({ id: agent.id })
    .update({ qualified_until: world.clock.now() + HOUR });
  const client = new DeskClient(world);
  await client.signIn(agent);
  assert.match(await (await client.get('/desk/shift')).text(), /请安排考核/);
  world.clock.advance(10 * MINUTE);
  await client.get('/desk/shift');
  world.clock.set(world.clock.now() + 50 * MINUTE - 1);
  await client.signIn(agent);
  world.clock.advance(MINUTE);
  assert.match(await (await client.get('/desk/shift')).text(), /您目前没有上岗资格/);
});

test('what the command line proposes is approved by two people who read the same digest, and by nobody else', async (t) => {
  const world = await startWorld({ desk: true });
  t.after(() => world.stop());
  const parts = { transactions: transactionsOn(world.knex), random: seededRandom('proposals') };
  const digest = `${'1'.repeat(58)}abc123`;
  const facts = ['customers.csv, mode insert', '<b>2</b> to add'];
  const stand = () =>
    standForProposal(parts, { kind: 'enrol', digest, facts, proposer: 'operator' }, world.clock.now());
  assert.equal((await stand()).kind, 'waits');
  const [proposal] = await standingProposals(world.knex, world.clock.now());
  const form = { proposal: proposal?.id ?? '', decision: 'approved', check: 'abc123' };
  const [thu, supervisor, reader, agent] = [0, 1, 2, 3].map(() => new DeskClient(world));
  assert.ok(thu && supervisor && reader && agent);
  await thu.signIn(demoStaff({ signIn: 'pham.thu' }));
  await supervisor.signIn(demoStaff('supervisor'));
  await reader.signIn(demoStaff('compliance'));
  await agent.signIn(demoStaff('agent'));
  const page = await (await thu.get('/desk/proposals')).text();
  assert.match(page, /&lt;b&gt;2&lt;\/b&gt; to add/);
  assert.match(page, /name="check"/);
  assert.ok(!page.toLowerCase().includes('abc123'), 'the check is read from the terminal, not from the page');
  assert.doesNotMatch(await (await reader.get('/desk/proposals')).text(), /name="decision"/);
  assert.equal((await agent.get('/desk/proposals')).status, 403);
  for (const client of [reader, agent])
    assert.equal((await client.post('/desk/proposals/decide', form)).status, 403);
  const wrong = await thu.post('/desk/proposals/decide', { ...form, check: '000000' });
  assert.equal(wrong.status, 400);
  const done = await thu.post('/desk/proposals/decide', form);
  assert.equal(done.headers.get('location'), '/desk/proposals?said=approved');
  assert.equal((await thu.post('/desk/proposals/decide', form)).status, 400, 'not twice');
  assert.match(await (await supervisor.get('/desk/proposals')).text(), /Phạm Thu/);
  await supervisor.post('/desk/proposals/decide', form);
  assert.equal((await stand()).kind, 'approved');
});
