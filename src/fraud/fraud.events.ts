import { type EventRule, FAILURE } from '../telemetry/events.ts';

/** What this room logs. */
export const FRAUD_EVENTS = {
  /** Something that one call does not show; once per episode, with any number of processes. Counts only. */
  'alarm.raised': { level: 'error', attributes: ['kind', 'customers', 'sources', 'failures'] },
  'alarm.ended': { level: 'info', attributes: ['kind', 'customers', 'sources', 'failures'] },
  'alarm.failed': { level: 'error', attributes: ['kind', ...FAILURE] },
} as const satisfies { readonly [name: string]: EventRule };

declare module '../telemetry/events.ts' {
  interface RoomEvents extends Readonly<typeof FRAUD_EVENTS> {}
}
