import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeskClient } from './support/desk.ts';
import { type DeskTalk, deskTalk } from './support/desk-talk.ts';

/** The slowest of a busy machine's events; what is wanted of a page is 300 ms (measured: see docs/testing.md). */
const MOST_MILLISECONDS = 3_000;

/** An agent's page without a browser: reads its stream. */
async function reading(talk: DeskTalk) {
  const client = new DeskClient(talk.world);
  await client.signIn(talk.agent);
  const document = await (await client.get('/desk')).text();
  const address = /hx-sse:connect="([^"]+)"/.exec(document)?.[1] ?? '';
  const response = await client.get(address);
  const reader = response.body?.getReader();
  assert.ok(reader);
  const decoder = new TextDecoder();
  let text = '';
  return {
    client,
    page: /page=([\w-]+)/.exec(address)?.[1] ?? '',
    end: () => reader.cancel(),
    /** Reads on until the text has come, and forgets what was before it. */
    async until(wanted: string): Promise<void> {
      while (!text.includes(wanted)) text += decoder.decode((await reader.read()).value, { stream: true });
      text = text.slice(text.indexOf(wanted) + wanted.length);
    },
  };
}

test('an offer is on the page soon after it was made, without anybody asking', async (t) => {
  const talk = await deskTalk(t);
  const page = await reading(talk);
  await page.until('event: beat');
  await page.client.post('/desk/do', { click: 'ready' });
  await page.until('Take a break');
  await talk.waits();
  const from = performance.now();
  const work = talk.comesTo('offered');
  await page.until('data-offer');
  const milliseconds = performance.now() - from;
  await work;
  assert.ok(milliseconds < MOST_MILLISECONDS, String(milliseconds));
  await page.end();
});

test('only the newest page that answers its beat is somebody being there, and an empty chair keeps no session', async (t) => {
  const talk = await deskTalk(t);
  const { knex, clock } = talk.world;
  const first = await reading(talk);
  await first.client.post('/desk/do', { click: 'ready' });
  const seen = async () => (await knex('desk_presence').first('seen_at')).seen_at;
  const active = async () => (await knex('staff_sessions').whereNull('ended_at').first('seen_at')).seen_at;
  const [seenBefore, activeBefore] = [await seen(), await active()];
  clock.advance(60_000);
  assert.equal((await first.client.post('/desk/here', { page: 'another', active: '1' })).status, 409);
  assert.equal(await seen(), seenBefore);
  assert.equal((await first.client.post('/desk/here', { page: first.page, active: '0' })).status, 204);
  assert.equal(await seen(), clock.now());
  assert.equal(await active(), activeBefore, 'nobody moved');
  assert.equal((await first.client.post('/desk/here', { page: first.page, active: '1' })).status, 204);
  assert.equal(await active(), clock.now());
  await first.end();
});

test('what a page of ours never sends is refused, and so is what others send', async (t) => {
  const talk = await deskTalk(t);
  const { client, end } = await reading(talk);
  for (const form of [
    { click: 'toString' },
    { click: 'decline', value: 'because' },
    { click: 'key', handoff: 'none', value: 'everything' },
  ])
    assert.match(await (await client.post('/desk/do', form)).text(), /cannot be done at this moment/);
  const strange = await client.post('/desk/do', { click: 'ready' }, { 'sec-fetch-site': 'cross-site' });
  assert.equal(strange.status, 403);
  assert.equal(
    (await new DeskClient(talk.world).get('/desk/live?page=x', { 'hx-request': 'true' })).status,
    401,
  );
  await end();
});
