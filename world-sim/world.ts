import type { Carrier } from './carrier.ts';
import type { EventLog } from './event-log.ts';
import type { EventQueue } from './event-queue.ts';
import type { SimulatedMessages } from './messages.ts';
import type { Calls } from './model/calls.ts';
import type { Checks } from './model/invariants.ts';
import type { Population } from './population.ts';
import type { RandomSource } from './random-source.ts';
import type { Statistics } from './statistics.ts';

/** The parts that scenarios use. */
export interface World {
  readonly random: RandomSource;
  readonly events: EventQueue;
  readonly log: EventLog;
  readonly population: Population;
  readonly carrier: Carrier;
  readonly messages: SimulatedMessages;
  readonly stats: Statistics;
  readonly checks: Checks;
  readonly calls: Pick<Calls, 'isFrozen'>;
}
