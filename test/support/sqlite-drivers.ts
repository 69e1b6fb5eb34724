import { connect } from '../../src/storage/connect.ts';

/** Why npm `sqlite3` cannot be tried here; undefined where it can. It is an optional package (docs/adr/0021-npm-sqlite3.md). */
export const sqlite3Missing: string | undefined = await reasonAgainst();

async function reasonAgainst(): Promise<string | undefined> {
  try {
    await connect({ kind: 'sqlite', file: ':memory:', driver: 'sqlite3' }).destroy();
    return undefined;
  } catch {
    return 'the optional npm package sqlite3 is not installed';
  }
}
