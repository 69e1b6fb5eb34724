import { type EventRule, FAILURE } from '../telemetry/events.ts';

/** What this room logs. */
export const CALLS_EVENTS = {
  /** A call whose end the carrier never reported. */
  'call.unheard': { level: 'warn', attributes: ['call'] },
  /** Tickets whose call is not known to be live were taken out of their queues. */
  'tickets.forgotten': { level: 'warn', attributes: ['count'] },
  'sweep.failed': { level: 'error', attributes: [...FAILURE] },
} as const satisfies { readonly [name: string]: EventRule };

declare module '../telemetry/events.ts' {
  interface RoomEvents extends Readonly<typeof CALLS_EVENTS> {}
}
