import { mkdir, open as openFile, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Language } from '../locales/catalogue.ts';
import type { Instant } from '../platform/clock.ts';
import { Fault } from '../platform/fault.ts';
import { type Keyring, open, seal } from '../platform/keyring.ts';
import { isOpaqueId } from '../platform/opaque-id.ts';
import { type Random, randomToken } from '../platform/random.ts';

/** A freeze that was asked for while the store could not be. What was keyed is not in it: the call knows who is calling. */
export interface FreezeRequest {
  readonly callId: string;
  /** The number dialled and the calling one, as the carrier claims them. */
  readonly line: string;
  readonly source: string;
  readonly language: Language;
  /** Where the caller was, as the carrier's URL says; undefined for a call that never got anywhere. */
  readonly step?: string;
  readonly at: Instant;
}

/** One small file each; more in one outage than a bank's whole line can take is no caller's doing. */
const MOST_REQUESTS = 10_000;
const SUFFIX = '.freeze';

/**
 * Requests to freeze, kept outside the database until it is back: one sealed file for each call, written and synced
 * before the caller is told. The folder must survive the process; several processes may share one.
 */
export class FreezeJournal {
  readonly #folder: string;
  readonly #keyring: Keyring;
  readonly #random: Random;

  constructor(folder: string, keyring: Keyring, random: Random) {
    this.#folder = folder;
    this.#keyring = keyring;
    this.#random = random;
  }

  /** Makes the folder, readable by nobody else. Throws the system's error where it cannot be. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** Keeps a request; resolves once it would survive a power cut. Repeating it changes nothing. Throws Fault(limit_reached) when full. */
  async keep(request: FreezeRequest): Promise<void> {
    const kept = await this.#names();
    const name = fileName(request.callId);
    if (kept.includes(name)) return;
    if (kept.length >= MOST_REQUESTS) throw new Fault('limit_reached', 'the journal of freezes is full');
    const unfinished = join(this.#folder, `${name}.${randomToken(this.#random)}`);
    const file = await openFile(unfinished, 'wx', 0o600);
    try {
      await file.writeFile(
        seal(this.#keyring, this.#random, context(request.callId), JSON.stringify(request)),
      );
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, join(this.#folder, name));
    await this.#syncFolder();
  }

  /** The calls with a request waiting. */
  async waiting(): Promise<readonly string[]> {
    return (await this.#names()).flatMap((name) => callIdOf(name) ?? []);
  }

  /** The request of a call, or undefined when another process has dealt with it. Throws Fault(crypto_unavailable) for one no key opens. */
  async read(callId: string): Promise<FreezeRequest | undefined> {
    try {
      const sealed = await readFile(join(this.#folder, fileName(callId)), 'utf8');
      return JSON.parse(open(this.#keyring, context(callId), sealed)) as FreezeRequest;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Drops a request that has been carried out. */
  async drop(callId: string): Promise<void> {
    await rm(join(this.#folder, fileName(callId)), { force: true });
  }

  async #names(): Promise<readonly string[]> {
    const names = await readdir(this.#folder);
    return names.filter((name) => callIdOf(name) !== undefined);
  }

  /** Without this a power cut could take the name and leave the file. */
  async #syncFolder(): Promise<void> {
    const folder = await openFile(this.#folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

/** A call id may hold any visible character, slashes and dots included; what is no letter or digit is escaped. */
function fileName(callId: string): string {
  const escaped = callId.replace(
    /[^A-Za-z0-9_-]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `${escaped}${SUFFIX}`;
}

/** The call a file of the journal is about; undefined for a file that is not the journal's. */
function callIdOf(name: string): string | undefined {
  const callId = name
    .slice(0, -SUFFIX.length)
    .replace(/%([0-9a-f]{2})/g, (_escape, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return isOpaqueId(callId) && name === fileName(callId) ? callId : undefined;
}

const context = (callId: string) => `freeze_journal:${callId}`;

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
