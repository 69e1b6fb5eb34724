import { timingSafeEqual } from 'node:crypto';
import { derivePin } from '../src/credentials/pin-verifier.service.ts';
import type { EventLog } from './event-log.ts';
import type { EventQueue } from './event-queue.ts';
import type { FaultInjector } from './fault-injector.ts';
import type { Counting } from './model/counting.ts';
import type { Population } from './population.ts';
import { currentRequest } from './request.ts';
import type { Scheduler } from './scheduler.ts';
import type { Statistics } from './statistics.ts';

interface ComparisonParts {
  readonly scheduler: Scheduler;
  readonly faults: FaultInjector;
  readonly population: Population;
  readonly events: EventQueue;
  readonly log: EventLog;
  readonly stats: Statistics;
  readonly counting: Counting;
}

/** Returns the service's own PIN derivation, run by the scheduler, with faults, and counted independently. */
export function simulatedDerivePin({
  scheduler,
  faults,
  population,
  events,
  log,
  stats,
  counting,
}: ComparisonParts): typeof derivePin {
  return (keyring, owner, pin, salt, parameters) => {
    const request = currentRequest();
    return scheduler.pass(async () => {
      if (faults.comparisonFails()) throw new Error('argon2 has no memory');
      const hash = await derivePin(keyring, owner, pin, salt, parameters);
      const expected = population.byId(owner.customerId)?.verifiers[owner.kind];
      if (expected?.salt.equals(salt) && request) {
        const matched = timingSafeEqual(hash, expected.hash);
        const factor = `pin.${owner.kind}`;
        log.record(
          'comparison',
          `${request.number} ${owner.customerId} ${factor} ${matched ? 'right' : 'wrong'}`,
        );
        stats.comparisons++;
        counting.compared({
          call: request.call,
          token: request.token ?? '',
          customer: owner.customerId,
          factor,
          pin,
          matched,
        });
        if (!matched && request.actor === 'attacker')
          stats.guessed(
            owner.customerId,
            request.from === population.byId(owner.customerId)?.e164,
            events.now,
          );
      }
      return hash;
    });
  };
}
