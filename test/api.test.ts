import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entriesOf } from '../src/ledger/ledger.store.ts';
import { MINUTE } from '../src/platform/clock.ts';
import { SESSION_IDLE_MILLISECONDS } from '../src/staff/sessions.store.ts';
import { type ApiAnswer, descriptionOf, programIn, programOf } from './support/api.ts';
import { worldOf } from './support/callers.ts';
import { DeskClient, demoStaff } from './support/desk.ts';
import { expectNoCanary } from './support/desk-canaries.ts';
import { deskTalk } from './support/desk-talk.ts';
import { ADMINISTRATORS } from './support/staff.ts';

const AGENT = demoStaff('agent');

/** A member of an answer that is an object. */
function within({ body }: Pick<ApiAnswer, 'body'>, name: string): { readonly [member: string]: unknown } {
  const found = body[name];
  assert.ok(typeof found === 'object' && found !== null, `${name} in ${JSON.stringify(body)}`);
  return found as { readonly [member: string]: unknown };
}

const reasonOf = ({ status, body }: ApiAnswer) => [status, body.reason];

test('a call from its offer to its outcome by a program alone: the same states, refusals and record, and nothing that was keyed', async (t) => {
  const talk = await deskTalk(t);
  const { program } = await programOf(talk.world, talk.agent);
  const shown: string[] = [];
  const desk = async () => {
    const answer = await program.get('/api/desk');
    shown.push(JSON.stringify(answer.body));
    return answer;
  };
  assert.equal((await program.post('/api/desk/ready')).status, 204);
  assert.equal(within(await desk(), 'presence').state, 'ready');
  const { body: idle } = await desk();
  assert.equal((await program.get(`/api/desk?mark=${idle.mark}`)).status, 204, 'nothing has changed');
  await talk.waits();
  await talk.comesTo('offered');
  const offered = await program.get(`/api/desk?mark=${idle.mark}`);
  const offer = within(offered, 'offer');
  assert.deepEqual(
    [within({ body: offer }, 'why').reason, within({ body: offer }, 'why').says],
    ['caller_asked', 'Asked for a person'],
  );
  assert.ok(!JSON.stringify(offered.body).includes('Chan'), 'no name before the call is taken');
  const at = `/api/handoffs/${offer.handoff}`;
  assert.equal((await program.post(`${at}/take`)).status, 204);
  assert.deepEqual(
    reasonOf(await program.post(`${at}/take`)),
    [403, 'not_yours'],
    'sent again, not done again',
  );
  await talk.comesTo('talking');
  const call = within(await desk(), 'call');
  assert.equal(within({ body: call }, 'claimed').addressed, 'Ms Chan');
  assert.equal(call.level, 'L1');
  assert.equal((await program.post(`${at}/hold`)).status, 204);
  await talk.work();
  assert.equal(within(await desk(), 'call').state, 'held');
  assert.equal((await program.post(`${at}/unhold`)).status, 204);
  await talk.work();
  await talk.comesTo('talking');
  const saved = await program.put(`${at}/notes`, { body: 'asks for a branch', version: 0 });
  assert.deepEqual(saved.body, { version: 1 });
  assert.deepEqual(reasonOf(await program.put(`${at}/notes`, { body: 'other', version: 0 })), [
    ...[409, 'notes_changed'],
  ]);
  assert.deepEqual(reasonOf(await program.put(`${at}/notes`, { body: 'PIN 493 172', version: 1 })), [
    ...[422, 'digits_in_notes'],
  ]);
  assert.equal((await program.post(`${at}/key`, { what: 'transaction_pin' })).status, 204);
  await talk.comesTo('keying');
  assert.deepEqual(reasonOf(await program.post(`${at}/hold`)), [409, 'not_now']);
  assert.equal(within({ body: within(await desk(), 'call') }, 'keying').what, 'transaction_pin');
  assert.equal((await program.post(`${at}/take-back`)).status, 204);
  await talk.comesTo('talking');
  assert.equal((await program.post(`${at}/end`)).status, 204);
  await talk.comesTo('wrap_up');
  await desk();
  assert.equal((await program.post(`${at}/wrap-up`, { outcome: 'sent_to_branch' })).status, 204);
  assert.equal((await desk()).body.call, null);
  const [taken] = (await program.get('/api/calls')).body.calls as readonly { end: string }[];
  assert.equal(taken?.end, 'sent_to_branch');
  expectNoCanary(shown.join('\n'));
  for (const secret of talk.secrets()) assert.ok(!shown.join('\n').includes(secret));
});

test('the key of a program: shown once, kept as a digest, good for the API alone, and over with the session it was made in', async (t) => {
  const world = await worldOf(t, { desk: true });
  const { program, browser } = await programOf(world, AGENT);
  const me = await program.get('/api/me');
  assert.deepEqual([me.body.name, me.body.role], [AGENT.name, 'agent']);
  assert.deepEqual(within(me, 'session').program, 'CRM');
  const rows = JSON.stringify(await world.knex('staff_sessions'));
  assert.ok(!rows.includes(program.key), 'the digest alone is kept');
  const asCookie = new DeskClient(world);
  asCookie.cookies.set('__Host-desk', program.key);
  assert.equal((await asCookie.get('/desk/shift')).status, 303, 'the key opens no page');
  const cookie = browser.cookies.get('__Host-desk') ?? '';
  const bare = (headers: Readonly<Record<string, string>>) =>
    program.send('GET', '/api/me', undefined, headers);
  for (const headers of [
    {},
    { authorization: `Bearer ${cookie}` },
    { cookie: `__Host-desk=${cookie}` },
    { authorization: program.key },
    { authorization: `Basic ${program.key}` },
  ] as readonly Readonly<Record<string, string>>[])
    assert.deepEqual(
      reasonOf(await bare(headers)),
      [401, 'not_signed_in'],
      JSON.stringify(Object.keys(headers)),
    );
  assert.equal((await program.send('GET', `/api/me?key=${program.key}`, undefined, {})).status, 401);
  const listed = (await program.get('/api/sessions')).body.sessions as readonly { program: string | null }[];
  assert.deepEqual(listed.map((one) => one.program).toSorted(), ['CRM', null]);
  await browser.post('/sign-out', {});
  assert.equal((await program.get('/api/me')).status, 401, 'signed out at the desk');
  const stream = { kind: 'session' as const, id: String(within(me, 'session').id) };
  assert.deepEqual(
    (await entriesOf(world.knex, stream)).map(({ type, data }) => [type, data.why]),
    [
      ['session.begun', undefined],
      ['session.ended', 'signed_out'],
    ],
  );
});

