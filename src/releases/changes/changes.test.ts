import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { changed, releaseOf, shippedTexts } from '../../../test/support/shipped.ts';
import type { ReleaseTexts } from '../../flow/load-release.ts';
import { changeLines, describeChanges } from './changes.ts';
import { shortestWays } from './paths.ts';
import { isKnownKey, policyValues } from './policy-changes.ts';

let shipped: ReleaseTexts;
before(async () => {
  shipped = await shippedTexts();
});

type File = Parameters<typeof changed>[1];
type Edit = readonly [file: File, part: string, replacement: string];

const PHONE_ENTERED = '          ENTERED: { target: id, actions: [{ type: keepPhone }] }';
const ID_STEP = '      id:\n        meta: { rules: [R5.1';
const SILENCE_COUNTED =
  '- { guard: { type: countLeft, params: { counter: retries } }, actions: [{ type: count, params: { counter: retries } }, { type: say, params: { prompt: common.silence } }] }\n    - { target: ';

/** What is edited in the shipped files, and every line the comparison then has. */
const EDITS: { readonly [what: string]: readonly [edits: readonly Edit[], lines: readonly string[]] } = {
  nothing: [[], []],
  'a comment and the layout': [
    [
      ['flow', 'id: hotline', '# a remark\nid: hotline'],
      ['policy', 'session:\n  idleSeconds: 120', 'session:\n  idleSeconds:   120 # as before'],
    ],
    [],
  ],
  'a step more before the ID': [
    [
      ['flow', PHONE_ENTERED, PHONE_ENTERED.replace('id', 'advice')],
      [
        'flow',
        ID_STEP,
        `      advice:\n        meta: { rules: [E2], say: [info.safety], collect: { kind: menu, depth: 1 } }\n        on: { KEY.1: id }\n${ID_STEP}`,
      ],
    ],
    [
      'Ways through the call',
      '- enquiry: 1 step more (5 → 6); new: identity.advice',
      '- recent transactions: 1 step more (7 → 8); new: identity.advice',
      '- repayment: 1 step more (10 → 11); new: identity.advice',
      '- transfer: 1 step more (11 → 12); new: identity.advice',
      '- loan application: 1 step more (8 → 9); new: identity.advice',
      '- contact change: 1 step more (9 → 10); new: identity.advice',
      '- freeze: 1 step more (3 → 4); new: identity.advice',
      '- large loan application: 1 step more (9 → 10); new: identity.advice',
      '',
      'Steps and keys',
      '- identity.phone: an entry now goes to identity.advice (keep phone); before it goes to identity.id (keep phone)',
      '- identity.advice is a new step: a menu; says info.safety (E2)',
    ],
  ],
  'a code that is not asked for any more': [
    [['flow', "STEP_UP: '#hotline.code'", "STEP_UP: '#hotline.confirm'"]],
    [
      'Ways through the call',
      '- transfer: can no longer be done',
      '- contact change: can no longer be done',
      '- large loan application: can no longer be done',
      '',
      'Steps and keys',
      '- assess: a code is needed now goes to confirm.route; before it goes to code.send',
    ],
  ],
  'a key that moved': [
    [
      ['flow', "KEY.5: '#hotline.menu.other'", "KEY.6: '#hotline.menu.other'"],
      ['flow', 'KEY.4, KEY.5] }', 'KEY.4, KEY.6] }'],
    ],
    [
      'Steps and keys',
      '- menu.main now says what its keys 1, 2, 3, 4, 6 do; before it said what its keys 1, 2, 3, 4, 5 do',
      '- menu.main: key 5 is now key 6, which goes to menu.other',
    ],
  ],
  'two keys that changed places': [
    [
      ['flow', "KEY.2: '#hotline.menu.money'", "KEY.2: '#hotline.menu.service-keys'"],
      ['flow', "KEY.3: '#hotline.menu.services'", "KEY.3: '#hotline.menu.money'"],
      ['flow', '#hotline.menu.service-keys', '#hotline.menu.services'],
    ],
    [
      'Steps and keys',
      '- menu.main: key 2 is now key 3, which goes to menu.money',
      '- menu.main: key 3 is now key 2, which goes to menu.services',
    ],
  ],
  'a key that is gone': [
    [
      ['flow', "          KEY.5: '#hotline.menu.other'\n", ''],
      ['flow', 'KEY.4, KEY.5] }', 'KEY.4] }'],
    ],
    [
      'Steps and keys',
      '- menu.main now says what its keys 1, 2, 3, 4 do; before it said what its keys 1, 2, 3, 4, 5 do',
      '- menu.main: key 5 is gone: it goes to menu.other',
    ],
  ],
  'a key that is new': [
    [
      [
        'flow',
        '{ intent: contact_change } }] }\n',
        "{ intent: contact_change } }] }\n          KEY.3: '#hotline.goodbye'\n",
      ],
    ],
    ['Steps and keys', '- menu.services: key 3 is new: goes to goodbye'],
  ],
  'a silence that is not counted any more': [
    [['flow', SILENCE_COUNTED, '- { target: ']],
    [
      'Steps and keys',
      '- anywhere: silence: no longer stays (counts against tries, says common.silence) while tries are left [looser]',
    ],
  ],
  'a rule that is not cited any more': [
    [['flow', 'rules: [R8, Z1], say: [confirm.identity,', 'rules: [R8], say: [confirm.identity,']],
    ['Steps and keys', '- confirm.identity no longer cites Z1'],
  ],
  'a read-back that can be cut short': [
    [['flow', 'contact_change: confirm.contact }, bargeIn: freeze }', 'contact_change: confirm.contact } }']],
    [
      'Steps and keys',
      '- confirm.order: confirm.repayment or confirm.transfer or confirm.loan or confirm.contact can now be cut short by a key [looser]',
    ],
  ],
  'a read-back that no freeze can cut short': [
    [
      [
        'flow',
        'contact_change: confirm.contact }, bargeIn: freeze }',
        'contact_change: confirm.contact }, bargeIn: false }',
      ],
    ],
    [
      'Steps and keys',
      '- confirm.order: confirm.repayment or confirm.transfer or confirm.loan or confirm.contact can no longer be cut short by ** [looser]',
    ],
  ],
  'a reason for the person who takes over': [
    [
      [
        'flow',
        "KEY.1: { target: '#hotline.handoff', actions: [{ type: setReason, params: { reason: complaint } }] }",
        "KEY.1: { target: '#hotline.handoff', actions: [{ type: setReason, params: { reason: pin_forgotten } }] }",
      ],
    ],
    [
      'Steps and keys',
      '- menu.other: key 1 now goes to handoff (reason pin forgotten); before it goes to handoff (reason complaint)',
    ],
  ],
  'an explanation that is another': [
    [
      [
        'flow',
        '[KEY.7, KEY.9], afterSilence: true }], explain: pin.why',
        '[KEY.7, KEY.9], afterSilence: true }], explain: code.why',
      ],
    ],
    ['Steps and keys', '- pin.entry: asked why, it now says code.why instead of pin.why'],
  ],
  'a retry fewer': [
    [['policy', 'retriesShort: 4', 'retriesShort: 3']],
    [
      'Limits and levels',
      '- tries at a menu or short entry before a person takes over (dialogue.retriesShort): 4 → 3 [stricter]',
    ],
  ],
  'a lock that begins later': [
    [['policy', '{ failures: 7, lockSeconds: 86400 }', '{ failures: 8, lockSeconds: 86400 }']],
    [
      'Limits and levels',
      '- what wrong PINs in a row lead to (pin.ladder): after 5: 1,800 s, after 7: 86,400 s, after 10: void → after 5: 1,800 s, after 8: 86,400 s, after 10: void [looser]',
    ],
  ],
  'a lock that is partly stricter and partly looser': [
    [
      [
        'policy',
        '    - { failures: 7, lockSeconds: 86400 }\n',
        '    - { failures: 6, lockSeconds: 43200 }\n    - { failures: 8, lockSeconds: 86400 }\n',
      ],
    ],
    [
      'Limits and levels',
      '- what wrong PINs in a row lead to (pin.ladder): after 5: 1,800 s, after 7: 86,400 s, after 10: void → after 5: 1,800 s, after 6: 43,200 s, after 8: 86,400 s, after 10: void',
    ],
  ],
  'times, amounts and countries': [
    [
      ['policy', 'lifetimeSeconds: 180', 'lifetimeSeconds: 240'],
      ['policy', 'largeLoanFrom: { CNY: 5000000', 'largeLoanFrom: { CNY: 4000050'],
      ['policy', 'transferMinor: 10000000', 'transferMinor: 9000000'],
      ['policy', 'countries: [CN, VN]\n', 'countries: [CN, VN, SG]\n'],
      ['policy', '[cn_id, cn_id15, vn_cccd,', '[cn_id, vn_cccd,'],
    ],
    [
      'Limits and levels',
      '- identification.documents: callers can no longer key cn_id15 [stricter]',
      '- how long a code is good (code.lifetimeSeconds): 180 s → 240 s [looser]',
      '- code.countries: codes now go to SG [looser]',
      '- amount from which a loan is large (amounts.largeLoanFrom.CNY): 50,000.00 CNY → 40,000.50 CNY [stricter]',
      '- VN: transfer that takes biometrics (biometricFrom.VN.transferMinor): 10,000,000 VND → 9,000,000 VND [stricter]',
    ],
  ],
  'what an action takes': [
    [
      [
        'policy',
        'loan_application: { level: L2, pin: transaction, levelWhenLarge: L3, readBack: true, rules: [R7.1] }',
        'loan_application: { level: L3, pin: transaction, readBack: true, rules: [R7.1, V1] }',
      ],
    ],
    [
      'Ways through the call',
      '- loan application: 1 step more (8 → 9); new: code.entry [stricter]',
      '',
      'Limits and levels',
      '- loan application: level it takes (actions.loan_application.level): L2 → L3 [stricter]',
      '- loan application: level it takes when large (actions.loan_application.levelWhenLarge): L3 → none',
      '- loan application: now cites V1',
    ],
  ],
  'a prompt and a voice': [
    [
      ['en-US', 'Please choose who receives the money.', 'Please choose the payee.'],
      ['zh-CN', 'Polly.Zhiyu-Neural', 'Polly.Zhiyu'],
    ],
    [
      'Words',
      '- zh-CN: spoken by Polly.Zhiyu (cmn-CN) instead of Polly.Zhiyu-Neural (cmn-CN)',
      '- en-US choice.payee: “Please choose who receives the money.” → “Please choose the payee.”',
    ],
  ],
  'the words of a message': [
    [['sms en-US', 'query: inquiry PIN', 'query: query PIN']],
    ['Messages', '- en-US factor.query: “inquiry PIN” → “query PIN”'],
  ],
  'names, numbers and queues': [
    [
      ['company', 'en-US: Blue Magpie Credit', 'en-US: Red Magpie Credit'],
      ['company', '"+12025550143"', '"+12025550144"'],
      ['company', 'complaints: complaints', 'complaints: complaints-line'],
    ],
    [
      'Company and lines',
      '- en-US name of the company: Blue Magpie Credit → Red Magpie Credit',
      '- the line +12025550143 is gone (it was en-US, under the rules of CN, in CNY)',
      '- the line +12025550144 is new: en-US, under the rules of CN, in CNY',
      '- the queue for complaints: complaints → complaints-line',
    ],
  ],
};

