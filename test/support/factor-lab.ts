import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { PinKind } from '../../src/actions/requirement.ts';
import {
  hashPin,
  type PinComparison,
  type PinEntry,
  PinVerifiers,
} from '../../src/credentials/pin-verifier.service.ts';
import { insertCustomer } from '../../src/customers/customers.store.ts';
import type { AttemptContext } from '../../src/factors/check.ts';
import type { KeyedFactor } from '../../src/factors/checks.ts';
import { issueCode } from '../../src/factors/code/code.store.ts';
import {
  type FactorResult,
  FactorService,
  type FactorSettlement,
  type ReservedFactor,
} from '../../src/factors/factors.service.ts';
import { readCounter } from '../../src/lockout/counters.store.ts';
import { DAY, type Instant } from '../../src/platform/clock.ts';
import { blindIndex, type Keyring } from '../../src/platform/keyring.ts';
import { seededRandom } from '../../src/platform/random.ts';
import { policySchema } from '../../src/policy/policy.ts';
import type { Knex } from '../../src/storage/connect.ts';

export const policy = policySchema.parse(
  parse(readFileSync(new URL('../../flows/policy/default.yaml', import.meta.url), 'utf8')),
);
export const NOW = Date.UTC(2026, 0, 15);
export const PHONE = '+8613800138000';
export const ID = '11010519491231002X';
export const PIN = '730194';
export const WRONG = '730195';
/** The least argon2 takes: these tests are about counting, and make hundreds of comparisons. */
export const CHEAP = { memoryKib: 64, passes: 1, lanes: 1 };
export const keyring: Keyring = {
  encryption: { currentId: 'a', byId: new Map([['a', Buffer.alloc(32, 1)]]) },
  index: Buffer.alloc(32, 2),
  pepper: Buffer.alloc(32, 3),
};
export const random = seededRandom('factors');
export const phoneIndex = blindIndex(keyring, 'phone', PHONE);

/** The real verifiers, watched: which comparisons were made, and which of them could have matched. */
class WatchedPins extends PinVerifiers {
  made = 0;
  againstTheSecret = 0;
  beforeEach: () => Promise<void> = async () => {};
  override async verify(entry: PinEntry): Promise<PinComparison> {
    this.made++;
    if (entry.verifier !== undefined) this.againstTheSecret++;
    await this.beforeEach();
    return super.verify(entry);
  }
}

let serial = 0;

/** An id that no customer has. */
export function nextCustomer(): string {
  return `customer-${serial++}`;
}

/** Where and when something is keyed: another call each time. */
export function context(over: Partial<AttemptContext> = {}): AttemptContext {
  serial++;
  return {
    callId: `call-${serial}`,
    stepToken: `token-${serial}`,
    requestDigest: `digest-${serial}`,
    sourceIndex: 'own-source',
    sourcePhoneIndex: phoneIndex,
    policy,
    now: NOW,
    ...over,
  };
}

/** Digits that are none of these codes. */
export function otherThan(...codes: string[]): string {
  return ['000000', '111111', '222222', '333333'].find((digits) => !codes.includes(digits)) ?? '444444';
}

/** The factor service on a database with one customer, who has just been enrolled. */
class FactorLab {
  readonly knex: Knex;
  readonly customer = nextCustomer();
  pins: WatchedPins = watchedPins();
  service = new FactorService({ keyring, random, pins: this.pins });

  constructor(knex: Knex) {
    this.knex = knex;
  }

  /** Compares with so much room from now on. */
  readonly usePins = (concurrency: number, queueLimit: number): WatchedPins => {
    this.pins = watchedPins(concurrency, queueLimit);
    this.service = new FactorService({ keyring, random, pins: this.pins });
    return this.pins;
  };

