import { describeFailure } from '../telemetry/failure.ts';
import type { Log } from '../telemetry/logger.ts';
import type { CallEndings } from './call-endings.service.ts';

/** One look for calls and tickets that nobody has ended, by any process. Logs what it ended. Never rejects. */
export async function sweepOnce(endings: Pick<CallEndings, 'sweep'>, log: Log): Promise<void> {
  try {
    const { calls, tickets } = await endings.sweep();
    for (const call of calls) log.event('call.unheard', { call });
    if (tickets > 0) log.event('tickets.forgotten', { count: tickets });
  } catch (error) {
    log.event('sweep.failed', describeFailure(error));
  }
}
