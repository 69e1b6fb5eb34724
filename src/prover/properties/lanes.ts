import type { Release } from '../../flow/release.ts';
import { LANGUAGES, LOCALES } from '../../locales/catalogue.ts';
import { LANE_NAMES, type LaneName } from '../../policy/policy.ts';
import type { Finding } from '../finding.ts';
import { LANES, type LaneCost, laneCost } from '../lanes.ts';
import type { Property } from './property.ts';

type Budget = NonNullable<Release['policy']['lanes']>[LaneName][keyof typeof LOCALES];

/** What a lane costs above its budget, in words. */
function excesses({ verified, done, offeredSeconds }: LaneCost, budget: Budget): readonly string[] {
  const costs: readonly (readonly [string, number | undefined, number | undefined])[] = [
    ['seconds until verified', verified?.seconds, budget.verifiedSeconds],
    ['seconds until done', done.seconds, budget.doneSeconds],
    ['seconds until a person is offered', offeredSeconds, budget.offeredSeconds],
    ['keys until verified', verified?.keys, budget.verifiedKeys],
    ['keys until done', done.keys, budget.doneKeys],
  ];
  return costs.flatMap(([what, cost, most]) => {
    if (cost === undefined) return [];
    if (most === undefined) return [`no budget of ${what}`];
    return cost > most ? [`${Math.ceil(cost)} ${what}, ${most} are allowed`] : [];
  });
}

function findingsOf(release: Release, lane: LaneName): readonly Finding[] {
  return LANGUAGES.flatMap((language): readonly Finding[] => {
    const name = `${LANES[lane].title} in ${LOCALES[language].englishName}`;
    const budget = release.policy.lanes?.[lane][language];
    if (!budget)
      return [{ says: `${name} has no budget of seconds and keys in the policy (lanes.${lane}).` }];
    try {
      return excesses(laneCost(release, lane, language), budget).map((says) => ({
        says: `${name}: ${says}.`,
      }));
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown';
      return [{ says: `${name} cannot be walked to its end: ${why}.` }];
    }
  });
}

/** What callers come for takes no longer and no more keys than the policy allows (R3). */
export const WITHIN_BUDGET: readonly Property[] = [
  {
    id: 'lanes-within-budget',
    rules: ['R3'],
    claim: 'What callers come for takes at most the seconds and keys of its budget, in every language.',
    onRelease: (release) => LANE_NAMES.flatMap((lane) => findingsOf(release, lane)),
  },
];
