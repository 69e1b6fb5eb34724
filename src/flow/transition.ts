import type { Proofs } from '../assurance/levels.ts';
import type { HandoffReason } from '../escalation/reasons.ts';
import type { Currency } from '../jurisdictions/currency.ts';
import type { Language } from '../locales/catalogue.ts';
import type { Instant } from '../platform/clock.ts';
import type { Policy } from '../policy/policy.ts';
import type { Speech } from '../speech/reply.ts';
import type { FlowContext } from './context.ts';
import type { FlowStep } from './definition.ts';

/** What a transition may look at besides the context, and what it produces. Lives for one transition only. */
export interface TransitionScope {
  readonly policy: Policy;
  readonly now: Instant;
  /** The currency of amounts where no payee, loan or account says otherwise: loan applications. */
  readonly currency: Currency;
  /** The language that the identified customer once chose; undefined where they never did or nobody is identified. */
  readonly chosenLanguage?: Language;
  readonly step: FlowStep;
  readonly proofs: Proofs;
  readonly speech: readonly Speech[];
  readonly explained: boolean;
  readonly reason?: HandoffReason;
}

/** What guards and actions work on. */
export interface MachineContext {
  readonly flow: FlowContext;
  readonly scope: TransitionScope;
}
