import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ApiRoute } from '../src/api/api-route.service.ts';
import { API_ROUTES } from '../src/api/api-routes.ts';
import { CLICK_NAMES } from '../src/console/desk/clicks.service.ts';
import type { PageRoute } from '../src/console/page.ts';
import { DESK_PAGES } from '../src/console/pages.ts';
import type { Words } from '../src/console/words/words.ts';
import { readWords } from '../src/console/words/words-files.service.ts';
import { entriesOf } from '../src/ledger/ledger.store.ts';
import { may, STAFF_ACTIONS, type StaffAction, type StaffRefusal } from '../src/staff/permissions.ts';
import { STAFF_ROLES, type StaffRole } from '../src/staff/roles.ts';
import { programOf } from './support/api.ts';
import { callerWhoFailed } from './support/callers.ts';
import { DeskClient, demoStaff } from './support/desk.ts';
import { demoCustomer, startWorld, type World } from './support/world.ts';

let world: World;
/** A caller who failed and waits in the queue of senior agents. */
let handoff: string;
let words: Words;
before(async () => {
  const callControl = { carryOut: async () => ({ kind: 'done' as const }) };
  world = await startWorld({ desk: true, callControl });
  await world.knex('staff_accounts').update({ language: 'en-US' });
  const read = await readWords(world.config.files.locales);
  assert.ok(read.ok);
  words = read.words['en-US'];
  await callerWhoFailed(
    world,
    demoCustomer(({ id }) => id === 'demo-01'),
    { intent: 'transfer' },
  );
  const [row] = await world.knex('desk_handoffs').select('id', 'queue');
  assert.equal(row.queue, 'verification');
  handoff = row.id;
});
after(() => world.stop());

/** Actions that neither a page nor a program reaches, each with the reason. One that gets a way in has to go from here. */
const NO_WAY_IN: { readonly [action in StaffAction]?: string } = {
  'action.tier_1': 'orders by staff are not there yet',
  'action.tier_2': 'orders by staff are not there yet',
  'approval.request': 'approvals are not there yet',
  'approval.decide': 'approvals are not there yet',
  'break_glass.decide': 'approvals are not there yet',
  'call.sample': 'recordings are listened to at the carrier',
  'work.end_stuck': 'stuck work is ended by the command line',
  'record.read': 'the record is read by the command line: `hotline audit`',
};

/** What people can do on a page and programs cannot, each with the reason. */
const PEOPLE_ALONE: { readonly [twin: string]: string } = {
  'GET /desk/live': 'a stream of markup; programs ask GET /api/desk with its mark',
  'GET /desk/board/live': 'a stream of markup; programs ask GET /api/board',
  'POST /desk/do': 'carries the clicks, each of which has a route',
  'POST /desk/settings': 'how somebody’s own pages look',
  'POST /desk/proposals/decide': 'two people stand for it, each in person',
  'POST /desk/sessions/program': 'makes the key of a program: by its owner, in person',
};

const TWINS = new Map(API_ROUTES.flatMap((route) => (route.twin ? [[route.twin, route] as const] : [])));

/** Every way in on pages, as twins are named, with the action the page itself asks for. */
const ON_PAGES = DESK_PAGES.flatMap((page) => [
  { twin: `GET ${page.path}`, method: 'get' as const, path: page.path, action: page.permission },
  ...(page.routes ?? []).map(({ method, path, permission = page.permission }: PageRoute) => ({
    ...{ twin: `${method.toUpperCase()} ${path}`, method, path, action: permission as StaffAction },
  })),
]);

/** What only the table answers. */
const TABLE_REASONS = new Set(['not_your_work', 'beyond_tier', 'duties_separated', 'qualification_ended']);
const HOW = 'src/api/api-routes.ts says how to add a route';

test('what people can do, programs can do as well, or it says why not', () => {
  for (const { twin } of ON_PAGES) {
    const missing = `${twin} has no route of the API and stands in PEOPLE_ALONE with no reason; ${HOW}`;
    assert.ok(TWINS.has(twin) !== Object.hasOwn(PEOPLE_ALONE, twin), missing);
  }
  for (const click of CLICK_NAMES)
    assert.ok(TWINS.has(`click ${click}`), `the click ${click} has no route of the API; ${HOW}`);
  const known = new Set([...ON_PAGES.map(({ twin }) => twin), ...CLICK_NAMES.map((name) => `click ${name}`)]);
  for (const twin of [...TWINS.keys(), ...Object.keys(PEOPLE_ALONE)])
    assert.ok(known.has(twin), `${twin} is no way in on any page`);
});

test('every action of the table has a way in on a page or for programs, or it says why not', () => {
  const reached = new Set<StaffAction>([
    ...ON_PAGES.map(({ action }) => action),
    ...API_ROUTES.flatMap(({ permission, alsoAsks = [] }) => [permission, ...alsoAsks]),
  ]);
  for (const action of STAFF_ACTIONS) {
    const isListed = Object.hasOwn(NO_WAY_IN, action);
    if (reached.has(action)) assert.ok(!isListed, `${action} has a way in now: take it from NO_WAY_IN`);
    else assert.ok(isListed, `${action} has neither page nor route, and no reason in NO_WAY_IN; ${HOW}`);
  }
});

