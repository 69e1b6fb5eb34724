import { z } from 'zod';
import { LANGUAGES } from '../locales/catalogue.ts';
import { comparableSignIn, type StaffAccount, type StaffProfile } from '../staff/account.ts';
import { allAccounts, findAccount } from '../staff/accounts.store.ts';
import { decideChange, requestChange } from '../staff/administration.service.ts';
import type { ChangeRefusal } from '../staff/administration.ts';
import { pendingChanges } from '../staff/changes.store.ts';
import { standingProposals } from '../staff/proposals.store.ts';
import { PROPOSAL_KINDS } from '../staff/proposals.ts';
import { closeSession } from '../staff/sessions.service.ts';
import { sessionsOf } from '../staff/sessions.store.ts';
import { apiRoute, refused } from './api-route.service.ts';
import { id, language, maybe, moment, role } from './schemas.ts';

const profileShape = {
  signIn: z.string().max(64),
  name: z.string().max(64),
  role,
  number: z.string().max(4),
  phone: z.string().max(170),
};
const profileShown = z
  .object({ ...profileShape, languages: z.array(language).readonly(), qualifiedUntil: maybe(moment) })
  .meta({ id: 'Profile' });
const profileAsked = z
  .strictObject({
    ...profileShape,
    languages: z.array(language).max(LANGUAGES.length),
    qualifiedUntil: z.iso.datetime().nullable().meta({ description: 'Exclusive; null: they take no calls.' }),
  })
  .meta({ id: 'ProfileAsked' });

const person = z
  .object({ id, profile: profileShown, state: z.enum(['invited', 'active', 'disabled']), createdAt: moment })
  .meta({ id: 'StaffAccount' });
const kind = z.enum(['add', 'change', 'disable', 'enable', 'reset']);
const change = z
  .object({
    ...{ id, kind, staffId: id },
    profile: maybe(profileShown),
    requester: z.string(),
    ...{ requestedAt: moment, expiresAt: moment },
  })
  .meta({ id: 'StaffChange' });

const personOf = ({ id: of, state, createdAt, ...profile }: StaffAccount) => ({
  ...{ id: of, state, createdAt, profile },
});

/** The table has been asked before. */
const changeRefused = (reason: ChangeRefusal) => refused(reason === 'not_allowed' ? 'not_your_work' : reason);

const staff = apiRoute({
  ...{ id: 'listStaff', method: 'get', path: '/api/staff', permission: 'staff.see' },
  twin: 'GET /desk/staff',
  summary: 'Everybody who works here, and the requests that wait for another administrator.',
  answer: z.object({ people: z.array(person), pending: z.array(change) }),
  handle: async ({ parts, now }) => {
    const people = (await allAccounts(parts.knex)).map(personOf);
    const pending = [...(await pendingChanges(parts.knex, now))];
    return { kind: 'done', value: { people, pending } };
  },
});

const session = z
  .object({ id, device: z.string(), program: maybe(z.string()), seenAt: moment, endsAt: moment })
  .meta({ id: 'StaffSession' });

const onePerson = apiRoute({
  ...{ id: 'getStaff', method: 'get', path: '/api/staff/{person}', permission: 'staff.request' },
  twin: 'GET /desk/staff/person',
  summary: 'One account, and where its owner is signed in.',
  params: z.strictObject({ person: id }),
  answer: z.object({ person, sessions: z.array(session) }),
  handle: async ({ parts, now }, { params }) => {
    const found = await findAccount(parts.knex, { id: params.person });
    if (!found) return refused('unknown_person');
    const sessions = [...(await sessionsOf(parts.knex, found.id, now))];
    return { kind: 'done', value: { person: personOf(found), sessions } };
  },
});

const asked = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('add'), profile: profileAsked }),
    z.strictObject({ kind: z.literal('change'), staffId: id, profile: profileAsked }),
    z.strictObject({ kind: z.enum(['disable', 'enable', 'reset']), staffId: id }),
  ])
  .meta({ id: 'ChangeAsked' });

