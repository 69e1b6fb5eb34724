import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoKeys } from '../platform/keyring.settings.ts';
import { seededRandom } from '../platform/random.ts';
import { StaffPasswords } from './staff-passwords.service.ts';

test('a password matches what was stored of it, at any work its hash takes, and is bound to its owner', async () => {
  for (const parameters of [
    { memoryKib: 16, passes: 2, lanes: 1 },
    { memoryKib: 32, passes: 1, lanes: 2 },
    { memoryKib: 32, passes: 3, lanes: 2 },
  ]) {
    const passwords = new StaffPasswords({
      keyring: demoKeys(),
      random: seededRandom('passwords'),
      parameters,
    });
    const stored = await passwords.hash('lin', 'a lantern over the river');
    assert.equal(await passwords.verify('lin', stored, 'a lantern over the river'), 'match', stored);
    assert.equal(await passwords.verify('lin', stored, 'a lantern over the lake'), 'mismatch');
    assert.equal(await passwords.verify('kai', stored, 'a lantern over the river'), 'mismatch');
    // What was stored under other work goes on matching after the policy asks for more.
    const later = new StaffPasswords({
      ...{ keyring: demoKeys(), random: seededRandom('later') },
      parameters: { memoryKib: 64, passes: 4, lanes: 1 },
    });
    assert.equal(await later.verify('lin', stored, 'a lantern over the river'), 'match');
  }
});
