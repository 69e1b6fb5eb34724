import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { entriesOf } from '../src/ledger/ledger.store.ts';
import { SYSTEM_STREAM } from '../src/ledger/stream.ts';
import { HOUR, MINUTE } from '../src/platform/clock.ts';
import { sessionsOf } from '../src/staff/sessions.store.ts';
import { totpCode } from '../src/staff/totp.ts';
import { DeskClient, demoStaff } from './support/desk.ts';
import { startWorld, type World } from './support/world.ts';

let world: World;
before(async () => {
  world = await startWorld({ desk: true });
});
after(() => world.stop());

const agent = demoStaff('agent');
const SESSION = '__Host-desk';

/** Whether somebody is let in to their own sessions. */
async function isIn(client: DeskClient): Promise<boolean> {
  return (await client.get('/desk/sessions')).status === 200;
}

test('password and code let somebody in, in their own language, and the session stands in the record', async () => {
  const client = new DeskClient(world);
  const answer = await client.signIn(agent);
  assert.deepEqual([answer.status, answer.headers.get('location')], [303, '/desk']);
  const page = await client.get('/desk/sessions');
  assert.match(await page.text(), /<html lang="zh-CN"/);
  const [session] = await sessionsOf(world.knex, agent.id, world.clock.now());
  const [entry] = await entriesOf(world.knex, { kind: 'session', id: session?.id ?? '' });
  assert.deepEqual(
    [entry?.type, entry?.data],
    ['session.begun', { staffId: agent.id, person: agent.name, role: 'agent' }],
  );
  const stored = JSON.stringify(await world.knex('staff_sessions'));
  assert.ok(!stored.includes(client.cookies.get(SESSION) ?? ''), 'the token itself is nowhere');
});

test('the password alone opens nothing, and neither does the waiting token as a session', async () => {
  const client = new DeskClient(world);
  await client.post('/sign-in', { name: agent.signIn, password: agent.password });
  assert.equal(await isIn(client), false);
  client.cookies.set(SESSION, client.cookies.get('__Host-desk-sign-in') ?? '');
  assert.equal(await isIn(client), false);
});

test('a code works once, in this browser and in any other', async () => {
  const [first, second] = [new DeskClient(world), new DeskClient(world)];
  await first.signIn(agent);
  await second.post('/sign-in', { name: agent.signIn, password: agent.password });
  const again = await second.post('/sign-in/code', { code: totpCode(agent.totpSecret, world.clock.now()) });
  assert.equal(again.status, 403);
  assert.equal(await isIn(second), false);
});

test('of two browsers that send one code at once, one gets in', async () => {
  world.clock.advance(MINUTE);
  const clients = [new DeskClient(world), new DeskClient(world)];
  for (const client of clients)
    await client.post('/sign-in', { name: agent.signIn, password: agent.password });
  const code = totpCode(agent.totpSecret, world.clock.now());
  const answers = await Promise.all(clients.map((client) => client.post('/sign-in/code', { code })));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 403]);
});

describe('a session ends', () => {
  test('after 15 minutes without use, and not before', async () => {
    const client = new DeskClient(world);
    await client.signIn(agent);
    world.clock.advance(14 * MINUTE);
    assert.equal(await isIn(client), true);
    world.clock.advance(14 * MINUTE);
    assert.equal(await isIn(client), true, 'use begins the time anew');
    world.clock.advance(15 * MINUTE);
    assert.equal(await isIn(client), false);
  });

  test('after 12 hours, however much it is used', async () => {
    const client = new DeskClient(world);
    await client.signIn(agent);
    const end = world.clock.now() + 12 * HOUR;
    for (; world.clock.now() + 10 * MINUTE < end; world.clock.advance(10 * MINUTE))
      assert.equal(await isIn(client), true);
    world.clock.set(end);
    assert.equal(await isIn(client), false);
  });

  test('by signing out, which ends it for every copy of the cookie', async () => {
    const client = new DeskClient(world);
    await client.signIn(agent);
    const token = client.cookies.get(SESSION) ?? '';
    const answer = await client.post('/sign-out', {});
    assert.equal(answer.headers.get('location'), '/sign-in?said=out&language=zh-CN');
    client.cookies.set(SESSION, token);
    assert.equal(await isIn(client), false);
  });

  test('by its owner from another browser, and by nobody else', async () => {
    const [here, there, other] = [new DeskClient(world), new DeskClient(world), new DeskClient(world)];
    await there.signIn(agent);
    const [session] = await sessionsOf(world.knex, agent.id, world.clock.now());
    await other.signIn(demoStaff('supervisor'));
    await other.post('/desk/sessions/end', { session: session?.id ?? '' });
    assert.equal(await isIn(there), true);
    await here.signIn(agent);
    await here.post('/desk/sessions/end', { session: session?.id ?? '' });
    assert.equal(await isIn(there), false);
    assert.equal(await isIn(here), true);
    const entries = await entriesOf(world.knex, { kind: 'session', id: session?.id ?? '' });
    assert.deepEqual(entries.at(-1)?.data, { staffId: agent.id, why: 'revoked', approver: agent.name });
  });
});

