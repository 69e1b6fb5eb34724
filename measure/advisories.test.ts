import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Lock, lockProblems, readAudit } from './advisories.ts';

const read = (name: string) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
const manifest = read('package.json');
const lock: Lock = read('package-lock.json');
/** The lock file with one package changed. */
const withPackage = (path: string, over: object): Lock => ({
  packages: { ...lock.packages, [path]: { ...lock.packages[path], ...over } },
});

test('the lock file holds every dependency fast (R17)', () => {
  assert.deepEqual(lockProblems(manifest, lock), []);
});

test('a version that is not exact, a missing or weak hash and an unlisted install script are each told', () => {
  const problem = (changed: Lock, wanted = manifest) => lockProblems(wanted, changed).join('\n');
  for (const version of ['^5.3.0', '5.x', 'latest', '>=5', 'git+https://example.org/x.git'])
    assert.match(
      problem(lock, { ...manifest, dependencies: { ...manifest.dependencies, express: version } }),
      /express: the version .* is not exact/,
    );
  assert.match(
    problem(withPackage('node_modules/express', { version: '5.3.1' })),
    /express: package.json says/,
  );
  for (const integrity of [undefined, '', 'sha1-AAAA', 'sha512-AAAA'])
    assert.match(problem(withPackage('node_modules/express', { integrity })), /express: no sha512 hash/);
  assert.match(
    problem(withPackage('node_modules/express', { hasInstallScript: true })),
    /express: runs a script/,
  );
  assert.match(
    problem(
      withPackage('node_modules/x/node_modules/argon2-evil', { hasInstallScript: true, integrity: '' }),
    ),
    /argon2-evil: runs a script/,
  );
  assert.match(problem(withPackage('node_modules/argon2', { hasInstallScript: false })), /argon2: is listed/);
});

test('an answer with an advisory of high or critical severity fails, a milder one does not', () => {
  const answer = (severity: string) =>
    readAudit(
      JSON.stringify({ auditReportVersion: 2, vulnerabilities: { express: { name: 'express', severity } } }),
    );
  for (const severity of ['high', 'critical']) {
    const audit = answer(severity);
    assert.ok(audit.kind === 'answered');
    assert.deepEqual(audit.problems, [`express: an advisory of ${severity} severity`]);
  }
  for (const severity of ['info', 'low', 'moderate']) {
    const audit = answer(severity);
    assert.ok(audit.kind === 'answered' && audit.problems.length === 0 && audit.checked === 1);
  }
});

test('only a registry that does not answer is a reason to skip, and that is said', () => {
  assert.deepEqual(
    readAudit(JSON.stringify({ message: '405 Method Not Allowed', statusCode: 405, error: {} })),
    {
      kind: 'skipped',
      why: 'the registry answers no audits (status 405)',
    },
  );
  assert.deepEqual(
    readAudit(JSON.stringify({ message: 'request failed, reason: connect ECONNREFUSED 127.0.0.1:9' })),
    {
      kind: 'skipped',
      why: 'the registry cannot be reached (ECONNREFUSED)',
    },
  );
  for (const printed of [
    '',
    'oops',
    '[]',
    '{}',
    '{"message":"ENOLOCK","error":{"code":"ENOLOCK"}}',
    '{"vulnerabilities":null}',
  ])
    assert.equal(readAudit(printed).kind, 'failed', printed);
});
