import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PageRoute } from '../src/console/page.ts';
import { DESK_PAGES } from '../src/console/pages.ts';
import { entriesOf } from '../src/ledger/ledger.store.ts';
import { endOfCalendarDay } from '../src/platform/clock.ts';
import { may, STAFF_ACTIONS, type StaffAction } from '../src/staff/permissions.ts';
import { STAFF_ROLES } from '../src/staff/roles.ts';
import { sessionsOf } from '../src/staff/sessions.store.ts';
import { DeskClient, demoStaff } from './support/desk.ts';
import { startWorld, type World } from './support/world.ts';

let world: World;
before(async () => {
  world = await startWorld({ desk: true });
});
after(() => world.stop());

/** Everything a page can be asked for, with what it takes. */
const ADDRESSES = DESK_PAGES.flatMap((page) => [
  { method: 'get' as const, path: page.path, action: page.permission },
  ...(page.routes ?? []).map(({ method, path, permission = page.permission }: PageRoute) => ({
    ...{ method, path, action: permission as StaffAction },
  })),
]);

test('every address of the desk is a page of its own below /desk, and asks for something of the table', () => {
  const addresses = ADDRESSES.map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(addresses, [...new Set(addresses)]);
  for (const { path, action } of ADDRESSES) {
    assert.match(path, /^\/desk(?:\/[a-z/-]+)?$/);
    assert.ok(STAFF_ACTIONS.includes(action), action);
  }
});

test('a person who is not signed in gets to no page of the desk, and nothing they send is looked at', async () => {
  for (const { method, path } of ADDRESSES) {
    const stranger = new DeskClient(world);
    const answer = await (method === 'get' ? stranger.get(path) : stranger.post(path, { a: 'b' }));
    assert.equal(answer.status, 303, path);
    assert.equal(answer.headers.get('location'), '/sign-in', path);
  }
});

for (const role of STAFF_ROLES)
  test(`${role}: every address of the desk is allowed or refused as the table says`, async () => {
    const client = new DeskClient(world);
    await client.signIn(demoStaff(role));
    const [session] = await sessionsOf(world.knex, demoStaff(role).id, world.clock.now());
    assert.ok(session, 'somebody is signed in');
    const qualifiedUntil = world.clock.now() + 1;
    for (const { method, path, action } of ADDRESSES) {
      const before = await refusals(session.id);
      const answer = await (method === 'get' ? client.get(path) : client.post(path, {}));
      const permission = may({ role, qualifiedUntil }, action, world.clock.now());
      if (permission.kind === 'allowed') {
        assert.ok([200, 303, 400].includes(answer.status), `${method} ${path}: ${answer.status}`);
        assert.ok(!answer.headers.get('location')?.startsWith('/sign-in'), path);
        assert.deepEqual(await refusals(session.id), before);
        continue;
      }
      if (path === '/desk' && answer.status === 303) {
        // A person without calls is shown the page they have instead.
        assert.match(answer.headers.get('location') ?? '', /^\/desk\/./);
        continue;
      }
      assert.equal(answer.status, 403, `${method} ${path}`);
      const [recorded] = (await refusals(session.id)).slice(before.length);
      assert.deepEqual(
        [recorded?.command, recorded?.reason, recorded?.role],
        [action, permission.reason, role],
        path,
      );
    }
  });

/** Attempts beyond authority that a session's stream has, oldest first (R10.2). */
async function refusals(session: string) {
  const entries = await entriesOf(world.knex, { kind: 'session', id: session });
  return entries.filter(({ type }) => type === 'staff.refused').map(({ data }) => data);
}

test('the last day of a qualification is that day on its owner’s page as well', async () => {
  const member = demoStaff('agent');
  // As the administrator’s form stores a day.
  const qualified_until = endOfCalendarDay('2027-06-30', 'Asia/Shanghai') + 1;
  await world.knex('staff_accounts').where({ id: member.id }).update({ language: 'en-US', qualified_until });
  const client = new DeskClient(world);
  await client.signIn(member);
  const page = await (await client.get('/desk/shift')).text();
  assert.match(page, /qualified to take calls until 06\/30\/2027/);
});
