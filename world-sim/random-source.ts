import { assert } from '../src/platform/fault.ts';
import { type Random, randomDigits, seededRandom } from '../src/platform/random.ts';

/** Parts per this many: chances are whole numbers, so that no rounding differs between machines. */
const MILLION = 1_000_000;

/** Random draws of the simulated world; the seed decides all of them. */
export class RandomSource {
  readonly source: Random;

  constructor(seed: string) {
    this.source = seededRandom(seed);
  }

  /** True with this probability, 0 to 1. */
  chance(probability: number): boolean {
    return this.source.integer(MILLION) < probability * MILLION;
  }

  /** A uniform whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.source.integer(most - least + 1);
  }

  /** One of a list that is not empty. */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.source.integer(items.length)];
    assert(item !== undefined, 'there is something to choose from');
    return item;
  }

  /** One of the named things, each as likely as its weight among all weights. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const entries = Object.entries<number>(weights) as [Name, number][];
    let left = this.source.integer(entries.reduce((sum, [, weight]) => sum + weight, 0));
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    throw new Error('weights add up');
  }

  digits(count: number): string {
    return randomDigits(this.source, count);
  }
}
