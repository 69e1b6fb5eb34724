import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, type TestContext, test } from 'node:test';
import { DEMO_CUSTOMERS } from '../db/seeds/demo-customers.ts';
import { type Attack, attack, type Candidate, type Observed, stranger } from './support/oracle.ts';
import { startPostgres, type TestPostgres } from './support/postgres.ts';
import { demoCustomer, keysOf, startWorld, type WorldOptions } from './support/world.ts';

const ATTACKER = demoCustomer(({ id }) => id === 'demo-01');
/** Customers whom an identification finds, with numbers and IDs like those of the strangers. */
const CUSTOMERS = DEMO_CUSTOMERS.filter(
  ({ id, phone, nationalId }) =>
    id !== ATTACKER.id && phone?.e164.startsWith('+861') === true && /^\d{17}[\dX]$/.test(nationalId),
);
/** A number that is shared, one of the attacker's own, and callers without one. */
const SHARED = '+8613800008888';
const SOURCES = [SHARED, SHARED, SHARED, '+8613900007777', 'anonymous', '+266696687', 'client:app'];
const SEED = process.env.ORACLE_SEED ?? randomBytes(4).toString('hex');

/** The list an attacker has: of every group some are customers, or nobody is. */
function candidates(known: (index: number) => boolean): readonly Candidate[] {
  return Array.from({ length: 3 * CUSTOMERS.length }, (_, index) => {
    const customer = CUSTOMERS[index % CUSTOMERS.length];
    return customer && index < CUSTOMERS.length && known(index) ? keysOf(customer) : stranger(index);
  });
}

async function observe(t: TestContext, plan: Attack, options: WorldOptions): Promise<Observed> {
  const world = await startWorld({ ...options, seed: plan.seed });
  t.after(() => world.stop());
  return attack(world, plan);
}

/** Plays the same attack on a list with customers in it and on one without, and compares everything that is observed. */
async function compare(
  t: TestContext,
  how: Pick<Attack, 'seed' | 'calls' | 'hurried' | 'sources'>,
  options: () => Promise<WorldOptions>,
): Promise<Observed> {
  t.diagnostic(`seed ${how.seed}: run again with ORACLE_SEED=${SEED}`);
  const plan = { ...how, attacker: ATTACKER, neighbours: CUSTOMERS };
  const nobody = await observe(t, { ...plan, candidates: candidates(() => false) }, await options());
  for (const [group, known] of [
    ['everybody', () => true],
    ['every second', (index: number) => index % 2 === 0],
  ] as const) {
    const observed = await observe(t, { ...plan, candidates: candidates(known) }, await options());
    const apart = observed.calls.findIndex((seen, call) => seen !== nobody.calls[call]);
    assert.deepEqual(
      observed.calls[apart]?.split('\n'),
      nobody.calls[apart]?.split('\n'),
      `call ${apart + 1} tells that ${group} on the list is a customer (seed ${how.seed})`,
    );
  }
  return nobody;
}

describe('an attacker with a list cannot tell who on it is a customer (invariant 44)', () => {
  test('by nothing that is heard, timed or sent, over many calls and numbers', async (t) => {
    const how = { seed: `${SEED}-days`, calls: 30, hurried: false, sources: SOURCES };
    const { verified } = await compare(t, how, async () => ({}));
    t.diagnostic(`${verified} calls with the attacker's own right PIN`);
    assert.ok(verified > 0);
  });

  test('from one number in a hurry: it is slowed, then limited', async (t) => {
    const how = { seed: `${SEED}-hurried`, calls: 32, hurried: true, sources: [SHARED] };
    const { limited, slowed } = await compare(t, how, async () => ({}));
    t.diagnostic(JSON.stringify({ limited, slowed }));
    assert.ok(limited > 0 && slowed > 0);
  });

  describe('on PostgreSQL', () => {
    let postgres: TestPostgres;
    before(async () => {
      postgres = await startPostgres({ withoutSyncing: true });
    });
    after(() => postgres.stop());

    test('the same', async (t) => {
      const how = { seed: `${SEED}-postgres`, calls: 15, hurried: true, sources: [SHARED] };
      await compare(t, how, async () => ({ postgresUrl: await postgres.newDatabase() }));
    });
  });
});
