import { type DestinationStream, pino } from 'pino';
import type { Clock } from '../platform/clock.ts';
import { admitAttributes, type EventAttributes, type EventName, type EventRules } from './events.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** The only way to log. It has no parameter for free text, so that none can be logged (invariant 15). */
export interface Log {
  event<Name extends EventName>(name: Name, attributes?: EventAttributes<Name>): void;
}

export const silentLog: Log = { event: () => {} };

export interface LogSettings {
  readonly level: LogLevel;
  /** Every event that may be written. */
  readonly events: EventRules;
  /** One readable line per event instead of JSON; for the demo. */
  readonly pretty: boolean;
  readonly clock: Clock;
  /** Where lines go. It takes each at once, whatever becomes of it (invariant 46). */
  readonly destination: DestinationStream;
}

/** Makes the log of a process: JSON lines through pino, events by the list it is given, values by the allow-list of events.ts. */
export function createLog(settings: LogSettings): Log {
  const out = settings.destination;
  const destination = settings.pretty
    ? { write: (line: string) => void out.write(`${readableLine(line)}\n`) }
    : out;
  const logger = pino(
    {
      level: settings.level,
      // No process id, host name or anything else that pino would add by itself.
      base: null,
      timestamp: () => `,"time":"${new Date(settings.clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return {
    event(name, attributes = {}) {
      // A caller that defeats the types names an event that does not exist: nothing of it is written.
      if (!Object.hasOwn(settings.events, name)) return;
      const rule = settings.events[name];
      logger[rule.level]({ event: name, ...admitAttributes(rule.attributes, attributes) });
    },
  };
}

/** `10:15:00 warn turn.refused_busy kind=pin` from pino's JSON line. */
function readableLine(line: string): string {
  const { level, time, event, ...attributes } = JSON.parse(line) as { readonly [key: string]: string };
  const pairs = Object.entries(attributes).map(([name, value]) => ` ${name}=${value}`);
  return `${time?.slice(11, 19)} ${level} ${event}${pairs.join('')}`;
}
