import assert from 'node:assert/strict';
import { after } from 'node:test';
import { API_ROUTES } from '../src/api/api-routes.ts';
import { programOf } from './support/api.ts';
import { browserTest, closeBrowser, openBrowser } from './support/browser.ts';
import { worldOf } from './support/callers.ts';
import { demoStaff } from './support/desk.ts';

after(closeBrowser);

browserTest(
  'the description of the API is drawn under the strict policy, and a request is tried from it with a key',
  async (t) => {
    const world = await worldOf(t, { desk: true });
    const { program } = await programOf(world, demoStaff('agent'));
    const { page, complaints } = await openBrowser(t, world);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).host));
    await page.goto('/api/docs');
    await page.locator('.opblock').first().waitFor();
    assert.equal(await page.locator('.opblock').count(), API_ROUTES.length);
    await page.locator('button.authorize').first().click();
    await page.locator('.auth-container input').fill(program.key);
    await page.locator('.auth-btn-wrapper button.authorize').click();
    await page.locator('.btn-done').click();
    await page.locator('#operations-me-getMe .opblock-summary-control').click();
    await page.locator('#operations-me-getMe button.execute').click();
    await page.locator('#operations-me-getMe .live-responses-table').waitFor();
    const answered = page.locator('#operations-me-getMe .live-responses-table');
    assert.match((await answered.textContent()) ?? '', new RegExp(`200[\\s\\S]*${demoStaff('agent').name}`));
    assert.deepEqual(complaints, [], 'nothing was stopped by the policy of the browser');
    assert.deepEqual([...new Set(asked)], [new URL(page.url()).host], 'nothing is asked of another host');
  },
);