  readonly enrol = async (id: string, e164: string): Promise<string> => {
    const verifier = (kind: PinKind) => hashPin(keyring, random, CHEAP, { customerId: id, kind }, PIN);
    await insertCustomer(
      this.knex,
      keyring,
      random,
      {
        id,
        locale: 'zh-CN',
        name: { full: '王小明', family: '王', title: 'mr' },
        nationalId: { kind: 'CN', id: ID },
        phone: { e164, since: NOW - 30 * DAY },
        verifiers: { query: await verifier('query'), transaction: await verifier('transaction') },
      },
      NOW,
    );
    return id;
  };

  /** What was reserved for a result, for those who give it back. */
  readonly reservedFor = new WeakMap<FactorResult, ReservedFactor>();

  /** Reserves, commits and compares, as a turn does; `conflict` where nothing was this.compared. */
  readonly check = async (
    made: AttemptContext,
    keyed: KeyedFactor,
  ): Promise<FactorResult | { kind: 'conflict' }> => {
    const reserved = await this.knex.transaction((transaction) =>
      this.service.reserve(transaction, made, keyed),
    );
    if (reserved === 'conflict') return { kind: 'conflict' };
    const giveBack = () =>
      this.knex.transaction((transaction) => this.service.refund(transaction, reserved, made.now));
    try {
      const result =
        reserved.kind === 'in_process'
          ? await this.service.compareInProcess(reserved)
          : await this.knex.transaction((transaction) => this.service.lookUp(transaction, reserved));
      this.reservedFor.set(result, reserved);
      return result;
    } catch (error) {
      await giveBack();
      throw error;
    }
  };

  readonly refund = async (result: FactorResult): Promise<void> => {
    const reserved = this.reservedFor.get(result);
    assert.ok(reserved);
    await this.knex.transaction((transaction) => this.service.refund(transaction, reserved, NOW));
  };

  readonly compared = async (made: AttemptContext, keyed: KeyedFactor): Promise<FactorResult> => {
    const result = await this.check(made, keyed);
    assert.ok(result.kind !== 'conflict', 'the entry is compared');
    return result;
  };

  readonly checkPin = (made: AttemptContext, customerId: string | undefined, kind: PinKind, pin: string) =>
    this.compared(made, { factor: 'pin', customerId, kind, pin });
  readonly checkIdentity = (made: AttemptContext, index: string, nationalId: string) =>
    this.compared(made, { factor: 'identity', phoneIndex: index, nationalId });
  readonly checkCode = (made: AttemptContext, customerId: string, binding: string, digits: string) =>
    this.compared(made, { factor: 'code', customerId, binding, digits });

  readonly settle = (result: FactorResult, now = NOW): Promise<FactorSettlement> => {
    return this.knex.transaction((transaction) => this.service.settle(transaction, result, now));
  };

  readonly keyPin = async (
    pin: string,
    now = NOW,
    over: Partial<AttemptContext> = {},
  ): Promise<FactorResult> => {
    const result = await this.checkPin(context({ now, ...over }), this.customer, 'transaction', pin);
    await this.settle(result, now);
    return result;
  };

  readonly failures = async () =>
    (await readCounter(this.knex, this.customer, 'pin.transaction')).own.failures;

  readonly issue = async (callId: string, binding: string, now: Instant = NOW) => {
    const issued = await this.knex.transaction((transaction) =>
      issueCode(transaction, {
        customerId: this.customer,
        callId,
        binding,
        numberIndex: phoneIndex,
        now,
        policy,
        random,
        keyring,
      }),
    );
    assert.ok(issued.kind === 'issued', JSON.stringify(issued));
    return issued;
  };
}

function watchedPins(concurrency = 3, queueLimit = 1000): WatchedPins {
  return new WatchedPins({ keyring, random, parameters: CHEAP, concurrency, queueLimit });
}

/** A test about one customer; for the body of `storeTest`. */
export function inFactorLab(body: (lab: FactorLab) => Promise<void>): (knex: Knex) => Promise<void> {
  return async (knex) => {
    const lab = new FactorLab(knex);
    await lab.enrol(lab.customer, PHONE);
    await body(lab);
  };
}
