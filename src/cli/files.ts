import { createReadStream } from 'node:fs';
import { access, constants, readFile } from 'node:fs/promises';
import { parsePolicy } from '../policy/load.ts';
import type { Policy } from '../policy/policy.ts';
import { CommandRefused } from './terminal.ts';

/** A file that can be read piece by piece, more than once, or a refusal that names it. */
export async function piecesOf(path: string): Promise<() => AsyncIterable<Buffer>> {
  try {
    await access(path, constants.R_OK);
  } catch (error) {
    throw unreadable(path, error);
  }
  return async function* pieces() {
    try {
      yield* createReadStream(path) as AsyncIterable<Buffer>;
    } catch (error) {
      throw unreadable(path, error);
    }
  };
}

function unreadable(path: string, error: unknown): CommandRefused {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
  return new CommandRefused(`${path} cannot be read (${code}).`);
}

/** The bytes of a file, or a refusal that names it. */
async function readWhole(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The policy in a file, or a refusal with every problem of it. */
export async function readPolicy(path: string): Promise<Policy> {
  const parsed = parsePolicy((await readWhole(path)).toString('utf8'));
  if (parsed.ok) return parsed.policy;
  throw new CommandRefused(parsed.problems.map((problem) => `${path}: ${problem}`));
}
