import assert from 'node:assert/strict';
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { unsafeStart } from '../src/config/unsafe-start.ts';
import {
  phoneTo,
  productionSettings,
  refusedStart,
  startProduction,
  untilReady,
} from './support/production.ts';
import { lineOf } from './support/world.ts';

const STACK = /\n\s+at |node:internal/;

describe('npm start refuses what would open it to others', () => {
  test('every reason is told at once, beside what is wrong with the settings', async (t) => {
    const settings = await productionSettings(t);
    writeFileSync(join(settings.folder, '.env'), `PIN_KEY=${settings.PIN_KEY}\n`, { mode: 0o644 });
    const { end, said } = await refusedStart(
      t,
      {
        ...settings,
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
        NODE_DEBUG: 'http',
        NODE_OPTIONS: '--inspect=127.0.0.1:0',
        PUBLIC_URL: 'http://hotline.example',
      },
      ['--report-on-signal'],
    );
    assert.equal(end, 1);
    for (const reason of [
      /^- \.env holds keys and others on this machine can read it: chmod 600 \.env\.$/m,
      /^- NODE_TLS_REJECT_UNAUTHORIZED must be unset/m,
      /^- NODE_DEBUG must be unset/m,
      /^- --inspect must not stand in NODE_OPTIONS/m,
      /^- --report-on-signal must not stand in the command line/m,
      /^- PUBLIC_URL must be an https address/m,
    ])
      assert.match(said, reason);
    assert.doesNotMatch(said, STACK);
    assert.ok(!said.includes(settings.PIN_KEY ?? ''));
  });

  test('whatever lets others in or writes secrets down is found on the command line and in NODE_OPTIONS', () => {
    const found = (options: readonly string[], NODE_OPTIONS = '') =>
      unsafeStart({ environment: { NODE_OPTIONS }, options }).length;
    for (const option of [
      '--inspect',
      '--inspect=0.0.0.0:9229',
      '--inspect-brk',
      '--inspect-wait=0',
      '--inspect_port=1',
      '--tls-keylog=keys',
      '--trace-tls',
      '--heapsnapshot-signal=SIGUSR2',
      '--report-uncaught-exception',
    ]) {
      assert.equal(found([option]), 1, option);
      assert.equal(found([], `--max-old-space-size=512 "${option}"`), 1, option);
    }
    assert.equal(found(['--disable-sigusr1', '--enable-source-maps'], '--max-old-space-size=512'), 0);
  });

  for (const folder of ['/proc/x', '/proc/x/y/z', '/dev/null', '/dev/null/x', '/sys/freezes'])
    test(`FREEZE_JOURNAL=${folder} is no folder that keeps files, and is told within seconds`, async (t) => {
      const from = performance.now();
      const { end, said } = await refusedStart(t, {
        ...(await productionSettings(t)),
        FREEZE_JOURNAL: folder,
      });
      assert.equal(end, 1);
      assert.match(said, /^- FREEZE_JOURNAL must be a folder on a disk/m);
      assert.doesNotMatch(said, STACK);
      assert.ok(performance.now() - from < 30_000);
    });

  test('a .env that begins with a mark is read, and one in UTF-16 is told of', async (t) => {
    const { folder, ...settings } = await productionSettings(t);
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    const file = join(folder, '.env');
    writeFileSync(file, `\ufeff${lines.join('\r\n')}\r\n`, { mode: 0o600 });
    const started = startProduction(t, { folder }, ['ignore', 'ignore', 'inherit']);
    await untilReady(started, settings);
    started.child.kill('SIGTERM');
    assert.equal(await started.ended, 0);
    writeFileSync(file, `\ufeff${lines.join('\n')}`, { encoding: 'utf16le' });
    const { end, said } = await refusedStart(t, { folder });
    assert.equal(end, 1);
    assert.match(said, /^- \.env is not text in UTF-8.*save it as UTF-8\.$/m);
  });
});

test('what the service makes is readable by nobody else, and what others can read is warned of', async (t) => {
  const settings = await productionSettings(t);
  chmodSync(join(settings.folder, 'hotline.sqlite'), 0o644);
  const started = startProduction(t, settings, ['ignore', 'ignore', 'pipe']);
  let said = '';
  started.child.stderr?.on('data', (data: Buffer) => {
    said += data.toString();
  });
  await untilReady(started, settings);
  assert.match(said, /^Warning: others on this machine can read .*hotline\.sqlite: chmod go= /m);
  started.child.kill('SIGTERM');
  await started.ended;

  const fresh = await productionSettings(t);
  const again = startProduction(t, fresh, ['ignore', 'ignore', 'inherit']);
  await untilReady(again, fresh);
  await phoneTo(fresh).dial({ from: '+8613800138000', to: lineOf('zh-CN') });
  const made = readdirSync(fresh.folder);
  assert.ok(made.includes('hotline.sqlite-wal') && made.includes('freezes'));
  for (const name of made) assert.equal(statSync(join(fresh.folder, name)).mode & 0o077, 0, name);
  again.child.kill('SIGTERM');
  await again.ended;
});