/** A body that the route reads, by its click or its id; a route that takes one and is not here fails. */
const BODIES: { readonly [id: string]: object } = {
  stepShift: { step: 'resume' },
  sayHere: { active: false },
  declineHandoff: { why: 'other' },
  keyHandoff: { what: 'query_pin' },
  transferQueueHandoff: { queue: 'service' },
  transferPersonHandoff: { person: 'nobody' },
  wrapUpHandoff: { outcome: 'other' },
  saveNotes: { body: 'x', version: 0 },
  closeCase: { outcome: 'needless' },
  requestStaffChange: { kind: 'disable', staffId: 'nobody' },
  decideStaffChange: { decision: 'refused' },
};

/** What the table says for a role today: undefined for allowed. */
function refusalOf(role: StaffRole, action: StaffAction): string | undefined {
  const asked = may({ role, qualifiedUntil: world.clock.now() + 1 }, action, world.clock.now());
  return asked.kind === 'refused' ? asked.reason : undefined;
}

const addressOf = ({ path }: ApiRoute) => path.replace('{handoff}', handoff).replaceAll(/\{\w+\}/g, 'none');

/** What comes of a click on a call of the restricted queue: the first refusal of what is asked. */
function clickRefusal(role: StaffRole, { permission, alsoAsks = [] }: ApiRoute): string | undefined {
  const asked = [permission, ...alsoAsks].map((action) => refusalOf(role, action));
  return asked.find((reason) => reason !== undefined);
}

for (const role of STAFF_ROLES)
  test(`${role}: every route of the API is allowed or refused with the table's own reason, and the attempt is recorded`, async () => {
    const { program } = await programOf(world, demoStaff(role));
    const { body: me } = await program.get('/api/me');
    const stream = { kind: 'session' as const, id: (me.session as { id: string }).id };
    const refusals = async () =>
      (await entriesOf(world.knex, stream)).filter(({ type }) => type === 'staff.refused');
    for (const route of API_ROUTES) {
      const { id, method, permission, body } = route;
      assert.equal(body !== undefined, Object.hasOwn(BODIES, id), `BODIES has what ${id} reads`);
      const before = (await refusals()).length;
      const answer = await program.send(method.toUpperCase(), addressOf(route), BODIES[id]);
      const expected = refusalOf(role, permission) ?? clickRefusal(role, route);
      const recorded = (await refusals()).slice(before).map(({ data }) => [data.command, data.reason]);
      if (expected === undefined) {
        assert.ok(![401, 400, 503].includes(answer.status), `${id}: ${answer.status}`);
        assert.ok(!TABLE_REASONS.has(String(answer.body.reason)), `${id}: ${answer.body.reason}`);
        assert.deepEqual(recorded, [], id);
        continue;
      }
      assert.deepEqual([answer.status, answer.body.reason], [403, expected], id);
      // What the use case refuses about a call stands in the record of that call.
      const atTheDoor = refusalOf(role, permission) !== undefined;
      assert.deepEqual(recorded, atTheDoor ? [[permission, expected]] : [], id);
    }
    const permissions = me.permissions as readonly { action: StaffAction; refused: string | null }[];
    assert.deepEqual(
      permissions.map(({ action, refused }) => [action, refused ?? undefined]),
      STAFF_ACTIONS.map((action) => [action, refusalOf(role, action)]),
    );
  });

for (const role of STAFF_ROLES)
  test(`${role}: every page is allowed or refused with the table's own reason, and so is every click on a call`, async () => {
    const browser = new DeskClient(world);
    await browser.signIn(demoStaff(role));
    for (const { twin, method, path, action } of ON_PAGES) {
      const answer = await (method === 'get' ? browser.get(path) : browser.post(path, {}));
      const expected = refusalOf(role, action);
      const isRefused = answer.status === 403;
      // Who has no calls is shown the page they have instead of the desk.
      if (twin === 'GET /desk' && expected) assert.equal(answer.status, 303);
      else assert.equal(isRefused, expected !== undefined, `${twin}: ${answer.status}`);
      if (isRefused)
        assert.ok((await answer.text()).includes(saidOf('refused', expected)), `${twin} says ${expected}`);
      else await answer.body?.cancel();
    }
    for (const click of CLICK_NAMES) {
      const route = TWINS.get(`click ${click}`);
      assert.ok(route, click);
      const chosen = Object.values(BODIES[route.id] ?? {})[0] ?? '';
      const answer = await browser.post('/desk/do', { click, handoff, value: String(chosen) });
      const page = refusalOf(role, 'desk.open');
      const expected = page ?? clickRefusal(role, route);
      const said = await answer.text();
      assert.equal(answer.status, page === undefined ? 200 : 403, click);
      const refused = [...TABLE_REASONS].filter((reason) => said.includes(saidOf('desk.refused', reason)));
      assert.equal(refused.length > 0, expected !== undefined, `${click}: ${said}`);
      if (expected !== undefined)
        assert.ok(said.includes(saidOf('desk.refused', expected)), `${click} says ${expected}: ${said}`);
    }
  });

/** The words of a reason, as pages or as clicks say them. */
function saidOf(where: 'refused' | 'desk.refused', reason: string | undefined): string {
  assert.ok(TABLE_REASONS.has(String(reason)), `${reason} is a reason of the table`);
  return words(`${where}.${reason as StaffRefusal}`);
}
