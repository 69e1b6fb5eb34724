import { z } from 'zod';
import { type LegLabel, readLabel } from '../escalation/carrier-command.ts';
import { LANGUAGES, type Language } from '../locales/catalogue.ts';
import { defined } from '../platform/defined.ts';
import { isStepName } from '../telemetry/events.ts';

/** The paths a carrier is told to ask; what follows from each stands in voice.routes.ts, desk.routes.ts and sms.routes.ts. */
export type HoldPath = '/voice/answer' | '/voice/fallback';
export type VoicePath = HoldPath | '/voice/turn' | '/voice/freeze' | '/voice/wait' | '/voice/status';

/** The query of a webhook; a repeated parameter is an array. */
export type Parameters = { readonly [name: string]: string | readonly string[] | undefined };

/** What a URL of ours says when the carrier asks it, beside its path. */
export interface OwnUrl {
  /** The step the answer belonged to, and the token that a turn of it must carry; of a static document its mark. */
  readonly step?: string;
  readonly token?: string;
  /** The step was asked of a caller who is on the way to a freeze. */
  readonly freezeInProgress: boolean;
  /** Keys are heard beside words or while waiting, where none is asked for: only `**` means anything (invariant 41). */
  readonly aside: boolean;
  /** What the caller hears who waits in a queue. */
  readonly language?: Language;
  /** How often the caller has been held already. */
  readonly holdCount: number;
  /** Our own id of the message a status is about. */
  readonly reference?: string;
  /** The hand-off that a caller or a leg of staff is in, and the name of their leg in its conference. */
  readonly handoff?: string;
  readonly leg?: LegLabel;
  /** How the caller comes from the conference, where it is not the usual way. */
  readonly from?: 'not_joined' | 'answered_star';
}

const token = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const step = z.string().refine(isStepName);
const language = z.enum(LANGUAGES);
/** A hand-off's id may have a call's id in it. */
const handoff = z.string().regex(/^[\x21-\x7e]{1,96}$/);
const label = z.string().transform(readLabel);
const from = z.enum(['not_joined', 'answered_star']);
const count = z.string().regex(/^[0-9]{1,3}$/);

/** A single value of the right shape; missing, repeated and malformed ones are all undefined. */
export function single<Value>(schema: z.ZodType<Value>, value: unknown): Value | undefined {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** Reads the query of a URL of ours; what is missing, repeated or malformed counts as not there. Never throws. */
export function readOwnUrl(query: Parameters): OwnUrl {
  const stepName = single(step, query.step);
  const stepToken = single(token, query.t);
  const reference = single(token, query.reference);
  const holdCount = Number(single(count, query.held) ?? 0);
  return {
    ...defined({ step: stepName, token: stepToken, reference, language: single(language, query.l) }),
    ...defined({
      handoff: single(handoff, query.h),
      leg: single(label, query.p),
      from: single(from, query.from),
    }),
    freezeInProgress: query.urgent === '1',
    aside: query.aside === '1' || holdCount > 0,
    holdCount,
  };
}

/** Where the carrier takes what a caller does at a step. `publicUrl` has no slash at its end. */
export function turnUrl(publicUrl: string, step: string, token: string, urgent: boolean): string {
  return `${publicUrl}/voice/turn?step=${encoded(step)}&t=${encoded(token)}${urgent ? '&urgent=1' : ''}`;
}

/** The same for keys beside words that only `**` cuts short. */
export function asideUrl(turn: string): string {
  return `${turn}&aside=1`;
}

/** Where the carrier asks what a caller hears who waits in a queue, and takes what they key. `at`: the step that put them there. */
export function waitUrl(
  publicUrl: string,
  spokenIn: Language,
  at: { readonly step?: string; readonly token?: string | undefined } = {},
): string {
  const step = at.step === undefined ? '' : `&step=${encoded(at.step)}`;
  return `${publicUrl}/voice/wait?l=${spokenIn}&aside=1${step}${marked(at.token)}`;
}

/** Where `**` beside the static documents goes. */
export function freezeUrl(publicUrl: string, mark?: string): string {
  return `${publicUrl}/voice/freeze?aside=1${marked(mark)}`;
}

/** Where a held caller comes back to. */
export function holdUrl(publicUrl: string, path: HoldPath, holdCount: number, mark?: string): string {
  return `${publicUrl}${path}?held=${holdCount}${marked(mark)}`;
}

function marked(token: string | undefined): string {
  return token === undefined ? '' : `&t=${encoded(token)}`;
}

/** The query of a turn's URL as we wrote it; anything else that stood in it is dropped. */
export function ownQuery({ step, token, language: spokenIn, freezeInProgress, aside }: OwnUrl): string {
  const said = [
    ...(step === undefined ? [] : [`step=${step}`]),
    ...(token === undefined ? [] : [`t=${token}`]),
    ...(spokenIn === undefined ? [] : [`l=${spokenIn}`]),
    ...(freezeInProgress ? ['urgent=1'] : []),
    ...(aside ? ['aside=1'] : []),
  ];
  return said.length > 0 ? `?${said.join('&')}` : '';
}

function encoded(part: string): string {
  return encodeURIComponent(part.toWellFormed());
}
