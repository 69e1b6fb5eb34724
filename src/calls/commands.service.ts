import type { Knex } from 'knex';
import { levelOf } from '../assurance/call-level.ts';
import { voidCodes } from '../factors/code/code.store.ts';
import type { Releases } from '../flow/release.ts';
import { freezeAndTell } from '../freeze/freeze-account.service.ts';
import type { EntryDraft } from '../ledger/entry.ts';
import { messageWords } from '../outbox/message-words.ts';
import type { NotifyDependencies } from '../outbox/notify.service.ts';
import type { Clock, Instant } from '../platform/clock.ts';
import { assert, Fault } from '../platform/fault.ts';
import type { Transactions } from '../storage/transactions.ts';
import type { CallCommand } from './call.ts';
import type { TURN_ENTRIES } from './calls.entries.ts';
import { lockCallForUpdate, type StoredCall } from './calls.store.ts';
import { decideCommand } from './commands.ts';
import { ConcurrentTurnError } from './turn.service.ts';
import { type UnansweredDependencies, writeUnanswered } from './unanswered.service.ts';

interface CommandsDependencies extends UnansweredDependencies, NotifyDependencies {
  readonly transactions: Transactions;
  readonly clock: Clock;
  readonly releases: Pick<Releases, 'withHash'>;
  /** Called after a commit that has put a message into the outbox. */
  wakeOutbox(): void;
}

/** The result of a command. A refusal changes nothing and is not recorded. */
export type CommandResult =
  | { readonly kind: 'done'; readonly outcome: CommandOutcome }
  | { readonly kind: 'refused'; readonly reason: 'unknown_call' | 'call_ended' | 'nobody_identified' };
/** `unchanged`: there was no level to drop. */
export type CommandOutcome = 'levels_dropped' | 'unchanged' | 'frozen' | 'already_frozen';

/** Turns of one call are seconds apart; three conflicts in a row are no coincidence. */
const MAX_TRIES = 3;

/**
 * Acts on a live call without a webhook: in one transaction that locks the call, like a turn, and records who asked. A turn
 * under way finds the call's new version and begins anew.
 */
export class Commands {
  readonly #deps: CommandsDependencies;

  constructor(dependencies: CommandsDependencies) {
    this.#deps = dependencies;
  }

  /** Carries out a person's command. Throws Fault(conflict) where turns of the call committed first every time. */
  async run(callId: string, command: CallCommand, person: string): Promise<CommandResult> {
    const { transactions, wakeOutbox } = this.#deps;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      try {
        const result = await transactions.run(
          (transaction) => this.#carryOut(transaction, callId, command, person),
          { urgent: true },
        );
        if (result.kind === 'done' && command.kind === 'freeze_customer') wakeOutbox();
        return result;
      } catch (error) {
        if (!(error instanceof ConcurrentTurnError)) throw error;
      }
    }
    throw new Fault('conflict', 'turns of the call committed before the command every time');
  }

  async #carryOut(
    transaction: Knex,
    callId: string,
    command: CallCommand,
    person: string,
  ): Promise<CommandResult> {
    const { keyring, clock } = this.#deps;
    const call = await lockCallForUpdate(transaction, keyring, callId);
    if (!call) return { kind: 'refused', reason: 'unknown_call' };
    const { state } = call;
    if (state.status === 'ended') return { kind: 'refused', reason: 'call_ended' };
    const { customerId } = state.proofs;
    if (command.kind === 'freeze_customer' && customerId === undefined)
      return { kind: 'refused', reason: 'nobody_identified' };
    const now = clock.now();
    const decided = decideCommand(state, command);
    for (const effect of decided.effects)
      if (effect.kind === 'void_codes') await voidCodes(transaction, callId);
    const performed =
      command.kind === 'freeze_customer'
        ? await this.#freeze(transaction, call, now)
        : { outcome: droppedOutcome(customerId), entries: [] };
    const asked: EntryDraft<typeof TURN_ENTRIES> = {
      type: 'call.command',
      step: state.step,
      rules: ['R11.1'],
      data: { command: command.kind, outcome: performed.outcome, person, customerId },
    };
    const entries = [asked, ...decided.entries, ...performed.entries];
    const written = await writeUnanswered(transaction, this.#deps, call, {
      entries,
      state: decided.call,
      command,
      now,
    });
    if (!written) throw new ConcurrentTurnError();
    return { kind: 'done', outcome: performed.outcome };
  }

  /** Freezes provisionally at any level, because a person asks and not the customer (V8). */
  async #freeze(
    transaction: Knex,
    call: StoredCall,
    now: Instant,
  ): Promise<{ outcome: CommandOutcome; entries: readonly EntryDraft<typeof TURN_ENTRIES>[] }> {
    const { state } = call;
    const release = await this.#deps.releases.withHash(call.release, transaction);
    const { customerId } = state.proofs;
    assert(customerId !== undefined, 'somebody is identified');
    const askedAt = state.flow.freezeAskedAt ?? now;
    const { outcome } = await freezeAndTell(transaction, this.#deps, customerId, 'provisional', {
      callId: state.id,
      askedAt,
      words: messageWords(release),
      now,
    });
    const data = {
      ...{ matched: true, customerId, freeze: 'provisional', level: levelOf(state, release.policy, now) },
      ...{ outcome, why: 'asked_by_staff', askedAt, core: 'untold' },
    };
    const rules = ['R18.2', 'V8', 'V8.2'];
    return { outcome, entries: [{ type: 'account.freeze', step: state.step, rules, data }] };
  }
}

function droppedOutcome(customerId: string | undefined): CommandOutcome {
  return customerId === undefined ? 'unchanged' : 'levels_dropped';
}
