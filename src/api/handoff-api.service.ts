import { z } from 'zod';
import type { DeskAtWork } from '../console/page.ts';
import { DECLINE_REASONS } from '../desk/decline-reasons.ts';
import type { DeskAnswer } from '../desk/desk-answer.ts';
import { MOST_NOTE_CHARACTERS } from '../desk/notes.ts';
import { OUTCOMES } from '../escalation/handoff.ts';
import type { StaffAction } from '../staff/permissions.ts';
import type { StaffOnDuty } from '../staff/staff-member.ts';
import { type ApiRoute, apiRoute, atDesk, clicked } from './api-route.service.ts';
import { id, keyingKind, ofHandoff, queue } from './schemas.ts';

/** One click of the call screen, done by a program. */
interface Click<Body extends z.ZodType> {
  /** As in forms of the page; the route is named after it. */
  readonly click: string;
  readonly permission: StaffAction;
  readonly alsoAsks?: readonly StaffAction[];
  readonly summary: string;
  /** What is chosen with it. */
  readonly body?: Body;
  press(
    work: DeskAtWork['work'],
    by: StaffOnDuty,
    handoff: string,
    chosen: z.output<Body>,
  ): Promise<DeskAnswer>;
}

function clickRoute<Body extends z.ZodType = z.ZodUndefined>({
  click,
  press,
  ...described
}: Click<Body>): ApiRoute {
  const camel = click.replaceAll(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase());
  return apiRoute({
    ...described,
    ...{ id: `${camel}Handoff`, method: 'post', path: `/api/handoffs/{handoff}/${click}` },
    ...{ twin: `click ${click}`, params: ofHandoff },
    handle: (context, { params, body }) =>
      clicked(context, ({ work }) => press(work, context.member, params.handoff, body as z.output<Body>)),
  });
}

const CLICKS: readonly ApiRoute[] = [
  clickRoute({
    ...{ click: 'take', permission: 'call.take', alsoAsks: ['call.take_restricted'] },
    summary:
      'Takes the caller who is offered: the person’s telephone rings, and the caller joins once it is answered.',
    press: (work, by, handoff) => work.take(by, handoff),
  }),
  clickRoute({
    ...{ click: 'decline', permission: 'call.work' },
    summary: 'Does not take the caller who is offered; the next person is asked.',
    body: z.strictObject({ why: z.enum(DECLINE_REASONS) }),
    press: (work, by, handoff, { why }) => work.decline(by, handoff, why),
  }),
  clickRoute({
    ...{ click: 'hold', permission: 'call.work' },
    summary: 'Puts the caller on hold; beyond the limit the level falls.',
    press: (work, by, handoff) => work.hold(by, handoff, true),
  }),
  clickRoute({
    ...{ click: 'unhold', permission: 'call.work' },
    summary: 'Takes the caller off hold.',
    press: (work, by, handoff) => work.hold(by, handoff, false),
  }),
  clickRoute({
    ...{ click: 'end', permission: 'call.work' },
    summary: 'Ends the talk; what came of it is written down next.',
    press: (work, by, handoff) => work.end(by, handoff),
  }),
  clickRoute({
    ...{ click: 'say-no', permission: 'call.work' },
    summary: 'The line tells the caller that nobody gets round the proofs, and brings them back.',
    press: (work, by, handoff) => work.sayNo(by, handoff),
  }),
  clickRoute({
    ...{ click: 'key', permission: 'keying.ask' },
    summary:
      'Has the caller key something to the line, alone. What came of it is passed, failed or locked; nothing that was keyed is ever shown.',
    body: z.strictObject({ what: keyingKind }),
    press: (work, by, handoff, { what }) => work.askToKey(by, handoff, what),
  }),
  clickRoute({
    ...{ click: 'take-back', permission: 'keying.ask' },
    summary: 'Brings back a caller who keys; what they would have keyed counts no more.',
    press: (work, by, handoff) => work.takeBack(by, handoff),
  }),
  clickRoute({
    ...{ click: 'transfer-queue', permission: 'call.transfer' },
    summary: 'Passes the caller to a queue; the ticket is issued anew and the level falls.',
    body: z.strictObject({ queue }),
    press: (work, by, handoff, chosen) => work.transferToQueue(by, handoff, chosen.queue),
  }),
  clickRoute({
    ...{ click: 'transfer-person', permission: 'call.transfer' },
    summary: 'Passes the caller to a colleague who is ready; their telephone rings.',
    body: z.strictObject({ person: id }),
    press: (work, by, handoff, { person }) => work.transferToPerson(by, handoff, person),
  }),
  clickRoute({
    ...{ click: 'freeze', permission: 'freeze.ask' },
    summary: 'Freezes, provisionally, whom the line has identified in this call.',
    press: (work, by, handoff) => work.freeze(by, handoff),
  }),
  clickRoute({
    ...{ click: 'listen', permission: 'call.listen' },
    summary: 'A supervisor hears the talk; the agent’s screen says so.',
    press: (work, by, handoff) => work.supervise(by, handoff, 'listen'),
  }),
  clickRoute({
    ...{ click: 'whisper', permission: 'call.whisper' },
    summary: 'A supervisor is heard by the agent alone.',
    press: (work, by, handoff) => work.supervise(by, handoff, 'whisper'),
  }),
  clickRoute({
    ...{ click: 'speak', permission: 'call.speak' },
    summary: 'A supervisor is heard by everybody.',
    press: (work, by, handoff) => work.supervise(by, handoff, 'speak'),
  }),
  clickRoute({
    ...{ click: 'leave', permission: 'call.listen' },
    summary: 'The supervisor leaves the talk.',
    press: (work, by, handoff) => work.stopSupervising(by, handoff),
  }),
  clickRoute({
    ...{ click: 'wrap-up', permission: 'call.work' },
    summary: 'What came of the talk. Save the notes first.',
    body: z.strictObject({ outcome: z.enum(OUTCOMES) }),
    press: (work, by, handoff, { outcome }) => work.wrapUp(by, handoff, outcome),
  }),
];

const notes = apiRoute({
  ...{ id: 'saveNotes', method: 'put', path: '/api/handoffs/{handoff}/notes', permission: 'call.work' },
  twin: 'POST /desk/notes',
  summary:
    'Saves the notes of a talk over the version they were written on (0: the first). Six digits in a row are refused: nobody writes a PIN or a code down.',
  params: ofHandoff,
  body: z.strictObject({ body: z.string().max(2 * MOST_NOTE_CHARACTERS), version: z.int().min(0) }),
  answer: z.object({ version: z.int() }),
  handle: (context, { params, body }) =>
    atDesk(context, async ({ work }) => {
      const saved = await work.saveNotes(context.member, params.handoff, body);
      return saved.kind === 'done' ? { kind: 'done', value: saved } : saved;
    }),
});

/** What is done with a call, each as on the call screen. */
export const HANDOFF_ROUTES: readonly ApiRoute[] = [...CLICKS, notes];
