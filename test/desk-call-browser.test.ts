import assert from 'node:assert/strict';
import { after, type TestContext } from 'node:test';
import type { Page, Route } from 'playwright-core';
import { LANGUAGES, type Language } from '../src/locales/catalogue.ts';
import { browserTest, closeBrowser, findingsOf, openBrowser, SCREEN, signInOn } from './support/browser.ts';
import { wrongPin } from './support/callers.ts';
import { demoStaff } from './support/desk.ts';
import { cableTo, type DeskTalk, deskTalk } from './support/desk-talk.ts';
import { GRACE } from './support/takeover.ts';

after(closeBrowser);

const COLOURS = ['light', 'dark'] as const;

/** An agent of the demo before a browser, ready for calls. */
async function sitsDown(
  t: TestContext,
): Promise<{ readonly talk: DeskTalk; readonly page: Page; readonly complaints: readonly string[] }> {
  const talk = await deskTalk(t);
  const { page, complaints } = await openBrowser(t, talk.world);
  await signInOn(page, talk.world, talk.agent);
  await page.getByText('I am ready').click();
  await page.getByText('Take a break').waitFor();
  return { talk, page, complaints };
}

/** A caller who failed the PIN is offered, taken by Enter, and talks. */
async function talks(talk: DeskTalk, page: Page): Promise<void> {
  await talk.waits();
  await talk.comesTo('offered');
  await page.locator('.offer').waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('Your phone rings').waitFor();
  await talk.comesTo('talking');
  await isAt(page, 'On call');
}

const isAt = (page: Page, state: string) => page.locator('#chips .chip', { hasText: state }).waitFor();

/** What is on the screen in every language, in turn light and dark: nothing that axe finds, nothing beyond the screen. */
class Look {
  readonly #talk: DeskTalk;
  readonly #page: Page;
  #looks = 0;
  /** All that was ever on the page. */
  seen = '';

  constructor(talk: DeskTalk, page: Page) {
    this.#talk = talk;
    this.#page = page;
  }

  async at(what: string, selector: string): Promise<void> {
    for (const language of LANGUAGES) await this.#in(language, what, selector);
    await this.#draw('en-US', 'light', selector);
  }

  async #in(language: Language, what: string, selector: string): Promise<void> {
    const page = this.#page;
    this.#looks += 1;
    const theme = COLOURS[this.#looks % COLOURS.length] ?? 'light';
    await this.#draw(language, theme, selector);
    assert.deepEqual(await findingsOf(page), [], `${what} ${language} ${theme}`);
    const { scrollWidth, scrollHeight } = await page.evaluate(() => ({
      scrollWidth: document.documentElement.scrollWidth,
      scrollHeight: document.documentElement.scrollHeight,
    }));
    assert.ok(
      scrollWidth <= SCREEN.width && scrollHeight <= SCREEN.height,
      `${what} ${language}: ${scrollWidth} x ${scrollHeight}`,
    );
    this.seen += await page.content();
  }

  async #draw(language: Language, theme: string, selector: string): Promise<void> {
    const { world, agent } = this.#talk;
    await world.knex('staff_accounts').where({ id: agent.id }).update({ language, theme });
    await this.#page.reload();
    await this.#page.locator(selector).first().waitFor();
  }
}

