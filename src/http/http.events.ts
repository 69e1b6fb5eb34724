import { type EventRule, FAILURE } from '../telemetry/events.ts';

/** What this room logs. */
export const HTTP_EVENTS = {
  'readiness.lost': { level: 'warn', attributes: ['reason'] },
  'request.failed': { level: 'error', attributes: ['route', 'status', ...FAILURE] },
} as const satisfies { readonly [name: string]: EventRule };

declare module '../telemetry/events.ts' {
  interface RoomEvents extends Readonly<typeof HTTP_EVENTS> {}
}
