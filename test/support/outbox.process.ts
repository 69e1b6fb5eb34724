import { TwilioSms } from '../../src/carriers/twilio/sms.client.ts';
import { carriedCodes } from '../../src/factors/code/code.store.ts';
import { Outbox } from '../../src/outbox/outbox.service.ts';
import { OutboxStore } from '../../src/outbox/outbox.store.ts';
import { seededRandom } from '../../src/platform/random.ts';
import { connect } from '../../src/storage/connect.ts';
import { TEST_KEYS } from './keys.ts';

// A process that delivers what is due in a database file once, and says so: for tests that kill it in the middle.

const [file = '', baseUrl = '', accountSid = '', now = '', authToken = ''] = process.argv.slice(2);
const knex = connect({ kind: 'sqlite', file });
const outbox = new Outbox({
  knex,
  store: new OutboxStore(TEST_KEYS, seededRandom('outbox process'), carriedCodes),
  messaging: new TwilioSms({ accountSid, authToken, sender: '+12025550143', baseUrl }),
});
process.stdout.write(`${JSON.stringify(await outbox.deliverDue(Number(now)))}\n`);
await knex.destroy();