browserTest(
  'a failed PIN is taken over with the keyboard alone: offer, talk, hold, keys, notes, end, outcome',
  async (t) => {
    const { talk, page, complaints } = await sitsDown(t);
    const look = new Look(talk, page);
    await look.at('ready', '.idle');
    await talk.waits();
    await talk.comesTo('offered');
    await page.locator('.offer').waitFor();
    assert.match(await page.title(), /^● Waiting call/);
    await look.at('offer', '.offer');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Still writing' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.offer button[data-key=enter]').focus();
    await page.keyboard.press('Enter');
    await page.getByText('Your phone rings').waitFor();
    await look.at('connecting', '.keying');
    await talk.comesTo('talking');
    await isAt(page, 'On call');
    assert.doesNotMatch(await page.title(), /●/);
    await look.at('talk', '.ladder');
    await page.getByText('Ms Chan').waitFor();
    await page.keyboard.press('h');
    await isAt(page, 'On hold');
    await look.at('hold', '.ladder');
    await page.keyboard.press('h');
    await isAt(page, 'On call');
    await talk.pass(2);
    await page.keyboard.press('p');
    await page.getByText('The caller is keying the transaction PIN').waitFor();
    await look.at('keying', '.keying');
    await page.keyboard.press('b');
    await talk.comesTo('talking');
    await isAt(page, 'On call');
    await page.keyboard.press('?');
    await page.getByText('Keys press buttons').waitFor();
    await page.keyboard.press('Escape');
    // Letters in a field press nothing.
    await page.locator('#notes-text').click();
    await page.keyboard.type('The phone is here, the PIN is not.');
    await page.getByText(/^Saved \d/).waitFor();
    assert.equal(await talk.state(), 'talking');
    await page.locator('h2').first().click();
    await page.keyboard.press('e');
    await page.getByText('End this call?').waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await talk.state(), 'talking', 'asked once more');
    await page.keyboard.press('e');
    await page.getByRole('button', { name: 'Yes, do it' }).click();
    await talk.comesTo('wrap_up');
    await page.locator('.outcomes').waitFor();
    await look.at('wrap-up', '.outcomes');
    // What is written last is kept by the outcome itself.
    await page.locator('#notes-text').fill('Sent to the branch with the document.');
    await page.getByText('Sent to a branch').click();
    await page.getByRole('button', { name: /Finish/ }).click();
    await page.getByText('Who waits').waitFor();
    assert.equal(await talk.notes(), 'Sent to the branch with the document.');
    await page.goto('/desk/calls');
    await page.getByText('Sent to a branch').waitFor();
    assert.deepEqual(complaints, []);
    const secrets = [0, 1, 2].map((nth) => wrongPin(GRACE, nth));
    for (const secret of [...secrets, ...talk.secrets()])
      assert.ok(!look.seen.includes(secret), 'nothing keyed is on a page');
  },
);

browserTest(
  'an offer is refused with a reason, and one nobody answers asks whether somebody is there',
  async (t) => {
    const { talk, page } = await sitsDown(t);
    await talk.waits();
    await talk.comesTo('offered');
    await page.locator('.offer').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Not my language' }).click();
    await page.locator('.offer').waitFor({ state: 'detached' });
    const [offer] = await talk.world.knex('desk_offers').select('result');
    assert.equal(offer.result, 'declined');
    for (let missed = 0; missed < 2; missed++) {
      await talk.comesTo('offered', 60);
      await talk.comesTo('waiting', 60);
    }
    await page.getByText('Are you there?').first().waitFor();
    await page.getByText('I am here').click();
    await page.getByText('Take a break').waitFor();
  },
);

browserTest('an offer does not take the focus from somebody who writes', async (t) => {
  const { talk, page } = await sitsDown(t);
  await page.evaluate(() => {
    const field = document.createElement('textarea');
    document.querySelector('header.top')?.append(field);
    field.focus();
  });
  await page.keyboard.type('half a ');
  await talk.waits();
  await talk.comesTo('offered');
  await page.locator('.offer').waitFor();
  await page.keyboard.type('note');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('header.top textarea').inputValue(), 'half a note\n');
  assert.equal(await talk.state(), 'offered');
});

browserTest(
  'a page that is closed or loaded anew in a talk loses neither the call nor the notes',
  async (t) => {
    const { talk, page } = await sitsDown(t);
    await talks(talk, page);
    await page.locator('#notes-text').fill('written and not yet saved');
    await page.reload();
    await page.locator('.ladder').waitFor();
    assert.equal(await page.locator('#notes-text').inputValue(), 'written and not yet saved');
    const context = page.context();
    await page.close();
    await talk.pass(4);
    assert.equal(await talk.state(), 'talking', 'the phone is not in the browser');
    const again = await context.newPage();
    await again.goto('/desk');
    await again.locator('.ladder').waitFor();
    assert.equal(await again.locator('#notes-text').inputValue(), 'written and not yet saved');
  },
);

