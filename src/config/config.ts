import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { BANK_SETTINGS, type BankChoice, readBank } from '../bank/bank.settings.ts';
import { CARRIERS_SETTINGS, readTurnLimit } from '../carriers/carriers.settings.ts';
import { readTwilio, TWILIO_SETTINGS, type TwilioConfig } from '../carriers/twilio/twilio.settings.ts';
import { CONSOLE_SETTINGS, type DeskSettings, readDesk } from '../console/console.settings.ts';
import {
  CREDENTIALS_SETTINGS,
  type PinComparisonLimits,
  readPinComparison,
} from '../credentials/credentials.settings.ts';
import { readSimDates, SIM_SETTINGS, type SimDatesChoice } from '../customers/sim/sim.settings.ts';
import { FLOW_SETTINGS, type FlowFiles, readFlowFiles } from '../flow/flow.settings.ts';
import { FREEZE_SETTINGS, readFreezeAlarmSeconds, readFreezeJournal } from '../freeze/freeze.settings.ts';
import { HTTP_SETTINGS, readListening } from '../http/http.settings.ts';
import { KEY_SETTINGS, readKeyring } from '../platform/keyring.settings.ts';
import type { Keyring } from '../platform/keyring.ts';
import { type Environment, type Mode, SettingsReader, type SettingsTable } from '../platform/settings.ts';
import type { DatabaseTarget } from '../storage/connect.ts';
import { readDatabase, STORAGE_SETTINGS } from '../storage/storage.settings.ts';
import type { LogLevel } from '../telemetry/logger.ts';
import { readLogLevel, readOtlpEndpoint, TELEMETRY_SETTINGS } from '../telemetry/telemetry.settings.ts';
import { readEnvironmentFile } from './environment-file.ts';
import { unsafeStart } from './unsafe-start.ts';

/** Every setting there is, room by room; docs/settings.md and .env.example are generated from it. */
export const SETTINGS_TABLES: readonly SettingsTable[] = [
  HTTP_SETTINGS,
  CONSOLE_SETTINGS,
  STORAGE_SETTINGS,
  KEY_SETTINGS,
  TWILIO_SETTINGS,
  BANK_SETTINGS,
  SIM_SETTINGS,
  FLOW_SETTINGS,
  TELEMETRY_SETTINGS,
  CREDENTIALS_SETTINGS,
  CARRIERS_SETTINGS,
  FREEZE_SETTINGS,
];

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** What every command needs. Files are absolute. */
export interface ToolConfig {
  readonly database: DatabaseTarget;
  /** Undefined when none is set: some commands work without. */
  readonly keyring: Keyring | undefined;
  readonly files: FlowFiles;
  readonly logLevel: LogLevel;
  readonly argon2: PinComparisonLimits;
}

/** What the running service needs. */
export interface Config extends ToolConfig {
  readonly mode: 'production' | 'demo';
  readonly port: number;
  readonly host: string;
  /** Without a slash at the end; webhook signatures are checked over it, never over the Host header. */
  readonly publicUrl: string;
  /** Undefined: the desk is off. */
  readonly desk: DeskSettings | undefined;
  readonly keyring: Keyring;
  /** Undefined: messages stay in the local inbox (demo only). */
  readonly twilio: TwilioConfig | undefined;
  /** Any of these may have signed a webhook; a second one while the token is being rotated. */
  readonly webhookTokens: readonly string[];
  readonly bank: BankChoice;
  readonly simDates: SimDatesChoice;
  readonly otlpEndpoint: string | undefined;
  /** Turns under way at once in this process. */
  readonly turnLimit: number;
  /** The folder that keeps freezes while the database is out; undefined: they are then not accepted (demo only). */
  readonly freezeJournal: string | undefined;
  /** How long the core may leave a freeze unanswered before people are told. */
  readonly freezeAlarmSeconds: number;
}

type ConfigResult<Shape> =
  | { readonly ok: true; readonly config: Shape }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * The environment of this process, with what a file `.env` in the working folder adds to it, and every reason why the process
 * must not serve as it was started. Only process entries ask for it.
 */
export function processEnvironment(): {
  readonly environment: Environment;
  readonly unsafe: readonly string[];
} {
  const file = readEnvironmentFile();
  // Nothing in the environment is overwritten by the file. Libraries read theirs from here as well.
  for (const [name, value] of Object.entries(file.settings)) process.env[name] ??= value;
  const { env: environment, execArgv: options } = process;
  return { environment, unsafe: [...file.problems, ...unsafeStart({ environment, options })] };
}

/**
 * Reads the settings for one mode, or answers every problem with them at once, each a sentence that says what to
 * do and repeats no value that could be a secret. The only reader of the environment.
 */
export function readConfig(environment: Environment, mode: 'tool'): ConfigResult<ToolConfig>;
export function readConfig(environment: Environment, mode: 'production' | 'demo'): ConfigResult<Config>;
export function readConfig(environment: Environment, mode: Mode): ConfigResult<ToolConfig> {
  const reader = new SettingsReader<string>(environment);
  const tool = readTool(reader, mode);
  const config = mode === 'tool' ? tool : readService(reader, mode, tool);
  if (reader.problems.length > 0 || !config) return { ok: false, problems: reader.problems };
  return { ok: true, config };
}

function readTool(reader: SettingsReader<string>, mode: Mode): ToolConfig | undefined {
  const database = readDatabase(
    reader,
    fileURLToPath(
      new URL(mode === 'demo' ? '../../data/demo.sqlite' : '../../data/hotline.sqlite', import.meta.url),
    ),
  );
  const rest = {
    argon2: readPinComparison(reader, availableParallelism()),
    logLevel: readLogLevel(reader),
    keyring: readKeyring(reader, mode),
    files: readFlowFiles(reader, PROJECT),
  };
  return database && { database, ...rest };
}

function readService(
  reader: SettingsReader<string>,
  mode: 'production' | 'demo',
  tool: ToolConfig | undefined,
): Config | undefined {
  const { port, host, publicUrl } = readListening(reader, mode);
  const { twilio, webhookTokens } = readTwilio(reader, mode);
  const desk = readDesk(reader, mode, publicUrl);
  const bank = readBank(reader, mode);
  const simDates = readSimDates(reader, mode);
  const otlpEndpoint = readOtlpEndpoint(reader);
  const turnLimit = readTurnLimit(reader);
  const freezeJournal = readFreezeJournal(reader, mode, PROJECT);
  const freezeAlarmSeconds = readFreezeAlarmSeconds(reader);
  if (!tool?.keyring || !publicUrl || !bank || (mode === 'production' && !twilio)) return undefined;
  const { keyring } = tool;
  return {
    ...tool,
    ...{ mode, port, host, publicUrl, desk, keyring, twilio, webhookTokens },
    ...{ bank, simDates, otlpEndpoint, turnLimit, freezeJournal, freezeAlarmSeconds },
  };
}
