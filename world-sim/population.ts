import type { PinKind } from '../src/actions/requirement.ts';
import { findPinWeakness } from '../src/credentials/pin-strength.ts';
import { hashPin } from '../src/credentials/pin-verifier.service.ts';
import { insertCustomer } from '../src/customers/customers.store.ts';
import { chineseIdCheckCharacter } from '../src/jurisdictions/cn-documents.ts';
import type { Currency } from '../src/jurisdictions/currency.ts';
import { type NationalId, nationalIdBirthDigits, readNationalId } from '../src/jurisdictions/national-id.ts';
import type { Language } from '../src/locales/catalogue.ts';
import { DAY, type Instant } from '../src/platform/clock.ts';
import { assert } from '../src/platform/fault.ts';
import { type Keyring, seal } from '../src/platform/keyring.ts';
import type { Policy } from '../src/policy/policy.ts';
import type { Knex } from '../src/storage/connect.ts';
import type { RandomSource } from './random-source.ts';
import { requests, UPKEEP } from './request.ts';
import type { Scheduler } from './scheduler.ts';

/** A customer with an account, as the simulation knows them. */
export interface Person {
  readonly id: string;
  readonly locale: Language;
  readonly currency: Currency;
  readonly e164: string;
  readonly phoneKeys: string;
  readonly idKeys: string;
  readonly pins: { readonly [kind in PinKind]: string };
  readonly verifiers: { readonly [kind in PinKind]: { readonly salt: Buffer; readonly hash: Buffer } };
}

const REGISTERED_DAYS_AGO = 1_000;
const SHARE = { vietnamese: 0.3, english: 0.1 };
const BALANCE_MINOR: { readonly [currency in Currency]: number } = {
  CNY: 5_000_000_000,
  VND: 50_000_000_000,
};
const DAILY_LIMIT_MINOR: { readonly [currency in Currency]: number } = { CNY: 50_000_000, VND: 500_000_000 };
const OUTSTANDING_MINOR: { readonly [currency in Currency]: number } = { CNY: 90_000_000, VND: 900_000_000 };
const DUE_MINOR: { readonly [currency in Currency]: number } = { CNY: 36_500, VND: 1_250_000 };
const PAYEES = 2;

export interface PopulationDependencies {
  readonly keyring: Keyring;
  readonly policy: Policy;
  readonly random: RandomSource;
  readonly scheduler: Scheduler;
  now(): Instant;
}

/** The customers of the simulated bank. A customer who is frozen or permanently locked is replaced by a new one. */
export class Population {
  readonly #deps: PopulationDependencies;
  readonly #byId = new Map<string, Person>();
  #here: Person[] = [];
  #enrolled = 0;
  /** Minor units that customers brought with them, by currency. */
  readonly brought = new Map<Currency, number>();

  constructor(dependencies: PopulationDependencies) {
    this.#deps = dependencies;
  }

  get all(): readonly Person[] {
    return this.#here;
  }

  byId(id: string): Person | undefined {
    return this.#byId.get(id);
  }

