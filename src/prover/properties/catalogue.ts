import { ANSWERS } from './answers.ts';
import { CLAIMS_HOLD } from './claims.ts';
import { COUNTING } from './counting.ts';
import { DISCLOSURE } from './disclosure.ts';
import { ENDINGS } from './endings.ts';
import { FREEZES } from './freezes.ts';
import { KEYING } from './keying.ts';
import { WITHIN_BUDGET } from './lanes.ts';
import { IN_EVERY_LANGUAGE } from './languages.ts';
import { LEVELS } from './levels.ts';
import { LISTS } from './lists.ts';
import { MENUS } from './menus.ts';
import { OBSTACLES_FIRST } from './obstacles.ts';
import type { Property } from './property.ts';
import { REACH } from './reach.ts';
import { STAFF } from './staff.ts';
import { WAYS_OUT } from './ways-out.ts';
import { WORDS_AND_KEYS } from './words-and-keys.ts';

/** Everything the prover holds a release to, in the order it is told. */
export const PROPERTIES: readonly Property[] = [
  ...LEVELS,
  ...COUNTING,
  ...STAFF,
  ...DISCLOSURE,
  ...WAYS_OUT,
  ...REACH,
  ...CLAIMS_HOLD,
  ...ANSWERS,
  ...OBSTACLES_FIRST,
  ...KEYING,
  ...FREEZES,
  ...MENUS,
  ...LISTS,
  ...WORDS_AND_KEYS,
  ...IN_EVERY_LANGUAGE,
  ...ENDINGS,
  ...WITHIN_BUDGET,
];
