import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Telling } from '../actions/action.ts';
import type { Option } from '../actions/option.ts';
import { firstOfEach, firstTold, isMoreListed, keepListed, optionsHeard, thingsTold } from './listed.ts';
import type { StateMeta } from './vocabulary.ts';

const options = (count: number): readonly Option[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ kind: 'account', id: `a${index}`, lastFour: '0001', currency: 'CNY' },
  }));

function choice(other: boolean, goesOn: boolean) {
  const say = goesOn ? [{ options: ['MORE_LISTED' as const] }] : [];
  const meta: StateMeta = { rules: [], say, collect: { kind: 'choice', other } };
  return { meta };
}
const policy = (menuOptions: number) => ({ dialogue: { menuOptions } }) as Parameters<typeof optionsHeard>[2];

test('from part to part every option is heard once, no part has more than a menu may, and then the first again', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 3, max: 5 }),
      fc.boolean(),
      (count, most, other) => {
        const step = choice(other, true);
        const all = options(count);
        const heard: Option[] = [];
        let listedFrom: number | undefined;
        do {
          const flow = { options: all, ...(listedFrom === undefined ? {} : { listedFrom }) };
          const part = optionsHeard(step, flow, policy(most));
          assert.equal(part.isPart, part.options.length < count);
          assert.equal(isMoreListed(step, flow, policy(most)), part.isPart);
          const offered = part.options.length + (other ? 1 : 0) + (part.isPart ? 1 : 0);
          assert.ok(part.options.length > 0 && offered <= most, `${offered} of ${most}`);
          heard.push(...part.options);
          listedFrom = part.next;
        } while (listedFrom > 0);
        assert.deepEqual(heard, all);
      },
    ),
  );
});

test('a flow from before there was a key for more hears the first five, four beside another', () => {
  for (const count of [0, 1, 4, 5, 6, 100])
    for (const other of [false, true]) {
      const step = choice(other, false);
      const flow = { options: options(count), listedFrom: 4 };
      const { options: heard, isPart } = optionsHeard(step, flow, policy(5));
      assert.deepEqual(heard, options(count).slice(0, other ? 4 : 5));
      assert.ok(!isPart && !isMoreListed(step, flow, policy(5)));
    }
  const result = { accounts: options(7), loans: [{ id: 'l', overdueOn: '2026-01-01' }], receipt: '1' };
  const told = firstOfEach(result);
  assert.deepEqual(told.accounts, result.accounts.slice(0, 5));
  assert.equal(told.loans[0]?.overdueOn, undefined, 'its words do not say what is overdue');
  assert.equal(told.receipt, '1');
});

test('what goes on about one thing is told with it and not counted', () => {
  const telling = (prompt: string, goesOn?: true): Telling => ({ prompt, ...(goesOn && { goesOn }) });
  const all = [telling('a'), telling('b'), telling('b2', true), telling('c'), telling('c2', true)];
  assert.equal(thingsTold(all), 3);
  for (const [most, told] of [
    [1, 1],
    [2, 3],
    [3, 5],
    [4, 5],
  ] as const)
    assert.deepEqual(firstTold(all, most), { told: all.slice(0, told), left: all.slice(told) });
});

test('nothing is left of a list where no key goes on with it', () => {
  const flow = { options: [], listedFrom: 4, resultLeft: [{ prompt: 'a' }] } as unknown as Parameters<
    typeof keepListed
  >[1];
  assert.deepEqual(keepListed(choice(false, true), flow), flow);
  assert.deepEqual(keepListed(choice(false, false), flow), { options: [] });
});
