import { type EventRule, FAILURE } from '../telemetry/events.ts';

/** What this room logs. */
export const RELEASES_EVENTS = {
  /** A release was put in force that this process cannot use; it goes on with the one before. */
  'release.refused': { level: 'error', attributes: [...FAILURE] },
} as const satisfies { readonly [name: string]: EventRule };

declare module '../telemetry/events.ts' {
  interface RoomEvents extends Readonly<typeof RELEASES_EVENTS> {}
}
