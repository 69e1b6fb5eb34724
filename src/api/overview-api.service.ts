import { z } from 'zod';
import { CASE_OUTCOMES } from '../desk/case-work.service.ts';
import { queueStands } from '../desk/desk-stand.ts';
import { isHere } from '../escalation/desk-presence.store.ts';
import { alarmsOf } from '../fraud/alarms.store.ts';
import { DAY } from '../platform/clock.ts';
import { apiRoute, atDesk, clicked } from './api-route.service.ts';
import { atDeskPerson, customer, id, language, maybe, moment, queue, queueStand } from './schemas.ts';

const caseView = z
  .object({
    ...{ id, number: z.string() },
    kind: z.enum(['nobody_on_duty', 'callback', 'by_staff']),
    state: z.enum(['open', 'owned', 'closed']),
    ...{ queue, language, handoffId: id },
    ownerId: maybe(id),
    callsBack: z.boolean(),
    ...{ placeAt: moment, createdAt: moment, dueAt: moment },
  })
  .meta({ id: 'Case', description: 'Whom it is about is its owner’s to see.' });
const ofCase = z.strictObject({ case: id });

const cases = apiRoute({
  ...{ id: 'listCases', method: 'get', path: '/api/cases', permission: 'case.open', twin: undefined },
  summary: 'Cases that nobody has closed, the soonest due first.',
  answer: z.object({ cases: z.array(caseView) }),
  handle: (context) =>
    atDesk(context, async (desk) => {
      const listed = await desk.cases.list(context.member);
      return listed.kind === 'done' ? { kind: 'done', value: { cases: [...listed.cases] } } : listed;
    }),
});

const ownCase = apiRoute({
  ...{ id: 'ownCase', method: 'post', path: '/api/cases/{case}/own', permission: 'case.open' },
  twin: undefined,
  summary: 'Makes an open case one’s own.',
  params: ofCase,
  handle: (context, { params }) => clicked(context, (desk) => desk.cases.own(context.member, params.case)),
});

const closeCase = apiRoute({
  ...{ id: 'closeCase', method: 'post', path: '/api/cases/{case}/close', permission: 'case.open' },
  twin: undefined,
  summary: 'Closes a case of one’s own with what came of it.',
  params: ofCase,
  body: z.strictObject({ outcome: z.enum(CASE_OUTCOMES) }),
  handle: (context, { params, body }) =>
    clicked(context, (desk) => desk.cases.close(context.member, params.case, body.outcome)),
});

const customerRoute = apiRoute({
  ...{ id: 'getCustomer', method: 'get', path: '/api/customers/{customer}', permission: 'customer.see' },
  twin: undefined,
  summary:
    'A customer, masked, who is on the person’s line or in an open case of theirs; of anybody else it is refused. Both are recorded.',
  params: z.strictObject({ customer: id }),
  answer: customer,
  handle: (context, { params }) =>
    atDesk(context, async (desk) => {
      const { member, account } = context;
      const opened = await desk.customers.open(member, params.customer, account.language);
      return opened.kind === 'done' ? { kind: 'done', value: opened.customer } : opened;
    }),
});

const board = apiRoute({
  ...{ id: 'getBoard', method: 'get', path: '/api/board', permission: 'board.see' },
  twin: 'GET /desk/board',
  summary: 'Who waits, and who is at the desk with which call. Nothing of any customer.',
  answer: z
    .object({ at: moment, queues: z.array(queueStand), people: z.array(atDeskPerson) })
    .meta({ id: 'Board' }),
  handle: (context) =>
    atDesk(context, async ({ pulse }) => {
      const stand = await pulse.look([]);
      const { now } = context;
      const people = stand.presences.map((one) => {
        const own = stand.handoffs.find(
          ({ agentId, state }) => agentId === one.staffId && state !== 'offered',
        );
        const call = own && { handoff: own.id, queue: own.queue, state: own.state };
        return { ...one, id: one.staffId, isHere: isHere(one, now), call };
      });
      return { kind: 'done', value: { at: now, queues: [...queueStands(stand)], people } };
    }),
});

const alarms = apiRoute({
  ...{ id: 'listAlarms', method: 'get', path: '/api/alarms', permission: 'alarms.see' },
  twin: undefined,
  summary: 'Alarms of the last 24 hours about guessing across customers: counts, nobody by name.',
  answer: z.object({
    alarms: z.array(
      z
        .object({
          ...{ raisedAt: moment, seenAt: moment },
          ...{ customers: z.int(), sources: z.int(), failures: z.int(), windowSeconds: z.int() },
        })
        .meta({ id: 'Alarm' }),
    ),
  }),
  handle: async ({ parts, now }) => {
    const raised = await alarmsOf(parts.knex, 'spraying');
    return { kind: 'done', value: { alarms: raised.filter(({ seenAt }) => now - seenAt < DAY) } };
  },
});

/** Cases, customers, the board. */
export const OVERVIEW_ROUTES = [cases, ownCase, closeCase, customerRoute, board, alarms];
