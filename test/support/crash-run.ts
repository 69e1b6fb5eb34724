import assert from 'node:assert/strict';
import { turnsOfCall } from '../../src/calls/calls.store.ts';
import { SECOND } from '../../src/platform/clock.ts';
import { seededRandom } from '../../src/platform/random.ts';
import { connect, type DatabaseTarget, type Knex } from '../../src/storage/connect.ts';
import { type Arrived, type Delivered, deliver } from './balancer.ts';
import { wrongPin } from './callers.ts';
import { problemsOfRecord } from './crash-checks.ts';
import { attemptsIn, badMessages, type Effects, effectsOf, miscounted } from './crash-state.ts';
import { CRASH_TURNS, type CrashTurn, CUSTOMER, carryOn } from './crash-turns.ts';
import type { Lie } from './process-messages.ts';
import type { Surroundings } from './processes.ts';
import type { ServiceProcess } from './service-process.ts';
import type { TakenMessage } from './sms-carrier.ts';
import type { World } from './world.ts';

/**
 * What the carrier does when a process dies under its webhook: sends it again, as `#rc=` tells it to, or turns to the
 * fallback URL, where the caller keys the same again, or something else.
 */
export type Afterwards = 'retry' | 'fallback' | 'fallback, other keys';

/** A call that stands at a turn: a database to copy, and what the telephone was answered on the way there. */
export interface Stage {
  readonly turn: CrashTurn;
  readonly database: DatabaseTarget;
  readonly answers: readonly Delivered[];
  readonly messages: readonly TakenMessage[];
  readonly startedAt: number;
}

export interface CrashOrder {
  /** The point before which the process is killed, from 1; 0: it is not. */
  readonly killAt: number;
  readonly afterwards: Afterwards;
  readonly lie?: Lie;
  /** What the call does to the world when nobody is killed; what it did is compared with it. */
  readonly undisturbed?: Effects;
}

export interface CrashRun {
  /** What the turn did until it was over or the process died, in order. */
  readonly points: readonly string[];
  readonly killed: boolean;
  readonly effects: Effects;
  /** Invariants that were broken, one sentence each. */
  readonly problems: readonly string[];
}

/** The processes that are ready to serve. */
export interface Staff {
  take(): ServiceProcess;
  giveBack(one: ServiceProcess): Promise<void>;
}

/** What a dead process was sending is somebody else's after this (the outbox's lease is 30 s). */
const AFTER_LEASE_MILLISECONDS = 31 * SECOND;

/** A world with one telephone, the same one every time, and the processes that serve at the moment. */
export function worldOf(
  surroundings: Surroundings,
  turn: CrashTurn,
  serving: () => readonly ServiceProcess[],
): World {
  const { balancer, carrier, clock, config, release, telemetry } = surroundings;
  const random = seededRandom(`telephone: ${turn.name}`);
  return {
    get knex(): Knex {
      throw new Error('a telephone does not look into the database');
    },
    clock,
    config,
    release,
    telemetry,
    url: balancer.url,
    phone: (options) => surroundings.phone(random, options),
    messagesTo: async (number) => {
      await Promise.all(serving().map((one) => one.outboxIdle()));
      return carrier.taken.filter(({ to }) => to === number);
    },
    deliver: async () => {
      await Promise.all(serving().map((one) => one.deliverMessages(clock.now())));
    },
    carryOutFreezes: async () => 0,
    sweep: async () => {},
    stop: async () => {},
  };
}

/** One turn with one kill. */
export class Run {
  readonly #stage: Stage;
  readonly #order: CrashOrder;
  readonly #database: DatabaseTarget;
  readonly #surroundings: Surroundings;
  readonly #staff: Staff;
  readonly #problems: string[] = [];
  #points: readonly string[] = [];
  /** Serves now: the one to be killed, later the one that takes over. */
  #serving: ServiceProcess;
  #takenOver: Promise<void> | undefined;
  /** Answers that reached the telephone before the kill. */
  readonly #heard: string[] = [];
  #leftBehind: ReadonlySet<string> = new Set();

  constructor(
    stage: Stage,
    order: CrashOrder,
    database: DatabaseTarget,
    surroundings: Surroundings,
    staff: Staff,
  ) {
    this.#stage = stage;
    this.#order = order;
    this.#database = database;
    this.#surroundings = surroundings;
    this.#staff = staff;
    this.#serving = staff.take();
  }

