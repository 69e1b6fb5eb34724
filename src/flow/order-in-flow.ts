import { ACTION_CATALOGUE, type ActionName } from '../actions/catalogue.ts';
import { FREEZE } from '../actions/freeze.ts';
import type { Option } from '../actions/option.ts';
import type { Order } from '../actions/order.ts';
import type { Instant } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import { assert } from '../platform/fault.ts';
import type { FlowContext } from './context.ts';

/** The order with one more thing known. The revision is raised by decide, for every change alike. */
export function withChoice(flow: FlowContext, option: Option | undefined): FlowContext {
  assert(option, 'a choice is one of the options');
  assert(flow.order, 'a choice belongs to an order');
  const { order } = flow;
  const labels = { ...flow.labels, [option.kind]: option };
  switch (option.kind) {
    case 'loan':
      return { ...flow, labels, order: { ...order, loanId: option.id, currency: option.currency } };
    case 'payee':
      return { ...flow, labels, order: { ...order, payeeId: option.id, currency: option.currency } };
    case 'account':
      return { ...flow, labels, order: { ...order, accountId: option.id, currency: option.currency } };
  }
}

/** The flow with a new order of this action; nothing is left of the one before. */
export function newOrder(flow: FlowContext, action: ActionName): FlowContext {
  const { code: _code, identityConfirmedFor: _confirmed, freezeDone: _done, ...rest } = flow;
  const order: Order = { action, revision: (flow.order?.revision ?? flow.revisionAside ?? 0) + 1 };
  return { ...rest, order, labels: {}, options: [] };
}

/** The flow with the moment its freeze was first asked for, and without one where something else is wanted (V8.2). */
export function withMomentOfAsking(flow: FlowContext, now: Instant): FlowContext {
  if (flow.order?.action === FREEZE) return { ...flow, freezeAskedAt: flow.freezeAskedAt ?? now };
  const { freezeAskedAt: _asked, ...rest } = flow;
  return rest;
}

/** Whether the call is about a freeze, carried out or not. */
export function isFreezeErrand({ order }: Pick<FlowContext, 'order'>): boolean {
  return order !== undefined && ACTION_CATALOGUE[order.action].does === 'freeze_account';
}

/** Whether a freeze was asked for that has not come to its outcome yet. */
export function isFreezeWanted(flow: FlowContext): boolean {
  return isFreezeErrand(flow) && !flow.freezeDone;
}

/** The flow without the order the caller was at: somebody else has them now, and nothing of it is carried out meanwhile. */
export function setOrderAside(flow: FlowContext): FlowContext {
  const {
    order: _order,
    code: _code,
    identityConfirmedFor: _confirmed,
    listedFrom: _from,
    resultLeft: _left,
    receipt: _receipt,
    toldReceipt: _told,
    freezeDone: _done,
    ...rest
  } = flow;
  const revisionAside = flow.order?.revision ?? flow.revisionAside;
  return { ...rest, ...defined({ revisionAside }), labels: {}, options: [], lastResult: [] };
}

/** What a flow remembers once its customer is not proved any more: nothing of them, and of an order only what was wanted. */
export function forgetCustomer(flow: FlowContext): FlowContext {
  const {
    keyedPhoneIndex: _phone,
    identityKeyed: _keyed,
    receipt: _receipt,
    toldReceipt: _told,
    frozen: _frozen,
    ...rest
  } = flow;
  const { order } = flow;
  return {
    ...(order ? newOrder(rest, order.action) : rest),
    labels: {},
    options: [],
    lastResult: [],
  };
}
