import { type CarrierApi, startCarrierApi } from '../../../phone-sim/carrier-api.service.ts';
import { CarrierWorld } from '../../../phone-sim/carrier-world.service.ts';
import type { CarrierAddress } from '../../../phone-sim/terminal.client.ts';
import type { StaffTerminals } from '../../../phone-sim/terminals.service.ts';
import { CARRIERS } from '../../carriers/catalogue.ts';
import { DEMO_ACCOUNT_SID } from '../../carriers/twilio/twilio.settings.ts';
import type { CallControl } from '../../escalation/carrier-command.ts';
import { systemClock } from '../../platform/system-clock.ts';
import { secureRandom } from '../../platform/system-random.ts';

/** What the demo's staff are called from; its English line. */
const CALLS_FROM = '+12025550143';

/** The simulated carrier of a demo: calls meet in it, and staff phones that nobody sits at answer by themselves. */
export interface DemoCarrier {
  readonly world: CarrierWorld;
  readonly control: CallControl;
  /** Where telephones of other processes on this machine find it. */
  readonly address: CarrierAddress;
  stop(): Promise<void>;
}

/** Starts the carrier of a demo, on any free port of this machine. Nothing of it ever reaches a real carrier. */
export async function startDemoCarrier(demo: {
  /** Where the service is reached from here, and where it believes to be. */
  readonly baseUrl: string;
  readonly publicUrl: string;
  readonly authToken: string;
}): Promise<DemoCarrier> {
  const { baseUrl, publicUrl, authToken } = demo;
  const terminals: StaffTerminals = new Map();
  const world = new CarrierWorld({
    ...{ baseUrl, publicUrl, authToken, accountSid: DEMO_ACCOUNT_SID },
    ...{ clock: systemClock, stopwatch: systemClock, random: secureRandom },
    staffAnswer: (to) => {
      const ring = terminals.get(to);
      return ring ? { kind: 'person', ring } : { kind: 'answers', afterSeconds: 2 };
    },
  });
  const api: CarrierApi = await startCarrierApi({ world, authToken, terminals });
  const stopTime = world.runByItself();
  return {
    world,
    control: CARRIERS.twilio.callControl({
      ...{ account: DEMO_ACCOUNT_SID, secret: authToken, apiBaseUrl: api.url, publicUrl },
      ...{ callsFrom: CALLS_FROM, talksRecorded: true },
    }),
    address: { url: api.url, account: DEMO_ACCOUNT_SID, authToken },
    stop: async () => {
      stopTime();
      await api.stop();
    },
  };
}
