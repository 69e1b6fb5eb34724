import { simDatesContract } from '../../../test/contracts/sim-dates.contract.ts';
import { databaseMark, openDatabase } from '../../../test/support/databases.ts';
import { DAY } from '../../platform/clock.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { DemoSimDates, setDemoSim } from './demo-sim-dates.store.ts';

const keyring: Keyring = {
  encryption: { currentId: 'a', byId: new Map([['a', Buffer.alloc(32, 1)]]) },
  index: Buffer.alloc(32, 2),
  pepper: Buffer.alloc(32, 3),
};

simDatesContract(`the demo's operator${databaseMark()}`, async () => {
  const { knex, close } = await openDatabase();
  const at = 400 * DAY;
  await setDemoSim(knex, keyring, '+8613800001008', at - DAY);
  await setDemoSim(knex, keyring, '+8613800001008', at);
  await setDemoSim(knex, keyring, '+84900001014', undefined);
  return {
    feed: new DemoSimDates(keyring),
    knex,
    changed: { number: '+8613800001008', at, exactTo: 0 },
    unchanged: { number: '+8613800001001', since: 0 },
    unknownNumber: '+84900001014',
    close,
  };
});
