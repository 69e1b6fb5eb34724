import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Release } from '../src/flow/release.ts';
import type { Policy } from '../src/policy/policy.ts';
import { CHECKED, type CheckId } from '../world-sim/model/invariants.ts';
import { type SimulationOptions, simulate } from '../world-sim/run.ts';

/** Enough for every kind of scene, few enough for the time all tests have together. */
const CALLS = 30;
const CUSTOMERS = 30;
const SEEDS = ['16', '20'];
/** A bug that some calls only show is looked for in as many as it takes. */
const CALLS_TO_FIND = 200;
/** So few that attackers and owners keep meeting. */
const CUSTOMERS_TO_FIND = 6;

const run = (options: Partial<SimulationOptions> = {}) =>
  simulate({ seed: '1', calls: CALLS, customers: CUSTOMERS, ...options });

function withPolicy(change: (policy: Policy) => Policy): (release: Release) => Release {
  return (release) => ({ ...release, policy: change(release.policy) });
}

/** A release that asks for a PIN after every identity, also where the caller wants a freeze. */
function withoutFreezeAfterIdentity(release: Release): Release {
  const states = new Map(release.flow.states);
  const next = states.get('identity.next');
  assert.ok(next?.always[0], 'the errand is asked for after the identity');
  states.set('identity.next', { ...next, always: next.always.slice(1) });
  return { ...release, flow: { ...release.flow, states } };
}

test('the invariants hold in seeded worlds, and a seed plays the same world again', async () => {
  const digests = new Set<string>();
  const checked = new Set<CheckId>();
  for (const seed of SEEDS) {
    const result = await run({ seed });
    assert.equal(
      result.violation,
      undefined,
      `${result.violation?.message}\n${result.lastEvents.join('\n')}`,
    );
    assert.ok(result.stats.calls >= CALLS && result.stats.comparisons > 0 && result.stats.carried > 0);
    for (const check of result.checks.keys()) checked.add(check);
    digests.add(result.digest);
  }
  assert.deepEqual(
    CHECKED.map(([check]) => check).filter((check) => !checked.has(check)),
    [],
    'every check was made',
  );
  assert.equal(digests.size, SEEDS.length, 'another seed plays another world');
  const [first = ''] = SEEDS;
  assert.ok(digests.has((await run({ seed: first })).digest), 'a seed replays to the last event');
});

test('a repeated webhook that finds no room does not undo the charge for what its twin compares (invariant 8)', async () => {
  // Broke the invariant at its turn 570 before attempts knew that they are shared.
  const result = await simulate({ seed: '42', calls: 60 });
  assert.equal(result.violation, undefined, result.violation?.message ?? '');
  assert.ok(result.stats.turns > 600);
});

const BUGS: readonly {
  readonly what: string;
  readonly invariant: CheckId;
  readonly options: Partial<SimulationOptions>;
}[] = [
  {
    what: 'a ladder that locks too late',
    invariant: 8,
    options: {
      changeRelease: withPolicy((policy) => ({
        ...policy,
        pin: {
          ...policy.pin,
          ladder: [
            { failures: 9, lockSeconds: 1_800 },
            { failures: 10, void: true },
          ],
        },
      })),
    },
  },
  {
    what: 'lines of strangers that lock the registered one',
    invariant: 10,
    options: {
      sabotage: (raw) =>
        raw.exec(
          `CREATE TRIGGER bug AFTER UPDATE ON lock_counters WHEN NEW.other_locked_until > coalesce(NEW.own_locked_until, 0)
           BEGIN UPDATE lock_counters SET own_locked_until = NEW.other_locked_until
             WHERE customer_id = NEW.customer_id AND factor = NEW.factor; END`,
        ),
    },
  },
  {
    what: 'a new call that sets a counter back',
    invariant: 5,
    options: {
      sabotage: (raw) =>
        raw.exec(
          'CREATE TRIGGER bug AFTER INSERT ON calls BEGIN UPDATE lock_counters SET own_failures = 0, other_failures = 0; END',
        ),
    },
  },
  {
    what: 'an account that loses more than was ordered',
    invariant: 27,
    options: {
      sabotage: (raw) =>
        raw.exec(
          `CREATE TRIGGER bug AFTER UPDATE OF balance_minor ON bank_accounts WHEN NEW.balance_minor < OLD.balance_minor
             AND NEW.balance_minor % 2 = 0
           BEGIN UPDATE bank_accounts SET balance_minor = balance_minor - 1 WHERE id = NEW.id; END`,
        ),
    },
  },
  {
    what: 'an audit entry that is not written',
    invariant: 35,
    options: {
      sabotage: (raw) =>
        raw.exec(
          `CREATE TRIGGER bug BEFORE INSERT ON ledger_entries WHEN NEW.type = 'order.carried'
           BEGIN SELECT RAISE(IGNORE); END`,
        ),
    },
  },
  {
    what: 'a freeze that is told and not done',
    invariant: 29,
    options: {
      // Nor is the core told of it, which would refuse by itself.
      sabotage: (raw) =>
        raw.exec(
          `CREATE TRIGGER bug AFTER UPDATE OF freeze ON customers WHEN NEW.freeze <> OLD.freeze
           BEGIN UPDATE customers SET freeze = OLD.freeze WHERE id = NEW.id; END;
           CREATE TRIGGER untold AFTER INSERT ON freeze_tellings
           BEGIN UPDATE freeze_tellings SET answered_at = 1 WHERE id = NEW.id; END`,
        ),
    },
  },
  {
    what: 'a caller who came to freeze and is asked for a PIN instead',
    invariant: 41,
    options: { changeRelease: withoutFreezeAfterIdentity },
  },
  {
    what: 'a core that answers a freeze and debits on',
    invariant: 43,
    options: {
      // The hotline's own gate would refuse before the core is asked.
      changeRelease: withPolicy((policy) => {
        const { transfer, loan_application } = policy.actions;
        const goesOn = {
          transfer: { ...transfer, whileFrozen: true },
          loan_application: { ...loan_application, whileFrozen: true },
        };
        return { ...policy, actions: { ...policy.actions, ...goesOn } };
      }),
      sabotage: (raw) =>
        raw.exec(
          `CREATE TRIGGER bug AFTER INSERT ON bank_freezes
           BEGIN DELETE FROM bank_freezes WHERE request_id = NEW.request_id; END`,
        ),
    },
  },
];

/** Worlds in which a bug is looked for, one after the other: what a seed plays changes with every change of the dialogue. */
const SEEDS_TO_FIND = ['1', '2', '3', '4', '5', '6'];

for (const { what, invariant, options } of BUGS)
  test(`the simulation finds ${what} (invariant ${invariant}), and finds it at the same turn again`, async () => {
    const play = (seed: string) =>
      run({ calls: CALLS_TO_FIND, customers: CUSTOMERS_TO_FIND, ...options, seed });
    for (const seed of SEEDS_TO_FIND) {
      const found = await play(seed);
      // In some worlds it breaks another invariant first.
      if (found.violation?.check !== invariant) continue;
      const again = await play(seed);
      assert.deepEqual(
        [again.digest, again.stats.turns, again.violation?.message],
        [found.digest, found.stats.turns, found.violation.message],
      );
      return;
    }
    assert.fail(`nothing was found in the worlds ${SEEDS_TO_FIND.join(', ')}`);
  });
