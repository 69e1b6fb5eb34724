import { readFile } from 'node:fs/promises';
import { parsePolicy } from '../policy/load.ts';
import type { Policy } from '../policy/policy.ts';
import { CommandRefused } from './terminal.ts';

/** The bytes of a file, or a refusal that names it. */
export async function readWhole(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new CommandRefused(`${path} cannot be read (${code}).`);
  }
}

/** The policy in a file, or a refusal with every problem of it. */
export async function readPolicy(path: string): Promise<Policy> {
  const parsed = parsePolicy((await readWhole(path)).toString('utf8'));
  if (parsed.ok) return parsed.policy;
  throw new CommandRefused(parsed.problems.map((problem) => `${path}: ${problem}`));
}
