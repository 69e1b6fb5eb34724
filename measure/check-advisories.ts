import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Lock, lockProblems, readAudit } from './advisories.ts';

/** A registry that is there answers within seconds. */
const AUDIT_SECONDS = 60;
const project = resolve(import.meta.dirname, '..');
const read = (name: string) => JSON.parse(readFileSync(resolve(project, name), 'utf8'));

/** `npm run advisories`: the lock file always, the registry's advisories where it answers. Exit code 1 when something is wrong. */
function check(): number {
  const lock: Lock = read('package-lock.json');
  const problems = lockProblems(read('package.json'), lock);
  for (const problem of problems) console.log(problem);
  console.log(
    `lock file: ${Object.keys(lock.packages).length - 1} packages, ${problems.length} problems (exact versions, sha512 hashes, install scripts)`,
  );
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
    cwd: project,
    encoding: 'utf8',
    timeout: AUDIT_SECONDS * 1_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const audit = stdout
    ? readAudit(stdout)
    : ({ kind: 'skipped', why: 'npm audit did not end in time' } as const);
  if (audit.kind === 'answered') {
    for (const problem of audit.problems) console.log(problem);
    console.log(
      `advisories: ${audit.checked} production packages have one, ${audit.problems.length} of high or critical severity`,
    );
    return problems.length + audit.problems.length > 0 ? 1 : 0;
  }
  console.log(audit.kind === 'skipped' ? `skipped: ${audit.why}; no advisory was checked` : audit.why);
  return problems.length > 0 || audit.kind === 'failed' ? 1 : 0;
}

process.exitCode = check();
