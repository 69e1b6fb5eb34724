import type { EventRule } from './events.ts';

/** What this room logs. */
export const TELEMETRY_EVENTS = {
  /** Lines could not be written for a while and are gone; now they are written again. */
  'log.lines_lost': { level: 'warn', attributes: ['count'] },
} as const satisfies { readonly [name: string]: EventRule };

declare module './events.ts' {
  interface RoomEvents extends Readonly<typeof TELEMETRY_EVENTS> {}
}
