import { calendarDay, DAY, type Instant } from '../src/platform/clock.ts';

interface Guesses {
  strangers: number;
  own: number;
}
interface Tally {
  days: number;
  sum: number;
  most: number;
}

/** Counts for the report: how many guesses attackers got, by customer and day. */
export class Statistics {
  calls = 0;
  turns = 0;
  comparisons = 0;
  carried = 0;
  freezes = 0;
  readonly strangers: Tally = { days: 0, sum: 0, most: 0 };
  readonly spoofed: Tally = { days: 0, sum: 0, most: 0 };
  readonly #days = new Map<string, Guesses>();

  /** Records a wrong PIN of an attacker that was compared. */
  guessed(customer: string, ownLine: boolean, at: Instant): void {
    const key = `${calendarDay(at, 'UTC')} ${customer}`;
    const day = this.#days.get(key) ?? { strangers: 0, own: 0 };
    this.#days.set(key, day);
    if (ownLine) day.own++;
    else day.strangers++;
  }

  /** Adds up the days before a moment. */
  closeDays(before: Instant): void {
    const day = calendarDay(before - DAY, 'UTC');
    for (const [key, { strangers, own }] of this.#days) {
      if (key.slice(0, day.length) >= day) continue;
      this.#days.delete(key);
      add(this.strangers, strangers);
      add(this.spoofed, own);
    }
  }
}

function add(tally: Tally, guesses: number): void {
  if (guesses === 0) return;
  tally.days++;
  tally.sum += guesses;
  tally.most = Math.max(tally.most, guesses);
}
