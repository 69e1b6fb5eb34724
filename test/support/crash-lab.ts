import assert from 'node:assert/strict';
import { connect, type DatabaseTarget } from '../../src/storage/connect.ts';
import { type Delivered, deliver } from './balancer.ts';
import type { CrashDatabases } from './crash-database.ts';
import { type CrashOrder, type CrashRun, Run, type Staff, type Stage, worldOf } from './crash-run.ts';
import type { CrashTurn } from './crash-turns.ts';
import { prepareDatabase, type Surroundings, startSurroundings } from './processes.ts';
import { ServiceProcess } from './service-process.ts';

export interface CrashLab {
  /** Brings a call to a turn, once for all its runs. */
  stage(turn: CrashTurn): Promise<Stage>;
  /** Plays the turn on a fresh copy of its stage, kills the process in it, and lets carrier and caller go on. */
  run(stage: Stage, order: CrashOrder): Promise<CrashRun>;
  stop(): Promise<void>;
}

/** Kept ready: starting one takes about a second, and every kill needs one. */
const SPARES = 2;

/** Prepares the harness on one kind of database. Equal orders play equally. */
export async function startCrashLab(databases: CrashDatabases): Promise<CrashLab> {
  const spares = Array.from({ length: SPARES }, () => new ServiceProcess());
  const surroundings = await startSurroundings();
  const base = await databases.create();
  const knex = connect(base);
  await prepareDatabase(knex, surroundings);
  await knex.destroy();
  const began = surroundings.clock.now();
  const idle: ServiceProcess[] = [];
  const staff: Staff = {
    take: () => {
      const one = idle.pop() ?? spares.shift();
      assert(one, 'there is always a spare process');
      while (spares.length < SPARES) spares.push(new ServiceProcess());
      return one;
    },
    giveBack: async (one) => {
      await one.close();
      idle.push(one);
    },
  };
  return {
    stage: async (turn) => {
      surroundings.clock.set(began);
      return prepareStage(turn, await databases.copy(base), surroundings, staff);
    },
    run: async (stage, order) => {
      const database = await databases.copy(stage.database);
      const run = new Run(stage, order, database, surroundings, staff);
      try {
        return await run.play();
      } finally {
        await databases.drop(database);
      }
    },
    stop: async () => {
      await Promise.all([...idle, ...spares].map((one) => one.kill()));
      await surroundings.stop();
      await databases.stop();
    },
  };
}

async function prepareStage(
  turn: CrashTurn,
  database: DatabaseTarget,
  surroundings: Surroundings,
  staff: Staff,
): Promise<Stage> {
  const { balancer, carrier, clock } = surroundings;
  const startedAt = clock.now();
  const answers: Delivered[] = [];
  const one = staff.take();
  await one.open(surroundings.opening(database, `on the way to: ${turn.name}`));
  carrier.taken = [];
  balancer.route = async (arrived) => {
    const delivered = await deliver(one.port ?? 0, arrived, clock.now());
    if (delivered) answers.push(delivered);
    return delivered;
  };
  await turn.reach(worldOf(surroundings, turn, () => [one]));
  await one.outboxIdle();
  await staff.giveBack(one);
  return { turn, database, answers, messages: carrier.taken, startedAt };
}
