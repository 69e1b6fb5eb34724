import { z } from 'zod';
import { may, STAFF_ACTIONS, type StaffAction } from '../staff/permissions.ts';
import { closeSession } from '../staff/sessions.service.ts';
import { sessionsOf } from '../staff/sessions.store.ts';
import { SHIFT_STEPS, takeShiftStep } from '../staff/shift.service.ts';
import { apiRoute, refused } from './api-route.service.ts';
import { id, language, maybe, moment, role } from './schemas.ts';

const permission = z
  .object({
    action: z.enum(STAFF_ACTIONS as readonly [StaffAction, ...StaffAction[]]),
    refused: maybe(z.enum(['not_your_work', 'beyond_tier', 'duties_separated', 'qualification_ended'])),
  })
  .meta({ id: 'Permission', description: 'By the table alone; a use case may refuse for another reason.' });

const me = apiRoute({
  ...{ id: 'getMe', method: 'get', path: '/api/me', permission: 'own.account', twin: undefined },
  summary: 'Who the key acts for, what they may do now, and until when the session goes on.',
  answer: z
    .object({
      ...{ id, name: z.string(), number: z.string(), role, language },
      tier: maybe(z.int()),
      languages: z.array(language).readonly(),
      qualifiedUntil: maybe(moment),
      session: z.object({ id, program: maybe(z.string()), endsAt: moment }),
      permissions: z.array(permission),
    })
    .meta({ id: 'Me' }),
  handle: async ({ member, account, session, now }) => ({
    kind: 'done',
    value: {
      ...member,
      language: account.language,
      session,
      permissions: STAFF_ACTIONS.map((action) => {
        const asked = may(member, action, now);
        return { action, refused: asked.kind === 'refused' ? asked.reason : undefined };
      }),
    },
  }),
});

const session = z
  .object({
    ...{ id, device: z.string() },
    program: maybe(z.string()),
    ...{ createdAt: moment, seenAt: moment, endsAt: moment },
  })
  .meta({ id: 'Session' });

const sessions = apiRoute({
  ...{ id: 'listSessions', method: 'get', path: '/api/sessions', permission: 'own.account' },
  twin: 'GET /desk/sessions',
  summary: 'Where the person is signed in, with the programs that act for them.',
  answer: z.object({ sessions: z.array(session) }),
  handle: async ({ parts, member, now }) => ({
    kind: 'done',
    value: { sessions: [...(await sessionsOf(parts.knex, member.id, now))] },
  }),
});

const endSession = apiRoute({
  ...{ id: 'endSession', method: 'post', path: '/api/sessions/{session}/end', permission: 'own.account' },
  twin: 'POST /desk/sessions/end',
  summary:
    'Ends a session of the person’s own; a browser’s takes the programs with it that were begun in it.',
  params: z.strictObject({ session: id }),
  handle: async ({ parts, member, now }, { params }) => {
    const ended = await parts.transactions.run((transaction) =>
      closeSession(
        transaction,
        { id: params.session, staffId: member.id },
        { why: 'revoked', by: member },
        now,
      ),
    );
    return ended ? { kind: 'done', value: undefined } : refused('unknown_session');
  },
});

const shiftState = z
  .object({
    onDutySince: maybe(moment),
    onBreakSince: maybe(moment),
    workedMilliseconds: z.int(),
    breakDueAt: maybe(moment),
    offersEndAt: maybe(moment),
    shiftEndsAt: maybe(moment),
    mayStartAt: maybe(moment),
    noOffers: maybe(z.enum(['off', 'on_break', 'break_overdue', 'shift_over'])),
  })
  .meta({ id: 'Shift', description: 'What the rules on work and rest say now (R26).' });

const shift = apiRoute({
  ...{ id: 'getShift', method: 'get', path: '/api/shift', permission: 'own.shift' },
  twin: 'GET /desk/shift',
  summary: 'How the person stands with work and rest.',
  answer: z.object({ shift: maybe(shiftState) }),
  handle: async ({ workload }) => ({ kind: 'done', value: { shift: workload } }),
});

const shiftStep = apiRoute({
  ...{ id: 'stepShift', method: 'post', path: '/api/shift', permission: 'own.shift' },
  twin: 'POST /desk/shift/step',
  summary: 'Begins or ends the shift or a break.',
  body: z.strictObject({ step: z.enum(SHIFT_STEPS) }),
  handle: async ({ parts, member, now }, { body }) => {
    const answer = await takeShiftStep(parts, parts.policy(), member, body.step, now);
    if (answer.kind === 'done') return { kind: 'done', value: undefined };
    return refused(answer.reason === 'not_allowed' ? 'not_your_work' : answer.reason);
  },
});

/** What everybody does for themselves. */
export const OWN_ROUTES = [me, sessions, endSession, shift, shiftStep];
