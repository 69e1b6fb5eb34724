import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import type { Language } from '../../src/locales/catalogue.ts';
import type { Theme } from '../../src/staff/account.ts';
import { closeBrowser, newPage, signInOn } from './browser.ts';
import { DeskClient, demoStaff } from './desk.ts';
import { drawTalk } from './talk-screens.ts';
import { startWorld, type World } from './world.ts';

/** Where the pictures of the documents are. */
export const PICTURES = resolve(import.meta.dirname, '../../docs/desk');

/** A picture of a page, as somebody sees it. */
interface Screen {
  /** The name of the file, without language and colours. */
  readonly name: string;
  /** The sign-in name of the person who looks; nobody, before the sign-in. */
  readonly as?: string;
  readonly path: string;
  readonly language: Language;
  readonly theme: Exclude<Theme, 'system'>;
  /** What is done on the page before the picture. */
  readonly then?: (page: Page) => Promise<void>;
}

const SCREENS: readonly Screen[] = [
  { name: 'sign-in', path: '/sign-in?language=en-US', language: 'en-US', theme: 'light' },
  { name: 'shift', as: 'lin.yue', path: '/desk/shift', language: 'zh-CN', theme: 'light' },
  { name: 'staff', as: 'pham.thu', path: '/desk/staff', language: 'en-US', theme: 'light' },
  { name: 'staff', as: 'pham.thu', path: '/desk/staff', language: 'vi-VN', theme: 'dark' },
  {
    ...{ name: 'person', as: 'pham.thu', path: '/desk/staff/person?id=demo-staff-lin-yue' },
    ...{ language: 'zh-CN', theme: 'dark' },
  },
];

/** Draws every screen into a folder, and answers the names of the files. */
export async function drawScreens(folder: string): Promise<readonly string[]> {
  const world = await startWorld({ desk: true });
  try {
    await mkdir(folder, { recursive: true });
    await prepare(world);
    const names: string[] = [];
    for (const screen of SCREENS) names.push(await drawScreen(world, screen, folder));
    return [...names, ...(await drawTalk(folder))];
  } finally {
    await closeBrowser();
    await world.stop();
  }
}

/** Something to see: a shift that goes on, a request that waits. */
async function prepare(world: World): Promise<void> {
  const agent = new DeskClient(world);
  await agent.signIn(demoStaff({ signIn: 'lin.yue' }));
  await agent.post('/desk/shift/step', { step: 'begin' });
  const administrator = new DeskClient(world);
  await administrator.signIn(demoStaff({ signIn: 'wu.fang' }));
  await administrator.post('/desk/staff/request', {
    ...{ kind: 'add', name: 'Đỗ Mai', signIn: 'do.mai', role: 'agent', number: '4855', language: 'vi-VN' },
    ...{ phone: '+842873000100', qualified: '2026-12-31' },
  });
  world.clock.advance(82 * 60_000);
}

async function drawScreen(world: World, screen: Screen, folder: string): Promise<string> {
  const { page } = await newPage(world, { colours: screen.theme, language: screen.language });
  if (screen.as !== undefined) {
    const member = demoStaff({ signIn: screen.as });
    const pages = { language: screen.language, theme: screen.theme };
    await world.knex('staff_accounts').where({ id: member.id }).update(pages);
    await signInOn(page, world, member);
  }
  await page.goto(screen.path);
  await screen.then?.(page);
  await page.evaluate(() => document.fonts.ready);
  const [language] = screen.language.split('-');
  const name = `${screen.name}-${language}-${screen.theme}.png`;
  await page.screenshot({ path: join(folder, name) });
  await page.context().close();
  return name;
}
