import type { EventRule } from '../telemetry/events.ts';

/** What this room logs. */
export const CUSTOMERS_EVENTS = {
  /** The operator's feed said nothing that can be used: no code goes to a SIM nobody knows of (Z5). */
  'sim_dates.unanswered': { level: 'warn', attributes: ['reason'] },
  /** No feed is connected and the policy refuses what is not known: codes go to numbers with a fresh date in the record only. */
  'sim_dates.record_only': { level: 'warn', attributes: [] },
} as const satisfies { readonly [name: string]: EventRule };

declare module '../telemetry/events.ts' {
  interface RoomEvents extends Readonly<typeof CUSTOMERS_EVENTS> {}
}