const request = apiRoute({
  ...{ id: 'requestStaffChange', method: 'post', path: '/api/staff-changes', permission: 'staff.request' },
  twin: 'POST /desk/staff/request',
  summary: 'Asks for a change of an account; it waits for an administrator who neither asked nor is changed.',
  body: asked,
  answer: change,
  handle: async ({ parts, member, now }, { body }) => {
    const wanted = 'profile' in body ? { ...body, profile: profileOf(body.profile) } : body;
    const answer = await requestChange(parts, member, wanted, now);
    if (answer.kind === 'refused') return changeRefused(answer.reason);
    // Only the command line carries out at once.
    return answer.kind === 'waits' ? { kind: 'done', value: answer.change } : refused('gone');
  },
});

/** As forms of the page are read. */
function profileOf(typed: z.output<typeof profileAsked>): StaffProfile {
  const { signIn, name, qualifiedUntil, ...rest } = typed;
  const tidy = (text: string) => text.trim().normalize('NFC');
  return {
    ...{ ...rest, signIn: comparableSignIn(tidy(signIn)), name: tidy(name).replaceAll(/\s+/g, ' ') },
    languages: [...new Set(rest.languages)],
    qualifiedUntil: qualifiedUntil === null ? undefined : Date.parse(qualifiedUntil),
  };
}

const decide = apiRoute({
  ...{ id: 'decideStaffChange', method: 'post', path: '/api/staff-changes/{change}/decide' },
  ...{ permission: 'staff.decide', twin: 'POST /desk/staff/decide' },
  summary:
    'Approves or refuses a request, never one’s own nor one about oneself. `link`: the key of the one-time link where the account has a new one, told once.',
  params: z.strictObject({ change: id }),
  body: z.strictObject({ decision: z.enum(['approved', 'refused']) }),
  answer: z.object({ staffId: id, link: maybe(z.string()) }),
  handle: async ({ parts, member, now }, { params, body }) => {
    const answer = await decideChange(parts, member, params.change, body.decision, now);
    return answer.kind === 'done' ? { kind: 'done', value: answer } : changeRefused(answer.reason);
  },
});

const endStaffSession = apiRoute({
  ...{ id: 'endStaffSession', method: 'post', path: '/api/staff/{person}/sessions/{session}/end' },
  ...{ permission: 'staff.request', twin: 'POST /desk/staff/person/end-session' },
  summary: 'Ends a session of somebody: one administrator may, because it gives nobody anything.',
  params: z.strictObject({ person: id, session: id }),
  handle: async ({ parts, member, now }, { params }) => {
    const of = { id: params.session, staffId: params.person };
    const ended = await parts.transactions.run((transaction) =>
      closeSession(transaction, of, { why: 'revoked', by: member }, now),
    );
    return ended ? { kind: 'done', value: undefined } : refused('unknown_session');
  },
});

const approver = z.object({ id, name: z.string() });
const proposal = z
  .object({
    ...{ id, kind: z.enum(PROPOSAL_KINDS), state: z.enum(['open', 'approved']) },
    facts: z.array(z.string()).readonly(),
    proposer: z.string(),
    ...{ proposedAt: moment, expiresAt: moment, first: maybe(approver), second: maybe(approver) },
  })
  .meta({ id: 'Proposal' });

const proposals = apiRoute({
  ...{ id: 'listProposals', method: 'get', path: '/api/proposals', permission: 'proposal.see' },
  twin: 'GET /desk/proposals',
  summary:
    'What the command line proposes and two members of staff stand for; they decide on the page, in person.',
  answer: z.object({ proposals: z.array(proposal) }),
  handle: async ({ parts, now }) => {
    const standing = await standingProposals(parts.knex, now);
    // Without the digest: its end is read from the terminal by those who approve.
    return { kind: 'done', value: { proposals: standing.map(({ digest: _digest, ...rest }) => rest) } };
  },
});

/** The administration of staff, and what two of them stand for. */
export const STAFF_ROUTES = [staff, onePerson, request, decide, endStaffSession, proposals];
