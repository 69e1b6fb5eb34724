import { type EventRule, FAILURE } from '../telemetry/events.ts';

/** What this room logs. */
export const CARRIERS_EVENTS = {
  'turn.taken': {
    level: 'info',
    attributes: ['call', 'route', 'step', 'outcome', 'language', 'milliseconds'],
  },
  'turn.failed': { level: 'error', attributes: ['call', 'route', 'step', 'milliseconds', ...FAILURE] },
  /** A turn ended after the caller had already been told of an outage. */
  'turn.late': { level: 'warn', attributes: ['call', 'route', 'step', 'outcome', 'milliseconds'] },
  /** There was no room for a turn of this kind; nothing was read or charged, and the caller holds. */
  'turn.refused_busy': { level: 'warn', attributes: ['call', 'route', 'step', 'kind', 'count'] },
  /** A waiting caller heard the words of waiting alone: their place was not to be had. */
  'waiting.failed': { level: 'warn', attributes: ['call', ...FAILURE] },
  'freeze.not_queued': { level: 'error', attributes: ['call', 'step', ...FAILURE] },
  'call.ended': { level: 'info', attributes: ['call', 'end'] },
  'carrier.fell_back': { level: 'warn', attributes: ['call', 'carrierError'] },
  /** The company file does not list the number of this call; once for each number. The record of the call has it. */
  'line.unlisted': { level: 'warn', attributes: ['call'] },
  'message.status': { level: 'info', attributes: ['message', 'delivery', 'carrierError'] },
  'request.malformed': { level: 'warn', attributes: ['call', 'route', 'reason'] },
} as const satisfies { readonly [name: string]: EventRule };

declare module '../telemetry/events.ts' {
  interface RoomEvents extends Readonly<typeof CARRIERS_EVENTS> {}
}
