import { fileURLToPath } from 'node:url';
import { makeRelease, type ReleaseTexts } from '../../src/flow/load-release.ts';
import type { Release } from '../../src/flow/release.ts';
import { readReleaseTexts } from '../../src/flow/release-files.service.ts';

const inFlows = (path: string) => fileURLToPath(new URL(`../../flows/${path}`, import.meta.url));

/** The files of the shipped release. */
export const SHIPPED_FILES = {
  flow: inFlows('hotline.yaml'),
  policy: inFlows('policy/default.yaml'),
  company: inFlows('company.yaml'),
  locales: inFlows('locales'),
};

/** The texts of the shipped release. */
export async function shippedTexts(): Promise<ReleaseTexts> {
  const read = await readReleaseTexts(SHIPPED_FILES);
  if (!read.ok) throw new Error(read.problems.join('\n'));
  return read.texts;
}

/** Texts with one part of them replaced in one file; fails when the part is not there exactly once. */
export function changed(
  texts: ReleaseTexts,
  file: 'flow' | 'policy' | 'company' | keyof ReleaseTexts['prompts'] | `sms ${keyof ReleaseTexts['sms']}`,
  part: string,
  replacement: string,
): ReleaseTexts {
  const replace = (text = '') => {
    if (text.split(part).length !== 2) throw new Error(`${file} does not have this once: ${part}`);
    return text.replace(part, () => replacement);
  };
  if (file === 'flow' || file === 'policy' || file === 'company')
    return { ...texts, [file]: replace(texts[file]) };
  if (file.startsWith('sms ')) {
    const language = file.slice('sms '.length) as keyof ReleaseTexts['sms'];
    return { ...texts, sms: { ...texts.sms, [language]: replace(texts.sms[language]) } };
  }
  const language = file as keyof ReleaseTexts['prompts'];
  return { ...texts, prompts: { ...texts.prompts, [language]: replace(texts.prompts[language]) } };
}

/** The release these texts make; fails when they make none. */
export function releaseOf(texts: ReleaseTexts): Release {
  const made = makeRelease(texts);
  if (!made.ok) throw new Error(made.problems.join('\n'));
  return made.release;
}
