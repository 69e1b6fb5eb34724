import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { DAY, HOUR } from '../../platform/clock.ts';
import { parsePolicy } from '../../policy/load.ts';
import { fedSimStanding, simContradiction, simRefusal, storedSimStanding } from './sim.ts';

const NOW = Date.UTC(2026, 0, 15);
const parsed = parsePolicy(
  readFileSync(new URL('../../../flows/policy/default.yaml', import.meta.url), 'utf8'),
);
assert.ok(parsed.ok);
const { policy } = parsed;
const QUIET = 72 * HOUR;
/** A policy with other words about SIMs; `undefined` is a release from before there were any. */
const policyWith = (code: {
  readonly simUnknown?: 'tolerated' | 'refused' | undefined;
  readonly simDateGoodForSeconds?: number | undefined;
}) => {
  const { simUnknown: _unknown, simDateGoodForSeconds: _good, ...rest } = policy.code;
  return { ...policy, code: { ...rest, ...(code as object) } } as typeof policy;
};

const stored = (simChangedAt: number | null, simKnownAt: number | null = NOW, of = policy) =>
  storedSimStanding({ simChangedAt, simKnownAt }, of, NOW);

test('a date of the record counts as changed up to exactly 72 hours, and from a millisecond later no more (Z8)', () => {
  assert.equal(stored(NOW - QUIET), 'changed');
  assert.equal(stored(NOW - QUIET - 1), 'unchanged');
  assert.equal(stored(NOW), 'changed');
  assert.equal(stored(NOW + 40 * DAY), 'changed', 'a date in the future is no reason to trust it');
});

test('no date is unknown, which is not "no"', () => {
  assert.equal(stored(null), 'unknown');
  assert.equal(stored(null, null), 'unknown');
});

test('an old date says nothing of what happened since it was learnt; a change it tells of stays one', () => {
  assert.equal(stored(NOW - 300 * DAY, NOW - DAY), 'unchanged', 'exactly a day is still good');
  assert.equal(stored(NOW - 300 * DAY, NOW - DAY - 1), 'unknown');
  assert.equal(stored(NOW - 300 * DAY, null), 'unknown');
  assert.equal(stored(NOW - 2 * DAY, NOW - 2 * DAY), 'changed');
  assert.equal(
    stored(NOW - 300 * DAY, NOW - 200 * DAY, policyWith({})),
    'unchanged',
    'as older releases did',
  );
});

test('a feed that has watched for less than the quiet time does not know of the rest', () => {
  const fed = (answer: Parameters<typeof fedSimStanding>[0]) => fedSimStanding(answer, policy, NOW);
  assert.equal(fed({ kind: 'changed', at: NOW - QUIET }), 'changed');
  assert.equal(fed({ kind: 'changed', at: NOW - QUIET - 1 }), 'unchanged');
  assert.equal(fed({ kind: 'changed', at: NOW + HOUR }), 'changed');
  assert.equal(fed({ kind: 'unchanged', since: NOW - QUIET }), 'unknown');
  assert.equal(fed({ kind: 'unchanged', since: NOW - QUIET - 1 }), 'unchanged');
  assert.equal(fed({ kind: 'unchanged', since: NOW + HOUR }), 'unknown');
  assert.equal(fed({ kind: 'unknown' }), 'unknown');
});

test('what is not known is refused wherever a feed is connected, and otherwise as the policy says (Z5)', () => {
  const [tolerated, refused] = [
    policyWith({ simUnknown: 'tolerated' }),
    policyWith({ simUnknown: 'refused' }),
  ];
  assert.equal(simRefusal('unknown', refused, true), 'sim_unknown');
  assert.equal(simRefusal('unknown', refused, false), 'sim_unknown');
  assert.equal(simRefusal('unknown', tolerated, false), undefined);
  assert.equal(simRefusal('unknown', tolerated, true), 'sim_unknown');
  assert.equal(simRefusal('unknown', policyWith({}), false), undefined, 'as older releases did');
  assert.equal(simRefusal('unknown', policyWith({}), true), 'sim_unknown');
});

test('a changed SIM is refused and an unchanged one is not, whatever is said of unknown ones', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('tolerated', 'refused', undefined),
      fc.boolean(),
      fc.integer({ min: -10 * DAY, max: 400 * DAY }),
      (simUnknown, connected, age) => {
        const own = policyWith({ simUnknown, simDateGoodForSeconds: 86_400 });
        const standing = stored(NOW - age, NOW, own);
        assert.equal(standing, age <= QUIET ? 'changed' : 'unchanged');
        assert.equal(simRefusal(standing, own, connected), age <= QUIET ? 'sim_changed' : undefined);
      },
    ),
  );
});

test('a policy for a line without a feed contradicts a connected one, and no other does', () => {
  assert.match(
    simContradiction(policyWith({ simUnknown: 'tolerated' }), true) ?? '',
    /SIM_DATES_ADAPTER .*code\.simUnknown: tolerated/,
  );
  assert.equal(simContradiction(policyWith({ simUnknown: 'tolerated' }), false), undefined);
  assert.equal(simContradiction(policyWith({ simUnknown: 'refused' }), true), undefined);
  assert.equal(simContradiction(policyWith({}), true), undefined);
});
