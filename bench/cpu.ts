import { readdirSync, readFileSync } from 'node:fs';

/** CPU time in milliseconds, by whom it was used. What the system does not tell is 0. */
export interface Cpu {
  /** The measured process: service or floor. */
  readonly main: number;
  /** Of it, the thread that runs JavaScript; argon2 and SQLite run in the others. */
  readonly mainThread: number;
  /** The processes of the PostgreSQL server. */
  readonly database: number;
  /** The load generator. */
  readonly load: number;
}

const NANOSECONDS_PER_MILLISECOND = 1_000_000;

/**
 * Reads the system's own count, because `--cpu-prof` samples one thread and argon2, SQLite and PostgreSQL run in others.
 * CPU time of one process, all of its threads and the first one alone; the system counts it by nanoseconds under Linux and nowhere else.
 */
export function cpuOfProcess(pid: number): { readonly all: number; readonly mainThread: number } {
  let all = 0;
  let mainThread = 0;
  for (const thread of namesIn(`/proc/${pid}/task`)) {
    const [used = '0'] = textOf(`/proc/${pid}/task/${thread}/schedstat`).split(' ');
    const milliseconds = Number(used) / NANOSECONDS_PER_MILLISECOND;
    all += milliseconds;
    if (thread === String(pid)) mainThread = milliseconds;
  }
  return { all, mainThread };
}

/** CPU time of a PostgreSQL server and of the processes it has started and that still live: a pool keeps its own for minutes. */
export function cpuOfServer(pid: number): number {
  const children = textOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return [pid, ...children].reduce((sum, process) => sum + cpuOfProcess(process).all, 0);
}

/** The process id of the PostgreSQL server whose data is in this folder. */
export function serverIn(folder: string): number {
  return Number(readFileSync(`${folder}/postmaster.pid`, 'utf8').split('\n')[0]);
}

/** The CPU time this process has used. */
function ownCpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Reads the CPU time of the measured process, of the database's server where there is one, and of this process. */
export function cpuReader(pid: number, databasePid: number | undefined): () => Cpu {
  return () => {
    const { all, mainThread } = cpuOfProcess(pid);
    return {
      main: all,
      mainThread,
      database: databasePid === undefined ? 0 : cpuOfServer(databasePid),
      load: ownCpuMilliseconds(),
    };
  };
}

/** What was used between two readings, by each of so many things that were done. */
export function cpuEach(before: Cpu, after: Cpu, done: number): Cpu {
  return {
    main: (after.main - before.main) / done,
    mainThread: (after.mainThread - before.mainThread) / done,
    database: (after.database - before.database) / done,
    load: (after.load - before.load) / done,
  };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** A process or thread may end while it is looked at. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
