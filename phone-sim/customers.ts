import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { z } from 'zod';

const customerSchema = z.object({
  name: z.string(),
  locale: z.string(),
  registeredPhone: z.string().nullish(),
  nationalId: z.string(),
  queryPin: z.string().nullish(),
  transactionPin: z.string().nullish(),
  state: z.string(),
});

/** A demo customer, as `hotline demo-customers --json` prints them; what else is printed is not needed here. */
export type DemoCustomer = z.infer<typeof customerSchema>;

/** Reads the JSON that `hotline demo-customers --json` prints. Throws a sentence that names what is missing. */
export function readCustomers(json: string): readonly DemoCustomer[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new Error('the customers are not JSON');
  }
  const read = z.array(customerSchema).min(1).safeParse(value);
  if (read.success) return read.data;
  const problems = read.error.issues.map((issue) => `${issue.path.join('.') || 'list'}: ${issue.message}`);
  throw new Error(
    `the customers are not as \`hotline demo-customers --json\` prints them: ${problems.join('; ')}`,
  );
}

/**
 * Finds a customer by name, by 1-based position, or by properties such as `state:locked locale:vi-VN`
 * (the first that has all of them). Undefined when there is none.
 */
export function findCustomer(customers: readonly DemoCustomer[], wanted: string): DemoCustomer | undefined {
  if (/^\d+$/.test(wanted)) return customers[Number(wanted) - 1];
  const byName = customers.find((customer) => customer.name === wanted);
  if (byName) return byName;
  const filters = wanted.split(/\s+/).map((word) => /^(state|locale):(.+)$/.exec(word));
  return customers.find((customer) =>
    filters.every((filter) => filter && customer[filter[1] === 'state' ? 'state' : 'locale'] === filter[2]),
  );
}

/** What a placeholder of a customer stands for. */
export type CustomerKeys = 'phone' | 'id' | 'queryPin' | 'transactionPin' | 'wrongPin';

/** The keys a customer would press for something of theirs; undefined when they have no such thing. */
export function customerKeys(customer: DemoCustomer, what: CustomerKeys): string | undefined {
  switch (what) {
    case 'phone':
      return customer.registeredPhone ? phoneKeys(customer.registeredPhone) : undefined;
    case 'id':
      // A telephone has no X: the caller presses * for it.
      return customer.nationalId.toUpperCase().replace('X', '*');
    case 'queryPin':
      return customer.queryPin ?? undefined;
    case 'transactionPin':
      return customer.transactionPin ?? undefined;
    case 'wrongPin':
      return wrongPin(customer);
  }
}

/** A number as people key it at home: national digits, with the trunk prefix where the country has one. */
function phoneKeys(number: string): string {
  const parsed = parsePhoneNumberFromString(number);
  return (parsed ? parsed.formatNational() : number).replace(/\D/g, '');
}

function wrongPin(customer: DemoCustomer): string {
  const own = [customer.queryPin, customer.transactionPin];
  // Three candidates: at most two of them can be the customer's.
  return ['271828', '314159', '161803'].find((pin) => !own.includes(pin)) ?? '141421';
}
