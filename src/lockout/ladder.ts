import { type Instant, SECOND } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';
import type { LadderStep } from '../policy/policy.ts';

/** Whether the call comes from the customer's registered number (`own`) or from any other. */
export type CallerLine = 'own' | 'other';

/** Whose line a call comes from, by blind indexes. A customer without a phone, or a caller without a number, has no own line. */
export function callerLine(registered: string | null | undefined, calling: string | undefined): CallerLine {
  return registered != null && registered === calling ? 'own' : 'other';
}

/** Failures since the last success, with every attempt still being compared counted as one already. */
interface LineCount {
  readonly failures: number;
  /** Locked until this instant, exclusively; compared with the present only, so that no clock jump adds a lock. */
  readonly lockedUntil: Instant | null;
  /** The lock before that one; in force again when the newer is undone. */
  readonly lockedBefore: Instant | null;
  /** The customer has still to be told of the lock. */
  readonly noticeDue: boolean;
}

export interface LockCounter {
  readonly own: LineCount;
  readonly other: LineCount;
  /** The factor is void: only a new proof in person mends it (V11). */
  readonly voidAt: Instant | null;
  readonly voidNoticeDue: boolean;
}

const NO_FAILURES: LineCount = { failures: 0, lockedUntil: null, lockedBefore: null, noticeDue: false };
export const EMPTY_COUNTER: LockCounter = {
  own: NO_FAILURES,
  other: NO_FAILURES,
  voidAt: null,
  voidNoticeDue: false,
};

type LockStep = Extract<LadderStep, { lockSeconds: number }>;

/** What callers from other lines than the customer's own may use up. */
interface OtherLines {
  /** Failures all other lines together may use up. */
  readonly upTo: number;
  /** Failures by which one source is refused for one customer, on these counters together and within the window. */
  readonly perSource: number;
  readonly windowSeconds: number;
  /** In the order in which they are locked. */
  readonly counters: readonly string[];
}

/** The rules of one counter. The factor that owns the counter makes them from the policy. */
export interface LadderRules {
  readonly locks: readonly LockStep[];
  /** Failures of both lines together that void the factor; undefined where it only ever locks. */
  readonly voidFrom: number | undefined;
  /** Undefined where lines are not told apart: every failure is then counted on one line. */
  readonly otherLines: OtherLines | undefined;
  readonly noticeFromLockSeconds: number;
}

/** What a factor says of its counter. `reservedForOwnLine`: failures before the void that other lines may not use up. */
interface LadderSettings {
  readonly ladder: readonly LadderStep[];
  readonly otherLines: (Omit<OtherLines, 'upTo'> & { readonly reservedForOwnLine: number }) | undefined;
  readonly noticeFromLockSeconds: number;
}

/** The rules of a counter. A ladder that never voids has nothing to keep for the own line, so it tells no lines apart. */
export function ladderRules({ ladder, otherLines, noticeFromLockSeconds }: LadderSettings): LadderRules {
  const voids = ladder.flatMap((step) => ('void' in step ? [step.failures] : []));
  const voidFrom = voids.length > 0 ? Math.min(...voids) : undefined;
  return {
    locks: ladder
      .flatMap((step) => ('lockSeconds' in step ? [step] : []))
      .sort((a, b) => a.failures - b.failures),
    voidFrom,
    otherLines:
      otherLines && voidFrom !== undefined
        ? { ...otherLines, upTo: Math.max(0, voidFrom - otherLines.reservedForOwnLine) }
        : undefined,
    noticeFromLockSeconds,
  };
}

/** The line an attempt is counted on: its own, or the single count of a factor that does not tell lines apart. */
export function countedLine(line: CallerLine, rules: LadderRules): CallerLine {
  return rules.otherLines === undefined ? 'own' : line;
}

/** The lock that begins with the failure of this number. Past the end of a ladder that never voids, every failure locks anew. */
function lockBeginningAt(failures: number, rules: LadderRules): LockStep | undefined {
  const last = rules.locks.at(-1);
  if (rules.voidFrom === undefined && last && failures > last.failures) return last;
  return rules.locks.find((step) => step.failures === failures);
}

function isVoid(counter: LockCounter, rules: LadderRules): boolean {
  const total = counter.own.failures + counter.other.failures;
  return counter.voidAt !== null || (rules.voidFrom !== undefined && total >= rules.voidFrom);
}

export type AttemptRefusal = 'void' | 'locked' | 'source_refused';

/**
 * Why no attempt may be made now, or undefined when one may. Strangers' lines can use up only their share, so they
 * alone never lock the own line or void the factor (invariant 10). `sourceFailures`: of this source for this
 * customer within the policy's window.
 */
