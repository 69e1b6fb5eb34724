import { type EventRule, FAILURE } from '../telemetry/events.ts';

/** What this room logs. */
export const ESCALATION_EVENTS = {
  /** A look for who waits and who is free, or a command to the carrier, failed; it is made again. */
  'desk.failed': { level: 'error', attributes: ['kind', ...FAILURE] },
} as const satisfies { readonly [name: string]: EventRule };

declare module '../telemetry/events.ts' {
  interface RoomEvents extends Readonly<typeof ESCALATION_EVENTS> {}
}
