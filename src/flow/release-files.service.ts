import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { JURISDICTION_RULES, JURISDICTIONS, type Jurisdiction } from '../jurisdictions/catalogue.ts';
import { isLanguage, LANGUAGES, type Language } from '../locales/catalogue.ts';
import { makeRelease, type ReleaseLoaded, type ReleaseTexts, type TextsRead } from './load-release.ts';

/** Where a release comes from; absolute paths. */
export interface ReleaseFiles {
  readonly flow: string;
  readonly policy: string;
  readonly company: string;
  /** The folder with a folder for each language, named by its tag: flows/locales/. */
  readonly locales: string;
}

/** What jurisdictions ask is the product's matter, like its bounds: no setting points elsewhere. */
const SHIPPED_PACKS = fileURLToPath(new URL('../../flows/policy/', import.meta.url));
/** The files of a language. A file beside them would be words that nobody reads. */
const LOCALE_FILES = ['prompts.yaml', 'sms.yaml', 'desk.yaml'] as const;

type Report = (problem: string) => void;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

async function readText(what: string, file: string, report: Report): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    report(`${what}: the file ${file} cannot be read (${codeOf(error)})`);
    return '';
  }
}

/** What is in a folder; nothing where it cannot be read, which the reading of its files tells. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    // Editors and systems leave hidden files behind.
    return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  } catch {
    return [];
  }
}

/** Reports what stands in the folders of languages and is no file of a language the program has. */
async function reportUnknownFiles(locales: string, report: Report): Promise<void> {
  for (const name of await namesIn(locales)) {
    if (isLanguage(name)) continue;
    report(
      `locales: ${join(locales, name)} is for no language of this program; known are ${LANGUAGES.join(', ')}`,
    );
  }
  for (const language of LANGUAGES)
    for (const name of await namesIn(join(locales, language)))
      if (!LOCALE_FILES.some((known) => known === name))
        report(
          `locales: ${join(locales, language, name)} is read by nobody; known are ${LOCALE_FILES.join(', ')}`,
        );
}

/** Reads the files of a release; one that cannot be read or is not known is a problem, and all of them are told at once. */
export async function readReleaseTexts(files: ReleaseFiles): Promise<TextsRead> {
  const problems: string[] = [];
  const report = (problem: string) => problems.push(problem);
  await reportUnknownFiles(files.locales, report);
  const prompts: Partial<Record<Language, string>> = {};
  const sms: Partial<Record<Language, string>> = {};
  for (const language of LANGUAGES) {
    const folder = join(files.locales, language);
    prompts[language] = await readText('prompts', join(folder, 'prompts.yaml'), report);
    sms[language] = await readText('sms', join(folder, 'sms.yaml'), report);
  }
  const packs: Partial<Record<Jurisdiction, string>> = {};
  for (const jurisdiction of JURISDICTIONS) {
    const { policyPack } = JURISDICTION_RULES[jurisdiction];
    packs[jurisdiction] = await readText('jurisdiction', join(SHIPPED_PACKS, policyPack), report);
  }
  const texts: ReleaseTexts = {
    flow: await readText('flow', files.flow, report),
    policy: await readText('policy', files.policy, report),
    company: await readText('company', files.company, report),
    prompts,
    sms,
    packs,
  };
  return problems.length > 0 ? { ok: false, problems } : { ok: true, texts };
}

/** Reads the files and makes a release of them; a file that cannot be read is one of the problems. */
export async function loadRelease(files: ReleaseFiles): Promise<ReleaseLoaded> {
  const read = await readReleaseTexts(files);
  return read.ok ? makeRelease(read.texts) : read;
}
