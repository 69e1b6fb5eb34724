import { type ServiceEndpoint, sendToService } from './carrier.client.ts';
import { type Parameters, signedRequest } from './carrier-request.ts';
import type { Document } from './conference.ts';
import { addNewest } from './newest.ts';

/** A report of the carrier's that nobody answers with a document: of a conference, or of a leg it has called. */
export interface Report {
  readonly to: Document;
  readonly parameters: Parameters;
}

/** What becomes of a report: sent, kept back until `sendKept`, or sent twice. */
type ReportFate = 'sent' | 'kept' | 'twice';

/** How often a report is sent again that was not taken, where its address asks for it (`#rc=`). */
const TRIES = 4;

/** Sends the carrier's reports, those of one source in their order, and lets a test keep back, double and reorder them. */
export class Reports {
  /** Every report that was made, in order. */
  readonly made: Report[] = [];
  /** The status of the answer to each that was sent. */
  readonly answers: (number | 'unreachable')[] = [];
  /** Decides over each report; all are sent until told otherwise. */
  fate: (report: Report) => ReportFate = () => 'sent';
  readonly #endpoint: ServiceEndpoint;
  readonly #authToken: string;
  #kept: Report[] = [];
  readonly #queues = new Map<string, Promise<void>>();

  constructor(endpoint: ServiceEndpoint, authToken: string) {
    this.#endpoint = endpoint;
    this.#authToken = authToken;
  }

  /** Makes a report; those of one `source` are sent one after the other. */
  add(source: string, report: Report): void {
    addNewest(this.made, report);
    const fate = this.fate(report);
    if (fate === 'kept') this.#kept.push(report);
    else for (let times = fate === 'twice' ? 2 : 1; times > 0; times--) this.#enqueue(source, report);
  }

  /** Sends what was kept back, in the order that `order` makes of it. */
  sendKept(order: (kept: readonly Report[]) => readonly Report[] = (kept) => kept): void {
    const kept = order(this.#kept);
    this.#kept = [];
    for (const report of kept) this.#enqueue('kept', report);
  }

  /** Resolves when nothing is being sent. */
  async settled(): Promise<void> {
    while (this.#queues.size > 0) await Promise.all(this.#queues.values());
  }

  #enqueue(source: string, report: Report): void {
    const sent = (this.#queues.get(source) ?? Promise.resolve())
      .then(() => this.#send(report))
      .finally(() => {
        if (this.#queues.get(source) === sent) this.#queues.delete(source);
      });
    this.#queues.set(source, sent);
  }

  async #send({ to, parameters }: Report): Promise<void> {
    const request = signedRequest(to.method, to.url, parameters, this.#authToken);
    const tries = to.url.includes('#rc=') ? TRIES : 1;
    for (let tried = 0; tried < tries; tried++) {
      const { outcome } = await sendToService(this.#endpoint, request);
      const status = outcome.kind === 'answered' ? outcome.response.status : 'unreachable';
      addNewest(this.answers, status);
      if (status !== 'unreachable' && status < 500) return;
    }
  }
}
