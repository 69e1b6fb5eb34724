import type { Language } from '../locales/catalogue.ts';
import type { Instant } from '../platform/clock.ts';
import type { StaffRole, StaffTier } from './roles.ts';

/** Somebody who has signed in with both factors, as use cases of the desk are given them. */
export interface StaffOnDuty {
  readonly id: string;
  readonly name: string;
  /** The adviser number callers are told: 4 digits. */
  readonly number: string;
  readonly role: StaffRole;
  readonly tier: StaffTier | undefined;
  /** What they speak with callers, best first. */
  readonly languages: readonly Language[];
  /** Where their leg of a call rings: E.164, or `sip:…`. */
  readonly phone: string;
  /** Until when they may take calls, exclusively (R9); undefined: they may not. */
  readonly qualifiedUntil: Instant | undefined;
  /** The id of the session they act in; never its token. */
  readonly session: string;
}
