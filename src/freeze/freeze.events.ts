import { type EventRule, FAILURE } from '../telemetry/events.ts';

/** What this room logs. */
export const FREEZE_EVENTS = {
  /** A freeze was asked for while the store was out: it is on this machine's disk. */
  'freeze.queued': { level: 'warn', attributes: ['call', 'step'] },
  'freeze.carried_out': { level: 'warn', attributes: ['call', 'reason'] },
  /** The core holds the customer frozen. */
  'freeze.told': { level: 'info', attributes: ['call', 'attempts'] },
  /** The core did not answer; it is asked again, without end. */
  'freeze.not_told': { level: 'warn', attributes: ['call', 'attempts', ...FAILURE] },
  'freeze.not_carried_out': { level: 'error', attributes: ['call', ...FAILURE] },
} as const satisfies { readonly [name: string]: EventRule };

declare module '../telemetry/events.ts' {
  interface RoomEvents extends Readonly<typeof FREEZE_EVENTS> {}
}
