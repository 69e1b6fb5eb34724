import type { Carrier } from './carrier.ts';
import type { Dice } from './dice.ts';
import type { EventLog } from './event-log.ts';
import type { EventQueue } from './event-queue.ts';
import type { SimulatedMessages } from './messages.ts';
import type { Population } from './population.ts';
import type { Statistics } from './statistics.ts';

/** What scenes are made of. */
export interface World {
  readonly dice: Dice;
  readonly events: EventQueue;
  readonly log: EventLog;
  readonly population: Population;
  readonly carrier: Carrier;
  readonly messages: SimulatedMessages;
  readonly stats: Statistics;
}