test('a name nobody has and a wrong password are answered alike, and locked alike', async () => {
  const tries = async (name: string) => {
    const client = new DeskClient(world);
    const answers: string[] = [];
    for (let n = 0; n < 7; n++) {
      const answer = await client.post('/sign-in', { name, password: 'not the right one' });
      answers.push(`${answer.status} ${(await answer.text()).replaceAll(name, 'NAME')}`);
    }
    return answers;
  };
  const known = await tries(demoStaff('compliance').signIn);
  assert.deepEqual(await tries('nobody.here'), known);
  assert.match(known[4] ?? '', /Name or password is not right/);
  assert.match(known[5] ?? '', /Too many tries/);
  const entries = await entriesOf(world.knex, SYSTEM_STREAM);
  const locks = entries.filter(({ type }) => type === 'staff.locked').map(({ data }) => data.staffId);
  assert.deepEqual(locks, [demoStaff('compliance').id], 'of names nobody has nothing is recorded');
});

test('strangers who guess do not keep somebody out of the browser they have signed in with', async () => {
  const member = demoStaff('senior_agent');
  const own = new DeskClient(world);
  await own.signIn(member);
  await own.post('/sign-out', {});
  const stranger = new DeskClient(world);
  for (let hour = 0; hour < 60; hour++) {
    await stranger.post('/sign-in', { name: member.signIn, password: 'not the right one' });
    world.clock.advance(HOUR);
  }
  const right = await stranger.post('/sign-in', { name: member.signIn, password: member.password });
  assert.equal(right.status, 403, 'not even with the right password');
  assert.equal((await own.signIn(member)).headers.get('location'), '/desk');
});

test('a right password is of no use while the tries are spent', async () => {
  const member = demoStaff({ signIn: 'he.lan' });
  const client = new DeskClient(world);
  for (let n = 0; n < 5; n++)
    await client.post('/sign-in', { name: member.signIn, password: 'not the right one' });
  const answer = await client.post('/sign-in', { name: member.signIn, password: member.password });
  assert.equal(answer.status, 403);
  world.clock.advance(16 * MINUTE);
  assert.equal((await client.signIn(member)).headers.get('location'), '/desk');
});

test('a form of another site is refused, with any cookie', async () => {
  const client = new DeskClient(world);
  await client.signIn(agent);
  for (const headers of [
    { origin: 'https://evil.example' },
    { 'sec-fetch-site': 'cross-site', origin: world.url },
    { 'sec-fetch-site': 'same-site', origin: world.url },
    {},
  ])
    assert.equal((await client.post('/desk/settings', { theme: 'dark' }, headers)).status, 403);
  assert.equal((await world.knex('staff_accounts').where({ id: agent.id }).first()).theme, 'system');
});

test('a form larger than 16 KiB, and a body that is no form, are not read', async () => {
  const client = new DeskClient(world);
  await client.signIn(agent);
  assert.equal((await client.post('/desk/settings', { theme: 'x'.repeat(20_000) })).status, 413);
  const other = await client.post(
    '/desk/settings',
    {},
    { origin: world.url, 'content-type': 'application/json' },
  );
  assert.equal(other.status, 303);
});

test('cookies of the desk are for this host, over https, out of reach of scripts', async () => {
  const client = new DeskClient(world);
  world.clock.advance(MINUTE);
  const answer = await client.post('/sign-in', { name: agent.signIn, password: agent.password });
  for (const cookie of answer.headers.getSetCookie())
    assert.match(
      cookie,
      /^__Host-[a-z-]+=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=300$/,
    );
});

test('pages are kept by nobody, load nothing of others, and may stand in no frame', async () => {
  const client = new DeskClient(world);
  for (const path of ['/sign-in', '/sign-in/link', '/desk/nowhere']) {
    const { headers } = await client.get(path);
    assert.equal(headers.get('cache-control'), 'no-store', path);
    assert.match(
      headers.get('content-security-policy') ?? '',
      /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'$/,
    );
    assert.doesNotMatch(headers.get('content-security-policy') ?? '', /unsafe|data:|\*/);
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
  }
});

test('files of pages are kept for ever under an address of their content, and nothing else is served there', async () => {
  const client = new DeskClient(world);
  const page = await (await client.get('/sign-in')).text();
  const addresses = [...page.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
  assert.ok(addresses.length >= 5);
  for (const path of addresses) {
    const answer = await client.get(path);
    assert.equal(answer.status, 200, path);
    assert.match(answer.headers.get('cache-control') ?? '', /immutable/);
    const css = await answer.text();
    if (!path.endsWith('.css')) continue;
    const loaded = [...css.matchAll(/url\(([^)]*)\)/g)].map(([, url = '']) => url);
    assert.ok(loaded.length > 50);
    for (const url of loaded) {
      const file = await client.get(new URL(url, `http://x${path}`).pathname);
      assert.equal(file.status, 200, url);
    }
  }
  const [first = ''] = addresses;
  for (const path of [
    '/assets/',
    '/assets/package.json',
    first.replace(/\/[^/]+$/, '/../../package.json'),
    first.replace(/[0-9a-f]{16}/, '0'.repeat(16)),
  ])
    assert.equal((await client.get(path)).status, 404, path);
});
