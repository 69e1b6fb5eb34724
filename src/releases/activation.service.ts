import type { Knex } from 'knex';
import { documentOf, makeRelease, type ReleaseTexts } from '../flow/load-release.ts';
import type { Release } from '../flow/release.ts';
import { Ledger } from '../ledger/ledger.service.ts';
import type { Stream } from '../ledger/stream.ts';
import type { Clock, Instant } from '../platform/clock.ts';
import { Fault } from '../platform/fault.ts';
import type { People } from './four-eyes.ts';
import { type ActivationKind, NOT_PROVED_IN_DEMO, type ReleaseReport } from './release-record.ts';
import { RELEASE_ENTRIES } from './releases.entries.ts';
import { activeRelease, insertActivation, insertRelease, storedTexts } from './releases.store.ts';

const ledger = new Ledger(RELEASE_ENTRIES);

/** A release that may be stored; the caller of this room has proved it. */
interface ReleaseToStore {
  readonly hash: string;
  readonly document: string;
  readonly report: ReleaseReport;
}

/** Stores a release and puts it in force, both or neither; its number. A Fault when somebody else was faster. */
export async function storeAndActivate(
  knex: Knex,
  clock: Clock,
  release: ReleaseToStore,
  people: People,
): Promise<number> {
  return knex.transaction(async (transaction) => {
    const number = await insertRelease(transaction, {
      ...release,
      ...named(people),
      createdAt: clock.now(),
    });
    if (number === undefined) throw overtaken();
    const at = await putInForce(transaction, clock, release.hash, 'publish', people);
    const entry = {
      type: 'release.published',
      rules: ['S3'],
      data: { number, ...recorded(people) },
    } as const;
    await ledger.append(transaction, streamOf(release.hash), [entry], at);
    return number;
  });
}

/** Puts a stored release in force. A Fault when somebody else was faster. */
export async function activate(
  knex: Knex,
  clock: Clock,
  hash: string,
  kind: ActivationKind,
  people: People,
): Promise<void> {
  await knex.transaction(async (transaction) => {
    const at = await putInForce(transaction, clock, hash, kind, people);
    const entry = {
      type: 'release.activated',
      rules: ['S3'],
      data: { why: kind, ...recorded(people) },
    } as const;
    await ledger.append(transaction, streamOf(hash), [entry], at);
  });
}

async function putInForce(
  transaction: Knex,
  clock: Clock,
  hash: string,
  kind: ActivationKind,
  people: People,
): Promise<Instant> {
  const at = clock.now();
  if (!(await insertActivation(transaction, { release: hash, kind, ...named(people), at })))
    throw overtaken();
  return at;
}

const streamOf = (hash: string): Stream => ({ kind: 'release', id: hash });

function recorded(people: People): { readonly person: string; readonly approver: string | undefined } {
  const { proposedBy, approvedBy } = named(people);
  return { person: proposedBy, approver: approvedBy };
}

/**
 * DEMO ONLY. Puts texts in force without asking anybody or proving anything; what they break is for the person who tries them
 * out to see. A Fault when they are no release.
 */
export async function publishForDemo(knex: Knex, clock: Clock, texts: ReleaseTexts): Promise<Release> {
  const made = makeRelease(texts);
  if (!made.ok) throw new Fault('conflict', made.problems.join('; '));
  const { hash } = made.release;
  const people = { proposedBy: 'demo', approvedBy: undefined };
  if ((await activeRelease(knex)) === hash) return made.release;
  if (await storedTexts(knex, hash)) await activate(knex, clock, hash, 'rollback', people);
  else {
    const release = { hash, document: documentOf(texts), report: NOT_PROVED_IN_DEMO };
    await storeAndActivate(knex, clock, release, people);
  }
  return made.release;
}

function overtaken(): Fault {
  return new Fault(
    'conflict',
    'somebody else published at the same moment; look at what is active and try again',
  );
}

/** The names as they are kept: as given, without the spaces around them. */
function named({ proposedBy, approvedBy }: People): { proposedBy: string; approvedBy: string | undefined } {
  const approver = approvedBy?.trim();
  return { proposedBy: (proposedBy ?? '').trim(), approvedBy: approver === '' ? undefined : approver };
}
