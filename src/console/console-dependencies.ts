import type { Socket } from 'node:net';
import type { ByLanguage } from '../locales/catalogue.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../telemetry/logger.ts';
import type { Assets } from './assets.service.ts';
import type { DeskParts } from './page.ts';
import type { Words } from './words/words.ts';

/** What the desk's pages are served with. */
export interface ConsoleDependencies {
  /** The origin people open the desk at: forms come from it alone. */
  readonly origin: string;
  /** IANA zone in which moments are shown. */
  readonly timeZone: string;
  readonly clock: Clock;
  readonly words: ByLanguage<Words>;
  readonly assets: Assets;
  readonly parts: DeskParts;
  readonly log: Log;
  /** Told of the connection of everybody who has signed in: it is no stranger's. */
  readonly onSignedIn?: ((connection: Socket) => void) | undefined;
}
