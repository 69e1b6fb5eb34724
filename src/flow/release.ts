import type { Policy } from '../policy/policy.ts';
import type { Company } from './company.ts';
import type { FlowMachine } from './machine.ts';
import type { SpeechTexts } from './prompts-port.ts';

/** What a decision needs of the prompts: which values each one speaks. */
export interface PromptValues {
  variables(prompt: string): ReadonlySet<string>;
}

/** Everything a call is decided by. A call stays on the release it began with; the audit names it. */
export interface Release {
  /** Digest over flow, policy, prompts and company. */
  readonly hash: string;
  readonly flow: FlowMachine;
  readonly policy: Policy;
  readonly company: Company;
  readonly prompts: SpeechTexts & PromptValues;
}
