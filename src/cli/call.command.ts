import { Argument, Command } from 'commander';
import type { CallCommand } from '../calls/call.ts';
import { type CommandOutcome, type CommandResult, Commands } from '../calls/commands.service.ts';
import { carriedCodes } from '../factors/code/code.store.ts';
import { OutboxStore } from '../outbox/outbox.store.ts';
import { readOpaqueId } from '../platform/opaque-id.ts';
import { PublishedReleases } from '../releases/published-releases.service.ts';
import { describeDatabase } from '../storage/database-trouble.ts';
import { transactionsOn } from '../storage/transactions.ts';
import { AS_OPTION, personRunning } from './person.ts';
import { CommandRefused, readSettings, requireKeys, type Terminal, withDatabase } from './terminal.ts';

/** What can be done to a live call, by the word it is asked with. */
const COMMANDS: { readonly [word: string]: CallCommand } = {
  freeze: { kind: 'freeze_customer' },
  'drop-levels': { kind: 'drop_levels' },
};

const DONE: { readonly [outcome in CommandOutcome]: string } = {
  levels_dropped: 'The levels of the call have ended; its next key is told that the session has expired.',
  unchanged: 'The call has no level to drop; that somebody asked is recorded.',
  frozen: 'The account is frozen provisionally; the customer is told by SMS, and the core system too.',
  already_frozen: 'The account was frozen already; that somebody asked is recorded.',
};

const REFUSED: { readonly [reason in Extract<CommandResult, { kind: 'refused' }>['reason']]: string } = {
  unknown_call: 'No call with this CallSid is recorded.',
  call_ended: 'This call has ended: nothing was changed.',
  nobody_identified: 'Nobody is identified in this call: nothing was changed.',
};

interface CallOptions {
  readonly as?: string;
  readonly demo?: true;
}

/** `hotline call CALLSID freeze|drop-levels`: acts on a live call through the command door, and records who asked. */
export function callCommand(terminal: Terminal): Command {
  return new Command('call')
    .description('act on a live call: freeze its customer’s account, or end every level it has')
    .argument('<callid>', "the carrier's CallSid")
    .addArgument(new Argument('<what>', 'what to do').choices(Object.keys(COMMANDS)))
    .option(...AS_OPTION)
    .option('--demo', 'in the demo database')
    .action(async (callId: string, what: string, options: CallOptions) => {
      const command = COMMANDS[what];
      if (!command) throw new CommandRefused(`Nothing is called ${what}.`);
      const person = personRunning(options.as);
      const config = readSettings(terminal, options.demo ? 'demo' : 'tool');
      const keyring = requireKeys(config);
      const { clock, random } = terminal;
      const result = await withDatabase(
        config.database,
        `There is no database at ${describeDatabase(config.database)}.`,
        async (knex) =>
          new Commands({
            keyring,
            random,
            clock,
            transactions: transactionsOn(knex),
            releases: new PublishedReleases({ knex, clock, failed: () => {} }),
            outbox: new OutboxStore(keyring, random, carriedCodes),
            // The service's own worker finds what is in the outbox.
            wakeOutbox: () => {},
          }).run(readOpaqueId(callId) ?? '', command, person),
      );
      if (result.kind === 'refused') throw new CommandRefused(REFUSED[result.reason]);
      terminal.print(DONE[result.outcome]);
    });
}
