import { createHash } from 'node:crypto';
import type { FileSource } from '../customers/enrolment/csv-rows.service.ts';
import { CommandRefused } from './terminal.ts';

/** SHA-256 of a file, read piece by piece. */
export async function digestOfFile(source: FileSource): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of source()) hash.update(piece);
  return hash.digest('hex');
}

/** The same file, refused at its end where it is no longer the one with this digest: each reading is compared. */
export function unchangedFile(source: FileSource, digest: string): FileSource {
  return async function* pieces() {
    const hash = createHash('sha256');
    for await (const piece of source()) {
      hash.update(piece);
      yield piece;
    }
    if (hash.digest('hex') !== digest)
      throw new CommandRefused('The file has changed since it was approved: it is another proposal.');
  };
}
