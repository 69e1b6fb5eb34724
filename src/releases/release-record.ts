import { z } from 'zod';
import { upgradeRecord } from '../flow/formats/record-format.ts';
import type { ReleaseTexts, TextsRead } from '../flow/load-release.ts';
import { isJurisdiction } from '../jurisdictions/catalogue.ts';
import { isLanguage } from '../locales/catalogue.ts';
import type { Instant } from '../platform/clock.ts';

const text = z.string();
const textsSchema = z.strictObject({
  flow: text,
  policy: text,
  company: text,
  prompts: z.record(text, text),
  sms: z.record(text, text),
  packs: z.record(text, text).optional(),
});

/** The texts in a stored document of any known format, in today's words. Pure. */
export function textsOf(document: string): TextsRead {
  const upgraded = upgradeRecord('release', parsed(document));
  if (!upgraded.ok) return { ok: false, problems: [upgraded.problem] };
  const read = textsSchema.safeParse(upgraded.record);
  if (!read.success) return { ok: false, problems: ['the document does not hold the texts of a release'] };
  const problems = strangers(read.data);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, texts: read.data as ReleaseTexts };
}

/** What a release was published with and this program lacks; its calls could not be decided as they were. */
function strangers({ prompts, sms, packs = {} }: z.infer<typeof textsSchema>): readonly string[] {
  const languages = new Set([...Object.keys(prompts), ...Object.keys(sms)]);
  return [
    ...[...languages]
      .filter((language) => !isLanguage(language))
      .map((language) => `it has words in ${language}, a language this version of the program lacks`),
    ...Object.keys(packs)
      .filter((code) => !isJurisdiction(code))
      .map((code) => `it is held to the rules of ${code}, a jurisdiction this version of the program lacks`),
  ];
}

const reportSchema = z.discriminatedUnion('proved', [
  z.strictObject({
    proved: z.literal(true),
    states: z.int(),
    transitions: z.int(),
    seconds: z.number(),
    /** Every property that was proved, as it was put then. */
    verdicts: z.array(
      z.strictObject({ id: text, rules: z.array(text), claim: text, holds: z.literal(true) }),
    ),
  }),
  /** The demo publishes whatever its files say, for somebody who is trying things out. */
  z.strictObject({ proved: z.literal(false), why: z.literal('demo') }),
]);
/** What the prover said of a release before it was stored. */
export type ReleaseReport = z.infer<typeof reportSchema>;

export const NOT_PROVED_IN_DEMO: ReleaseReport = { proved: false, why: 'demo' };

/** The report in a stored row; undefined when it is none. */
export function readReport(stored: string): ReleaseReport | undefined {
  const read = reportSchema.safeParse(parsed(stored));
  return read.success ? read.data : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** A release as it was published, without its texts. */
export interface PublishedRelease {
  readonly hash: string;
  /** 1, 2, 3 …, for people. */
  readonly number: number;
  readonly report: ReleaseReport;
  readonly proposedBy: string;
  readonly approvedBy: string | undefined;
  readonly createdAt: Instant;
}

export type ActivationKind = 'publish' | 'rollback';

/** From this moment new calls began with this release, until the next activation. */
export interface Activation {
  readonly seq: number;
  readonly release: string;
  readonly kind: ActivationKind;
  readonly proposedBy: string;
  readonly approvedBy: string | undefined;
  readonly at: Instant;
}
