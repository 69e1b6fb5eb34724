import assert from 'node:assert/strict';
import { describe } from 'node:test';
import fc from 'fast-check';
import type { Knex } from 'knex';
import type { Order } from '../../src/actions/order.ts';
import { type BankFreezeState, type BankPort, type BankResult, MOST_LISTED } from '../../src/bank/bank.ts';
import type { Currency } from '../../src/jurisdictions/currency.ts';
import { DAY, type Instant } from '../../src/platform/clock.ts';
import { testWithFixture } from './with-fixture.ts';

/** What an adapter's test sets up afresh for every test: a customer in the core's test system. */
export interface BankFixture {
  readonly bank: BankPort;
  /** The database of the hotline; a remote core may be given any knex and ignore it. */
  readonly knex: Knex;
  readonly now: Instant;
  readonly customerId: string;
  /** An account with money in it and a daily limit below its balance. */
  readonly account: { readonly id: string; readonly currency: Currency; readonly dailyLimitMinor: number };
  /** A loan in the account's currency; its outstanding sum is below the balance, and something is due. */
  readonly loanId: string;
  readonly payeeId: string;
  /** A payee of the same customer in another currency. */
  readonly foreignPayeeId: string;
  /** Belong to somebody else. */
  readonly strangers: { readonly accountId: string; readonly payeeId: string; readonly loanId: string };
  close(): Promise<void>;
}

