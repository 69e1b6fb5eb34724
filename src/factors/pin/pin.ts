import type { PinKind } from '../../actions/requirement.ts';
import type { PassedFactor } from '../../assurance/grant.ts';
import type { CustomerBudget } from '../../lockout/budget.ts';
import { type LadderRules, ladderRules } from '../../lockout/ladder.ts';
import type { Policy } from '../../policy/policy.ts';
import type { KeyedFactorRules } from '../factor.ts';

/** A keyed PIN; `customerId` is undefined where nobody is known. */
export interface KeyedPin {
  readonly factor: 'pin';
  readonly customerId: string | undefined;
  readonly kind: PinKind;
  readonly pin: string;
}

/** Both counters, in the order in which they are locked. */
export const PIN_COUNTERS = ['pin.query', 'pin.transaction'] as const;

function pinLadder({ pin: rules }: Policy): LadderRules {
  return ladderRules({
    ladder: rules.ladder,
    otherLines: {
      reservedForOwnLine: rules.reservedForOwnLine,
      perSource: rules.otherLineFailures,
      windowSeconds: rules.otherLineWindowSeconds,
      counters: PIN_COUNTERS,
    },
    noticeFromLockSeconds: rules.noticeFromLockSeconds,
  });
}

/** The budget of one PIN. */
export function pinBudgetOf(kind: PinKind, policy: Policy): CustomerBudget {
  return { draws: 'customer', counter: `pin.${kind}`, rules: pinLadder(policy) };
}

const proves = (subject: Omit<Extract<PassedFactor, { factor: 'pin' }>, 'factor'>): PassedFactor => ({
  factor: 'pin',
  ...subject,
});

/** One of the customer's two PINs (R6.1), each with a counter of its own. */
export const pin = {
  name: 'pin',
  provedBy: 'attempt',
  input: { kind: 'pin', label: 'PIN', length: ({ pin: rules }) => rules.length },
  counters: {
    'pin.query': { draws: 'customer', ladder: pinLadder, lockNotice: 'query' },
    'pin.transaction': { draws: 'customer', ladder: pinLadder, lockNotice: 'transaction' },
  },
  counterFor: (kind): `pin.${PinKind}` => `pin.${kind}`,
  slowsGuessing: true,
  outcomes: ['PASSED', 'FAILED', 'LOCKED', 'BUSY'],
  awaitedEvents: [],
  proves,
  callBudget: { counter: 'refusals', countsPassed: false },
  symbolic: {
    passes: ({ customerId, pin: kind, at }) =>
      customerId === undefined || kind === undefined ? undefined : proves({ customerId, kind, at }),
    rightLine: ({ pin: kind }) => `key {${kind}Pin}#`,
    wrongLine: 'key {wrongPin}',
  },
} as const satisfies KeyedFactorRules<'pin'>;
