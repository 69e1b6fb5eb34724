import type { Knex } from 'knex';
import type { Purpose } from '../../actions/purpose.ts';
import { customerById } from '../../customers/customers.store.ts';
import { askOfSim, type SimFinding } from '../../customers/sim/ask-sim.service.ts';
import type { GuardedSimDates } from '../../customers/sim/sim-dates.ts';
import { type MessageWords, writeTo } from '../../outbox/message-words.ts';
import type { OutboxStore } from '../../outbox/outbox.store.ts';
import type { Instant } from '../../platform/clock.ts';
import { assert } from '../../platform/fault.ts';
import { blindIndex, type Keyring } from '../../platform/keyring.ts';
import type { Random } from '../../platform/random.ts';
import type { Policy } from '../../policy/policy.ts';
import { issueCode } from './code.store.ts';
import { type CodeRefusal, codeDestination } from './code.ts';

interface SendCodeDependencies {
  readonly keyring: Keyring;
  readonly random: Random;
  readonly outbox: OutboxStore;
  /** Undefined where no operator's feed is connected. */
  readonly simDates?: GuardedSimDates | undefined;
}

/** A code that is asked for: whose, for which order, and what its message says it is for. */
interface CodeRequest {
  readonly customerId: string;
  readonly callId: string;
  /** Digest of call, customer and order (actions/order.ts); the code passes for nothing else. */
  readonly binding: string;
  readonly purpose: Purpose;
  readonly words: MessageWords;
  readonly policy: Policy;
  readonly now: Instant;
}

type CodeSending = {
  /** What was found out about the SIM; undefined where that was not asked any more. */
  readonly sim?: SimFinding;
} & (
  | {
      readonly kind: 'sent';
      readonly codeId: string;
      readonly hint: string;
      readonly sentAt: Instant;
      readonly expiresAt: Instant;
    }
  /** Too many codes went out already. */
  | { readonly kind: 'limited'; readonly reason: string }
  /** There is no phone a code may be sent to. */
  | { readonly kind: 'unavailable'; readonly reason: CodeRefusal }
);

/**
 * Issues a code and puts its message into the outbox, to the registered phone and nowhere else (R7.2, V10). The code is
 * in the message only; what is answered tells its first digit.
 */
export async function sendCode(
  transaction: Knex,
  { keyring, random, outbox, simDates }: SendCodeDependencies,
  request: CodeRequest,
): Promise<CodeSending> {
  const { customerId, callId, binding, purpose, words, policy, now } = request;
  const customer = await customerById(transaction, customerId);
  assert(customer, 'a proved customer is stored');
  const destination = codeDestination(customer, keyring, policy, now);
  if (destination.kind === 'refused') return { kind: 'unavailable', reason: destination.reason };
  // The code reaches the person who has the SIM now, so nothing is issued before that is known.
  const sim = await askOfSim(transaction, simDates, customer, destination.e164, policy, now);
  if (sim.refusal) return { kind: 'unavailable', reason: sim.refusal, sim };
  const issued = await issueCode(transaction, {
    customerId,
    callId,
    binding,
    numberIndex: blindIndex(keyring, 'phone', destination.e164),
    now,
    policy,
    random,
    keyring,
  });
  if (issued.kind === 'limited') return { kind: 'limited', reason: issued.reason, sim };
  const { codeId, hint, expiresAt } = issued;
  await outbox.enqueueSms(transaction, {
    purpose: 'code',
    callId,
    codeId,
    to: destination.e164,
    body: writeTo(customer, words, 'code', {
      purpose,
      code: issued.code,
      lifetime: policy.code.lifetimeSeconds,
    }),
    expiresAt,
    now,
  });
  return { kind: 'sent', codeId, hint, sentAt: now, expiresAt, sim };
}
