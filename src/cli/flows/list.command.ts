import { Command } from 'commander';
import type { Activation, PublishedRelease } from '../../releases/release-record.ts';
import { listActivations, listReleases, shortHash } from '../../releases/releases.store.ts';
import type { Terminal } from '../terminal.ts';
import { describeMoment, withReleases } from './published.ts';

/** Releases newest first, each with who stands for it, what was proved and when it was in force. */
function releaseLines(
  releases: readonly PublishedRelease[],
  activations: readonly Activation[],
): readonly string[] {
  return releases.toReversed().flatMap((release) => {
    const { number, hash, proposedBy, approvedBy, createdAt, report } = release;
    const mark = activations.at(-1)?.release === hash ? '*' : ' ';
    const approval = approvedBy === undefined ? 'approved by nobody' : `approved by ${approvedBy}`;
    return [
      `${mark} ${number}  ${shortHash(hash)}  published ${describeMoment(createdAt)}, proposed by ${proposedBy}, ${approval}`,
      report.proved
        ? `     all ${report.verdicts.length} properties held in ${report.states} states and ${report.transitions} transitions, ${report.seconds.toFixed(1)} s`
        : '     not proved: published by the demo for itself',
      ...activations.flatMap((activation, index) =>
        activation.release === hash ? [`     ${inForce(activation, activations[index + 1])}`] : [],
      ),
    ];
  });
}

function inForce(activation: Activation, next: Activation | undefined): string {
  const until = next ? `until ${describeMoment(next.at)}` : 'until now';
  const back =
    activation.kind === 'rollback'
      ? ` (gone back to by ${activation.proposedBy}${activation.approvedBy === undefined ? '' : ` and ${activation.approvedBy}`})`
      : '';
  return `in force from ${describeMoment(activation.at)} ${until}${back}`;
}

/** `flows list`: what was published, and when it was in force. */
export function listCommand(terminal: Terminal): Command {
  return new Command('list')
    .description(
      'print every release, who stands for it and when it was in force; * is the one new calls begin with',
    )
    .option('--demo', 'of the demo database')
    .action(async (options: { demo?: true }) => {
      await withReleases(terminal, options, async (knex) => {
        const lines = releaseLines(await listReleases(knex), await listActivations(knex));
        for (const line of lines.length > 0 ? lines : ['Nothing is published in this database yet.'])
          terminal.print(line);
      });
    });
}