  someone(random: RandomSource): Person {
    return random.pick(this.#here);
  }

  /** Enrols `count` more customers and returns them. */
  async enrol(knex: Knex, count: number): Promise<readonly Person[]> {
    const come: Person[] = [];
    for (let added = 0; added < count; added++) come.push(await this.#make(this.#enrolled++));
    await requests.run(UPKEEP, () =>
      knex.transaction(async (transaction) => {
        for (const person of come) await this.#write(transaction, person);
      }),
    );
    this.#here = [...this.#here, ...come];
    for (const person of come) this.#byId.set(person.id, person);
    return come;
  }

  /** Removes customers from the callers; their records stay. */
  leave(persons: ReadonlySet<Person>): void {
    this.#here = this.#here.filter((person) => !persons.has(person));
  }

  /** Removes a customer whose records were deleted. */
  forget(id: string): void {
    this.#byId.delete(id);
  }

  async #make(index: number): Promise<Person> {
    const { random, keyring, policy, scheduler } = this.#deps;
    const vietnamese = random.chance(SHARE.vietnamese);
    const number = String(index).padStart(7, '0');
    const first17 = `110101${1960 + (index % 40)}${String((index % 9) + 1).padStart(2, '0')}${String((index % 27) + 1).padStart(2, '0')}${String(Math.floor(index / 1080) % 1000).padStart(3, '0')}`;
    const idKeys = vietnamese
      ? `0010${String(60 + (index % 40)).padStart(2, '0')}${String(Math.floor(index / 40)).padStart(6, '0')}`
      : `${first17}${chineseIdCheckCharacter(first17)}`;
    const id = `person-${number}`;
    const phoneKeys = vietnamese ? `090${number}` : `1380${number}`;
    const nationalId: NationalId = { kind: vietnamese ? 'VN' : 'CN', id: idKeys };
    const pins = { query: this.#pin(nationalId, phoneKeys), transaction: this.#pin(nationalId, phoneKeys) };
    const hash = (kind: PinKind) =>
      scheduler.pass(() =>
        hashPin(keyring, random.source, policy.pin.argon2, { customerId: id, kind }, pins[kind]),
      );
    const [query, transaction] = [await hash('query'), await hash('transaction')];
    this.#texts.set(id, { query, transaction });
    return {
      id,
      locale: vietnamese ? 'vi-VN' : random.chance(SHARE.english) ? 'en-US' : 'zh-CN',
      currency: vietnamese ? 'VND' : 'CNY',
      e164: vietnamese ? `+8490${number}` : `+861380${number}`,
      phoneKeys,
      // A telephone has no X: the star stands for it.
      idKeys: idKeys.replace('X', '*'),
      pins,
      verifiers: { query: readVerifier(query), transaction: readVerifier(transaction) },
    };
  }

  readonly #texts = new Map<string, { readonly [kind in PinKind]: string }>();

  #pin(nationalId: NationalId, phone: string): string {
    const own = { nationalId: nationalId.id, birthDigits: nationalIdBirthDigits(nationalId), phone };
    for (;;) {
      const pin = this.#deps.random.digits(this.#deps.policy.pin.length);
      if (findPinWeakness(pin, own) === undefined) return pin;
    }
  }

  async #write(transaction: Knex, person: Person): Promise<void> {
    const { keyring, random, now } = this.#deps;
    const { id, locale, e164, currency } = person;
    const nationalId = readNationalId(person.idKeys.replace('*', 'X'), now());
    assert(nationalId, 'invented customers have valid IDs');
    const since = now() - REGISTERED_DAYS_AGO * DAY;
    await insertCustomer(
      transaction,
      keyring,
      random.source,
      {
        id,
        locale,
        name: { full: `测试 ${id}`, family: '测试', title: 'none' },
        nationalId,
        phone: { e164, since },
        simChangedAt: since,
        verifiers: this.#texts.get(id) ?? {},
      },
      now(),
    );
    this.#texts.delete(id);
    this.brought.set(currency, (this.brought.get(currency) ?? 0) + BALANCE_MINOR[currency]);
    await transaction('bank_accounts').insert({
      id: `${id}-account`,
      customer_id: id,
      number: `62000000${id.slice(-7)}1`,
      currency,
      balance_minor: BALANCE_MINOR[currency],
      daily_limit_minor: DAILY_LIMIT_MINOR[currency],
    });
    await transaction('bank_loans').insert({
      id: `${id}-loan`,
      customer_id: id,
      number: `CL${id.slice(-7)}`,
      currency,
      outstanding_minor: OUTSTANDING_MINOR[currency],
      due_minor: DUE_MINOR[currency],
      due_on: '2099-12-31',
    });
    for (let payee = 1; payee <= PAYEES; payee++)
      await transaction('bank_payees').insert({
        id: `${id}-payee-${payee}`,
        customer_id: id,
        name_sealed: seal(keyring, random.source, `bank_payees.name:${id}-payee-${payee}`, `收款人${payee}`),
        account_number: `62000000${id.slice(-7)}${payee}`,
        currency,
        added_at: since,
      });
  }
}

function readVerifier(text: string): { readonly salt: Buffer; readonly hash: Buffer } {
  const [, , , , salt = '', hash = ''] = text.split('$');
  return { salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}
