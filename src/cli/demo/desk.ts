import { DEMO_STAFF } from '../../../db/seeds/demo-staff.ts';
import type { Demo } from './session.ts';

/** Prints where the demo's desk is, and how one of each role signs in there. */
export function tellHowToSignIn({ config, print }: Demo): void {
  if (config.desk === undefined) return;
  print.heading(`The desk is open at ${config.desk.url}/desk — sign in as one of these`);
  for (const { role, signIn, name, password, totpSecret } of firstOfEachRole())
    print.entry(role, `${signIn}  “${password}”  secret ${totpSecret}  (${name})`);
  print.entry('Current codes', 'npm run -s hotline -- demo-staff');
}

function firstOfEachRole() {
  return DEMO_STAFF.filter(({ role }, at) => DEMO_STAFF.findIndex((other) => other.role === role) === at);
}
