import { loadCompany } from '../../flow/company.ts';
import { makeRelease, type ReleaseTexts } from '../../flow/load-release.ts';
import { assert } from '../../platform/fault.ts';
import { type JurisdictionPack, parsePack } from '../../policy/jurisdiction.ts';
import { loadPrompts } from '../../speech/prompts.ts';
import type { Change, ChangeSection } from './change.ts';
import { flowChanges } from './flow-changes.ts';
import { pathChanges } from './paths.ts';
import { policyChanges } from './policy-changes.ts';
import { companyChanges, packChanges, promptChanges, smsChanges } from './word-changes.ts';

function partsOf(texts: ReleaseTexts) {
  const made = makeRelease(texts);
  const prompts = loadPrompts(
    texts.prompts,
    made.ok ? made.release.policy.dialogue.promptSeconds : undefined,
  );
  const company = loadCompany(texts.company);
  assert(made.ok && prompts.ok && company.ok, 'only releases are compared');
  const packs = Object.values(texts.packs ?? {}).flatMap((text): JurisdictionPack[] => {
    const parsed = parsePack(text);
    return parsed.ok ? [parsed.pack] : [];
  });
  return { release: made.release, prompts: prompts.prompts, company: company.company, packs };
}

/**
 * What is different for callers between two releases, in words and by kind; sections without changes are left out.
 * Both texts must make a release. Pure.
 */
export function describeChanges(before: ReleaseTexts, after: ReleaseTexts): readonly ChangeSection[] {
  const [old, young] = [partsOf(before), partsOf(after)];
  const sections: readonly ChangeSection[] = [
    { title: 'Ways through the call', changes: pathChanges(old.release, young.release) },
    {
      title: 'Steps and keys',
      changes: flowChanges(old.release.flow.definition, young.release.flow.definition),
    },
    { title: 'Limits and levels', changes: policyChanges(old.release.policy, young.release.policy) },
    { title: 'Words', changes: promptChanges(old.prompts, young.prompts) },
    { title: 'Messages', changes: smsChanges(old.release.sms, young.release.sms) },
    { title: 'Company and lines', changes: companyChanges(old.company, young.company) },
    { title: 'What jurisdictions ask', changes: packChanges(old.packs, young.packs) },
  ];
  return sections.filter(({ changes }) => changes.length > 0);
}

/** The sections as lines to read, a change each, with its direction. */
export function changeLines(sections: readonly ChangeSection[]): readonly string[] {
  const line = ({ says, direction }: Change) =>
    `- ${says}${direction === undefined ? '' : ` [${direction}]`}`;
  return sections.flatMap(({ title, changes }, index) => [
    ...(index > 0 ? [''] : []),
    title,
    ...changes.map(line),
  ]);
}
