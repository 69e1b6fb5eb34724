import { z } from 'zod';
import { defined } from '../platform/defined.ts';
import { isStepName } from '../telemetry/events.ts';

/** The paths a carrier is told to ask; what follows from each stands in voice.routes.ts and sms.routes.ts. */
export type HoldPath = '/voice/answer' | '/voice/fallback';
export type VoicePath = HoldPath | '/voice/turn' | '/voice/freeze' | '/voice/status';

/** The query of a webhook; a repeated parameter is an array. */
export type Parameters = { readonly [name: string]: string | readonly string[] | undefined };

/** What a URL of ours says when the carrier asks it, beside its path. */
export interface OwnUrl {
  /** The step the answer belonged to, and the token that a turn of it must carry. */
  readonly step?: string;
  readonly token?: string;
  /** The step was asked of a caller who is on the way to a freeze. */
  readonly freezeInProgress: boolean;
  /** How often the caller has been held already. */
  readonly holdCount: number;
  /** Our own id of the message a status is about. */
  readonly reference?: string;
}

const token = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const step = z.string().refine(isStepName);
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
  return {
    ...defined({ step: stepName, token: stepToken, reference }),
    freezeInProgress: query.urgent === '1',
    holdCount: Number(single(count, query.held) ?? 0),
  };
}

/** Where the carrier takes what a caller does at a step. `publicUrl` has no slash at its end. */
export function turnUrl(publicUrl: string, step: string, token: string, urgent: boolean): string {
  return `${publicUrl}/voice/turn?step=${encoded(step)}&t=${encoded(token)}${urgent ? '&urgent=1' : ''}`;
}

/** Where a held caller comes back to. */
export function holdUrl(publicUrl: string, path: HoldPath, holdCount: number): string {
  return `${publicUrl}${path}?held=${holdCount}`;
}

/** The query of a turn's URL as we wrote it; anything else that stood in it is dropped. */
export function ownQuery({ step, token, freezeInProgress }: OwnUrl): string {
  if (step === undefined || token === undefined) return '';
  return `?step=${step}&t=${token}${freezeInProgress ? '&urgent=1' : ''}`;
}

function encoded(part: string): string {
  return encodeURIComponent(part.toWellFormed());
}
