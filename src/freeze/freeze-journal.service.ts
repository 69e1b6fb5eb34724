import { open as openFile, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LANGUAGES, type Language } from '../locales/catalogue.ts';
import { type Instant, SECOND } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import { Fault } from '../platform/fault.ts';
import { type Keyring, open, seal } from '../platform/keyring.ts';
import { isOpaqueId } from '../platform/opaque-id.ts';
import { type Random, randomToken } from '../platform/random.ts';
import { makePrivateFolder } from '../platform/system-folders.ts';
import { TIMED_OUT, withTimeout } from '../platform/with-timeout.service.ts';

/** A freeze that was asked for while the store was out. It holds no keyed digits: the call knows its customer. */
export interface FreezeRequest {
  readonly callId: string;
  /** The dialled number and the calling number, as the carrier claims them. */
  readonly line: string;
  readonly source: string;
  readonly language: Language;
  /** The caller's step, as the carrier's URL says; undefined for a call that reached none. */
  readonly step?: string;
  readonly at: Instant;
}

/** What else asks of the journal, once it is open. */
export type QueuedFreezes = Pick<FreezeJournal, 'enqueue' | 'waiting' | 'read' | 'drop'>;

/** One small file each; more than this in one outage is not callers' doing. */
const MOST_REQUESTS = 10_000;
const SUFFIX = '.freeze';
/** A disk that takes longer to keep one file keeps none in time for a caller. */
const TRIAL_MILLISECONDS = 5 * SECOND;

/**
 * The queue of freeze requests outside the database: one sealed file for each call, written and synced before the caller
 * is told. The folder must survive the process; several processes may share one.
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

  /** Makes the folder, readable by nobody else, and tries whether it keeps a file. Throws an Error that says what to do. */
  async open(): Promise<void> {
    try {
      makePrivateFolder(this.#folder);
      const tried = await withTimeout(this.#tryToKeepAFile(), TRIAL_MILLISECONDS);
      if (tried === TIMED_OUT) throw new Error('no answer');
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? String(error.code) : 'no answer in time';
      throw new Error(
        `FREEZE_JOURNAL must be a folder on a disk that this user may write to, and ${this.#folder} keeps no file (${reason}).`,
        { cause: error },
      );
    }
  }

  async #tryToKeepAFile(): Promise<void> {
    const name = join(this.#folder, `trial.${randomToken(this.#random)}`);
    await writeDurably(name, 'tried at the start');
    await rm(name);
    await this.#syncFolder();
  }

  /** Queues a request; resolves once it would survive a power cut. Repeating it changes nothing. Throws Fault(limit_reached) when full. */
  async enqueue(request: FreezeRequest): Promise<void> {
    const queued = await this.#names();
    const name = fileName(request.callId);
    if (queued.includes(name)) return;
    if (queued.length >= MOST_REQUESTS) throw new Fault('limit_reached', 'the journal of freezes is full');
    const unfinished = join(this.#folder, `${name}.${randomToken(this.#random)}`);
    const sealed = seal(this.#keyring, this.#random, context(request.callId), JSON.stringify(request));
    await writeDurably(unfinished, sealed);
    await rename(unfinished, join(this.#folder, name));
    await this.#syncFolder();
  }

  /** The ids of the calls with a queued request. */
  async waiting(): Promise<readonly string[]> {
    return (await this.#names()).flatMap((name) => callIdOf(name) ?? []);
  }

  /**
   * The request of a call, or undefined where another process has carried it out. Throws Fault(crypto_unavailable) for a file
   * that no key opens and Fault(conflict) for one that this version cannot read; the file stays.
   */
  async read(callId: string): Promise<FreezeRequest | undefined> {
    try {
      const sealed = await readFile(join(this.#folder, fileName(callId)), 'utf8');
      return readRequest(callId, open(this.#keyring, context(callId), sealed));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Drops the request of a call once it has been carried out. */
  async drop(callId: string): Promise<void> {
    await rm(join(this.#folder, fileName(callId)), { force: true });
  }

  async #names(): Promise<readonly string[]> {
    const names = await readdir(this.#folder);
    return names.filter((name) => callIdOf(name) !== undefined);
  }

  /** Without this a power cut could lose the file's name. */
  async #syncFolder(): Promise<void> {
    const folder = await openFile(this.#folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await openFile(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The journal in this folder, made if it is not there. Throws the system's error. */
export async function openFreezeJournal(
  folder: string,
  keyring: Keyring,
  random: Random,
): Promise<FreezeJournal> {
  const journal = new FreezeJournal(folder, keyring, random);
  await journal.open();
  return journal;
}

/** A call id may hold any visible character, slashes and dots included; what is no letter or digit is escaped. */
function fileName(callId: string): string {
  const escaped = callId.replace(
    /[^A-Za-z0-9_-]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `${escaped}${SUFFIX}`;
}

/** The call id of a file of the journal; undefined for another file. */
function callIdOf(name: string): string | undefined {
  const callId = name
    .slice(0, -SUFFIX.length)
    .replace(/%([0-9a-f]{2})/g, (_escape, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return isOpaqueId(callId) && name === fileName(callId) ? callId : undefined;
}

const context = (callId: string) => `freeze_journal:${callId}`;

const storedRequest = z.object({
  callId: z.string(),
  line: z.string(),
  source: z.string(),
  language: z.enum(LANGUAGES),
  step: z.string().optional(),
  at: z.int(),
});

/** Reads an opened file: another version may have written it, so nothing of it is taken for granted. */
function readRequest(callId: string, text: string): FreezeRequest {
  const { success, data } = storedRequest.safeParse(parsedJson(text));
  if (!success || data.callId !== callId)
    throw new Fault(
      'conflict',
      'a queued freeze cannot be read by this version: its file is kept, start the version that wrote it',
    );
  const { step, ...request } = data;
  return { ...request, ...defined({ step }) };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
