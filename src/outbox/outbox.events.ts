import { type EventRule, FAILURE } from '../telemetry/events.ts';

/** What this room logs. */
export const OUTBOX_EVENTS = {
  'message.sent': { level: 'info', attributes: ['message', 'kind', 'attempts'] },
  'message.failed': {
    level: 'warn',
    attributes: ['message', 'kind', 'attempts', 'reason', 'carrierError', ...FAILURE],
  },
  'outbox.failed': { level: 'error', attributes: ['kind', 'attempts', ...FAILURE] },
} as const satisfies { readonly [name: string]: EventRule };

declare module '../telemetry/events.ts' {
  interface RoomEvents extends Readonly<typeof OUTBOX_EVENTS> {}
}
