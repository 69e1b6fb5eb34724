import type { Attributes } from './events.ts';

export type Factor = NonNullable<Attributes['factor']>;
type FactorResult = NonNullable<Attributes['result']>;

/** Why a webhook was not believed: no signature, none that could be one, or one that is not the carrier's. */
export type RefusalReason = 'absent' | 'malformed' | 'wrong';

/** Adds to the span of the turn that is running. */
type NoteOnTurn = (attributes: Attributes<'step' | 'outcome' | 'language'>) => void;

/** Traces and metrics, by allow-list. No method ever throws, and none waits for the network. */
export interface Telemetry {
  /** Runs one turn inside a span of its call's trace, and counts and times it. Throws what `work` throws. */
  turn<Result>(
    attributes: Attributes<'call' | 'route' | 'step'>,
    work: (note: NoteOnTurn) => Promise<Result>,
  ): Promise<Result>;
  factorChecked(factor: Factor, result: FactorResult): void;
  locked(factor: Factor): void;
  codeSent(): void;
  /** `reason` is one of ours, in lower-case words. */
  codeFailed(reason: string): void;
  webhookRefused(reason: RefusalReason): void;
  /** There was no room for a turn of this kind, one of our lower-case words. */
  turnRefused(kind: string): void;
  /** `kind` is one of ours, in lower-case words. */
  alarmRaised(kind: string): void;
  /** A line of the log could not be written. */
  logLineLost(): void;
  /** Gives the gauge of active calls its source; it is asked whenever metrics are collected. */
  observeActiveCalls(count: () => Promise<number>): void;
  /** Sends what is left and stops. */
  stop(): Promise<void>;
}

/** Telemetry that is off. */
export const noTelemetry: Telemetry = {
  turn: (_attributes, work) => work(() => {}),
  factorChecked: () => {},
  locked: () => {},
  codeSent: () => {},
  codeFailed: () => {},
  webhookRefused: () => {},
  turnRefused: () => {},
  alarmRaised: () => {},
  logLineLost: () => {},
  observeActiveCalls: () => {},
  stop: async () => {},
};
