/** What a hand-off to a person says: on the way into a conference, beside it, out of it, and while waiting. */
export const DESK_PROMPT_VALUES = {
  'desk.adviser': ['adviser'],
  'desk.refusal': [],
  'desk.hold': [],
  'desk.stay': [],
  'desk.starred': [],
  'desk.staff': [],
  'desk.place': ['place'],
  'desk.minutes': ['minutes'],
  'desk.callBack': ['number'],
  'desk.callbackTaken': [],
  'desk.case': ['caseNumber'],
  'desk.caseUntil': ['until'],
  'desk.caseCall': [],
} as const;

/** What a flow says around what a person has the caller key. */
export const KEYING_PROMPT_VALUES = { 'desk.keys': [], 'desk.back': [] } as const;

/** What releases published before these words say instead. */
export const DESK_SAID_INSTEAD = {
  'desk.adviser': 'handoff.connecting',
  'desk.refusal': 'handoff.connecting',
  'desk.hold': 'handoff.connecting',
  'desk.stay': 'handoff.connecting',
  'desk.starred': 'common.star',
  'desk.staff': 'handoff.connecting',
  'desk.place': 'handoff.waiting',
  'desk.minutes': 'handoff.waiting',
  'desk.callBack': 'handoff.waiting',
  'desk.callbackTaken': 'handoff.waiting',
  'desk.case': 'handoff.waiting',
  'desk.caseUntil': 'handoff.waiting',
  'desk.caseCall': 'handoff.waiting',
} as const satisfies { readonly [key in keyof typeof DESK_PROMPT_VALUES]: string };

/** All of them: the program says them by itself. */
export const DESK_PROMPTS_SAID = Object.keys(
  DESK_PROMPT_VALUES,
) as readonly (keyof typeof DESK_PROMPT_VALUES)[];
