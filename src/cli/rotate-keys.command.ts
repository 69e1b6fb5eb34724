import { Command } from 'commander';
import { isDemoCompany } from '../../db/seeds/demo-company.ts';
import { sampleCustomers } from '../customers/customers.store.ts';
import { keysOpenCustomer, rotateCustomerKeys } from '../customers/key-rotation.service.ts';
import { rotateStaffKeys } from '../staff/key-rotation.service.ts';
import { describeDatabase } from '../storage/database-trouble.ts';
import { AS_OPTION, personRunning } from './person.ts';
import { CommandRefused, readSettings, requireKeys, type Terminal, withDatabase } from './terminal.ts';
import { twoApprovers } from './two-people.ts';

/** `hotline rotate-keys`: seals personal data and second factors again under the first of ENCRYPTION_KEYS. */
export function rotateKeysCommand(terminal: Terminal): Command {
  return new Command('rotate-keys')
    .description('seal personal data again under the first of ENCRYPTION_KEYS; safe while calls go on')
    .option(...AS_OPTION)
    .action(async (options: { as?: string }) => {
      const person = personRunning(options.as);
      const config = readSettings(terminal, 'tool');
      const keyring = requireKeys(config);
      await withDatabase(
        config.database,
        `There is no database at ${describeDatabase(config.database)} to rotate keys in.`,
        async (knex) => {
          for (const customer of await sampleCustomers(knex))
            if (!keysOpenCustomer(customer, keyring))
              throw new CommandRefused(
                'These keys do not open the customers of this database: put the old key behind the new one in ENCRYPTION_KEYS and leave INDEX_KEY as it was.',
              );
          if (!(await isDemoCompany(knex)))
            await twoApprovers(terminal, knex, {
              kind: 'rotate_keys',
              bound: { keyId: keyring.encryption.currentId },
              facts: [`Everything sealed is sealed again under key ${keyring.encryption.currentId}.`],
              person,
            });
          const by = { person, now: terminal.clock.now() };
          const factors = await rotateStaffKeys(knex, keyring, terminal.random, by);
          const { resealed, remaining } = await rotateCustomerKeys(knex, keyring, terminal.random, by);
          terminal.print(
            `Sealed ${resealed + factors} values again under key ${keyring.encryption.currentId}.`,
          );
          for (const { table, column, values } of remaining)
            terminal.print(`${values} values in ${table}.${column} still need an older key.`);
          terminal.print(
            remaining.length > 0
              ? 'Keep the older keys in ENCRYPTION_KEYS.'
              : 'Nothing needs the older keys any more.',
          );
        },
      );
    });
}
