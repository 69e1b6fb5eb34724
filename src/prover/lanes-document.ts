import type { Release } from '../flow/release.ts';
import { LANGUAGES, LOCALES } from '../locales/catalogue.ts';
import { LANE_NAMES } from '../policy/policy.ts';
import { LANES, laneCost } from './lanes.ts';

const HEAD = `# Lanes: seconds and keys

What a caller listens to and presses until they have what they came for (R3). Made from the flow and its words by
\`npm run flows -- lanes\`; \`npm run flows -- check\` refuses a lane above its budget in the policy (\`lanes\`).

The caller is an honest one who calls from the registered number, knows every key and hears every prompt to its end, at the
pace prompts are checked by: 4.2 Chinese characters or Vietnamese words, or 14 English letters, a second. Keys take no time here;
a practised caller needs 0.6 s a key, a person of 75 twice that. Waiting for a message is not counted. What only silent callers
are told is left out. "Verified" is the yes to who they are; "done" is the key that carries it out, or the place in a queue.
`;

/** \`docs/lanes.md\`: what each lane costs in each language, beside its budget. */
export function lanesDocument(release: Release): string {
  const rows = LANE_NAMES.flatMap((lane) =>
    LANGUAGES.map((language) => {
      const { verified, done, uncutSeconds, offeredSeconds } = laneCost(release, lane, language);
      const budget = release.policy.lanes?.[lane][language];
      const of = (cost: number, most: number | undefined) => `${Math.ceil(cost)} of ${most ?? '–'}`;
      const cells = [
        LANES[lane].title,
        LOCALES[language].englishName,
        verified ? of(verified.seconds, budget?.verifiedSeconds) : '–',
        of(done.seconds, budget?.doneSeconds),
        String(Math.ceil(uncutSeconds)),
        of(offeredSeconds, budget?.offeredSeconds),
        verified ? of(verified.keys, budget?.verifiedKeys) : '–',
        of(done.keys, budget?.doneKeys),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  );
  return `${HEAD}
| lane | language | s to verified | s to done | s that no key cuts short | s to the offer of a person | keys to verified | keys to done |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
}
