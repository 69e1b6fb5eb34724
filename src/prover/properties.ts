import type { Order } from '../actions/order.ts';
import { bindingOf } from '../assurance/call-level.ts';
import type { Decision, Effect } from '../calls/decision.ts';
import { newContext } from '../flow/context.ts';
import { offeredKeys } from '../flow/definition.ts';
import type { Release } from '../flow/release.ts';
import { speak } from '../flow/speech.ts';
import { type Counter, type EventType, OPERATIONS } from '../flow/vocabulary.ts';
import { LANGUAGES, type Language } from '../locales/catalogue.ts';
import { PROMPT_KEYS } from '../speech/prompt-keys.ts';
import type { Speech } from '../speech/reply.ts';
import { spokenSeconds } from '../speech/spoken.ts';
import { budgetsOf, decideOrFail, type Exploration, type Node, type Transition } from './explore.ts';
import type { Finding } from './finding.ts';
import { isBound, KNOWN_CUSTOMER, missingAtCarryOut } from './symbolic.ts';
import { audible, differencesHeard } from './uniform.ts';

/**
 * One thing that must hold on every path a caller, a network or an agent can take. A bank adds its own by a module
 * that exports `properties` (flows check --properties FILE).
 */
export interface Property {
  readonly id: string;
  readonly rules: readonly string[];
  /** What is promised, for somebody who does not program. */
  readonly promise: string;
  /** The counter this promise is about, which is then followed exactly. */
  readonly counts?: Counter;
  /** Looks at one decision. */
  onTransition?(transition: Transition, release: Release): string | undefined;
  /** Looks at everything that was explored. */
  onGraph?(exploration: Exploration, release: Release): readonly Finding[];
  /** Looks at the flow, the policy and the prompts themselves. */
  onRelease?(release: Release): readonly Finding[];
}

/** What a caller hears only once a PIN has passed: everything that belongs to a customer (Z2). */
const PERSONAL: ReadonlySet<string> = new Set([
  'formOfAddress',
  'idLastFour',
  'phoneLastFour',
  'hint',
  'payee',
  'payeeLastFour',
  'accountLastFour',
  'loanLastFour',
  'balance',
  'outstanding',
  'due',
  'dueOn',
  'receipt',
]);

/** What happens without the caller keying anything that could bring the call further: outcomes of operations too. */
const NO_PROGRESS: ReadonlySet<EventType> = new Set([
  ...Object.values(OPERATIONS).flat(),
  'SILENCE',
  'INVALID',
  'STAR',
  'BUSY',
  'LATE',
  'LANGUAGE',
  'KEY.9',
]);

/** Ends of a call: a person, or a spoken goodbye. */
function isEnd(node: Node, release: Release): boolean {
  const meta = release.flow.steps.get(node.call.step)?.meta;
  return meta?.handoff === true || meta?.end === true || node.call.status === 'ended';
}

function speechOf(decision: Decision | undefined): readonly Speech[] {
  return decision?.next.kind === 'reply' ? decision.next.reply.speech : [];
}

function handoffOf(decision: Decision | undefined): Extract<Effect, { kind: 'handoff' }> | undefined {
  return decision?.effects.find((effect) => effect.kind === 'handoff');
}

function waitsForKeys(transition: Transition): boolean {
  const { decision } = transition;
  return decision?.next.kind === 'reply' && decision.next.reply.ending.kind === 'collect';
}

/** What is read back of an order before the last yes (R8). */
function readBackOf(order: Order): readonly string[] {
  switch (order.action) {
    case 'transfer':
      return ['amount', 'payee'];
    case 'repayment':
    case 'loan_application':
      return ['amount'];
    case 'contact_change':
      return ['contactNumber'];
    case 'enquiry':
    case 'freeze':
      return [];
  }
}

/** Ways out of a call that are not the flow's: nobody is served by them. */
const CUT_OFF: ReadonlySet<EventType> = new Set(['HANGUP', 'OUTAGE', 'SESSION_EXPIRED']);

