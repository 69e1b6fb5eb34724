import type { Knex } from 'knex';
import type { Log } from '../telemetry/logger.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { DeliveryReport, Outbox } from './outbox.service.ts';
import type { OutboxStore } from './outbox.store.ts';

/** Logs and counts what became of one try to send a message. */
export function reportDelivery(report: DeliveryReport, log: Log, telemetry: Telemetry): void {
  const { purpose, tries, result } = report;
  if (result === 'sent') {
    log.event('message.sent', { message: report.providerId, kind: purpose, attempts: tries });
    if (purpose === 'code') telemetry.codeSent();
    return;
  }
  log.event('message.failed', {
    kind: purpose,
    attempts: tries,
    reason: report.reason,
    carrierError: report.providerCode,
  });
  if (purpose === 'code' && result !== 'retry') telemetry.codeFailed(report.reason ?? 'expired');
}

/** Writes down what the carrier says of a message's way, and counts a code that did not arrive once. */
export async function recordStatus(
  deps: {
    readonly outbox: Outbox;
    readonly store: OutboxStore;
    readonly knex: Knex;
    readonly telemetry: Telemetry;
  },
  report: Parameters<Outbox['recordDelivery']>[0],
): Promise<void> {
  const changed = await deps.outbox.recordDelivery(report);
  if (!changed || report.delivery !== 'failed') return;
  const purpose = await deps.store.purposeOf(deps.knex, report.providerId);
  if (purpose === 'code') deps.telemetry.codeFailed('not_delivered');
}
