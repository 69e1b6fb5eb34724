import { Command } from 'commander';
import { type ReleaseFiles, readReleaseTexts } from '../../flow/release-files.service.ts';
import { prove } from '../../prover/prove.ts';
import { Publishing } from '../../releases/publishing.service.ts';
import { AS_OPTION } from '../person.ts';
import { CommandRefused, type Terminal } from '../terminal.ts';
import { ownProperties, releaseFiles } from './check.command.ts';
import { nameRelease, refusalSentences, withReleases } from './published.ts';
import { approvedByOption, proposedByOption, publishFacts, standingFor } from './standing.ts';

interface PublishOptions extends Partial<ReleaseFiles> {
  readonly proposedBy?: string;
  readonly approvedBy?: string;
  readonly as?: string;
  readonly properties?: string;
  readonly demo?: true;
}

/** `flows publish`: proves the files and puts them in force, if two people stand for them. */
export function publishCommand(terminal: Terminal): Command {
  return new Command('publish')
    .description('prove the files, store them as one release that never changes, and begin new calls with it')
    .addOption(proposedByOption())
    .addOption(approvedByOption())
    .option(...AS_OPTION)
    .option('--flow <file>', 'another flow file')
    .option('--policy <file>', 'another policy file')
    .option('--company <file>', 'another company file')
    .option('--locales <folder>', 'another folder of words, with a folder for each language')
    .option('--properties <module>', "the bank's own properties, beside the built-in ones")
    .option('--demo', 'into the demo database')
    .action(async ({ proposedBy, approvedBy, as, properties, demo, ...files }: PublishOptions) => {
      const extra = properties === undefined ? [] : await ownProperties(properties);
      const read = await readReleaseTexts(releaseFiles(terminal, files));
      if (!read.ok) throw new CommandRefused(refusalSentences({ reason: 'unfit', problems: read.problems }));
      await withReleases(terminal, demo ? { demo } : {}, async (knex, mode) => {
        const publishing = new Publishing({
          knex,
          clock: terminal.clock,
          prove: (release) => prove(release, { extra }),
        });
        const standing = await standingFor(
          terminal,
          { knex, mode, as },
          { proposedBy, approvedBy },
          async (hash, report) => ({
            kind: 'publish',
            bound: { hash },
            facts: await publishFacts(knex, read.texts, hash, report),
          }),
        );
        const published = await publishing.publish(read.texts, standing, mode);
        if (published.kind === 'refused') throw new CommandRefused(refusalSentences(published));
        const { report } = published;
        if (report.proved)
          terminal.print(
            `All ${report.verdicts.length} properties hold: ${report.states} states and ${report.transitions} transitions explored in ${report.seconds.toFixed(1)} s.`,
          );
        terminal.print(
          `New calls begin with ${nameRelease(published)} within seconds; calls in progress stay on theirs.`,
        );
      });
    });
}
