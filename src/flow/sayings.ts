import type { StateMeta } from './vocabulary.ts';

export type Saying = NonNullable<StateMeta['say']>[number];

/** Every prompt a saying can choose; none where it says what keys do. */
export function promptsOf(saying: Saying): readonly string[] {
  if (typeof saying === 'string') return [saying];
  if ('options' in saying) return [];
  if ('prompt' in saying) return [saying.prompt];
  if ('whenMore' in saying) return [saying.whenMore];
  if ('byPin' in saying) return Object.values(saying.byPin);
  if ('byCurrency' in saying) return Object.values(saying.byCurrency);
  if ('byIntent' in saying) return Object.values(saying.byIntent);
  if ('byOwnLine' in saying) return Object.values(saying.byOwnLine);
  if ('byDue' in saying) return Object.values(saying.byDue);
  if ('byDesk' in saying) return Object.values(saying.byDesk);
  return Object.values(saying.byReceipt);
}