for (const [what, [edits, lines]] of Object.entries(EDITS))
  test(`${what}: told in words`, () => {
    const after = edits.reduce((texts, [file, part, words]) => changed(texts, file, part, words), shipped);
    assert.deepEqual(changeLines(describeChanges(shipped, after)), lines);
  });

test('a step under another name is told as that, and not where it is named', () => {
  const flow = shipped.flow
    .replaceAll('#hotline.refused', '#hotline.sorry')
    .replace('\n  refused:', '\n  sorry:');
  assert.notEqual(flow, shipped.flow);
  assert.deepEqual(changeLines(describeChanges(shipped, { ...shipped, flow })), [
    'Steps and keys',
    '- refused is now called sorry',
  ]);
});

test('a jurisdiction that asks less is told', () => {
  const VN = (shipped.packs?.VN ?? '').replace('atMost: 300', 'atMost: 200');
  assert.deepEqual(changeLines(describeChanges(shipped, { ...shipped, packs: { ...shipped.packs, VN } })), [
    'What jurisdictions ask',
    '- no longer asked of the policy: VN: code.lifetimeSeconds is at most 300 (V10) [looser]',
    '- now asked of the policy: VN: code.lifetimeSeconds is at most 200 (V10) [stricter]',
  ]);
});

test('the way back turns every stricter into a looser', () => {
  const after = changed(
    changed(shipped, 'policy', 'fromPinSeconds: 1800', 'fromPinSeconds: 1700'),
    'policy',
    'triesPerCode: 3',
    'triesPerCode: 2',
  );
  const directions = (from: ReleaseTexts, to: ReleaseTexts) =>
    describeChanges(from, to).flatMap(({ changes }) => changes.map(({ direction }) => direction));
  assert.deepEqual(directions(shipped, after), ['stricter', 'stricter']);
  assert.deepEqual(directions(after, shipped), ['looser', 'looser']);
});

test('every key of the policy can be spoken of', () => {
  const unknown = [...policyValues(releaseOf(shipped).policy).keys()].filter((key) => !isKnownKey(key));
  assert.deepEqual(unknown, []);
});

test('the shortest way of every errand is the one the shipped flow was made for', () => {
  const ways = shortestWays(releaseOf(shipped));
  assert.deepEqual(ways.get('freeze'), ['menu.main', 'identity.phone', 'identity.id']);
  assert.deepEqual(ways.get('transfer'), [
    'menu.main',
    'menu.money',
    'identity.phone',
    'identity.id',
    'pin.entry',
    'details.payee',
    'details.account',
    'details.amount',
    'code.entry',
    'confirm.identity',
    'confirm.order',
  ]);
  assert.equal(ways.size, 8);
});
