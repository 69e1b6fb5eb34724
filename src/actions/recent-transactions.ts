import { type Action, digits, money, TELLS_ONLY, type Telling } from './action.ts';

/** How many are told: the newest of one account. */
export const TRANSACTIONS_TOLD = 5;

/** The newest transactions of one account, each told by itself: query PIN, no money, no message (S6). */
export const recentTransactions = {
  label: 'Recent transactions',
  least: {
    says: 'recent transactions take at least L2 with the query PIN',
    basis: 'R6.1',
    level: 'L2',
    pin: 'query',
  },
  fields: ['account'],
  ...TELLS_ONLY,
  does: 'tell_transactions',
  resultPrompts: {
    'result.transactions': ['accountLastFour'],
    'result.noTransactions': ['accountLastFour'],
    'result.moneyIn': ['transactionOn', 'amount'],
    'result.moneyInFrom': ['transactionOn', 'amount', 'counterpartyLastFour'],
    'result.moneyOut': ['transactionOn', 'amount'],
    'result.moneyOutTo': ['transactionOn', 'amount', 'counterpartyLastFour'],
  },
  tell: ({ labels: { account } }, { transactions = [], today }) => {
    const of = account ? { accountLastFour: digits(account.lastFour) } : {};
    if (transactions.length === 0) return [{ prompt: 'result.noTransactions', values: of }];
    return [
      { prompt: 'result.transactions', values: of },
      ...transactions.map(
        ({ direction, on, amountMinor, currency, counterpartyLastFour }, index): Telling => {
          const first = index === 0 ? ({ goesOn: true } as const) : {};
          const values = {
            transactionOn: { kind: 'date', date: on, ...(today === undefined ? {} : { today }) },
            amount: money(amountMinor, currency),
          } as const;
          const told = direction === 'in' ? 'result.moneyIn' : 'result.moneyOut';
          if (counterpartyLastFour === undefined) return { prompt: told, values, ...first };
          return {
            prompt: direction === 'in' ? `${told}From` : `${told}To`,
            values: { ...values, counterpartyLastFour: digits(counterpartyLastFour) },
            ...first,
          };
        },
      ),
    ];
  },
  assumedResults: (currency) => {
    const known = { on: '2026-01-14', amountMinor: 12_345_678, currency, counterpartyLastFour: '4567' };
    const { counterpartyLastFour: _unknown, ...unknown } = known;
    return [
      {
        today: '2026-01-15',
        transactions: [
          { direction: 'in', ...known },
          { direction: 'in', ...unknown },
          { direction: 'out', ...known },
          { direction: 'out', ...unknown },
        ],
      },
      { today: '2026-01-15', transactions: [] },
    ];
  },
} as const satisfies Action;
