import { Command } from 'commander';
import { prove } from '../../prover/prove.ts';
import { Publishing } from '../../releases/publishing.service.ts';
import { AS_OPTION } from '../person.ts';
import { CommandRefused, type Terminal } from '../terminal.ts';
import { nameRelease, refusalSentences, releaseNamed, withReleases } from './published.ts';
import { approvedByOption, proposedByOption, standingFor } from './standing.ts';

interface RollbackOptions {
  readonly proposedBy?: string;
  readonly approvedBy?: string;
  readonly as?: string;
  readonly demo?: true;
}

/** `flows rollback`: puts an earlier release in force again. */
export function rollbackCommand(terminal: Terminal): Command {
  return new Command('rollback')
    .description('begin new calls with an earlier release again; nothing is deleted')
    .argument('<release>', 'its number or hash, from `flows list`')
    .addOption(proposedByOption())
    .addOption(approvedByOption())
    .option(...AS_OPTION)
    .option('--demo', 'in the demo database')
    .action(async (name: string, { proposedBy, approvedBy, as, demo }: RollbackOptions) => {
      await withReleases(terminal, demo ? { demo } : {}, async (knex, mode) => {
        const release = await releaseNamed(knex, name);
        const publishing = new Publishing({ knex, clock: terminal.clock, prove });
        const standing = await standingFor(
          terminal,
          { knex, mode, as },
          { proposedBy, approvedBy },
          async (hash) => ({
            kind: 'rollback',
            bound: { hash },
            facts: [`New calls begin with ${nameRelease(release)} again.`],
          }),
        );
        const result = await publishing.rollBack(release.hash, standing, mode);
        if (result.kind === 'refused') throw new CommandRefused(refusalSentences(result));
        terminal.print(
          `New calls begin with ${nameRelease(release)} again within seconds; calls in progress stay on theirs.`,
        );
      });
    });
}
