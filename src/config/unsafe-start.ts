import type { Environment } from '../platform/settings.ts';

/** Options of Node that open the process to others or write its memory and environment, secrets included, somewhere. */
const UNSAFE_OPTIONS: readonly (readonly [option: RegExp, why: string])[] = [
  [/^--inspect(?!-publish-uid)/, 'lets anybody who reaches its port read every key and run anything'],
  [/^--(?:tls-keylog|trace-tls)/, 'writes down the keys of encrypted connections'],
  [/^--(?:heapsnapshot|heap-prof|report-)/, 'writes memory or environment with their keys to a file'],
];

interface StartedWith {
  readonly environment: Environment;
  /** The options of Node that stood before the program's name. */
  readonly options: readonly string[];
}

/** Why a process must not serve as it was started: every reason, each a sentence that says what to do. Pure. */
export function unsafeStart({ environment, options }: StartedWith): readonly string[] {
  const problems: string[] = [];
  if (environment.NODE_TLS_REJECT_UNAUTHORIZED?.trim() === '0')
    problems.push(
      'NODE_TLS_REJECT_UNAUTHORIZED must be unset: with 0 anybody may pose as the carrier or the database. Trust a private authority with NODE_EXTRA_CA_CERTS instead.',
    );
  for (const name of ['NODE_DEBUG', 'NODE_DEBUG_NATIVE'])
    if (environment[name])
      problems.push(`${name} must be unset: it prints requests and answers with their secrets.`);
  const inEnvironment = (environment.NODE_OPTIONS ?? '')
    .split(/\s+/)
    .map((word) => word.replace(/^["']/, ''));
  for (const [where, words] of [
    ['the command line', options],
    ['NODE_OPTIONS', inEnvironment],
  ] as const)
    for (const [option, why] of UNSAFE_OPTIONS) {
      const found = words.find((word) => option.test(word.replaceAll('_', '-')));
      if (found !== undefined) problems.push(`${found.split('=')[0]} must not stand in ${where}: it ${why}.`);
    }
  return problems;
}