/** The calls from which no end can be reached; none are known where the search was cut. */
function endless(exploration: Exploration, release: Release): readonly Node[] {
  const { nodes, edges, cutAt } = exploration;
  if (cutAt !== undefined) return [];
  const before = new Map<number, number[]>();
  edges.to.forEach((to, edge) => {
    const [from, event] = [edges.from[edge], edges.event[edge]];
    if (from === undefined || event === undefined || CUT_OFF.has(event)) return;
    const list = before.get(to);
    if (list) list.push(from);
    else before.set(to, [from]);
  });
  const ends = new Set<number>();
  const open = nodes.filter((node) => isEnd(node, release)).map((node) => node.id);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (ends.has(id)) continue;
    ends.add(id);
    open.push(...(before.get(id) ?? []));
  }
  return nodes.filter((node) => !ends.has(node.id));
}

/** A call that can go round for ever without progress, if there is one: a cycle of edges of the given events. */
function cycle(exploration: Exploration, events: ReadonlySet<EventType>): Node | undefined {
  const { nodes, edges } = exploration;
  const next = new Map<number, number[]>();
  edges.from.forEach((from, edge) => {
    const [event, to] = [edges.event[edge], edges.to[edge]];
    if (event === undefined || to === undefined || !events.has(event)) return;
    const list = next.get(from);
    if (list) list.push(to);
    else next.set(from, [to]);
  });
  const done = new Set<number>();
  for (const start of next.keys()) {
    if (done.has(start)) continue;
    const onPath = new Set<number>();
    const path: { readonly id: number; at: number }[] = [{ id: start, at: 0 }];
    onPath.add(start);
    while (path.length > 0) {
      const top = path[path.length - 1];
      if (!top) break;
      const to = next.get(top.id)?.[top.at];
      top.at += 1;
      if (to === undefined) {
        done.add(top.id);
        onPath.delete(top.id);
        path.pop();
      } else if (onPath.has(to)) {
        return nodes[to];
      } else if (!done.has(to)) {
        onPath.add(to);
        path.push({ id: to, at: 0 });
      }
    }
  }
  return undefined;
}

/** The calls that can be reached from others by the given events, the others included. */
function reachableBy(
  exploration: Exploration,
  starts: readonly Node[],
  follows: (event: EventType, from: Node) => boolean,
): readonly Node[] {
  const { nodes, edges } = exploration;
  const next = new Map<number, number[]>();
  edges.from.forEach((from, edge) => {
    const [event, to, node] = [edges.event[edge], edges.to[edge], nodes[from]];
    if (event === undefined || to === undefined || !node || !follows(event, node)) return;
    const list = next.get(from);
    if (list) list.push(to);
    else next.set(from, [to]);
  });
  const open = starts.map(({ id }) => id);
  const seen = new Set<number>(open);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const to of next.get(id) ?? []) {
      if (!seen.has(to)) {
        seen.add(to);
        open.push(to);
      }
    }
  }
  return nodes.filter((node) => seen.has(node.id));
}

const WITHOUT_CREDENTIALS = (event: EventType): boolean => event === 'ANSWERED' || event.startsWith('KEY.');

/** Prompts the program speaks by itself, outside any flow. */
const SPOKEN_BY_CODE: ReadonlySet<string> = new Set([
  'common.outage',
  'common.hold',
  'common.keepAlive',
  'common.ended',
  'handoff.connecting',
  'goodbye.plain',
  'freeze.inOutage',
  'freeze.noted',
]);

/** Prompts a release can speak by its results and refusals, beside those its flow names. */
const SPOKEN_BY_RESULT = /^(result|order\.refused|choice)\./;

