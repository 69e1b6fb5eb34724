import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { statesOf, stepsOf } from './definition.ts';
import { offeredKeys } from './options.ts';
import { parseFlow } from './parse-flow.ts';

const shipped = readFileSync(new URL('../../flows/hotline.yaml', import.meta.url), 'utf8');

type Tree = { [name: string]: Tree };

/** The shipped flow after a change to its parsed form. */
function changed(change: (flow: Tree) => void): string {
  const flow = parse(shipped) as Tree;
  change(flow);
  return stringify(flow);
}

/** The part of a tree at a dotted path; fails when the shipped flow has no such part any more. */
function at(flow: Tree, path: string): Tree {
  return path.split('.').reduce((tree, name) => {
    const inner = tree[name];
    assert.ok(inner, `the shipped flow has ${path}`);
    return inner;
  }, flow);
}

function problemsOf(text: string): readonly string[] {
  const parsed = parseFlow(text);
  return parsed.ok ? [] : parsed.problems;
}

const BROKEN: readonly (readonly [what: string, change: (flow: Tree) => void, problem: RegExp])[] = [
  [
    'a target that does not exist',
    (flow) => Object.assign(at(flow, 'states.more.on'), { 'KEY.1': '#hotline.nowhere' }),
    /more on KEY\.1: there is no state #hotline\.nowhere/,
  ],
  [
    'a guard nobody knows',
    (flow) =>
      Object.assign(at(flow, 'states.more.on'), {
        'KEY.1': { guard: { type: 'isFriendly' }, target: '#hotline.goodbye' },
      }),
    /states\.more/,
  ],
  [
    'an action nobody knows',
    (flow) =>
      Object.assign(at(flow, 'states.more.on'), {
        'KEY.1': { actions: [{ type: 'grantLevel' }], target: '#hotline.goodbye' },
      }),
    /states\.more/,
  ],
  [
    'an action nobody knows, in a state inside another',
    (flow) =>
      Object.assign(at(flow, 'states.identity.states.phone.on'), {
        ENTERED: { target: 'id', actions: [{ type: 'keepFone' }] },
      }),
    /^states\.identity\.states\.phone\.on\.ENTERED\.actions\.0\.type: /,
  ],
  [
    'a reason nobody knows, in a list of transitions',
    (flow) =>
      Object.assign(at(flow, 'states.pin.states.entry.on'), {
        FAILED: [
          { target: '#hotline.handoff', actions: [{ type: 'setReason', params: { reason: 'bored' } }] },
        ],
      }),
    /^states\.pin\.states\.entry\.on\.FAILED\.0\.actions\.0\.params\.reason: /,
  ],
  [
    'an event nobody sends',
    (flow) => Object.assign(at(flow, 'states.more.on'), { SHOUTED: '#hotline.goodbye' }),
    /states\.more/,
  ],
  [
    'a last transition with a guard',
    (flow) =>
      Object.assign(at(flow, 'states.more.on'), {
        'KEY.1': [{ guard: { type: 'needsReadBack' }, target: '#hotline.goodbye' }],
      }),
    /more on KEY\.1: the last transition has a guard/,
  ],
  [
    'a transition after an unguarded one',
    (flow) => Object.assign(at(flow, 'states.more.on'), { 'KEY.1': ['#hotline.goodbye', '#hotline.menu'] }),
    /more on KEY\.1: what follows/,
  ],
  [
    'a step that would be silent',
    (flow) => Reflect.deleteProperty(at(flow, 'states.more.meta'), 'say'),
    /more: would answer with silence/,
  ],
  [
    'a factor outcome that is not handled',
    (flow) => Reflect.deleteProperty(at(flow, 'states.pin.states.entry.on'), 'LOCKED'),
    /pin\.entry: LOCKED can happen here/,
  ],
  [
    'an operation outcome that is not handled',
    (flow) => Reflect.deleteProperty(at(flow, 'states.code.states.send.on'), 'LIMITED'),
    /code\.send: LIMITED can happen here/,
  ],
  [
    'a confirmation without a no',
    (flow) => Reflect.deleteProperty(at(flow, 'states.confirm.states.order.on'), 'KEY.2'),
    /confirm\.order: KEY\.2 can happen here/,
  ],
  [
    'silence handled nowhere',
    (flow) => Reflect.deleteProperty(at(flow, 'on'), 'SILENCE'),
    /SILENCE can happen anywhere/,
  ],
  [
    'no freeze anywhere',
    (flow) => Reflect.deleteProperty(at(flow, 'on'), 'FREEZE'),
    /FREEZE can happen anywhere/,
  ],
  [
    'a step with two roles',
    (flow) => Object.assign(at(flow, 'states.goodbye.meta'), { handoff: true }),
    /goodbye: needs exactly one/,
  ],
  [
    'a step with none',
    (flow) => Reflect.deleteProperty(at(flow, 'states.goodbye.meta'), 'end'),
    /goodbye: needs exactly one/,
  ],
  [
    'a rule id that is none',
    (flow) => Object.assign(at(flow, 'states.more.meta'), { rules: ['because'] }),
    /rule id/,
  ],
  [
    'an operation nobody performs',
    (flow) => Object.assign(at(flow, 'states.carryOut.meta'), { perform: 'order.justDoIt' }),
    /states\.carryOut/,
  ],
  [
    'an initial state that does not exist',
    (flow) => Object.assign(flow, { initial: 'elsewhere' }),
    /there is no state elsewhere/,
  ],
];

test('the shipped flow has no problem', () => {
  assert.deepEqual(problemsOf(shipped), []);
});

for (const [what, change, problem] of BROKEN) {
  test(`a flow with ${what} is refused, and the refusal says where`, () => {
    const problems = problemsOf(changed(change));
    assert.ok(
      problems.some((sentence) => problem.test(sentence)),
      JSON.stringify(problems),
    );
  });
}

test('text that is no YAML and keys that come twice are refused', () => {
  assert.ok(problemsOf('a: [').length > 0);
  assert.ok(problemsOf(`${shipped}\nid: hotline\n`).length > 0);
});

test('every problem is told at once', () => {
  const problems = problemsOf(
    changed((flow) => {
      Reflect.deleteProperty(at(flow, 'states.more.meta'), 'say');
      Reflect.deleteProperty(at(flow, 'states.pin.states.entry.on'), 'LOCKED');
    }),
  );
  assert.ok(problems.length >= 2, JSON.stringify(problems));
});

test('targets arrive at the first leaf of a state, and inner handlers come before outer ones', () => {
  const parsed = parseFlow(shipped);
  assert.ok(parsed.ok);
  const states = statesOf(parsed.definition);
  const freeze = states.get('menu.main')?.on.get('FREEZE');
  assert.equal(freeze?.length, 1);
  assert.equal(states.get('menu.main')?.on.get('KEY.4')?.[0]?.[0]?.target, 'freeze.start');
  assert.equal(states.get('more')?.on.get('KEY.9')?.length, 2);
  assert.deepEqual(offeredKeys(stepsOf(parsed.definition).get('menu.money') ?? assert.fail()), [
    'KEY.1',
    'KEY.2',
    'KEY.3',
  ]);
});
