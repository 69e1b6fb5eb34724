import { closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** For what this program makes: readable by nobody else on the machine. */
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

/**
 * Makes a folder and those above it, each readable by nobody else; what is there stays as it is. Throws the system's error.
 * One after the other, because Node's own way of making several never ends below /proc.
 */
export function makePrivateFolder(folder: string): void {
  const missing: string[] = [];
  for (let path = resolve(folder); !existsSync(path) && dirname(path) !== path; path = dirname(path))
    missing.unshift(path);
  for (const path of missing) ignoring('EEXIST', () => mkdirSync(path, { mode: PRIVATE_FOLDER }));
}

/** Makes an empty file that nobody else can read, where there is none yet. Throws the system's error. */
export function makePrivateFile(file: string): void {
  if (existsSync(file)) return;
  ignoring('EEXIST', () => closeSync(openSync(file, 'wx', PRIVATE_FILE)));
}

/** Which of these are there and may be read or written by others on this machine. */
export function openToOthers(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0);
}

/** Somebody else may make it in between. */
function ignoring(code: string, make: () => void): void {
  try {
    make();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === code)) throw error;
  }
}
