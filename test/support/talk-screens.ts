import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Language } from '../../src/locales/catalogue.ts';
import { newPage, signInOn } from './browser.ts';
import { demoStaff } from './desk.ts';
import { type DeskTalk, deskTalk } from './desk-talk.ts';

/** Draws one talk into a folder, from being ready to what came of it, and answers the names of the files. */
export async function drawTalk(folder: string): Promise<readonly string[]> {
  const ends: (() => unknown)[] = [];
  try {
    const talk = await deskTalk({ after: (end) => void ends.push(end as () => unknown) });
    const { page } = await newPage(talk.world, {});
    ends.unshift(() => page.context().close());
    return await drawAll(talk, page, folder);
  } finally {
    for (const end of ends) await end();
  }
}

async function drawAll(talk: DeskTalk, page: Page, folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  const draw = async (name: string, language: Language, theme: 'light' | 'dark', shows: string) => {
    await talk.world.knex('staff_accounts').where({ id: talk.agent.id }).update({ language, theme });
    await page.reload();
    await page.locator(shows).first().waitFor();
    await page.evaluate(() => document.fonts.ready);
    const file = `${name}-${language.split('-')[0]}-${theme}.png`;
    await page.screenshot({ path: join(folder, file) });
    names.push(file);
  };
  const press = async (key: string) => {
    await inEnglish(talk, page);
    await page.keyboard.press(key);
  };
  await signInOn(page, talk.world, talk.agent);
  await page.getByText('I am ready').click();
  await page.getByText('Take a break').waitFor();
  await draw('ready', 'zh-CN', 'light', '.idle');
  await talk.waits();
  await talk.comesTo('offered');
  await draw('offer', 'vi-VN', 'light', '.offer');
  await page.keyboard.press('Enter');
  await talk.comesTo('talking');
  await talk.pass(20);
  await draw('call', 'en-US', 'light', '.ladder');
  await draw('call', 'zh-CN', 'dark', '.ladder');
  await press('p');
  await page.locator('.keying').waitFor();
  await draw('keying', 'zh-CN', 'light', '.keying');
  await draw('keying', 'en-US', 'dark', '.keying');
  await drawBoard(talk, folder, names);
  await press('b');
  await talk.comesTo('talking');
  await page.locator('.ladder').waitFor();
  await press('e');
  await page.locator('#desk-sure button[value=yes]').click();
  await talk.comesTo('wrap_up');
  await draw('wrap-up', 'vi-VN', 'light', '.outcomes');
  return names;
}

/** In English, with the focus on nothing, so that keys press buttons. */
async function inEnglish(talk: DeskTalk, page: Page): Promise<void> {
  const english = { language: 'en-US', theme: 'light' };
  await talk.world.knex('staff_accounts').where({ id: talk.agent.id }).update(english);
  await page.reload();
  await page.locator('.ladder, .keying').first().waitFor();
}

async function drawBoard(talk: DeskTalk, folder: string, names: string[]): Promise<void> {
  const { page } = await newPage(talk.world, {});
  const supervisor = demoStaff('supervisor');
  const english = { language: 'en-US', theme: 'light' };
  await talk.world.knex('staff_accounts').where({ id: supervisor.id }).update(english);
  await signInOn(page, talk.world, supervisor);
  // Signing in took longer than a desk is silent for.
  await talk.desk.shift.seen(talk.agent.id);
  await page.goto('/desk/board');
  await page.locator('.tiles').waitFor();
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(folder, 'board-en-light.png') });
  names.push('board-en-light.png');
  await page.context().close();
}
