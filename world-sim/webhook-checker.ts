import { sha256 } from '../src/platform/digest.ts';
import type { Log } from '../src/telemetry/logger.ts';
import type { Answered, Hook, WebhookObserver } from './carrier.ts';
import type { EventLog } from './event-log.ts';
import type { EventQueue } from './event-queue.ts';
import type { FaultInjector } from './fault-injector.ts';
import type { Calls } from './model/calls.ts';
import type { Counting } from './model/counting.ts';
import type { Checks } from './model/invariants.ts';
import { currentRequest, type RequestContext } from './request.ts';
import type { Statistics } from './statistics.ts';

/** Enough of a digest to tell two answers apart in the event log. */
const SHOWN_DIGITS = 8;

interface InFlight {
  readonly context: RequestContext;
  readonly hook: Hook;
  readonly startedAt: number;
  readonly newest: { readonly token: string; readonly at: number } | undefined;
}

export interface WebhookCheckerDependencies {
  readonly events: EventQueue;
  readonly log: EventLog;
  readonly checks: Checks;
  readonly counting: Counting;
  readonly calls: () => Calls;
  readonly faults: FaultInjector;
  readonly stats: Statistics;
}

/** Sees every webhook and every answer, and checks the answers: words for the caller, the same answer for a retry. */
export class WebhookChecker implements WebhookObserver {
  readonly #deps: WebhookCheckerDependencies;
  readonly #inFlight = new Map<number, InFlight>();
  #number = 0;

  constructor(dependencies: WebhookCheckerDependencies) {
    this.#deps = dependencies;
  }

  /** The service's log: records a failure with the webhook that it happened to. */
  readonly serviceLog: Log = {
    event: (name, attributes) => {
      if (!name.endsWith('.failed') || name === 'message.failed') return;
      const { fault, error, code, origin } = { ...attributes } as { [name: string]: unknown };
      const request = currentRequest();
      // Late is not a failure of the service: the simulated time was up, and the caller heard the outage words.
      if (fault === 'late') {
        if (request) request.isLate = true;
        return;
      }
      const words = [name, fault, error, code, origin].filter((word) => word !== undefined).join(' ');
      this.#deps.log.record('failed', words);
      request?.failures.push(words);
    },
  };

  /** Returns the service's time at which the first webhook of this call arrived that is still being handled. */
  startedAt(call: string): number {
    let earliest = this.#deps.events.clock.now();
    for (const { hook, startedAt } of this.#inFlight.values())
      if (hook.call === call) earliest = Math.min(earliest, startedAt);
    return earliest;
  }

  arrived(hook: Hook): RequestContext {
    const { events, log, faults, calls } = this.#deps;
    const context: RequestContext = {
      number: ++this.#number,
      actor: hook.actor,
      forged: hook.forged,
      call: hook.call,
      token: hook.token,
      from: hook.from,
      faultsBefore: faults.faults,
      unansweredBefore: faults.unanswered,
      failures: [],
      isLate: false,
    };
    this.#inFlight.set(context.number, {
      context,
      hook,
      startedAt: events.clock.now(),
      newest: calls().newestTurn(hook.call),
    });
    if (hook.token !== undefined && !hook.forged) calls().arrived(hook.call, hook.token, bytesOf(hook));
    log.record(
      'webhook',
      `${context.number} at ${events.clock.now()} ${hook.route} ${hook.call} ${hook.from} ${hook.words}`,
    );
    return context;
  }

  answered(hook: Hook, context: RequestContext, answer: Answered): void {
    const { log, stats } = this.#deps;
    const flight = this.#inFlight.get(context.number);
    this.#inFlight.delete(context.number);
    const step = /[?;&]step=([a-zA-Z.]+)/.exec(answer.body)?.[1] ?? '';
    log.record(
      'answer',
      `${context.number} ${answer.status} ${step} ${sha256(answer.body).slice(0, SHOWN_DIGITS)}`,
    );
    stats.turns++;
    if (hook.forged) {
      this.#checkForged(context, answer);
      return;
    }
    this.#checkFailures(hook, context);
    if (hook.route === 'sms' || hook.route === 'status') this.#checkStatus(hook, context, answer);
    else this.#checkVoice(hook, context, answer, flight);
  }

  #checkVoice(hook: Hook, context: RequestContext, answer: Answered, flight: InFlight | undefined): void {
    this.#checkWords(hook, answer);
    const troubled = context.isLate || context.failures.length > 0 || this.#hadFault(context);
    if (hook.token !== undefined && hook.route !== 'fallback' && !troubled)
      this.#deps
        .calls()
        .answered(
          hook.call,
          hook.token,
          bytesOf(hook),
          answer.body,
          flight?.newest,
          this.#deps.events.clock.now(),
        );
  }

  #hadFault(context: RequestContext): boolean {
    return this.#deps.faults.faults > context.faultsBefore;
  }

  #checkForged(context: RequestContext, answer: Answered): void {
    this.#deps.checks.hold(
      39,
      answer.status === 403,
      () => `webhook ${context.number} was forged and got ${answer.status}`,
    );
  }

  #checkStatus(hook: Hook, context: RequestContext, answer: Answered): void {
    const { checks, calls } = this.#deps;
    checks.hold(
      'R12.1',
      answer.status === 200 || (answer.status === 503 && this.#hadFault(context)),
      () => `webhook ${context.number} got ${answer.status}`,
    );
    if (hook.route === 'status' && answer.status === 200) calls().hungUp(hook.call);
  }

  #checkWords(hook: Hook, { status, contentType, body }: Answered): void {
    // Who leaves a queue hears what its action answers.
    const spoken = /<Say\b[^>]*>[^<]/.test(body) || /<(?:Redirect|Leave)\b/.test(body);
    this.#deps.checks.hold(
      'R12.1',
      status === 200 && contentType.startsWith('text/xml') && spoken,
      () => `${hook.route} of ${hook.call} got ${status} ${contentType} and no words`,
    );
  }

  #checkFailures(hook: Hook, context: RequestContext): void {
    const { checks, counting, faults } = this.#deps;
    const count = faults.faults - context.faultsBefore;
    checks.hold(
      28,
      context.failures.length === 0 || count > 0,
      () => `webhook ${context.number} failed by itself: ${context.failures.join(', ')}`,
    );
    if (context.failures.length === 0 || hook.token === undefined) return;
    // One fault failed the turn; only another fault, or an unanswered commit, keeps the attempt from being refunded.
    const excused = count > 1 || faults.unanswered > context.unansweredBefore || this.#hasCompany(hook);
    const status = counting.statusOf(hook.call, hook.token);
    checks.hold(
      28,
      excused || status !== 'reserved',
      () => `webhook ${context.number} was an outage and its attempt is still charged`,
    );
  }

  #hasCompany(hook: Hook): boolean {
    for (const other of this.#inFlight.values()) if (other.hook.call === hook.call) return true;
    return false;
  }
}

function bytesOf({ request }: Hook): string {
  return `${request.url} ${request.body}`;
}
