import type { Instant } from '../platform/clock.ts';
import { randomToken } from '../platform/random.ts';
import { newSecretToken, type SignedIn } from './sessions.service.ts';
import { countProgramsOf, insertSession } from './sessions.store.ts';
import type { StaffDependencies } from './sign-in.service.ts';
import { recordInSession } from './staff-record.service.ts';

/** A name its owner knows the program by: letters of any script, a letter first. */
const PROGRAM = /^\p{L}[\p{L}\p{M}\p{N} .'’_-]{0,39}$/u;
/** One person works with a few programs; more are keys that nobody looks after. */
const MOST_PROGRAMS = 5;

type ProgramBegun =
  /** `token`: shown once to its owner. */
  | { readonly kind: 'done'; readonly token: string }
  | { readonly kind: 'refused'; readonly reason: 'unfit' | 'many' };

/**
 * Lets another program act for somebody who has signed in: a session of its own, of which the digest is kept, that ends with the
 * one it was begun in, or when the person ends it (S4). Nobody's password is ever typed into another program.
 */
export async function beginProgram(
  { transactions, random }: Pick<StaffDependencies, 'transactions' | 'random'>,
  { account, session, member }: SignedIn,
  typed: string,
  now: Instant,
): Promise<ProgramBegun> {
  const name = typed.trim().normalize('NFC');
  if (!PROGRAM.test(name)) return { kind: 'refused', reason: 'unfit' };
  return transactions.run(async (transaction) => {
    if ((await countProgramsOf(transaction, session.id, now)) >= MOST_PROGRAMS)
      return { kind: 'refused', reason: 'many' };
    const { token, digest } = newSecretToken(random);
    const id = randomToken(random);
    const { version, secondFactorAt, endsAt, device } = session;
    const begun = { id, staffId: account.id, version, createdAt: now, secondFactorAt, endsAt, device };
    await insertSession(transaction, digest, begun, { name, parent: session.id });
    const of = { staffId: account.id, streamId: id };
    await recordInSession(
      transaction,
      member.session,
      [{ type: 'session.program', rules: ['S4'], data: of }],
      now,
    );
    const { name: person, role } = member;
    const data = { staffId: account.id, person, role };
    await recordInSession(transaction, id, [{ type: 'session.begun', rules: ['S4', 'R10'], data }], now);
    return { kind: 'done', token };
  });
}
