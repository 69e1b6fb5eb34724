import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { connect } from '../storage/connect.ts';
import { migrate } from '../storage/migrate.ts';
import { removeDemoFile } from './demo-service.ts';
import { CommandRefused } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'demo-service-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const SUFFIXES = ['', '-wal', '-shm'];

describe('the file of a demo that ended', () => {
  test('it is removed with its log, so that the next demo begins afresh', async () => {
    const file = join(folder, 'left.sqlite');
    const knex = connect({ kind: 'sqlite', file });
    await migrate(knex);
    await knex.destroy();
    writeFileSync(`${file}-shm`, '');
    await removeDemoFile(file);
    for (const suffix of SUFFIXES) assert.ok(!existsSync(`${file}${suffix}`));
  });

  test('one that another demo has open is refused and left alone', async () => {
    const file = join(folder, 'open.sqlite');
    const knex = connect({ kind: 'sqlite', file });
    await migrate(knex);
    await assert.rejects(removeDemoFile(file), CommandRefused);
    await knex('settings').insert({ name: 'still', value: 'usable' });
    await knex.destroy();
    assert.ok(existsSync(file));
  });

  test('a broken file, or none, is no obstacle', async () => {
    const file = join(folder, 'broken.sqlite');
    writeFileSync(file, 'this is no database, and long enough for SQLite to see that at once');
    await removeDemoFile(file);
    assert.ok(!existsSync(file));
    await removeDemoFile(join(folder, 'never-there.sqlite'));
  });
});
