import type { EntryTypes } from '../ledger/entry.ts';

/** Everything an order is bound to, opaque ids only. */
const ORDER = ['action', 'revision', 'accountId', 'loanId', 'payeeId', 'amountMinor', 'currency'] as const;

/** What is recorded of orders: changes, confirmations, and what became of them. */
export const ORDER_ENTRIES = {
  'order.changed': [...ORDER, 'customerId'],
  'order.assessed': [...ORDER, 'customerId', 'outcome', 'reason'],
  'order.carried': [...ORDER, 'customerId', 'receipt', 'level', 'key'],
  'order.refused': [...ORDER, 'customerId', 'reason'],
  'confirmation.given': ['part', 'customerId'],
} as const satisfies EntryTypes;