/** Everything the prover holds a release to, in the order it is told. */
export const PROPERTIES: readonly Property[] = [
  {
    id: 'level-at-execution',
    rules: ['R6.1', 'R7.1', 'Z8'],
    promise: 'Nothing is carried out below the level it takes, at the moment it is carried out.',
    onTransition({ to }, release) {
      if (!to || release.flow.steps.get(to.call.step)?.meta.perform !== 'order.carryOut') return undefined;
      const missing = missingAtCarryOut(release, to.call);
      if (missing === undefined || missing.startsWith('confirmation')) return undefined;
      return `${to.call.flow.order?.action ?? 'an order'} would be carried out with ${missing.replaceAll('_', ' ')}.`;
    },
  },
  {
    id: 'confirmed-before-execution',
    rules: ['R8'],
    promise:
      'Nothing is carried out before the caller has said yes to who they are and, for money, to amount and payee.',
    onTransition({ to }, release) {
      if (!to || release.flow.steps.get(to.call.step)?.meta.perform !== 'order.carryOut') return undefined;
      const missing = missingAtCarryOut(release, to.call);
      return missing?.startsWith('confirmation')
        ? `${to.call.flow.order?.action ?? 'an order'} would be carried out without the final yes.`
        : undefined;
    },
  },
  {
    id: 'step-up-serves-one-order',
    rules: ['R7.1', 'R8'],
    promise:
      'A one-time code and a confirmation serve one order only, and are gone once it has been carried out or changed.',
    onTransition({ from, happening, to }, release) {
      if (!to || !isBound(to.call)) return undefined;
      const binding = bindingOf(to.call);
      const { code, confirmation } = to.call.proofs;
      const kept = [code?.binding, confirmation?.binding].some((bound) => bound !== undefined);
      const done =
        happening.event.type === 'DONE' &&
        release.flow.steps.get(from.call.step)?.meta.perform === 'order.carryOut';
      if (done && kept) return 'What was proved for an order is still good after it was carried out.';
      const stale = [code?.binding, confirmation?.binding].some(
        (bound) => bound !== undefined && bound !== binding,
      );
      return stale ? 'What was proved for one order is kept for another.' : undefined;
    },
  },
  {
    id: 'code-only-after-pin',
    rules: ['R7.1', 'R7.2', 'Z2'],
    promise:
      'A one-time code is sent only for a complete order of a caller whose transaction PIN has passed.',
    onTransition({ to }, release) {
      if (!to || release.flow.steps.get(to.call.step)?.meta.perform !== 'code.send') return undefined;
      const { proofs, flow } = to.call;
      if (proofs.customerId === undefined || proofs.pins.transaction === undefined)
        return 'A code would be sent before the transaction PIN has passed.';
      return flow.order === undefined ? 'A code would be sent for no order.' : undefined;
    },
  },
  {
    id: 'nothing-personal-below-pin',
    rules: ['Z1', 'Z2', 'R11.2'],
    promise: 'Nothing that belongs to a customer is spoken before a PIN has passed.',
    onTransition({ from, to, decision }) {
      const proved = [from, to].some(
        (node) =>
          node &&
          (node.call.proofs.pins.query !== undefined || node.call.proofs.pins.transaction !== undefined),
      );
      if (proved) return undefined;
      const told = speechOf(decision).find(({ values }) =>
        Object.keys(values ?? {}).some((name) => PERSONAL.has(name)),
      );
      return told && `${told.prompt} is spoken to somebody who has not keyed a PIN.`;
    },
  },
  {
    id: 'wrong-verifications-bounded',
    rules: ['R5.2', 'R6.1', 'V11'],
    counts: 'refusals',
    promise:
      'A call has at most the budgeted wrong verifications, whatever way they are reached, and then a person.',
    onTransition({ to }, release) {
      const most = budgetsOf(release).refusals;
      return to && to.counts.refusals > most
        ? `More than ${most} wrong verifications are possible in one call.`
        : undefined;
    },
  },
  {
    id: 'identities-bounded',
    rules: ['R5.2', 'R18.1'],
    counts: 'identities',
    promise: 'A call can key at most the budgeted number of identities, right or wrong.',
    onTransition({ to }, release) {
      const most = budgetsOf(release).identities;
      return to && to.counts.identities > most
        ? `More than ${most} identities can be keyed in one call.`
        : undefined;
    },
  },
  {
    id: 'wrong-codes-bounded',
    rules: ['R7.2'],
    counts: 'codeTries',
    promise:
      'A call has at most the budgeted wrong one-time codes; sending it again does not begin the count anew.',
    onTransition({ to }, release) {
      const most = budgetsOf(release).codes;
      return to && to.counts.codes > most
        ? `More than ${most} wrong codes are possible in one call.`
        : undefined;
    },
  },
  {
    id: 'failed-and-locked-alike',
    rules: ['Z3'],
    promise: 'A wrong entry and a locked one lead the same way in the same words.',
    onTransition({ from, happening, decision }, release) {
      if (happening.event.type !== 'LOCKED') return undefined;
      const wrong = decideOrFail(release, from.call, { ...happening, event: { type: 'FAILED' } });
      return audible(wrong.decision) === audible(decision)
        ? undefined
        : `At ${from.call.step} a locked entry can be told from a wrong one.`;
    },
  },
  {
    id: 'known-and-unknown-alike',
    rules: ['Z3', 'R5.2'],
    promise:
      'Known and unknown callers walk the same steps and hear the same words until the first thing only the real customer can pass.',
    onGraph: (exploration, release) => differencesHeard(exploration, release),
  },
  {
    id: 'nothing-left-of-another',
    rules: ['R5.2', 'R8'],
    promise:
      'Whoever says "that is not me", or is asked anew who they are, has nothing left of what was proved before.',
    onTransition({ from, happening, to }, release) {
      if (to?.call.proofs.customerId === undefined) return undefined;
      const asked = (node: Node) => release.flow.steps.get(node.call.step)?.meta.collect;
      const [before, after] = [asked(from), asked(to)];
      const denied =
        before?.kind === 'confirm' && before.of === 'identity' && happening.event.type === 'KEY.2';
      if (denied) return `What was proved is kept after a no at ${from.call.step}.`;
      return after?.kind === 'entry' && after.factor === 'identity'
        ? `${to.call.step} asks for an identity while another is still proved.`
        : undefined;
    },
  },
  {
    id: 'every-call-can-end',
    rules: ['R3', 'R12.1'],
    promise: 'From everywhere the call can come to an end: a person or a spoken goodbye.',
    onGraph: (exploration, release) =>
      endless(exploration, release)
        .slice(0, 1)
        .map((at) => ({ at, says: `From ${at.call.step} no end can be reached.` })),
  },
  {
    id: 'no-loop-without-progress',
    rules: ['R3', 'R12.1'],
    promise: 'Silence, wrong keys and asking again do not go round for ever: they end at a person.',
    onGraph(exploration) {
      const at = cycle(exploration, NO_PROGRESS);
      return at
        ? [{ at, says: `A caller who keys nothing useful can stay at ${at.call.step} for ever.` }]
        : [];
    },
    onTransition({ from, happening, decision, to }, release) {
      // Where silence leaves the step it may only lead to a person, or to a wait that is itself bounded.
      if (happening.event.type !== 'SILENCE' || !to || to.call.step === from.call.step) return undefined;
      const hands = release.flow.steps.get(to.call.step)?.meta.handoff === true;
      return hands || waitsForKeys({ from, happening, decision, to, failure: undefined })
        ? undefined
        : `Silence at ${from.call.step} ends at ${to.call.step}, not at a person.`;
    },
  },
  {
    id: 'person-within-two-keys',
    rules: ['R3', 'R14.2'],
    promise: 'A person can be reached from everywhere with at most two key presses.',
    onTransition({ from, happening, decision }) {
      if (happening.event.type !== 'PERSON') return undefined;
      return handoffOf(decision) ? undefined : `Key 0 at ${from.call.step} does not lead to a person.`;
    },
  },
  {
    id: 'freeze-from-everywhere',
    rules: ['R18.2', 'V8'],
    promise:
      'Pressing star twice freezes from everywhere: at once when identified, otherwise by way of the identity.',
    onTransition({ from, happening, to, decision }, release) {
      if (happening.event.type !== 'FREEZE' || !to) return undefined;
      const meta = release.flow.steps.get(to.call.step)?.meta;
      if (to.call.flow.order?.action !== 'freeze')
        return `Star twice at ${from.call.step} does not begin a freeze.`;
      const freezes = meta?.perform === 'account.freeze';
      const asks = meta?.collect?.kind === 'entry';
      // Who has used up the goes at the identity is handed to a person with the report.
      const reported = handoffOf(decision)?.reason === 'freeze_reported';
      const identified = from.call.proofs.customerId !== undefined;
      return freezes || reported || (asks && !identified)
        ? undefined
        : `Star twice at ${from.call.step} leads to ${to.call.step}, which freezes nothing.`;
    },
  },
  {
    id: 'complaint-and-loss-without-credentials',
    rules: ['R12.2', 'R16', 'V8'],
    promise:
      'A complaint can be made without keying anything about oneself, and a loss report without any PIN or code.',
    onGraph(exploration, release) {
      const reached = reachableBy(exploration, exploration.nodes.slice(0, 1), WITHOUT_CREDENTIALS);
      const findings: Finding[] = [];
      if (!reached.some(({ call }) => call.queue === 'complaints'))
        findings.push({ says: 'No menu leads to the complaints without credentials.' });
      const begun = reached.filter(({ call }) => call.flow.order?.action === 'freeze');
      const reports = reachableBy(exploration, begun, (event, { call }) => {
        const { collect } = release.flow.steps.get(call.step)?.meta ?? {};
        const secret = collect?.kind === 'entry' && (collect.factor === 'pin' || collect.factor === 'code');
        return !secret && (WITHOUT_CREDENTIALS(event) || event === 'ENTERED' || event === 'PASSED');
      });
      if (!reports.some(({ call }) => release.flow.steps.get(call.step)?.meta.perform === 'account.freeze'))
        findings.push({ says: 'No menu leads to the freeze without a PIN or a code.' });
      return findings;
    },
  },
  {
    id: 'read-back-cannot-be-cut-short',
    rules: ['R8'],
    promise: 'Amount and payee are read back before the last yes, and a key press does not cut them short.',
    onTransition({ from, to, decision, happening }, release) {
      if (!to || !decision) return undefined;
      const { collect } = release.flow.steps.get(to.call.step)?.meta ?? {};
      const { order } = to.call.flow;
      if (collect?.kind !== 'confirm' || collect.of !== 'order' || !order) return undefined;
      // Between two stars nothing may stand that takes no keys (V8); what was read back on arriving has been heard.
      if (happening.event.type === 'STAR' && from.call.step === to.call.step) return undefined;
      const names = new Set(
        speechOf(decision)
          .filter(({ bargeIn }) => bargeIn === false)
          .flatMap(({ values }) => Object.keys(values ?? {})),
      );
      const missing = readBackOf(order).find((name) => !names.has(name));
      return missing === undefined
        ? undefined
        : `${missing} is not read back in full at ${to.call.step} (after ${happening.event.type}).`;
    },
  },
  {
    id: 'never-silent',
    rules: ['R3', 'R12.1', 'R13.2'],
    promise: 'Every answer says something, and every value it speaks is known.',
    onTransition({ from, happening, decision, failure }) {
      if (failure !== undefined)
        return `At ${from.call.step}, ${happening.event.type} cannot be decided: ${failure}.`;
      if (decision?.next.kind !== 'reply') return undefined;
      return speechOf(decision).length > 0
        ? undefined
        : `At ${from.call.step}, ${happening.event.type} is answered with silence.`;
    },
  },
  {
    id: 'explained-before-asked',
    rules: ['R13.2'],
    promise: 'Every secret and every piece of personal data that is asked for can be explained by key 9.',
    onRelease: ({ flow }) =>
      [...flow.steps.values()]
        .filter(({ meta }) => meta.collect?.kind === 'entry' && meta.explain === undefined)
        .map(({ name }) => ({ says: `${name} asks for something and has no explanation.` })),
  },
  {
    id: 'menus-within-limits',
    rules: ['R4.2'],
    promise: 'No menu has more options or lies deeper than the policy allows.',
    onRelease: ({ flow, policy }) =>
      [...flow.steps.values()].flatMap((step): Finding[] => {
        const { collect } = step.meta;
        if (collect?.kind !== 'menu') return [];
        const options = offeredKeys(step).length;
        return [
          ...(options > policy.dialogue.menuOptions
            ? [{ says: `${step.name} has ${options} options, ${policy.dialogue.menuOptions} are allowed.` }]
            : []),
          ...(collect.depth > policy.dialogue.menuDepth
            ? [{ says: `${step.name} lies ${collect.depth} deep, ${policy.dialogue.menuDepth} are allowed.` }]
            : []),
        ];
      }),
  },
  {
    id: 'intent-before-credentials',
    rules: ['R4.2'],
    promise: 'The caller says what they want before anything about them is asked.',
    onTransition({ to, from }, release) {
      const { collect } = (to && release.flow.steps.get(to.call.step)?.meta) ?? {};
      if (!to || collect?.kind !== 'entry' || to.call.flow.order !== undefined) return undefined;
      return `${to.call.step} asks for credentials after ${from.call.step}, before it is known what the caller wants.`;
    },
  },
  {
    id: 'everything-is-used',
    rules: ['S4'],
    promise: 'Every state can be reached and every prompt is spoken.',
    onGraph(exploration, release) {
      const reached = new Set(exploration.nodes.map(({ call }) => call.step));
      const unreached = [...release.flow.steps.values()].filter(
        ({ name, transient }) => !transient && !reached.has(name),
      );
      return unreached.map(({ name }) => ({ says: `${name} cannot be reached.` }));
    },
    onRelease(release) {
      const named = namedPrompts(release);
      return PROMPT_KEYS.filter(
        (key) => !named.has(key) && !SPOKEN_BY_CODE.has(key) && !SPOKEN_BY_RESULT.test(key),
      ).map((key) => ({ says: `The prompt ${key} is never spoken.` }));
    },
  },
  {
    id: 'prompts-in-every-language',
    rules: ['R4.1', 'R13.2'],
    promise:
      'Everything that is spoken exists in every language, with its values, within the time a prompt may take.',
    onTransition({ decision }, release) {
      for (const speech of speechOf(decision)) {
        const problem = speakingProblem(release, speech);
        if (problem !== undefined) return problem;
      }
      return undefined;
    },
  },
  {
    id: 'levels-end-with-the-call',
    rules: ['R3', 'R11.2'],
    promise: 'When a call ends, from either side, or its time runs out, every level and every code ends too.',
    onTransition({ to, decision, happening }) {
      if (happening.event.type === 'SESSION_EXPIRED' && to?.call.proofs.customerId !== undefined)
        return 'A level outlives the time for the verification.';
      if (to?.call.status !== 'ended' || !decision) return undefined;
      if (decision.call.proofs.customerId !== undefined)
        return `A level outlives the call after ${happening.event.type}.`;
      return decision.effects.some(({ kind }) => kind === 'void_codes')
        ? undefined
        : `A code can outlive the call after ${happening.event.type}.`;
    },
  },
  {
    id: 'handoff-with-a-reason',
    rules: ['R5.2', 'R10.1'],
    promise:
      'Whoever is put through to a person arrives with the reason and the level, and the reason is the true one.',
    onTransition({ from, happening, decision }) {
      const handoff = handoffOf(decision);
      if (!handoff) return undefined;
      const asked = happening.event.type === 'PERSON';
      return asked === (handoff.reason === 'caller_asked')
        ? undefined
        : `At ${from.call.step}, ${happening.event.type} is handed over as ${handoff.reason}.`;
    },
  },
];

