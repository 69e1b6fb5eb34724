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
    policy: shipped.policy.replace('countries: [CN, VN]\n', 'countries: [CN]\n'),
    company: shipped.company.replace('jurisdiction: VN', 'jurisdiction: XX'),
    prompts: { ...shipped.prompts, 'vi-VN': '' },
  });
  assert.ok(problems.some((problem) => /^policy: VN: code\.countries includes VN/.test(problem)));
  assert.ok(problems.some((problem) => problem.startsWith('company: ')));
  assert.ok(problems.some((problem) => problem.startsWith('prompts: vi-VN')));
});

test('a jurisdiction without a line asks nothing', () => {
  const company = shipped.company.replace('jurisdiction: VN', 'jurisdiction: CN');
  const policy = shipped.policy.replace('countries: [CN, VN]\n', 'countries: [CN]\n');
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

/** The shipped release as it would be without recent transactions: no rule, no menu for them, no words. */
function withoutTransactions(): ReleaseTexts {
  const prompts = Object.fromEntries(
    Object.entries(shipped.prompts).map(([language, text]) => [
      language,
      text.replace(
        /^ {4}(?:recent_transactions|accountToHear|transactions|noTransactions|money(?:In|Out)\w*):.*\n(?: {6}.*\n)*/gm,
        '',
      ),
    ]),
  );
  return {
    ...shipped,
    prompts,
    policy: shipped.policy.replace(/^ {2}recent_transactions:.*\n/m, ''),
    flow: shipped.flow
      .replace('KEY.1, KEY.2, KEY.3] }, { options', 'KEY.1, KEY.2] }, { options')
      .replace(/^.*intent: recent_transactions .*\n/m, '')
      .replace(', recent_transactions: choice.accountToHear', ''),
  };
}

test('a release that was stored before an action existed stays readable, and does not offer it', () => {
  const made = makeRelease(withoutTransactions(), 'stored');
  assert.ok(made.ok, made.ok ? '' : made.problems.join('\n'));
  const { policy, prompts } = made.release;
  assert.notEqual(prompts.text({ prompt: 'result.enquiryNothing' }, 'en-US'), '');
  assert.throws(() => prompts.text({ prompt: 'option.recent_transactions' }, 'en-US'), /exists in en-US/);
  const { level, pin } = policy.actions.recent_transactions;
  assert.deepEqual({ level, pin }, { level: 'L2', pin: 'query' });
  assert.equal(policy.actions.transfer.level, 'L3');
});

test('a release from files that lacks an action is refused in words', () => {
  const problems = problemsOf(withoutTransactions());
  assert.ok(
    problems.includes(
      'policy: actions.recent_transactions: is missing; the policy says of every action what it takes',
    ),
    problems.join('\n'),
  );
  assert.ok(problems.includes('prompts: vi-VN: option.recent_transactions: missing'));
});

test('a stored release that offers an action, or names a prompt, must have the words', () => {
  const { prompts } = withoutTransactions();
  const made = makeRelease({ ...shipped, prompts }, 'stored');
  assert.ok(!made.ok);
  for (const prompt of ['option.recent_transactions', 'choice.accountToHear', 'result.moneyOutTo'])
    assert.ok(
      made.problems.some((problem) => problem.endsWith(`there is no prompt ${prompt}`)),
      `${prompt} is missed in ${made.problems.join('\n')}`,
    );
});
