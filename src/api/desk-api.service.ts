import { z } from 'zod';
import { type Clicked, leave, ready } from '../console/desk/clicks.service.ts';
import { colleaguesFor } from '../console/desk/drawing.service.ts';
import { soFarTold } from '../console/desk/so-far.view.ts';
import type { DeskAtWork } from '../console/page.ts';
import type { Words } from '../console/words/words.ts';
import { type DeskStand, queueStands } from '../desk/desk-stand.ts';
import type { CallView, OfferView, WhyTheyCame } from '../desk/desk-view.ts';
import { takenCalls } from '../escalation/taken-calls.store.ts';
import { DAY } from '../platform/clock.ts';
import { touchSession } from '../staff/sessions.store.ts';
import { type ApiContext, apiRoute, atDesk, refused } from './api-route.service.ts';
import { call, maybe, moment, offer, presence, queue, queueStand, reason } from './schemas.ts';

const desk = apiRoute({
  ...{ id: 'getDesk', method: 'get', path: '/api/desk', permission: 'desk.open', twin: 'GET /desk' },
  summary:
    'Everything on the person’s desk now: how they stand, who is offered, the call they have, who waits. Ask every two seconds, with the `mark` of the answer before: 204 while nothing has changed.',
  query: z.strictObject({ mark: z.string().max(400).optional() }),
  answer: z
    .object({
      at: moment,
      mark: z.string(),
      presence: maybe(presence),
      offer: maybe(offer),
      call: maybe(call),
      queues: z.array(queueStand),
    })
    .optional(),
  handle: (context, { query }) =>
    atDesk(context, async ({ views, pulse }) => {
      const { member, words } = context;
      const stand = await pulse.look([member.id]);
      const queues = queueStands(stand, member.tier);
      const waiting = queues.map((one) => `${one.waiting}.${one.since ?? ''}`).join('-');
      const mark = Buffer.from(`${await views.stamp(member)} ${waiting}`).toString('base64url');
      if (query.mark === mark) return { kind: 'done', value: undefined };
      const view = await views.of(member);
      const { at, presence: stands } = view;
      return {
        kind: 'done',
        value: {
          ...{ at, mark, presence: stands, queues: [...queues] },
          offer: view.offer && offerOf(words, view.offer),
          call: view.call && callOf(context, view.call, stand),
        },
      };
    }),
});

function whyOf(words: Words, why: WhyTheyCame) {
  const says = words(`desk.reason.${why.reason}`);
  return { ...why, rules: [...why.rules], says, advice: words(`desk.advice.${why.reason}`) };
}

function offerOf(words: Words, { handoffId, why, ...rest }: OfferView) {
  return { handoff: handoffId, ...rest, why: whyOf(words, why) };
}

/** What the call screen shows; what happened so far in the words it is told in there. */
function callOf({ words, member, now }: ApiContext, shown: CallView, stand: DeskStand) {
  const { handoffId, why, ladder, steps, ...rest } = shown;
  return {
    ...{ handoff: handoffId, ...rest, ladder: [...ladder], why: whyOf(words, why) },
    steps: steps.map(({ level, obstacle, ...step }) => ({
      ...{ ...step, level, obstacle },
      says: obstacle && words(`desk.obstacle.${obstacle}`),
    })),
    soFar: soFarTold(words, shown, member.id).map(({ at, text, mark, rule }) => ({ at, text, mark, rule })),
    colleagues: colleaguesFor({ member, now }, shown, stand),
  };
}

const here = apiRoute({
  ...{ id: 'sayHere', method: 'post', path: '/api/desk/here', permission: 'desk.open' },
  ...{ twin: 'POST /desk/here', isQuiet: true },
  summary:
    'The person’s screen is open and shows the desk: to be said every five seconds. Without it for 15 s nobody is offered to them. `active`: they moved since the last time, which keeps the session awake, as a call does.',
  body: z.strictObject({ active: z.boolean() }),
  handle: (context, { body }) =>
    atDesk(context, async ({ shift, views, pulse }) => {
      const { member, workload, parts, session, now } = context;
      await shift.seen(member.id);
      const { presence: stands, call: hasCall } = await views.standing(member);
      // Who has worked too long is offered no more until they have rested (R26).
      if (workload?.noOffers !== undefined && stands?.state === 'ready') {
        await shift.pause(member);
        pulse.wake();
      }
      if (hasCall || body.active) await touchSession(parts.knex, session.id, now);
      return { kind: 'done', value: undefined };
    }),
});

const moved = (context: ApiContext, move: (desk: DeskAtWork) => Promise<Clicked>) =>
  atDesk(context, async (at) => {
    const answer = await move(at);
    if (answer.kind === 'done') return { kind: 'done', value: undefined };
    return refused(answer.reason === 'not_allowed' ? 'not_your_work' : answer.reason);
  });

const readyRoute = apiRoute({
  ...{ id: 'beReady', method: 'post', path: '/api/desk/ready', permission: 'call.take' },
  twin: 'click ready',
  summary: 'Asks for calls: begins the shift or ends the break first where that is needed.',
  handle: (context) => moved(context, (at) => ready(at, context)),
});

const breakRoute = apiRoute({
  ...{ id: 'takeBreak', method: 'post', path: '/api/desk/break', permission: 'own.shift' },
  twin: 'click break',
  summary: 'No calls for now: a break begins.',
  handle: (context) => moved(context, (at) => leave(at, context, 'break')),
});

const offRoute = apiRoute({
  ...{ id: 'goHome', method: 'post', path: '/api/desk/off', permission: 'own.shift' },
  twin: 'click off',
  summary: 'No calls any more: the shift ends.',
  handle: (context) => moved(context, (at) => leave(at, context, 'end')),
});

const calls = apiRoute({
  ...{ id: 'listCalls', method: 'get', path: '/api/calls', permission: 'desk.open' },
  twin: 'GET /desk/calls',
  summary:
    'The calls the person took in the last 24 hours, the newest first, without anything of who called.',
  answer: z.object({
    calls: z.array(
      z
        .object({
          ...{ takenAt: moment, queue, reason },
          closedAt: maybe(moment),
          end: maybe(z.string()),
        })
        .meta({ id: 'TakenCall' }),
    ),
  }),
  handle: async ({ parts, member, now }) => ({
    kind: 'done',
    value: { calls: [...(await takenCalls(parts.knex, member.id, now - DAY))] },
  }),
});

/** How somebody stands at the desk, and what is on it. */
export const DESK_ROUTES = [desk, here, readyRoute, breakRoute, offRoute, calls];
