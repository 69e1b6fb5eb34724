import type { Answer } from '../calls/calls-port.ts';
import type { Language } from '../locales/catalogue.ts';
import { Fault } from '../platform/fault.ts';
import { describeFailure } from '../telemetry/failure.ts';
import type { Log } from '../telemetry/logger.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Admission, AdmittedTurn, TurnClass } from './admission.service.ts';
import { type StartDeadline, TURN_MILLISECONDS } from './deadline.service.ts';
import type { HoldPath } from './own-url.ts';
import type { StaticAnswers } from './static-answers.ts';

/** Rounds of about 15 s each: after two minutes of holding a person takes over. */
const MAX_HOLDS = 8;

/** A turn as the routes have read it from a webhook. */
export interface AskedTurn {
  readonly route:
    | 'voice.answer'
    | 'voice.turn'
    | 'voice.fallback'
    | 'voice.freeze'
    | 'voice.wait'
    | 'voice.desk'
    | 'voice.keying';
  readonly call: string;
  readonly step?: string | undefined;
  readonly language: Language;
  /** What the webhook lacks: names of ours, safe to log. */
  readonly problems: readonly string[];
  readonly turnClass: TurnClass;
  /** Where the caller comes back to after holding, and how often they have held. */
  readonly hold: { readonly path: HoldPath; readonly count: number };
  run(): Promise<Answer>;
  /** The caller came to freeze; where the turn fails, the answer says that nothing is frozen yet (invariant 42). */
  readonly freezeWanted: boolean;
  /** Queues the caller's freeze outside the store; undefined where they have not asked for one. */
  readonly queueFreezeRequest?: (() => Promise<void>) | undefined;
}

export interface TurnTakingDependencies {
  readonly answers: StaticAnswers;
  readonly admission: Admission;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly startDeadline: StartDeadline;
  /** Milliseconds from any fixed moment. */
  elapsed(): number;
}

/**
 * Runs a turn and answers its markup. Where there is no room for it the caller holds; when it fails or takes too long they
 * hear the outage words (R12.1), or that their freeze is queued (invariant 28). A turn that is too late is not
 * stopped and may still commit: the call then stands one step further than its caller has heard. That is safe. What was
 * carried out is in the audit trail for the person they wait for, a repeated webhook gets the answer that was stored,
 * and a caller who comes back from that queue goes by the fallback and is asked at the call's step.
 */
export async function takeTurn(deps: TurnTakingDependencies, asked: AskedTurn): Promise<string> {
  const { route, call } = asked;
  for (const reason of asked.problems) deps.log.event('request.malformed', { call, route, reason });
  const admitted = deps.admission.admit(asked.turnClass);
  return admitted ? runTurn(deps, asked, admitted) : hold(deps, asked);
}

async function runTurn(
  deps: TurnTakingDependencies,
  asked: AskedTurn,
  admitted: AdmittedTurn,
): Promise<string> {
  const { log } = deps;
  const { route, call, step, language } = asked;
  const from = deps.elapsed();
  const about = () => ({ call, route, step, milliseconds: deps.elapsed() - from });
  const work = deps.telemetry
    .turn({ call, route, step }, async (note) => {
      const answer = await asked.run();
      note({ outcome: answer.kind });
      return answer;
    })
    .finally(() => admitted.leave());
  const deadline = deps.startDeadline(TURN_MILLISECONDS);
  try {
    const first = await Promise.race([work, deadline.passed, admitted.handedOver]);
    if (typeof first === 'object') {
      log.event('turn.taken', { ...about(), outcome: first.kind });
      return first.body;
    }
    log.event('turn.failed', { ...about(), fault: first === 'late' ? 'late' : 'stopping' });
    work.then(
      (answer) => log.event('turn.late', { ...about(), outcome: answer.kind }),
      (error) => log.event('turn.failed', { ...about(), ...describeFailure(error) }),
    );
    if (first === 'late')
      return failed(deps, asked, () => deps.answers.outageAnswer(language, asked.freezeWanted));
    // This process ends: another asks the call where it stands.
    return failed(deps, asked, () => deps.answers.postAgain('/voice/fallback'));
  } catch (error) {
    if (isStoreFull(error)) return hold(deps, asked);
    log.event('turn.failed', { ...about(), ...describeFailure(error) });
    return failed(deps, asked, () => deps.answers.outageAnswer(language, asked.freezeWanted));
  } finally {
    deadline.cancel();
  }
}

/** The store has a queue of its own, and told that it is full: nothing was begun. */
function isStoreFull(error: unknown): boolean {
  return error instanceof Fault && error.kind === 'limit_reached';
}

/** Nothing was read, taken or charged, and the call has not moved: its caller holds and comes back, and not for ever. */
async function hold(deps: TurnTakingDependencies, asked: AskedTurn): Promise<string> {
  const { call, route, step, language, turnClass } = asked;
  const { path, count } = asked.hold;
  deps.log.event('turn.refused_busy', { call, route, step, kind: turnClass, count });
  deps.telemetry.turnRefused(turnClass);
  return failed(deps, asked, () =>
    count < MAX_HOLDS
      ? deps.answers.holdAnswer(language, path, count + 1)
      : deps.answers.keepAliveAnswer(language, asked.freezeWanted),
  );
}

/** Says what `otherwise` says, unless a freeze was asked for and could be queued. */
async function failed(
  deps: TurnTakingDependencies,
  asked: AskedTurn,
  otherwise: () => string,
): Promise<string> {
  const { queueFreezeRequest, call, step, language } = asked;
  if (!queueFreezeRequest) return otherwise();
  try {
    await queueFreezeRequest();
    return deps.answers.freezeQueuedAnswer(language);
  } catch (error) {
    deps.log.event('freeze.not_queued', { call, step, ...describeFailure(error) });
    return otherwise();
  }
}
