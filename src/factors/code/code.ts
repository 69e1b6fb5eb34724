import type { PassedFactor } from '../../assurance/grant.ts';
import { type Customer, registeredPhone } from '../../customers/customer.ts';
import { countryOf } from '../../jurisdictions/phone-number.ts';
import type { CustomerBudget } from '../../lockout/budget.ts';
import { type LadderRules, ladderRules } from '../../lockout/ladder.ts';
import { type Instant, SECOND } from '../../platform/clock.ts';
import type { Keyring } from '../../platform/keyring.ts';
import type { Policy } from '../../policy/policy.ts';
import type { KeyedFactorRules } from '../factor.ts';

type ResendDecision =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'refused'; readonly reason: 'too_soon'; readonly allowedAt: Instant }
  | { readonly kind: 'refused'; readonly reason: 'spent' };

/** Whether the code may be sent again: a minute apart and twice at most (policy "resend"). */
export function resendAllowed(
  sent: { readonly lastSentAt: Instant; readonly resends: number },
  policy: Policy,
  now: Instant,
): ResendDecision {
  if (sent.resends >= policy.code.resendsPerCall) return { kind: 'refused', reason: 'spent' };
  const allowedAt = sent.lastSentAt + policy.code.resendAfterSeconds * SECOND;
  return now < allowedAt ? { kind: 'refused', reason: 'too_soon', allowedAt } : { kind: 'allowed' };
}

/** Why no code can be sent to anybody's registered phone; the flow may speak of each. */
export const CODE_REFUSALS = ['no_phone', 'country', 'phone_too_new', 'sim_changed', 'sim_unknown'] as const;
export type CodeRefusal = (typeof CODE_REFUSALS)[number];
type DestinationRefusal = Exclude<CodeRefusal, 'sim_changed' | 'sim_unknown'>;

type DestinationDecision =
  | {
      readonly kind: 'ok';
      /** For the message only, E.164. */
      readonly e164: string;
    }
  | { readonly kind: 'refused'; readonly reason: DestinationRefusal };

/**
 * Whether and where a code may be sent: to the customer's registered phone and nowhere else (policy "destination").
 * A phone of unknown age is too new, and exactly at a limit is refused (Z8). The SIM is asked of beside it
 * (customers/sim/ask-sim.service.ts).
 */
export function codeDestination(
  customer: Customer,
  keyring: Keyring,
  policy: Policy,
  now: Instant,
): DestinationDecision {
  const { destinationRegisteredForSeconds, countries } = policy.code;
  const phone = registeredPhone(customer, keyring);
  if (!phone) return { kind: 'refused', reason: 'no_phone' };
  const country = countryOf(phone.e164);
  if (country === undefined || !countries.includes(country)) return { kind: 'refused', reason: 'country' };
  if (phone.since === undefined || now - phone.since <= destinationRegisteredForSeconds * SECOND)
    return { kind: 'refused', reason: 'phone_too_new' };
  return { kind: 'ok', e164: phone.e164 };
}

/** A keyed code; compared with the codes of this call and this order only (R7.2, invariants 12, 13, 14). */
export interface KeyedCode {
  readonly factor: 'code';
  readonly customerId: string;
  readonly binding: string;
  readonly digits: string;
}

/** Codes go to the registered phone from every line, so their counter does not tell lines apart. */
function codeLadder({ code: { ladder }, pin: { noticeFromLockSeconds } }: Policy): LadderRules {
  return ladderRules({ ladder, otherLines: undefined, noticeFromLockSeconds });
}

/** The budget of codes. */
export function codeBudgetOf(policy: Policy): CustomerBudget {
  return { draws: 'customer', counter: 'code', rules: codeLadder(policy) };
}

const proves = (subject: Omit<Extract<PassedFactor, { factor: 'code' }>, 'factor'>): PassedFactor => ({
  factor: 'code',
  ...subject,
});

/** A one-time code for one order (R7.2). */
export const code = {
  name: 'code',
  provedBy: 'attempt',
  input: { kind: 'code', label: 'one-time code', length: ({ code: rules }) => rules.length },
  counters: {
    code: {
      draws: 'customer',
      ladder: codeLadder,
      lockNotice: 'code',
    },
  },
  counterFor: (): 'code' => 'code',
  slowsGuessing: false,
  outcomes: ['PASSED', 'FAILED', 'LOCKED', 'LATE', 'BUSY'],
  awaitedEvents: ['UNDELIVERED'],
  proves,
  callBudget: { counter: 'codeTries', countsPassed: false },
  symbolic: {
    // A code passes only for the order it was sent for.
    passes: ({ customerId, binding, isCodeSent, at }) =>
      customerId === undefined || binding === undefined || !isCodeSent
        ? undefined
        : proves({ customerId, binding, at }),
    rightLine: () => 'key {code}',
    wrongLine: 'key {wrongCode}',
  },
} as const satisfies KeyedFactorRules<'code'>;
