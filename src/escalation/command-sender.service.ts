import type { Knex } from 'knex';
import { type Clock, MINUTE, SECOND } from '../platform/clock.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { CallControl, CommandAnswer } from './carrier-command.ts';
import { type ClaimedCommand, claimCommands, endCommand, postponeCommand } from './carrier-commands.store.ts';
import type { CarrierReport } from './handoff-event.ts';
import { isStillMeant } from './handoff-machine.ts';
import type { Handoffs } from './handoffs.service.ts';

/** Sent at the same time, each of another hand-off. */
const BATCH = 16;
/** Longer than one request to the carrier may take. */
const LEASE_MILLISECONDS = 15 * SECOND;
const FIRST_RETRY_MILLISECONDS = 500;
const LONGEST_RETRY_MILLISECONDS = 10 * SECOND;
/** However long the carrier asks to wait: a caller waits for most commands. */
const LONGEST_ASKED_MILLISECONDS = MINUTE;
/** A little more than a minute of them; what has failed by then has failed, and the machine goes another way. */
const MOST_TRIES = 12;

interface CommandSenderDependencies {
  readonly knex: Knex;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly control: CallControl;
  readonly handoffs: Pick<Handoffs, 'find' | 'step'>;
  failed(error: unknown): void;
}

/**
 * Tells the carrier what was decided, after the commit, in order within each hand-off. What the carrier answers goes back
 * into the machine: a leg that is gone, a command that is refused. A command may be sent twice, never lost (invariant 53).
 */
export class CommandSender {
  readonly #deps: CommandSenderDependencies;

  constructor(dependencies: CommandSenderDependencies) {
    this.#deps = dependencies;
  }

  /** Sends until nothing is due. Never rejects. */
  async round(): Promise<void> {
    try {
      while ((await this.sendDue()) > 0);
    } catch (error) {
      this.#deps.failed(error);
    }
  }

  /** Sends one batch and answers how many there were. Any number of processes may call it at once. */
  async sendDue(): Promise<number> {
    const { knex, keyring, clock } = this.#deps;
    const claimed = await claimCommands(knex, keyring, clock.now(), LEASE_MILLISECONDS, BATCH);
    await Promise.all(
      claimed.map((command) => this.#send(command).catch((error) => this.#deps.failed(error))),
    );
    return claimed.length;
  }

  async #send(claimed: ClaimedCommand): Promise<void> {
    const { knex, clock, control, handoffs } = this.#deps;
    const { command, handoffId } = claimed;
    const handoff = await handoffs.find(knex, handoffId);
    if (!handoff || !isStillMeant(handoff, command)) {
      await endCommand(knex, claimed, 'needless');
      return;
    }
    const answer = await control.carryOut(command);
    if (answer.kind === 'retry' && claimed.tries < MOST_TRIES) {
      await postponeCommand(knex, claimed, clock.now() + retryAfter(claimed.tries, answer.afterSeconds));
      return;
    }
    const reported = reportOf(claimed, answer);
    // First the machine: a process that dies between the two sends the command again, and the report comes again.
    if (reported) await handoffs.step(handoffId, reported);
    const error = answer.kind === 'refused' ? answer.carrierError : undefined;
    await endCommand(knex, claimed, answer.kind === 'retry' ? 'refused' : answer.kind, error);
  }
}

/** What the machine is told of an answer; a try that was the last counts as refused. */
function reportOf({ command }: ClaimedCommand, answer: CommandAnswer): CarrierReport | undefined {
  if (answer.kind === 'done')
    return command.kind === 'call_staff' && answer.callId !== undefined
      ? { kind: 'leg_called', label: command.label, callId: answer.callId }
      : undefined;
  return { kind: 'command_failed', command, answer: answer.kind === 'gone' ? 'gone' : 'refused' };
}

/** The wait before the next try, in milliseconds: doubling up to a limit, at least what the carrier asks for. */
function retryAfter(tries: number, askedSeconds = 0): number {
  const doubled = Math.min(FIRST_RETRY_MILLISECONDS * 2 ** (tries - 1), LONGEST_RETRY_MILLISECONDS);
  return Math.max(doubled, Math.min(askedSeconds * SECOND, LONGEST_ASKED_MILLISECONDS));
}
