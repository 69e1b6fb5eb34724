import type { Company, DialledLine } from '../../flow/company.ts';
import { LANGUAGES } from '../../locales/catalogue.ts';
import { describeBound, type JurisdictionPack } from '../../policy/jurisdiction.ts';
import type { Prompts } from '../../speech/prompts.ts';
import { SMS_KEYS } from '../../speech/sms-keys.ts';
import type { SmsTexts } from '../../speech/sms-texts.ts';
import { type Change, change, sameValue } from './change.ts';

/** Prompts and voices that are different, by language: old words and new. */
export function promptChanges(before: Prompts, after: Prompts): readonly Change[] {
  return LANGUAGES.flatMap((language) => {
    const [was, is] = [before.voice(language), after.voice(language)];
    const voices = sameValue(was, is)
      ? []
      : [
          change(
            `${language}: spoken by ${is.voice} (${is.language}) instead of ${was.voice} (${was.language})`,
          ),
        ];
    const keys = [...new Set([...before.keys(), ...after.keys()])];
    const texts = keys
      .map((key) => ({ key, was: before.template(key, language), is: after.template(key, language) }))
      .filter((prompt) => prompt.was !== prompt.is)
      .map((prompt) => change(`${language} ${prompt.key}: “${prompt.was}” → “${prompt.is}”`));
    return [...voices, ...texts];
  });
}

/** Messages that are worded differently, by language: old words and new. */
export function smsChanges(before: SmsTexts, after: SmsTexts): readonly Change[] {
  return LANGUAGES.flatMap((language) =>
    SMS_KEYS.map((key) => ({ key, was: before.template(key, language), is: after.template(key, language) }))
      .filter((text) => text.was !== text.is)
      .map((text) => change(`${language} ${text.key}: “${text.was}” → “${text.is}”`)),
  );
}

function describeLine({ language, jurisdiction, currency }: DialledLine): string {
  return `${language}, under the rules of ${jurisdiction}, in ${currency}`;
}

/** Names, numbers and queues that are different. */
export function companyChanges(before: Company, after: Company): readonly Change[] {
  const changes: Change[] = [];
  const compare = (what: string, was: string | undefined, is: string | undefined) => {
    if (was === is) return;
    if (was === undefined) changes.push(change(`${what} is new: ${is}`));
    else if (is === undefined) changes.push(change(`${what} is gone (it was ${was})`));
    else changes.push(change(`${what}: ${was} → ${is}`));
  };
  for (const language of LANGUAGES) {
    compare(`${language} name of the company`, before.name[language], after.name[language]);
    compare(`${language} name of the department`, before.department[language], after.department[language]);
  }
  const line = (company: Company, number: string) => company.lines.find((known) => known.number === number);
  for (const number of new Set([...before.lines, ...after.lines].map((known) => known.number))) {
    const [was, is] = [line(before, number), line(after, number)];
    compare(`the line ${number}`, was && describeLine(was), is && describeLine(is));
  }
  compare('every other number', describeLine(before.fallback), describeLine(after.fallback));
  for (const queue of Object.keys(before.queues) as (keyof Company['queues'])[])
    compare(`the queue for ${queue}`, before.queues[queue], after.queues[queue]);
  return changes;
}

/** What a jurisdiction asks that it did not ask, and the other way round. */
export function packChanges(
  before: readonly JurisdictionPack[],
  after: readonly JurisdictionPack[],
): readonly Change[] {
  const bounds = (packs: readonly JurisdictionPack[]) =>
    new Set(
      packs.flatMap((pack) =>
        pack.bounds.map(
          (bound) => `${pack.jurisdiction}: ${describeBound(bound)} (${bound.rules.join(', ')})`,
        ),
      ),
    );
  const [was, is] = [bounds(before), bounds(after)];
  return [
    ...[...was]
      .filter((bound) => !is.has(bound))
      .map((bound) => change(`no longer asked of the policy: ${bound}`, 'looser')),
    ...[...is]
      .filter((bound) => !was.has(bound))
      .map((bound) => change(`now asked of the policy: ${bound}`, 'stricter')),
  ];
}