const spoken = new WeakMap<Release, Map<string, string | undefined>>();

/** What is wrong with a speech in any language, remembered per release: the same words are said at very many calls. */
function speakingProblem(release: Release, speech: Speech): string | undefined {
  const known = spoken.get(release) ?? new Map<string, string | undefined>();
  spoken.set(release, known);
  const key = JSON.stringify(speech);
  if (!known.has(key)) {
    const problems = (speech.language ? [speech.language] : LANGUAGES).map((language) =>
      speakingProblemIn(language, release, speech),
    );
    known.set(
      key,
      problems.find((problem) => problem !== undefined),
    );
  }
  return known.get(key);
}

/** Values that have other words in every language. */
const WORDED: ReadonlySet<string> = new Set(['company', 'department', 'formOfAddress']);

/** The same speech with the words it has in another language. */
function inLanguage(language: Language, release: Release, speech: Speech): Speech {
  const given = Object.entries(speech.values ?? {});
  if (!given.some(([name]) => WORDED.has(name))) return speech;
  const values = Object.fromEntries(given.filter(([name]) => !WORDED.has(name)));
  return speak({ ...speech, values }, newContext(language), KNOWN_CUSTOMER, release);
}

function speakingProblemIn(language: Language, release: Release, speech: Speech): string | undefined {
  try {
    const said = release.prompts.text(inLanguage(language, release, speech), language);
    const seconds = spokenSeconds(said, language);
    const most = release.policy.dialogue.promptSeconds;
    return seconds > most
      ? `${speech.prompt} takes ${Math.ceil(seconds)} seconds in ${language}, ${most} are allowed.`
      : undefined;
  } catch (error) {
    return `${speech.prompt} cannot be spoken in ${language}: ${error instanceof Error ? error.message : 'unknown'}.`;
  }
}

/** The prompts a release names in its flow. */
function namedPrompts(release: Release): ReadonlySet<string> {
  const named = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value === 'string') named.add(value);
    else if (Array.isArray(value)) value.forEach(walk);
    else if (value !== null && typeof value === 'object') Object.values(value).forEach(walk);
  };
  walk(release.flow.definition);
  return named;
}
