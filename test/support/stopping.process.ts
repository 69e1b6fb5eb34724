import { stopOnSignals } from '../../src/service-process.ts';
import { silentLog } from '../../src/telemetry/logger.ts';
import { startWorld, type WorldOptions } from './world.ts';

/** The service as a process of its own, which stops as `npm start` does; told how by its argument, in JSON. */
const world = await startWorld(JSON.parse(process.argv[2] ?? '{}') as WorldOptions);
stopOnSignals(world, silentLog, { flush: async () => {} });
process.stdout.write(JSON.stringify({ url: world.url, token: world.config.webhookTokens[0] }));
