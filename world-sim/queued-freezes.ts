import type { FreezeRequest, QueuedFreezes } from '../src/freeze/freeze-journal.service.ts';
import { Fault } from '../src/platform/fault.ts';
import type { FaultInjector } from './fault-injector.ts';
import type { Scheduler } from './scheduler.ts';

/** The disk that holds freezes asked for while the store is out; it outlives every fault and refuses a write now and then. */
export class SimulatedFreezeJournal implements QueuedFreezes {
  readonly #scheduler: Scheduler;
  readonly #faults: FaultInjector;
  readonly #requests = new Map<string, FreezeRequest>();

  constructor(parts: { readonly scheduler: Scheduler; readonly faults: FaultInjector }) {
    this.#scheduler = parts.scheduler;
    this.#faults = parts.faults;
  }

  async enqueue(request: FreezeRequest): Promise<void> {
    await this.#scheduler.pass(() => undefined);
    if (this.#faults.diskIsFull()) throw new Fault('limit_reached', 'no space left on the disk');
    if (!this.#requests.has(request.callId)) this.#requests.set(request.callId, request);
  }

  async waiting(): Promise<readonly string[]> {
    return this.#scheduler.pass(() => [...this.#requests.keys()]);
  }

  async read(callId: string): Promise<FreezeRequest | undefined> {
    return this.#scheduler.pass(() => this.#requests.get(callId));
  }

  async drop(callId: string): Promise<void> {
    await this.#scheduler.pass(() => void this.#requests.delete(callId));
  }
}
