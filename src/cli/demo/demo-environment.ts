import { CREDENTIALS_SETTINGS } from '../../credentials/credentials.settings.ts';
import { FLOW_SETTINGS } from '../../flow/flow.settings.ts';
import type { Environment } from '../../platform/settings.ts';
import { STORAGE_SETTINGS } from '../../storage/storage.settings.ts';

/** What a demo may be told: where it listens on this machine, its own database, its files, how hard it works, its own token. */
const TAKEN: readonly string[] = [
  ...['PORT', 'PUBLIC_URL', 'LOG_LEVEL', 'TURN_LIMIT', 'DEMO_AUTH_TOKEN', 'FREEZE_JOURNAL', 'DESK_TIME_ZONE'],
  ...[...STORAGE_SETTINGS.settings, ...FLOW_SETTINGS.settings, ...CREDENTIALS_SETTINGS.settings].map(
    ({ name }) => name,
  ),
];
/** What production is told, and what would lead a demo out of this machine. */
const NOT_TAKEN: readonly string[] = [
  ...[
    'HOST',
    'DESK_URL',
    'BANK_ADAPTER',
    'SIM_DATES_ADAPTER',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'ENCRYPTION_KEYS',
    'INDEX_KEY',
    'PIN_KEY',
  ],
  ...['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_MESSAGING_FROM', 'TWILIO_API_BASE_URL'],
  ...['TWILIO_CALLS_FROM', 'TALKS_RECORDED'],
];

/**
 * The settings of a demo, made anew from those it may be told: no account, core, collector or address of production gets
 * in, whatever stands in the environment. Also what was set and is ignored. Pure.
 */
export function demoEnvironment(environment: Environment): {
  readonly environment: Environment;
  readonly ignored: readonly string[];
} {
  return {
    environment: Object.fromEntries(TAKEN.map((name) => [name, environment[name]])),
    ignored: NOT_TAKEN.filter((name) => (environment[name]?.trim() ?? '') !== ''),
  };
}
