import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Knex } from 'knex';
import type { SimAnswer, SimDatesPort } from '../../src/customers/sim/sim-dates.ts';
import { LAST_INSTANT } from '../../src/platform/clock.ts';
import { testWithFixture } from './with-fixture.ts';

/** What a feed's test sets up afresh for every test: numbers (E.164) in the operator's test system. */
export interface SimDatesFixture {
  readonly feed: SimDatesPort;
  /** The database of the hotline; a remote feed may be given any knex and ignore it. */
  readonly knex: Knex;
  /** A number whose SIM changed at this moment; `exactTo` is how exactly the operator says so, in milliseconds. */
  readonly changed: { readonly number: string; readonly at: number; readonly exactTo: number };
  /** A number whose SIM has not changed since this moment, as far as the operator looks back. */
  readonly unchanged: { readonly number: string; readonly since: number };
  /** A number of which the operator does not know. */
  readonly unknownNumber: string;
  close(): Promise<void>;
}

/** What every feed behind the port must do. Run it on an adapter from a file of node:test (docs/sim-dates.md). */
export function simDatesContract(name: string, setUp: () => Promise<SimDatesFixture>): void {
  const contractTest = testWithFixture(setUp);
  const lastChange = ({ feed, knex }: SimDatesFixture, number: string) => feed.lastChange(number, knex);
  const momentOf = (answer: SimAnswer) =>
    answer.kind === 'changed' ? answer.at : answer.kind === 'unchanged' ? answer.since : undefined;

  describe(`the contract of SIM dates kept by ${name}`, () => {
    contractTest(
      'a SIM that was changed is answered with the moment, never with an earlier one',
      async (f) => {
        const answer = await lastChange(f, f.changed.number);
        assert.equal(answer.kind, 'changed');
        const at = momentOf(answer) ?? 0;
        assert.ok(at >= f.changed.at, `${at} is before the change at ${f.changed.at}`);
        assert.ok(at <= f.changed.at + f.changed.exactTo, `${at} is too long after ${f.changed.at}`);
      },
    );

    contractTest(
      'a SIM that was not changed is never said to be unchanged for longer than is known',
      async (f) => {
        const answer = await lastChange(f, f.unchanged.number);
        assert.notEqual(answer.kind, 'unknown');
        assert.ok((momentOf(answer) ?? 0) <= f.unchanged.since + f.changed.exactTo);
      },
    );

    contractTest('a number of which the operator does not know is unknown, and no error', async (f) => {
      assert.deepEqual(await lastChange(f, f.unknownNumber), { kind: 'unknown' });
    });

    contractTest('asking changes nothing: the same question gets the same answer', async (f) => {
      for (const number of [f.changed.number, f.unchanged.number, f.unknownNumber])
        assert.equal((await lastChange(f, number)).kind, (await lastChange(f, number)).kind);
    });

    contractTest('questions asked at once do not get each other’s answers', async (f) => {
      const numbers = [f.changed.number, f.unchanged.number, f.unknownNumber];
      const alone = await Promise.all(numbers.map(async (number) => (await lastChange(f, number)).kind));
      const together = await Promise.all(
        [...numbers, ...numbers].map((number) => lastChange(f, number).then(({ kind }) => kind)),
      );
      assert.deepEqual(together, [...alone, ...alone]);
    });

    contractTest('moments are whole milliseconds between 1970 and the year 9999', async (f) => {
      for (const number of [f.changed.number, f.unchanged.number]) {
        const at = momentOf(await lastChange(f, number));
        assert.ok(at !== undefined && Number.isSafeInteger(at) && at >= 0 && at <= LAST_INSTANT, String(at));
      }
    });
  });
}