browserTest('of two open desks the newest one rings, and the other one says so', async (t) => {
  const { talk, page } = await sitsDown(t);
  const newer = await page.context().newPage();
  await newer.goto('/desk');
  await newer.getByText('Take a break').waitFor();
  await page.getByText('open in another window').waitFor();
  await talk.waits();
  await talk.comesTo('offered');
  await newer.locator('.offer').waitFor();
  assert.equal(await page.locator('.offer').count(), 0);
});

browserTest(
  'a service that is out shows a red bar, keeps what is written, and goes on by itself',
  async (t) => {
    const talk = await deskTalk(t);
    const cable = await cableTo(t, talk.world.url);
    const { page } = await openBrowser(t, cable);
    await signInOn(page, talk.world, talk.agent);
    await page.getByText('I am ready').click();
    await page.getByText('Take a break').waitFor();
    await talks(talk, page);
    const out = (route: Route) => route.fulfill({ status: 503, body: 'unavailable' });
    await page.route('**/desk/do', out);
    await page.keyboard.press('h');
    await page.getByText('That was not done.').waitFor();
    assert.equal(await talk.state(), 'talking');
    await page.unroute('**/desk/do');
    cable.pull();
    await page.getByText('No connection.').waitFor();
    await page.locator('#notes-text').fill('kept through the outage');
    await page.getByText('Not saved yet').waitFor();
    cable.back();
    await page.locator('#desk-alarm').waitFor({ state: 'hidden' });
    await page.getByText(/^Saved \d/).waitFor();
    assert.equal(await talk.notes(), 'kept through the outage');
  },
);

browserTest(
  'a session that is revoked in a talk: the page says so at once, the talk goes on, nothing written is lost',
  async (t) => {
    const { talk, page } = await sitsDown(t);
    await talks(talk, page);
    await page.locator('#notes-text').fill('mid-sentence');
    await talk.revokeSessions();
    await page.getByText('Your session has ended.').waitFor();
    assert.equal(await talk.state(), 'talking');
    await signInOn(page, talk.world, talk.agent);
    await page.locator('.ladder').waitFor();
    assert.equal(await page.locator('#notes-text').inputValue(), 'mid-sentence');
  },
);

browserTest('a supervisor whispers from the board, and the agent is told who hears what', async (t) => {
  const { talk, page } = await sitsDown(t);
  const { page: board, complaints } = await openBrowser(t, talk.world);
  const supervisor = demoStaff('supervisor');
  await talk.world.knex('staff_accounts').where({ id: supervisor.id }).update({ language: 'en-US' });
  await signInOn(board, talk.world, supervisor);
  await board.goto('/desk/board');
  await talks(talk, page);
  await board.getByRole('button', { name: 'Whisper' }).click();
  await talk.pass(8);
  await page.getByText('A supervisor speaks to you').waitFor();
  assert.deepEqual(await findingsOf(board), []);
  assert.deepEqual(complaints, []);
});

browserTest(
  'a stream says nothing that was keyed, and a page opens it twenty times out of twenty',
  async (t) => {
    const { talk, page } = await sitsDown(t);
    await talks(talk, page);
    for (let loads = 0; loads < 20; loads++) {
      await page.goto('/desk');
      await page.waitForFunction(() => document.querySelector('#desk')?.getAttribute('data-heard') === 'yes');
    }
    const stream = await page.evaluate(async () => {
      const response = await fetch(document.querySelector('#desk')?.getAttribute('hx-sse:connect') ?? '');
      const reader = response.body?.getReader();
      const decoder = new TextDecoder();
      let text = '';
      while (reader && !text.includes('desk-offer')) text += decoder.decode((await reader.read()).value);
      await reader?.cancel();
      return text;
    });
    assert.match(stream, /event: beat/);
    assert.match(stream, /Ms Chan/);
    for (const secret of talk.secrets()) assert.ok(!stream.includes(secret));
  },
);
