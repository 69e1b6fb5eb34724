import { Command } from 'commander';
import { checkCommand } from './flows/check.command.ts';
import { diffCommand } from './flows/diff.command.ts';
import { drawCommand } from './flows/draw.command.ts';
import { lanesCommand } from './flows/lanes.command.ts';
import { listCommand } from './flows/list.command.ts';
import { publishCommand } from './flows/publish.command.ts';
import { replayCommand, whatIfCommand } from './flows/replay.command.ts';
import { rollbackCommand } from './flows/rollback.command.ts';
import { rulesCommand } from './flows/rules.command.ts';
import type { Terminal } from './terminal.ts';

/** One per file; `npm run flows -- NAME` and `hotline flows NAME` are the same. */
const FLOW_COMMANDS = [
  checkCommand,
  diffCommand,
  publishCommand,
  listCommand,
  rollbackCommand,
  drawCommand,
  rulesCommand,
  lanesCommand,
  replayCommand,
  whatIfCommand,
];

/** `hotline flows`: everything about flow, policy and prompts before they meet a caller. */
export function flowsCommand(terminal: Terminal): Command {
  const flows = new Command('flows').description(
    'check, compare, publish and draw what calls are decided by',
  );
  for (const command of FLOW_COMMANDS) flows.addCommand(command(terminal));
  return flows;
}
