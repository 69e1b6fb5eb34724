import { ACTION_CATALOGUE } from '../actions/catalogue.ts';
import type { OrderLabels } from '../actions/option.ts';
import type { Order } from '../actions/order.ts';
import type { Jurisdiction } from '../jurisdictions/catalogue.ts';
import type { Currency } from '../jurisdictions/currency.ts';
import type { Policy } from '../policy/policy.ts';

/** What beside the order itself decides which biometric lines it is under. The kind of ID the customer has is not in it. */
export interface OrderSetting {
  /** Undefined before an account is chosen. */
  readonly accountCurrency: Currency | undefined;
  /** Whose rules hold on the dialled line. */
  readonly dialled: Jurisdiction;
}

/** A pair of lines an order is under, in minor units of the order's currency. */
interface BiometricLine {
  readonly transferMinor: number;
  readonly dayTotalMinor: number;
  readonly timeZone: string;
}

/** The setting of a call's order. */
export function orderSetting(labels: OrderLabels, dialled: Jurisdiction): OrderSetting {
  return { accountCurrency: labels.account?.currency, dialled };
}

/**
 * Every pair of lines an order is under: a jurisdiction's, wherever its currency is the order's or the account's, or the
 * dialled line is under its rules (V1, V1.2, V2). Amounts in another currency are measured by the policy's equivalents; where
 * it has none, every amount is above. Pure.
 */
export function biometricLines(
  { action, currency }: Order,
  { accountCurrency, dialled }: OrderSetting,
  policy: Policy,
): readonly BiometricLine[] {
  if (!ACTION_CATALOGUE[action].underBiometricLine || currency === undefined) return [];
  return Object.entries(policy.biometricFrom)
    .filter(
      ([jurisdiction, line]) =>
        line.currency === currency || line.currency === accountCurrency || jurisdiction === dialled,
    )
    .map(([, { timeZone, equivalents, ...line }]) => {
      const drawn = line.currency === currency ? line : equivalents[currency];
      return {
        transferMinor: drawn?.transferMinor ?? 0,
        dayTotalMinor: drawn?.dayTotalMinor ?? 0,
        timeZone,
      };
    });
}
