import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeRelease, type ReleaseTexts } from './load-release.ts';
import { readReleaseTexts } from './release-files.service.ts';

const shippedFile = (path: string) => fileURLToPath(new URL(`../../flows/${path}`, import.meta.url));
let shipped: ReleaseTexts;

before(async () => {
  const read = await readReleaseTexts({
    flow: shippedFile('hotline.yaml'),
    policy: shippedFile('policy/default.yaml'),
    company: shippedFile('company.yaml'),
    locales: shippedFile('locales'),
  });
  assert.ok(read.ok, JSON.stringify(read));
  shipped = read.texts;
});

const problemsOf = (texts: ReleaseTexts) => {
  const made = makeRelease(texts);
  return made.ok ? [] : made.problems;
};

test('the shipped files are a release that both jurisdictions allow', () => {
  assert.deepEqual(problemsOf(shipped), []);
  assert.deepEqual(Object.keys(shipped.packs ?? {}), ['CN', 'VN']);
});

test('what a jurisdiction refuses is told with everything else that is wrong', () => {
  const problems = problemsOf({
    ...shipped,
    policy: shipped.policy.replace('countries: [CN, VN]', 'countries: [CN]'),
    company: shipped.company.replace('jurisdiction: VN', 'jurisdiction: XX'),
    prompts: { ...shipped.prompts, 'vi-VN': '' },
  });
  assert.ok(problems.some((problem) => /^policy: VN: code\.countries includes VN/.test(problem)));
  assert.ok(problems.some((problem) => problem.startsWith('company: ')));
  assert.ok(problems.some((problem) => problem.startsWith('prompts: vi-VN')));
});

test('a jurisdiction without a line asks nothing', () => {
  const company = shipped.company.replace('jurisdiction: VN', 'jurisdiction: CN');
  const policy = shipped.policy.replace('countries: [CN, VN]', 'countries: [CN]');
  assert.deepEqual(problemsOf({ ...shipped, company, policy }), []);
});

test('a line under a jurisdiction whose demands are missing, broken or another one’s is refused', () => {
  const { CN, VN } = shipped.packs ?? {};
  assert.ok(CN && VN);
  assert.match(problemsOf({ ...shipped, packs: { CN } }).join(), /jurisdiction: VN: .* is not there/);
  assert.match(problemsOf({ ...shipped, packs: { CN, VN: 'bounds: []' } }).join(), /jurisdiction: VN: /);
  assert.match(problemsOf({ ...shipped, packs: { CN, VN: CN } }).join(), /the file is for CN/);
});

test('the hash of a release changes with every one of its texts', () => {
  const hashOf = (texts: ReleaseTexts) => {
    const made = makeRelease(texts);
    assert.ok(made.ok);
    return made.release.hash;
  };
  const { prompts, packs } = shipped;
  const hashes = [
    shipped,
    { ...shipped, flow: `${shipped.flow}#` },
    { ...shipped, policy: `${shipped.policy}\n#` },
    { ...shipped, company: `${shipped.company}#` },
    { ...shipped, prompts: { ...prompts, 'vi-VN': `${prompts['vi-VN']}#` } },
    { ...shipped, packs: { ...packs, CN: `${packs?.CN}#` } },
  ].map(hashOf);
  assert.equal(new Set(hashes).size, hashes.length);
});