test('a program that only asks keeps no session, one that acts does; an administrator ends it, and a change of role', async (t) => {
  const world = await worldOf(t, { desk: true });
  const { program, browser } = await programOf(world, AGENT);
  const step = SESSION_IDLE_MILLISECONDS - MINUTE;
  const quiet = await programIn(world, browser, 'Wallboard');
  for (let round = 0; round < 3; round++) {
    world.clock.advance(step / 3);
    assert.equal((await quiet.get('/api/desk')).status, 409, 'calls are taken elsewhere in this world');
  }
  assert.equal((await program.post('/api/shift', { step: 'begin' })).status, 204);
  world.clock.advance(2 * MINUTE);
  assert.equal((await quiet.get('/api/me')).status, 401, 'nobody was there');
  assert.equal((await program.get('/api/me')).status, 200);
  const administrator = (await programOf(world, demoStaff('administrator'))).program;
  const person = await administrator.get(`/api/staff/${AGENT.id}`);
  const [session] = (person.body.sessions as readonly { id: string; program: string | null }[]).filter(
    (one) => one.program === 'CRM',
  );
  assert.ok(session);
  const end = `/api/staff/${AGENT.id}/sessions/${session.id}/end`;
  assert.equal((await administrator.post(end)).status, 204);
  assert.deepEqual(reasonOf(await administrator.post(end)), [404, 'unknown_session']);
  assert.equal((await program.get('/api/me')).status, 401);
});

test('two administrators by the API: one asks, the other decides, nobody about themselves', async (t) => {
  const world = await worldOf(t, { desk: true });
  await world.knex('staff_accounts').update({ language: 'en-US' });
  const [first, second] = ADMINISTRATORS;
  assert.ok(first && second);
  const one = (await programOf(world, first)).program;
  const other = (await programOf(world, second)).program;
  const mai = {
    ...{ signIn: 'do.mai', name: 'Đỗ Mai', role: 'agent', number: '4855', phone: '+842873000100' },
    ...{ languages: ['vi-VN'], qualifiedUntil: '2027-01-01T00:00:00Z' },
  };
  const asked = await one.post('/api/staff-changes', { kind: 'add', profile: mai });
  assert.equal(asked.status, 200);
  const decide = `/api/staff-changes/${asked.body.id}/decide`;
  assert.deepEqual(reasonOf(await one.post(decide, { decision: 'approved' })), [403, 'own_request']);
  const approved = await other.post(decide, { decision: 'approved' });
  assert.match(String(approved.body.link), /^[A-Za-z0-9_-]{43}$/);
  const { body } = await other.get('/api/staff');
  const people = body.people as readonly { profile: { signIn: string; qualifiedUntil: string } }[];
  const added = people.find(({ profile }) => profile.signIn === 'do.mai');
  assert.equal(added?.profile.qualifiedUntil, '2027-01-01T00:00:00.000Z');
  const bad = await one.post('/api/staff-changes', {
    kind: 'add',
    profile: { ...mai, number: '0', signIn: 'x y' },
  });
  assert.deepEqual(reasonOf(bad), [422, 'sign_in_unfit']);
});

test('what the description does not have is refused with its place, in one shape, and too much is not read', async (t) => {
  const world = await worldOf(t, { desk: true });
  const { program } = await programOf(world, AGENT);
  const { document } = await descriptionOf(world);
  assert.equal(document.openapi, '3.1.0');
  const odd = await program.post('/api/shift', { step: 'fly', secret: '493172' });
  assert.deepEqual(reasonOf(odd), [400, 'invalid_request']);
  assert.deepEqual(
    (odd.body.problems as readonly { at: string }[]).map(({ at }) => at),
    ['body.step', 'body'],
  );
  assert.ok(!JSON.stringify(odd.body).includes('493172'), 'what was sent is not sent back');
  for (const body of ['{', 'null', '[]', '"x"', '{"__proto__":{"step":"begin"}}'])
    assert.equal((await program.send('POST', '/api/shift', body)).status, 400, body);
  assert.equal((await program.post('/api/shift')).status, 400);
  assert.equal((await program.get('/api/desk?since=1')).status, 400);
  assert.equal((await program.get('/api/customers/..%2f..')).status, 400);
  const large = await program.post('/api/shift', { step: 'x'.repeat(17_000) });
  assert.deepEqual(reasonOf(large), [413, 'too_large']);
  const form = await program.send('POST', '/api/shift', 'step=begin', {
    ...{ authorization: `Bearer ${program.key}`, 'content-type': 'application/x-www-form-urlencoded' },
  });
  assert.deepEqual(reasonOf(form), [415, 'unsupported_media_type']);
  assert.deepEqual(reasonOf(await program.get('/api/none')), [404, 'not_found']);
  assert.deepEqual(reasonOf(await program.send('DELETE', '/api/shift')), [405, 'method_not_allowed']);
});
