import { Command, InvalidArgumentError, Option } from 'commander';
import { DEMO_AUTH_TOKEN } from '../../carriers/twilio/twilio.settings.ts';
import { DEFAULT_URL } from '../output.ts';

export interface PhoneArguments {
  readonly url: string;
  readonly publicUrl?: string;
  readonly token: string;
  readonly from?: string;
  readonly to?: string;
  readonly customer?: string;
  readonly sms: readonly string[];
  readonly script: readonly string[];
  readonly customers?: string;
  readonly fallback: string;
  readonly showKeys: boolean;
  readonly fast: boolean;
  readonly ownService: boolean;
  readonly agent?: string;
}

/** Reads the command line of `npm run phone`. Throws a CommanderError after it has printed help or the mistake. */
export function readArguments(argv: readonly string[]): PhoneArguments {
  const collect = (value: string, before: readonly string[]) => [...before, value];
  const address = (value: string): string => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url?.protocol === 'http:' || url?.protocol === 'https:') return value;
    throw new InvalidArgumentError('It must be a web address such as http://localhost:3000.');
  };
  const command = new Command('phone')
    .description(
      'A telephone for this machine: dials the hotline as a carrier would, shows what is said, takes keys.',
    )
    .exitOverride()
    .addOption(
      new Option('--url <url>', 'where the hotline is')
        .env('PUBLIC_URL')
        .default(DEFAULT_URL)
        .argParser(address),
    )
    .addOption(
      new Option(
        '--public-url <url>',
        "the hotline's PUBLIC_URL, when it is reached by another address",
      ).argParser(address),
    )
    .addOption(
      new Option('--token <token>', 'auth token that signs the webhooks')
        .env('DEMO_AUTH_TOKEN')
        .default(DEMO_AUTH_TOKEN, 'the demo token'),
    )
    .option('--from <number>', "calling number (default: the customer's registered phone)")
    .option('--to <number>', "dialled number (default: the demo line in the customer's language)")
    .option(
      '--customer <who>',
      'which demo customer to be: name, number or state:locked (default: the first)',
    )
    .option('--sms <number>', 'show the SMS of this number too (repeatable)', collect, [])
    .option(
      '--script <file>',
      'play a call script instead (repeatable); see flows/scripts/README.md',
      collect,
      [],
    )
    .option('--customers <file>', 'demo customers as JSON (default: from `hotline demo-customers --json`)')
    .option('--fallback <path>', "the carrier's fallback path, or none", '/voice/fallback')
    .option('--show-keys', 'print keyed entries instead of dots', false)
    .option('--fast', 'speech, silence and pauses pass at once; only `wait` really waits', false)
    .option(
      '--agent <who>',
      'be the phone of a member of staff of the demo instead: name, number or SIP address; it rings when they take a call',
    )
    .option('--own-service', 'start a demo hotline in this process whose clock the phone moves', false);
  command.parse([...argv], { from: 'user' });
  return command.opts<PhoneArguments>();
}