/** What every bank behind the port must do. Run it on an adapter from a file of node:test (docs/core-banking-port.md). */
export function bankContract(name: string, setUp: () => Promise<BankFixture>): void {
  const contractTest = testWithFixture(setUp);

  describe(`the bank contract kept by ${name}`, () => {
    contractTest('a transfer lowers the balance by its amount and counts into the day', async (f) => {
      const before = await balance(f);
      assert.deepEqual(await carryOut(f, 'k1', transfer(f, 1_001)), {
        kind: 'done',
        balanceMinor: before - 1_001,
      });
      assert.equal(await balance(f), before - 1_001);
      assert.equal(await paidOut(f, f.now, f.now + 1), 1_001);
      assert.equal(await paidOut(f, f.now + 1, f.now + DAY), 0);
      assert.equal(await paidOut(f, f.now - DAY, f.now), 0);
    });

    contractTest(
      'everything of a customer is listed, in one order, each once, no more than can be heard',
      async (f) => {
        for (const list of ['accounts', 'loans', 'payees'] as const) {
          const ids = (await f.bank[list](f.customerId, f.knex)).map(({ id }) => id);
          assert.ok(ids.length > 0 && ids.length <= MOST_LISTED, `${ids.length} ${list}`);
          assert.equal(new Set(ids).size, ids.length, `each of the ${list} once`);
          assert.deepEqual(
            (await f.bank[list](f.customerId, f.knex)).map(({ id }) => id),
            ids,
          );
        }
      },
    );

    contractTest('a repayment counts into the day beside the transfers (V1.2)', async (f) => {
      await carryOut(f, 'k1', transfer(f, 1_001));
      await carryOut(f, 'k2', repayment(f, 500));
      assert.equal(await paidOut(f, f.now, f.now + 1), 1_501);
    });

    contractTest('a repeated key moves nothing and gets the first result', async (f) => {
      const first = await carryOut(f, 'k1', transfer(f, 500));
      const left = await balance(f);
      await carryOut(f, 'k2', transfer(f, 700));
      assert.deepEqual(await carryOut(f, 'k1', transfer(f, 500), f.now + 60_000), first);
      assert.equal(await balance(f), left - 700);
      assert.equal(await paidOut(f, f.now, f.now + DAY), 1_200);
    });

    contractTest('a repeated key of a refused order gets the refusal again', async (f) => {
      const order = transfer(f, (await balance(f)) + 1);
      const refused: BankResult = { kind: 'refused', reason: 'insufficient_funds' };
      assert.deepEqual(await carryOut(f, 'k1', order), refused);
      assert.deepEqual(await carryOut(f, 'k1', order), refused);
      assert.equal(await paidOut(f, f.now, f.now + DAY), 0);
    });

    contractTest('a key used again for another request is a conflict and moves nothing', async (f) => {
      await carryOut(f, 'k1', transfer(f, 500));
      const left = await balance(f);
      for (const other of [
        transfer(f, 501),
        { ...transfer(f, 500), revision: 2 },
        repayment(f, 500),
        { ...transfer(f, 500), payeeId: f.foreignPayeeId },
      ]) {
        await assert.rejects(carryOut(f, 'k1', other), { name: 'Fault', kind: 'conflict' });
      }
      assert.equal(await balance(f), left);
    });

    contractTest('orders at the same time never overdraw, and one key moves once', async (f) => {
      const before = await balance(f);
      const amount = Math.floor(f.account.dailyLimitMinor / 3);
      const results = await Promise.all([
        ...[1, 2, 3, 4, 5].map((i) => carryOut(f, `p${i}`, transfer(f, amount))),
        ...[1, 2, 3].map(() => carryOut(f, 'once', repayment(f, 100))),
      ]);
      const done = results.slice(0, 5).filter((result) => result.kind === 'done').length;
      assert.equal(done, 3);
      assert.equal(await balance(f), before - 3 * amount - 100);
    });

    contractTest('the daily limit can be used up exactly, and not by one more', async (f) => {
      assert.equal((await carryOut(f, 'k1', transfer(f, f.account.dailyLimitMinor - 1))).kind, 'done');
      assert.deepEqual(await carryOut(f, 'k2', transfer(f, 2)), { kind: 'refused', reason: 'over_limit' });
      assert.equal((await carryOut(f, 'k3', transfer(f, 1))).kind, 'done');
      assert.deepEqual(await carryOut(f, 'k4', transfer(f, 1)), { kind: 'refused', reason: 'over_limit' });
      assert.equal((await preview(f, transfer(f, 1), f.now + DAY)) === 'over_limit', false);
    });

    contractTest('what belongs to somebody else, or to nobody, is unknown', async (f) => {
      const { accountId, payeeId, loanId } = f.strangers;
      const expected = [
        [{ ...transfer(f, 100), accountId }, 'unknown_account'],
        [{ ...transfer(f, 100), accountId: 'none' }, 'unknown_account'],
        [{ ...transfer(f, 100), payeeId }, 'unknown_payee'],
        [{ ...transfer(f, 100), payeeId: 'none' }, 'unknown_payee'],
        [{ ...repayment(f, 100), loanId }, 'unknown_loan'],
        [{ ...repayment(f, 100), accountId }, 'unknown_account'],
      ] as const;
      const before = await balance(f);
      for (const [index, [order, reason]] of expected.entries()) {
        assert.equal(await preview(f, order), reason);
        assert.deepEqual(await carryOut(f, `k${index}`, order), { kind: 'refused', reason });
      }
      assert.equal(await balance(f), before);
    });

    contractTest('money does not change its currency on the way', async (f) => {
      const other: Currency = f.account.currency === 'CNY' ? 'VND' : 'CNY';
      for (const [index, order] of [
        { ...transfer(f, 100), currency: other },
        { ...transfer(f, 100), payeeId: f.foreignPayeeId },
        { ...repayment(f, 100), currency: other },
      ].entries()) {
        assert.deepEqual(await carryOut(f, `k${index}`, order), {
          kind: 'refused',
          reason: 'currency_mismatch',
        });
      }
    });

    contractTest('a repayment lowers the loan and what is due, neither below nothing', async (f) => {
      const before = await balance(f);
      const loan = await loanOf(f);
      const amount = loan.dueMinor + 1;
      assert.deepEqual(await carryOut(f, 'k1', repayment(f, amount)), {
        kind: 'done',
        balanceMinor: before - amount,
        outstandingMinor: loan.outstandingMinor - amount,
      });
      assert.deepEqual(await loanOf(f), {
        ...loan,
        outstandingMinor: loan.outstandingMinor - amount,
        dueMinor: 0,
      });
      const rest = loan.outstandingMinor - amount;
      assert.deepEqual(await carryOut(f, 'k2', repayment(f, rest + 1)), {
        kind: 'refused',
        reason: 'more_than_owed',
      });
      assert.equal((await carryOut(f, 'k3', repayment(f, rest))).kind, 'done');
      assert.equal((await loanOf(f)).outstandingMinor, 0);
    });

    contractTest(
      'what was moved is told of its account, newest first and no more than asked for',
      async (f) => {
        const before = await transactions(f, 5);
        const loan = (await loanOf(f)).number.slice(-4);
        const payees = await f.knex.transaction((transaction) => f.bank.payees(f.customerId, transaction));
        const payee = payees.find(({ id }) => id === f.payeeId)?.accountNumber.slice(-4);
        await carryOut(f, 'k1', transfer(f, 1_001), f.now);
        await carryOut(f, 'k2', repayment(f, 1_002), f.now + 1);
        await carryOut(f, 'k2', repayment(f, 1_002), f.now + 2);
        await carryOut(f, 'k3', transfer(f, (await balance(f)) + 1), f.now + 3);
        const { currency } = f.account;
        assert.deepEqual(
          (await transactions(f, before.length + 2)).map(({ id: _id, ...told }) => told),
          [
            { at: f.now + 1, direction: 'out', amountMinor: 1_002, currency, counterpartyLastFour: loan },
            { at: f.now, direction: 'out', amountMinor: 1_001, currency, counterpartyLastFour: payee },
            ...before.map(({ id: _id, ...told }) => told),
          ],
        );
        assert.deepEqual(
          (await transactions(f, 1)).map(({ amountMinor }) => amountMinor),
          [1_002],
        );
      },
    );

    contractTest('of an account of somebody else, or of nobody, no transaction is told', async (f) => {
      await carryOut(f, 'k1', transfer(f, 1_001));
      assert.deepEqual(await transactions(f, 5, f.strangers.accountId), []);
      assert.deepEqual(await transactions(f, 5, 'none'), []);
    });

    contractTest('a loan application moves no money', async (f) => {
      const before = await balance(f);
      const order: Order = {
        action: 'loan_application',
        revision: 1,
        amountMinor: 9_000,
        currency: f.account.currency,
      };
      assert.equal(await preview(f, order), undefined);
      assert.equal((await carryOut(f, 'k1', order)).kind, 'done');
      assert.equal(await balance(f), before);
      assert.equal(await paidOut(f, f.now, f.now + DAY), 0);
    });

    contractTest(
      'money that is not a whole, positive number of minor units moves nothing (invariant 27)',
      async (f) => {
        const before = await balance(f);
        for (const amountMinor of [0, -1, 0.5, 1.000_001, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
          await assert.rejects(carryOut(f, 'k1', transfer(f, amountMinor)));
          await assert.rejects(preview(f, transfer(f, amountMinor)));
          await assert.rejects(carryOut(f, 'k2', repayment(f, amountMinor)));
        }
        assert.equal(await balance(f), before);
      },
    );

    freezeContract(contractTest);

    contractTest('an action that is not the bank’s is a bug, not an order', async (f) => {
      for (const action of ['enquiry', 'recent_transactions', 'contact_change', 'freeze'] as const) {
        await assert.rejects(carryOut(f, 'k1', { ...transfer(f, 100), action }));
      }
    });

    contractTest(
      'any run of orders conserves money, moves no key twice, and goes as previewed',
      async (f) => {
        const start = await balance(f);
        const startLoan = (await loanOf(f)).outstandingMinor;
        const seen = new Map<string, { readonly digest: string; readonly result: BankResult }>();
        let transfers = 0;
        let repaid = 0;
        const runOrder = async (key: string, order: Order, at: Instant) => {
          const expected = await preview(f, order, at);
          const before = await balance(f);
          const digest = JSON.stringify(order);
          const known = seen.get(key);
          if (known && known.digest !== digest) {
            await assert.rejects(carryOut(f, key, order, at), { kind: 'conflict' });
            assert.equal(await balance(f), before);
            return;
          }
          const result = await carryOut(f, key, order, at);
          if (known) {
            assert.deepEqual(result, known.result);
            assert.equal(await balance(f), before);
            return;
          }
          assert.equal(result.kind === 'refused' ? result.reason : undefined, expected);
          seen.set(key, { digest, result });
          if (result.kind === 'refused') assert.equal(await balance(f), before);
          else if (order.action === 'transfer') transfers += order.amountMinor ?? 0;
          else repaid += order.amountMinor ?? 0;
          assert.ok((await balance(f)) >= 0);
          assert.equal(await balance(f), start - transfers - repaid);
          assert.equal((await loanOf(f)).outstandingMinor, startLoan - repaid);
        };
        const amounts = fc.oneof(
          fc.integer({ min: 1, max: f.account.dailyLimitMinor + 1 }),
          fc.constantFrom(1, start, start + 1, startLoan, f.account.dailyLimitMinor),
        );
        const step = fc.record({
          key: fc.integer({ min: 0, max: 15 }).map((i) => `run-${i}`),
          order: fc.oneof(
            amounts.map((amountMinor) => transfer(f, amountMinor)),
            amounts.map((amountMinor) => repayment(f, amountMinor)),
          ),
          day: fc.integer({ min: 0, max: 3 }),
        });
        // One long history: a property over one customer's whole life, so runs share the fixture.
        await fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
            for (const { key, order, day } of steps) await runOrder(key, order, f.now + day * DAY);
          }),
          { numRuns: 12, endOnFailure: true },
        );
      },
    );
  });
}

