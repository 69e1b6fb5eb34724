import { CHANGE_REFUSAL_WORDS } from '../console/words/shell-words.ts';
import type { PlainKey, Words } from '../console/words/words.ts';
import { DESK_REFUSALS, type DeskRefusal } from '../desk/desk-answer.ts';
import type { ChangeRefusal } from '../staff/administration.ts';

/** What is wrong with a request before a use case has seen it. */
const REQUEST_PROBLEMS = {
  invalid_request: [400, 'The request is not what the description of the API says.'],
  not_signed_in: [401, 'No key of a session that goes on came with the request.'],
  not_found: [404, 'The API has no such address.'],
  method_not_allowed: [405, 'The address does not take this method.'],
  too_large: [413, 'The body has more than 16 KiB.'],
  unsupported_media_type: [415, 'The body is not application/json.'],
  unavailable: [503, 'Something of the service failed; nothing of the request was done.'],
} as const satisfies { readonly [problem: string]: readonly [status: number, title: string] };
type RequestProblem = keyof typeof REQUEST_PROBLEMS;

/** What use cases refuse that no page has words of its own for. */
const OWN_WORDS = {
  resting: 'shift.refused.resting',
  out_of_order: 'shift.refused.out_of_order',
  desk_elsewhere: 'desk.elsewhere',
  unknown_session: 'sessions.unknown',
} as const satisfies { readonly [reason: string]: PlainKey };
type OwnReason = keyof typeof OWN_WORDS;

/** Why a use case did nothing: the reasons of the pages. */
export type ApiRefusal = DeskRefusal | Exclude<ChangeRefusal, 'not_allowed'> | OwnReason;
type ApiReason = ApiRefusal | RequestProblem;

const CHANGE_PREFIX = 'change.refused.';
const CHANGE_REFUSALS = Object.keys(CHANGE_REFUSAL_WORDS)
  .map((key) => key.slice(CHANGE_PREFIX.length) as ChangeRefusal)
  .filter((reason) => reason !== 'not_allowed');

/** Every reason there is: a closed list. */
export const API_REASONS: readonly string[] = [
  ...new Set<ApiReason>([
    ...(Object.keys(REQUEST_PROBLEMS) as RequestProblem[]),
    ...(Object.keys(OWN_WORDS) as OwnReason[]),
    ...DESK_REFUSALS,
    ...CHANGE_REFUSALS,
  ]),
];

/** By the reason; whatever is not listed is how things stand now (409). */
const STATUS: { readonly [reason in ApiRefusal]?: number } = {
  not_your_work: 403,
  beyond_tier: 403,
  duties_separated: 403,
  qualification_ended: 403,
  not_yours: 403,
  not_your_customer: 403,
  own_request: 403,
  about_oneself: 403,
  unknown_handoff: 404,
  unknown_case: 404,
  unknown_person: 404,
  unknown_call: 404,
  unknown_session: 404,
  gone: 404,
  digits_in_notes: 422,
  notes_too_long: 422,
  sign_in_unfit: 422,
  name_unfit: 422,
  number_unfit: 422,
  languages_missing: 422,
  phone_unfit: 422,
};
const AS_THINGS_STAND = 409;

/** One thing that is wrong with a request, by where it stands: `body.outcome`. */
export interface RequestFault {
  readonly at: string;
  readonly says: string;
}

/** An answer that says why not, as RFC 9457 has it. */
export interface Problem {
  readonly type: `urn:verification-hotline:problem:${string}`;
  readonly title: string;
  readonly status: number;
  readonly reason: string;
  readonly problems?: readonly RequestFault[];
}

/** What is wrong with a request, in English: a developer reads it. */
export function requestProblem(reason: RequestProblem, problems?: readonly RequestFault[]): Problem {
  const [status, title] = REQUEST_PROBLEMS[reason];
  return {
    type: `urn:verification-hotline:problem:${reason}`,
    ...{ title, status, reason },
    ...(problems && { problems }),
  };
}

/** Why a use case did nothing, in the words and the language that the person's pages say it in. */
export function refusalProblem(reason: ApiRefusal, words: Words): Problem {
  return {
    type: `urn:verification-hotline:problem:${reason}`,
    ...{ title: words(wordsOf(reason)), status: STATUS[reason] ?? AS_THINGS_STAND, reason },
  };
}

function wordsOf(reason: ApiRefusal): PlainKey {
  if (isOwn(reason)) return OWN_WORDS[reason];
  return isOfDesk(reason) ? `desk.refused.${reason}` : `change.refused.${reason}`;
}

function isOwn(reason: ApiRefusal): reason is OwnReason {
  return Object.hasOwn(OWN_WORDS, reason);
}

function isOfDesk(reason: Exclude<ApiRefusal, OwnReason>): reason is DeskRefusal {
  return DESK_REFUSALS.some((known) => known === reason);
}
