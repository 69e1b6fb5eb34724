import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type TestContext, test } from 'node:test';
import chromium from '@sparticuz/chromium';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import type { DemoStaff } from '../../db/seeds/demo-staff.ts';
import { totpCode } from '../../src/staff/totp.ts';
import type { World } from './world.ts';

/** A phone or a person waits no longer; machines that run tests are often busy. */
const MOST_MILLISECONDS = 20_000;
/** The size a screen of the desk has to fit without scrolling. */
export const SCREEN = { width: 1280, height: 720 };
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Not the package's own arguments: with its single process pages crash. */
const ARGUMENTS = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--font-render-hinting=none'];
const EXECUTABLE = await chromium.executablePath();
/** Why Chromium cannot start on this machine; undefined where it can. */
const CANNOT_START = whyItCannotStart();

function whyItCannotStart(): string | undefined {
  try {
    execFileSync(EXECUTABLE, ['--version', ...ARGUMENTS], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `Chromium cannot start on this machine: ${String(error).split('\n')[0]}`;
  }
}

/** A test that needs a browser. Where Chromium cannot start it is skipped with the reason. */
export function browserTest(name: string, body: (t: TestContext) => Promise<void>): void {
  test(name, { skip: CANNOT_START ?? false }, body);
}

let browser: Promise<Browser> | undefined;

/** One Chromium for all tests of a file. */
function started(): Promise<Browser> {
  browser ??= playwright.launch({ executablePath: EXECUTABLE, args: ARGUMENTS, headless: true });
  return browser;
}

/** Ends the browser, where one was started. */
export async function closeBrowser(): Promise<void> {
  await (await browser?.catch(() => undefined))?.close();
}

/** How somebody looks at the desk. */
export interface Looking {
  readonly colours?: 'light' | 'dark';
  /** What the browser asks for; English when left out. */
  readonly language?: string;
}

/** A page in a browser of its own, and everything its console complained of. */
export interface DeskPageInBrowser {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** Opens a browser on the desk until the test ends. */
export async function openBrowser(
  t: TestContext,
  world: Pick<World, 'url'>,
  looking: Looking = {},
): Promise<DeskPageInBrowser> {
  const opened = await newPage(world, looking);
  t.after(() => opened.page.context().close());
  return opened;
}

/** A page in a browser of its own, which the caller closes. */
export async function newPage(
  world: Pick<World, 'url'>,
  { colours = 'light', language = 'en-US' }: Looking,
): Promise<DeskPageInBrowser> {
  const context = await (await started()).newContext({
    baseURL: world.url.replace('127.0.0.1', 'localhost'),
    viewport: SCREEN,
    colorScheme: colours,
    locale: language,
  });
  context.setDefaultTimeout(MOST_MILLISECONDS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { page, complaints };
}

/** Signs in through the form, with the next code of the world's clock. */
export async function signInOn(page: Page, world: Pick<World, 'clock'>, member: DemoStaff): Promise<void> {
  world.clock.advance(30_000);
  await page.goto('/sign-in');
  await page.fill('input[name=name]', member.signIn);
  await page.fill('input[name=password]', member.password);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/sign-in\/code/);
  await page.fill('input[name=code]', totpCode(member.totpSecret, world.clock.now()));
  await page.keyboard.press('Enter');
  await page.waitForURL('**/desk**');
}

/** What axe finds wrong on the page as it is now: every rule it has, in words with the place. */
export async function findingsOf(page: Page): Promise<readonly string[]> {
  // Through the debugger's door, which the page's own policy does not close and the page does not see.
  const world = await page.context().newCDPSession(page);
  const { frameTree } = await world.send('Page.getFrameTree');
  const { executionContextId } = await world.send('Page.createIsolatedWorld', {
    frameId: frameTree.frame.id,
  });
  const run = async (expression: string) => {
    const { result, exceptionDetails } = await world.send('Runtime.evaluate', {
      ...{ expression, contextId: executionContextId, awaitPromise: true, returnByValue: true },
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as unknown;
  };
  await run(AXE);
  const findings = await run(
    `axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target, any }) => id + ' at ' + target + ' ' + (any[0]?.data?.contrastRatio ?? ''))))`,
  );
  await world.detach();
  return findings as readonly string[];
}