export function attemptRefusal(
  counter: LockCounter,
  line: CallerLine,
  sourceFailures: number,
  rules: LadderRules,
  now: Instant,
): AttemptRefusal | undefined {
  if (isVoid(counter, rules)) return 'void';
  const counted = countedLine(line, rules);
  const { failures, lockedUntil } = counter[counted];
  if (lockedUntil !== null && now < lockedUntil) return 'locked';
  const { otherLines } = rules;
  if (counted === 'own' || otherLines === undefined) return undefined;
  if (failures >= otherLines.upTo) return 'locked';
  if (sourceFailures >= otherLines.perSource) return 'source_refused';
  return undefined;
}

type AttemptDecision =
  | { readonly kind: 'allowed'; readonly counter: LockCounter }
  | { readonly kind: 'refused'; readonly reason: AttemptRefusal };

/**
 * Decides whether an attempt may be made; if so, answers the counter with the attempt counted as failed beforehand
 * (invariant 3), its lock included. Pure.
 */
export function decideAttempt(
  counter: LockCounter,
  line: CallerLine,
  sourceFailures: number,
  rules: LadderRules,
  now: Instant,
): AttemptDecision {
  const reason = attemptRefusal(counter, line, sourceFailures, rules, now);
  if (reason) return { kind: 'refused', reason };
  const counted = countedLine(line, rules);
  const before = counter[counted];
  const failures = before.failures + 1;
  const lock = lockBeginningAt(failures, rules);
  const after: LineCount = lock
    ? {
        failures,
        lockedUntil: now + lock.lockSeconds * SECOND,
        lockedBefore: before.lockedUntil,
        noticeDue: lock.lockSeconds >= rules.noticeFromLockSeconds,
      }
    : { ...before, failures };
  const next = { ...counter, [counted]: after };
  const voids = isVoid(next, rules);
  return { kind: 'allowed', counter: voids ? { ...next, voidAt: now, voidNoticeDue: true } : next };
}

/**
 * The counter after a refund: one failure fewer, and without the lock or the void that only this many failures could
 * begin.
 */
export function refund(counter: LockCounter, line: CallerLine, rules: LadderRules): LockCounter {
  const counted = countedLine(line, rules);
  const before = counter[counted];
  assert(before.failures > 0, 'an attempt that is refunded was counted');
  const failures = before.failures - 1;
  const after: LineCount = lockBeginningAt(before.failures, rules)
    ? { failures, lockedUntil: before.lockedBefore, lockedBefore: null, noticeDue: false }
    : { ...before, failures };
  const next = { ...counter, [counted]: after };
  return reachedVoid(counter, rules) ? { ...next, voidAt: null, voidNoticeDue: false } : next;
}

function reachedVoid(counter: LockCounter, rules: LadderRules): boolean {
  return rules.voidFrom !== undefined && counter.own.failures + counter.other.failures >= rules.voidFrom;
}

function chargedLine(failures: number, rules: LadderRules, now: Instant): LineCount {
  const lock = rules.locks.findLast((step) => step.failures <= failures);
  return lock
    ? {
        failures,
        lockedUntil: now + lock.lockSeconds * SECOND,
        lockedBefore: null,
        noticeDue: lock.lockSeconds >= rules.noticeFromLockSeconds,
      }
    : { ...NO_FAILURES, failures };
}

/**
 * The counter after a success: only attempts still being compared stay counted, so that invariant 8 holds for
 * them too (invariant 7). A void that counts this very attempt as a failure goes with it. Undefined when the factor
 * was made void otherwise: the success then comes too late.
 */
export function afterSuccess(
  counter: LockCounter,
  stillReserved: { readonly own: number; readonly other: number },
  rules: LadderRules,
  now: Instant,
): LockCounter | undefined {
  if (counter.voidAt !== null && !reachedVoid(counter, rules)) return undefined;
  return {
    own: chargedLine(stillReserved.own, rules, now),
    other: chargedLine(stillReserved.other, rules, now),
    voidAt: null,
    voidNoticeDue: false,
  };
}

/** What the customer is to be told on a second channel (RTS art. 4(4)). */
export type LockNotice = { readonly until: Instant } | { readonly void: true };

/** The notice that is due, if any, and the counter with every notice taken as given. */
export function takeNotice(
  counter: LockCounter,
  now: Instant,
): { readonly notice: LockNotice | undefined; readonly counter: LockCounter } {
  const { own, other } = counter;
  const untils = [own, other].flatMap(({ noticeDue, lockedUntil }) =>
    noticeDue && lockedUntil !== null && now < lockedUntil ? [lockedUntil] : [],
  );
  const notice: LockNotice | undefined = counter.voidNoticeDue
    ? { void: true }
    : untils.length > 0
      ? { until: Math.max(...untils) }
      : undefined;
  return {
    notice,
    counter: {
      own: { ...own, noticeDue: false },
      other: { ...other, noticeDue: false },
      voidAt: counter.voidAt,
      voidNoticeDue: false,
    },
  };
}
