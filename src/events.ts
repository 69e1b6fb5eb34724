import { CALLS_EVENTS } from './calls/calls.events.ts';
import { CARRIERS_EVENTS } from './carriers/carriers.events.ts';
import { CUSTOMERS_EVENTS } from './customers/customers.events.ts';
import { ESCALATION_EVENTS } from './escalation/escalation.events.ts';
import { FRAUD_EVENTS } from './fraud/fraud.events.ts';
import { FREEZE_EVENTS } from './freeze/freeze.events.ts';
import { HTTP_EVENTS } from './http/http.events.ts';
import { OUTBOX_EVENTS } from './outbox/outbox.events.ts';
import { RELEASES_EVENTS } from './releases/releases.events.ts';
import { type EventRule, type EventRules, FAILURE } from './telemetry/events.ts';
import { TELEMETRY_EVENTS } from './telemetry/telemetry.events.ts';

const SERVICE_EVENTS = {
  'service.started': { level: 'info', attributes: ['mode', 'database', 'port', 'milliseconds'] },
  'service.stopping': { level: 'info', attributes: ['signal'] },
  'service.stopped': { level: 'info', attributes: ['milliseconds'] },
  'service.failed': { level: 'error', attributes: [...FAILURE] },
} as const satisfies { readonly [name: string]: EventRule };

declare module './telemetry/events.ts' {
  interface RoomEvents extends Readonly<typeof SERVICE_EVENTS> {}
}

/** Everything that can be logged. A new event is a line in its room's list, and a reviewer of what leaves the program reads it there. */
export const EVENTS: EventRules = {
  ...SERVICE_EVENTS,
  ...CALLS_EVENTS,
  ...CARRIERS_EVENTS,
  ...CUSTOMERS_EVENTS,
  ...ESCALATION_EVENTS,
  ...FRAUD_EVENTS,
  ...FREEZE_EVENTS,
  ...HTTP_EVENTS,
  ...OUTBOX_EVENTS,
  ...RELEASES_EVENTS,
  ...TELEMETRY_EVENTS,
};