  async play(): Promise<CrashRun> {
    const { turn, answers, messages, startedAt } = this.#stage;
    const { balancer, carrier, clock } = this.#surroundings;
    const { killAt, lie, afterwards, undisturbed } = this.#order;
    const world = worldOf(this.#surroundings, turn, () => [this.#serving]);
    const victim = this.#serving;

    clock.set(startedAt);
    carrier.taken = messages;
    let replayed = 0;
    balancer.route = async () => answers[replayed++];
    const phone = await turn.reach(world);
    assert.equal(replayed, answers.length, 'the telephone went the same way again');
    await victim.open(this.#opening('first process'));
    await victim.arm(killAt, lie);
    balancer.route = (arrived) => this.#route(victim, arrived);
    await turn.act(world, phone);
    await victim.outboxIdle();
    if (victim.alive && !this.#takenOver) this.#points = await victim.disarm();
    else await this.#takeOver(victim);

    if (this.#takenOver && turn === CRASH_TURNS.order) {
      // The caller waits for the code: what the dead process was sending is another's once its lease has run out.
      clock.advance(AFTER_LEASE_MILLISECONDS);
      await world.deliver();
    }
    const same = turn === CRASH_TURNS.wrongPin && afterwards !== 'fallback, other keys';
    const again = same ? wrongPin(CUSTOMER) : undefined;
    const end = await carryOn(world, phone, turn, again);
    if (end !== 'got it') this.#problems.push(`the caller did not get what they wanted: ${end}`);
    await phone.hangUp();
    // What a dead process was sending becomes another's.
    await this.#serving.outboxIdle();
    clock.advance(AFTER_LEASE_MILLISECONDS);
    await world.deliver();
    await this.#staff.giveBack(this.#serving);
    const effects = await this.#look(async (knex) => {
      await this.#checkRest(knex);
      this.#problems.push(...badMessages(carrier.taken));
      return effectsOf(knex);
    });
    if (undisturbed) this.#compare(effects, undisturbed);
    return { points: this.#points, killed: this.#takenOver !== undefined, effects, problems: this.#problems };
  }

  #opening(who: string) {
    const { turn } = this.#stage;
    const { killAt, afterwards } = this.#order;
    return this.#surroundings.opening(this.#database, `${turn.name}, ${killAt}, ${afterwards}: ${who}`);
  }

  async #route(victim: ServiceProcess, arrived: Arrived): Promise<Delivered | undefined> {
    const { clock } = this.#surroundings;
    if (!this.#takenOver) {
      const delivered = await deliver(victim.port ?? 0, arrived, clock.now());
      if (delivered) {
        this.#heard.push(delivered.body.toString());
        return delivered;
      }
      await this.#takeOver(victim);
      // A status callback has no caller on the line, so the carrier has no fallback for it.
      if (this.#order.afterwards !== 'retry' && !this.#stage.turn.status) return undefined;
    }
    await this.#takenOver;
    return deliver(this.#serving.port ?? 0, arrived, clock.now());
  }

  /** The process is dead: what it left must be whole, and another one takes its place. Once. */
  #takeOver(victim: ServiceProcess): Promise<void> {
    this.#takenOver ??= (async () => {
      this.#points = await victim.died;
      await this.#look((knex) => this.#checkLeft(knex));
      const next = this.#staff.take();
      await next.open(this.#opening('next process'));
      this.#serving = next;
    })();
    return this.#takenOver;
  }

  /** Opens the database for a moment: a file must not be held open by anybody when the next process opens it. */
  async #look<Result>(work: (knex: Knex) => Promise<Result>): Promise<Result> {
    const knex = connect(this.#database);
    try {
      return await work(knex);
    } finally {
      await knex.destroy();
    }
  }

  async #checkLeft(knex: Knex): Promise<void> {
    await this.#checkRest(knex);
    const attempts = await attemptsIn(knex);
    const compared = this.#points.slice(0, -1).includes('comparison');
    if (compared && !attempts.some(({ factor }) => factor.startsWith('pin.')))
      this.#problems.push('a PIN was compared and nobody has paid for it (invariant 3)');
    for (const call of await this.#callsIn(knex)) await this.#checkHeard(knex, call);
    this.#leftBehind = new Set(attempts.filter(({ status }) => status === 'reserved').map(({ id }) => id));
  }

  /** Every answer that the telephone has heard is in the database (S2). */
  async #checkHeard(knex: Knex, callId: string): Promise<void> {
    const turns = await turnsOfCall(knex, this.#surroundings.config.keyring, callId);
    for (const body of this.#heard)
      if (body.includes('<Say') && !turns.some(({ answer }) => answer === body))
        this.#problems.push('the caller heard an answer that was not committed');
  }

  async #callsIn(knex: Knex): Promise<readonly string[]> {
    const rows: { id: string }[] = await knex('calls').select('id');
    return rows.map(({ id }) => id);
  }

  /** What holds whenever nothing is under way. */
  async #checkRest(knex: Knex): Promise<void> {
    const { config, release } = this.#surroundings;
    for (const call of await this.#callsIn(knex))
      this.#problems.push(...(await problemsOfRecord({ knex, config, release }, call, this.#leftBehind)));
    this.#problems.push(...(await miscounted(knex)));
    const refunded = (await attemptsIn(knex)).filter(
      ({ id, status }) => status === 'refunded' && this.#leftBehind.has(id),
    );
    if (refunded.length > 0) this.#problems.push('an attempt that was taken before the kill was given back');
  }

  #compare(effects: Effects, undisturbed: Effects): void {
    const otherKeys = this.#order.afterwards === 'fallback, other keys';
    for (const name of Object.keys(undisturbed) as (keyof Effects)[]) {
      // Other keys make other attempts; what they cost is counted by `miscounted`.
      if (otherKeys && (name === 'attempts' || name === 'failures')) continue;
      const [now, then] = [JSON.stringify(effects[name]), JSON.stringify(undisturbed[name])];
      if (now !== then) this.#problems.push(`${name}: ${now}, without the kill ${then}`);
    }
  }
}
