import type { Knex } from 'knex';
import type { Language } from '../locales/catalogue.ts';
import type { Policy } from '../policy/policy.ts';
import type { SpeechTexts } from '../speech/prompts-port.ts';
import type { SmsTexts } from '../speech/sms-texts.ts';
import type { Company } from './company.ts';
import type { FlowMachine } from './machine.ts';

/** What a decision needs of the prompts: which values each one speaks; and what the prover does: their words. */
interface PromptValues {
  variables(prompt: string): ReadonlySet<string>;
  template(prompt: string, language: Language): string;
}

/** Everything a call is decided by. A call stays on the release it began with; the audit names it. */
export interface Release {
  /** Digest over flow, policy, company, prompts, messages and packs. */
  readonly hash: string;
  readonly flow: FlowMachine;
  readonly policy: Policy;
  readonly company: Company;
  readonly prompts: SpeechTexts & PromptValues;
  readonly sms: SmsTexts;
}

/** Where calls find what they are decided by. */
export interface Releases {
  /** The release new calls begin with. A Fault when there is none to be had. */
  current(): Promise<Release>;
  /** The newest release this process has seen, without asking anybody; `current` was asked before. */
  latest(): Release;
  /** Whether another release should be in force than this process can use; it then takes no further calls where it can help it. */
  isBehind(): boolean;
  /**
   * The release a call in progress began with. A Fault when it cannot be had unchanged: no other may decide the call.
   * Inside a transaction it is asked by that: on SQLite there is no other connection.
   */
  withHash(hash: string, transaction?: Knex): Promise<Release>;
}
