import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { flushCompileCache } from 'node:module';
import { type Config, readConfig } from '../../src/config/config.ts';
import type { Release } from '../../src/flow/release.ts';
import { loadRelease } from '../../src/flow/release-files.service.ts';
import { type Clock, type Instant, ManualClock } from '../../src/platform/clock.ts';
import { seededRandom } from '../../src/platform/random.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { StaticReleases } from '../../src/releases/static-releases.service.ts';
import { listen, type RunningService, run } from '../../src/service-process.ts';
import { connect, forTurns } from '../../src/storage/connect.ts';
import { silentLog } from '../../src/telemetry/logger.ts';
import { noTelemetry } from '../../src/telemetry/telemetry.ts';
import { arm, disarm, watchDatabase, watchRequest, watchSurroundings } from './crash-points.ts';
import { type Asked, CLOCK_HEADER, type Opening, type Question, type Told } from './process-messages.ts';
import { withQuickPins } from './quick-pins.ts';

/** The real service in a process of its own, forked by processes.ts and told by messages what to serve. */

let running: RunningService | undefined;
let clock: Clock = systemClock;

function tell(told: Told): void {
  process.send?.(told);
}

/** Two requests may arrive in another order than they were sent in: time does not go back. */
function itIs(now: Instant): void {
  if (clock instanceof ManualClock && now > clock.now()) clock.set(now);
}

/** Every request first says what time it is, then is watched where a test asked for it. */
function standAtTheDoor(server: Server): void {
  const emit = server.emit.bind(server);
  server.emit = (event: string, ...rest: unknown[]): boolean => {
    if (event !== 'request') return emit(event, ...rest);
    const [request, response] = rest as [IncomingMessage, ServerResponse];
    itIs(Number(request.headers[CLOCK_HEADER]));
    watchRequest(response, () => emit(event, request, response));
    return true;
  };
}

function configOf(environment: Opening['environment']): Config {
  const read = readConfig({ LOG_LEVEL: 'silent', ...environment }, 'demo');
  if (!read.ok) throw new Error(read.problems.join('\n'));
  return read.config;
}

async function shippedRelease(): Promise<Release> {
  const loaded = await loadRelease(configOf({}).files);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return withQuickPins(loaded.release);
}

async function open(release: Release, opening: Opening): Promise<number> {
  const knex = connect(forTurns(opening.database));
  watchDatabase(knex);
  clock = opening.clock === 'system' ? systemClock : new ManualClock(opening.clock);
  const server = await listen(0, '127.0.0.1');
  running = await run(server, {
    config: configOf(opening.environment),
    releases: new StaticReleases(release),
    knex,
    clock,
    random: seededRandom(opening.seed),
    log: silentLog,
    telemetry: noTelemetry,
  });
  standAtTheDoor(server);
  return running.port;
}

async function carryOut(release: Release, asked: Asked): Promise<unknown> {
  switch (asked.kind) {
    case 'open':
      return open(release, asked.opening);
    case 'close':
      await running?.stop();
      running = undefined;
      return undefined;
    case 'idle':
      return running?.outgoing.idle();
    case 'deliver':
      itIs(asked.now);
      running?.outgoing.wake();
      return running?.outgoing.idle();
    case 'arm':
      return arm(asked.killAt, asked.lie);
    case 'disarm':
      return disarm();
  }
}

// A process whose test is gone must end, even while it serves.
process.on('disconnect', () => process.exit());
watchSurroundings();
const release = await shippedRelease();
process.on('message', (question: Question) => {
  carryOut(release, question).then(
    (value) => tell({ kind: 'done', id: question.id, value }),
    (error: unknown) => tell({ kind: 'failed', id: question.id, message: String(error) }),
  );
});
// A process that is killed could not leave it for the next.
flushCompileCache();
tell({ kind: 'ready' });