/** What a freeze stops, and which of several requests counts (Z10, V8.2, invariants 31 and 43). */
function freezeContract(
  contractTest: (what: string, body: (fixture: BankFixture) => Promise<void>) => void,
): void {
  contractTest('a frozen customer can only repay an own loan (invariant 43)', async (f) => {
    assert.deepEqual(await freezeState(f), { frozen: false });
    assert.deepEqual(await asked(f, 'freeze', 'f1', f.now - 5), { frozen: true, since: f.now - 5 });
    assert.deepEqual(await freezeState(f), { frozen: true, since: f.now - 5 });
    const application: Order = {
      action: 'loan_application',
      revision: 1,
      amountMinor: 9_000,
      currency: f.account.currency,
    };
    const before = await balance(f);
    for (const [index, order] of [transfer(f, 100), application].entries()) {
      assert.equal(await preview(f, order), 'account_frozen');
      assert.deepEqual(await carryOut(f, `k${index}`, order), {
        kind: 'refused',
        reason: 'account_frozen',
      });
    }
    assert.equal(await balance(f), before);
    assert.equal(await preview(f, repayment(f, 100)), undefined);
    assert.equal((await carryOut(f, 'own', repayment(f, 100))).kind, 'done');
    assert.equal(await balance(f), before - 100);
    const { loanId } = f.strangers;
    assert.equal((await carryOut(f, 'other', { ...repayment(f, 100), loanId })).kind, 'refused');
  });

  contractTest('a freeze asked twice by one id is one, and the id of another is a conflict', async (f) => {
    const first = await asked(f, 'freeze', 'f1', f.now);
    assert.deepEqual(await asked(f, 'freeze', 'f1', f.now), first);
    await assert.rejects(asked(f, 'freeze', 'f1', f.now + 1), { name: 'Fault', kind: 'conflict' });
    await assert.rejects(asked(f, 'unfreeze', 'f1', f.now), { name: 'Fault', kind: 'conflict' });
    assert.deepEqual(await freezeState(f), first);
    assert.deepEqual(await asked(f, 'freeze', 'f2', f.now + 9), first, 'since the first that was asked for');
    await asked(f, 'unfreeze', 'u1', f.now + 10);
    assert.deepEqual(
      await asked(f, 'freeze', 'f1', f.now),
      { frozen: false },
      'a repetition freezes nothing',
    );
  });

  contractTest('an unfreeze lifts what was asked for before it, and nothing later', async (f) => {
    await asked(f, 'freeze', 'f1', f.now);
    const before = await balance(f);
    assert.deepEqual(await asked(f, 'unfreeze', 'u0', f.now - 1), { frozen: true, since: f.now });
    assert.deepEqual(await asked(f, 'unfreeze', 'u1', f.now), { frozen: true, since: f.now });
    assert.equal((await carryOut(f, 'k1', transfer(f, 100))).kind, 'refused');
    assert.deepEqual(await asked(f, 'unfreeze', 'u2', f.now + 1), { frozen: false });
    assert.equal((await carryOut(f, 'k2', transfer(f, 100))).kind, 'done');
    assert.equal(await balance(f), before - 100);
    assert.deepEqual(await asked(f, 'freeze', 'f2', f.now + 2), { frozen: true, since: f.now + 2 });
  });

  contractTest('freezes and unfreezes leave the same state in whatever order they arrive', async (f) => {
    const requests = fc.uniqueArray(
      fc.record({
        kind: fc.constantFrom('freeze' as const, 'unfreeze' as const),
        at: fc.integer({ min: 0, max: 4 }),
      }),
      { minLength: 1, maxLength: 5, selector: ({ kind, at }) => `${kind}${at}` },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(requests, fc.infiniteStream(fc.nat()), async (wanted, chance) => {
        run += 1;
        // Each run after all the moments of the one before, which an unfreeze between them ends.
        const start = f.now + run * 100;
        await asked(f, 'unfreeze', `between-${run}`, start - 50);
        const order = wanted
          .map((one) => ({ one, at: chance.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        for (const { kind, at } of order) await asked(f, kind, `${kind}-${run}-${at}`, start + at);
        const momentsOf = (kind: 'freeze' | 'unfreeze') =>
          wanted.filter((one) => one.kind === kind).map(({ at }) => start + at);
        const inForce = momentsOf('freeze').filter((at) => at >= Math.max(0, ...momentsOf('unfreeze')));
        const expected: BankFreezeState =
          inForce.length === 0 ? { frozen: false } : { frozen: true, since: Math.min(...inForce) };
        assert.deepEqual(await freezeState(f), expected);
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });

  contractTest(
    'no debit commits after a freeze has answered, whatever was in flight (invariant 43)',
    async (f) => {
      let answered = false;
      const amount = Math.floor(f.account.dailyLimitMinor / 20);
      const transfers = async (from: number) =>
        Promise.all(
          Array.from({ length: 6 }, async (_, n) => {
            const startedAfter = answered;
            const result = await carryOut(f, `race-${from + n}`, transfer(f, amount));
            return startedAfter ? result.kind : 'raced';
          }),
        );
      const early = transfers(0);
      const atAnswer = asked(f, 'freeze', 'f1', f.now).then(async (state) => {
        answered = true;
        assert.equal(state.frozen, true);
        return balance(f);
      });
      const during = transfers(10);
      const left = await atAnswer;
      const late = await transfers(20);
      await Promise.all([early, during]);
      assert.deepEqual(new Set(late), new Set(['refused']));
      assert.equal(await balance(f), left);
    },
  );

  contractTest('a customer who never asked is not frozen', async (f) => {
    await asked(f, 'freeze', 'f1', f.now);
    const other = await f.knex.transaction((transaction) => f.bank.freezeState('somebody-else', transaction));
    assert.deepEqual(other, { frozen: false });
  });
}

function asked(f: BankFixture, kind: 'freeze' | 'unfreeze', requestId: string, askedAt: Instant) {
  return f.knex.transaction((transaction) =>
    f.bank[kind]({ requestId, customerId: f.customerId, askedAt }, transaction),
  );
}

function freezeState(f: BankFixture) {
  return f.knex.transaction((transaction) => f.bank.freezeState(f.customerId, transaction));
}

function transfer(f: BankFixture, amountMinor: number): Order {
  return {
    action: 'transfer',
    revision: 1,
    accountId: f.account.id,
    payeeId: f.payeeId,
    amountMinor,
    currency: f.account.currency,
  };
}

function repayment(f: BankFixture, amountMinor: number): Order {
  return {
    action: 'repayment',
    revision: 1,
    accountId: f.account.id,
    loanId: f.loanId,
    amountMinor,
    currency: f.account.currency,
  };
}

function carryOut(f: BankFixture, idempotencyKey: string, order: Order, at = f.now): Promise<BankResult> {
  return f.knex.transaction((transaction) =>
    f.bank.carryOut({ idempotencyKey, customerId: f.customerId, order, at }, transaction),
  );
}

function preview(f: BankFixture, order: Order, at = f.now) {
  return f.knex.transaction((transaction) =>
    f.bank.preview({ customerId: f.customerId, order, at }, transaction),
  );
}

async function balance(f: BankFixture): Promise<number> {
  const accounts = await f.knex.transaction((transaction) => f.bank.accounts(f.customerId, transaction));
  const account = accounts.find(({ id }) => id === f.account.id);
  assert.ok(account);
  return account.balanceMinor;
}

function transactions(f: BankFixture, limit: number, accountId = f.account.id) {
  return f.knex.transaction((transaction) =>
    f.bank.transactions(f.customerId, accountId, limit, transaction),
  );
}

async function loanOf(f: BankFixture) {
  const loans = await f.knex.transaction((transaction) => f.bank.loans(f.customerId, transaction));
  const loan = loans.find(({ id }) => id === f.loanId);
  assert.ok(loan);
  return loan;
}

function paidOut(f: BankFixture, from: Instant, to: Instant): Promise<number> {
  return f.knex.transaction((transaction) =>
    f.bank.paidOutMinor(f.customerId, f.account.currency, from, to, transaction),
  );
}
