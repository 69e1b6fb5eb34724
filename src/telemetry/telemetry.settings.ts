import { z } from 'zod';
import { type SettingsReader, type SettingsTable, webAddress } from '../platform/settings.ts';
import type { LogLevel } from './logger.ts';

type TelemetrySetting = 'OTEL_EXPORTER_OTLP_ENDPOINT' | 'LOG_LEVEL';

const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'silent'] as const satisfies readonly LogLevel[];

export const TELEMETRY_SETTINGS: SettingsTable<TelemetrySetting> = {
  heading: 'Watching',
  settings: [
    {
      name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      standard: 'off',
      what: 'where traces and metrics go (OTLP over HTTP), such as `http://localhost:4318`',
    },
    { name: 'LOG_LEVEL', standard: '`info`', what: '`error`, `warn`, `info`, `debug` or `silent`' },
  ],
};

/** How much is written on standard output. */
export function readLogLevel(reader: SettingsReader<TelemetrySetting>): LogLevel {
  return reader.read('LOG_LEVEL', z.enum(LOG_LEVELS), `must be one of ${LOG_LEVELS.join(', ')}`) ?? 'info';
}

/** Where traces and metrics go; undefined: nowhere. */
export function readOtlpEndpoint(reader: SettingsReader<TelemetrySetting>): string | undefined {
  return reader.read(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    webAddress('always'),
    'must be a web address such as http://localhost:4318, or empty for no telemetry',
  );
}
