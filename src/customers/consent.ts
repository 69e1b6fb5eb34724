import type { Policy } from '../policy/policy.ts';
import type { Facts } from './enrolment/facts.ts';

type Consent = 'current' | 'unknown' | 'superseded';

function stateOf(version: unknown, inForce: readonly string[]): Consent {
  if (inForce.length === 0) return 'current';
  if (version === undefined) return 'unknown';
  return inForce.some((one) => one === version) ? 'current' : 'superseded';
}

/**
 * Whether a customer accepted the agreement, and was given the risk notice, that are in force (E1.2): the weaker of the two.
 * A policy without versions asks for none.
 */
export function consentOf(facts: Facts, { consent }: Policy): Consent {
  const states = [
    stateOf(facts.agreement_version, consent.agreements),
    stateOf(facts.risk_notice_version, consent.riskNotices),
  ];
  return (
    states.find((state) => state === 'superseded') ?? states.find((state) => state === 'unknown') ?? 'current'
  );
}

/** Whether a customer may give new orders about money. What is not known of customers enrolled before is as the policy says. */
export function consentAllowsOrders(facts: Facts, policy: Policy): boolean {
  const consent = consentOf(facts, policy);
  return consent === 'current' || (consent === 'unknown' && policy.consent.unknown === 'tolerated');
}
