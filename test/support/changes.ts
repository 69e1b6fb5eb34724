import assert from 'node:assert/strict';
import { parse, stringify } from 'yaml';
import type { decide } from '../../src/calls/decide.ts';
import type { FlowDefinition, FlowTransitions } from '../../src/flow/definition.ts';
import type { ReleaseTexts } from '../../src/flow/load-release.ts';
import { createFlowMachine } from '../../src/flow/machine.ts';
import type { OptionEvent } from '../../src/flow/options.ts';
import { parseFlow } from '../../src/flow/parse-flow.ts';
import type { Release } from '../../src/flow/release.ts';
import type { EventType, FlowAction, StateMeta } from '../../src/flow/vocabulary.ts';
import type { Language } from '../../src/locales/catalogue.ts';
import { type Policy, policySchema } from '../../src/policy/policy.ts';
import type { Speech } from '../../src/speech/reply.ts';
import { speakValue } from '../../src/speech/spoken.ts';

type Transition = { target?: string; guard?: { type: string }; actions?: FlowAction[] };
type Handlers = { [event in EventType]?: FlowTransitions };

/** A state of a flow document that is being changed. */
export interface StateDraft {
  meta?: StateMeta | undefined;
  entry?: FlowAction[] | undefined;
  on?: Handlers | undefined;
  always?: FlowTransitions | undefined;
}

export type FlowChange = (flow: FlowDefinition) => void;
/** Prompts of a language as they stand in its file, nested. */
export interface PromptTree {
  [name: string]: string | PromptTree;
}

/** What a mutation does to the shipped files, or to the decision itself. */
export interface Change {
  readonly flow?: FlowChange;
  readonly policy?: (policy: Policy) => void;
  readonly company?: (company: { department: { [language in Language]: string } }) => void;
  readonly prompts?: { readonly [language in Language]?: (prompts: PromptTree) => void };
  readonly engine?: (original: typeof decide) => typeof decide;
}

/** A state of the flow by its dotted name, for changing. */
export function state(flow: FlowDefinition, name: string): StateDraft {
  const [head = '', child] = name.split('.');
  const outer = flow.states[head];
  const found = child === undefined ? outer : outer && 'states' in outer ? outer.states[child] : undefined;
  assert.ok(found && !('states' in found), `the flow has a state ${name}`);
  return found;
}

function handlersOf(flow: FlowDefinition, place: string): Handlers {
  if (place === 'anywhere') return flow.on;
  const draft = state(flow, place);
  draft.on ??= {};
  return draft.on;
}

function listOf(transitions: FlowTransitions | undefined): Transition[] {
  assert.ok(transitions !== undefined, 'there are transitions to change');
  const list = Array.isArray(transitions) ? transitions : [transitions];
  return list.map((one) => (typeof one === 'string' ? { target: one } : one)) as Transition[];
}

/** Lets an event at a state ("anywhere": of the whole flow) be answered in another way. */
export function answer(place: string, event: EventType, transitions: FlowTransitions): FlowChange {
  return (flow) => {
    handlersOf(flow, place)[event] = transitions;
  };
}

/** Lets a state say what these keys do, and no others. */
export function says(place: string, options: readonly OptionEvent[]): FlowChange {
  return changed(place, ({ meta }) => {
    assert.ok(meta?.say, `${place} says something`);
    const others = meta.say.filter((saying) => typeof saying === 'string' || !('options' in saying));
    meta.say = [...others, { options: [...options] }];
  });
}

/** Takes away what a state says of an event, so that what stands around it counts. */
export function forget(place: string, event: EventType): FlowChange {
  return (flow) => {
    const handlers = handlersOf(flow, place);
    assert.ok(event in handlers, `${place} answers ${event}`);
    delete handlers[event];
  };
}

/** Takes actions of a type out of an event's transitions. */
export function without(place: string, events: readonly EventType[], type: FlowAction['type']): FlowChange {
  return (flow) => {
    const handlers = handlersOf(flow, place);
    for (const event of events) {
      const list = listOf(handlers[event]);
      const changed = list.map((one) => ({
        ...one,
        ...(one.actions ? { actions: one.actions.filter((action) => action.type !== type) } : {}),
      }));
      assert.notDeepEqual(changed, list, `${place} on ${event} has an action ${type}`);
      handlers[event] = changed as FlowTransitions;
    }
  };
}

/** Always takes the first of an event's transitions: nothing is asked any more. */
export function unguarded(place: string, event: EventType): FlowChange {
  return (flow) => {
    const handlers = handlersOf(flow, place);
    const [first] = listOf(handlers[event]);
    assert.ok(first?.guard, `${place} on ${event} asks a guard`);
    const { guard: _guard, ...rest } = first;
    handlers[event] = rest as FlowTransitions;
  };
}

/** Sends the transitions of an event with a target elsewhere. */
export function redirected(place: string, event: EventType, from: string, to: string): FlowChange {
  return (flow) => {
    const handlers = handlersOf(flow, place);
    const list = listOf(handlers[event]);
    assert.ok(
      list.some(({ target }) => target === from),
      `${place} on ${event} leads to ${from}`,
    );
    handlers[event] = list.map((one) =>
      one.target === from ? { ...one, target: to } : one,
    ) as FlowTransitions;
  };
}

/** Changes a state as such: what it says, collects, does on the way. */
export function changed(name: string, change: (draft: StateDraft) => void): FlowChange {
  return (flow) => change(state(flow, name));
}

/** Several changes that make one mutation. */
export function all(...changes: readonly FlowChange[]): FlowChange {
  return (flow) => {
    for (const change of changes) change(flow);
  };
}

/** Adds a state, in a state around it when its name has a dot. */
export function added(name: string, draft: StateDraft): FlowChange {
  return (flow) => {
    const [head = '', child] = name.split('.');
    const outer = flow.states[head];
    const states = child === undefined ? flow.states : outer && 'states' in outer ? outer.states : undefined;
    assert.ok(states, `there is a state ${head} around ${name}`);
    (states as { [name: string]: StateDraft })[child ?? head] = draft;
  };
}

/** The place of a prompt in the tree of its file. */
function promptPlace(prompts: PromptTree, key: string): { readonly tree: PromptTree; readonly name: string } {
  const names = key.split('.');
  const name = names.pop() ?? '';
  const tree = names.reduce((at: PromptTree, inner) => {
    const next = at[inner];
    assert.ok(typeof next === 'object', `there are prompts ${key}`);
    return next;
  }, prompts);
  assert.ok(typeof tree[name] === 'string', `there is a prompt ${key}`);
  return { tree, name };
}

/** Changes the words of a prompt; undefined takes it away. */
export function worded(key: string, change: (words: string) => string | undefined) {
  return (prompts: PromptTree): void => {
    const { tree, name } = promptPlace(prompts, key);
    const words = change(String(tree[name]));
    if (words === undefined) delete tree[name];
    else tree[name] = words;
  };
}

/** Changes a document; a change that changes nothing is a bug of the test. */
function rewritten<Document>(text: string, change: ((document: Document) => void) | undefined): string {
  if (!change) return text;
  const document = parse(text) as Document;
  change(document);
  assert.notDeepEqual(document, parse(text), 'the change changes something');
  return stringify(document);
}

/** The texts of a release with a change in them. */
export function applyChange(texts: ReleaseTexts, change: Change): ReleaseTexts {
  const prompts = { ...texts.prompts };
  for (const [language, edit] of Object.entries(change.prompts ?? {}) as [
    Language,
    (prompts: PromptTree) => void,
  ][]) {
    const { [language]: text = '' } = texts.prompts;
    prompts[language] = rewritten<{ prompts: PromptTree }>(text, (file) => edit(file.prompts));
  }
  return {
    ...texts,
    flow: rewritten(texts.flow, change.flow),
    policy: rewritten(texts.policy, change.policy),
    company: rewritten(texts.company, change.company),
    prompts,
  };
}

/**
 * The release these texts would be if nothing held them against each other, the bounds and the lists of prompts: what
 * the prover would meet if the loader let it through.
 */
export function releaseUnchecked(shipped: Release, texts: ReleaseTexts): Release {
  const flow = parseFlow(texts.flow);
  assert.ok(flow.ok, 'the flow as such can be read');
  const trees = new Map(
    Object.entries(texts.prompts).map(([language, text]) => [
      language,
      (parse(text) as { prompts: PromptTree }).prompts,
    ]),
  );
  const template = ({ prompt }: Speech, language: Language): string => {
    const { tree, name } = promptPlace(trees.get(language) ?? {}, prompt);
    return String(tree[name]);
  };
  return {
    ...shipped,
    flow: createFlowMachine(flow.definition),
    policy: policySchema.parse(parse(texts.policy)),
    prompts: {
      variables: (prompt) => shipped.prompts.variables(prompt),
      // The words as they were changed, where the prompt speaks no value; a name is split as the shipped words are.
      spoken: (speech: Speech, language: Language) =>
        speech.values
          ? shipped.prompts.spoken(speech, language)
          : [{ language: speech.language ?? language, text: template(speech, speech.language ?? language) }],
      template: (prompt: string, language: Language) => template({ prompt }, language),
      voice: (language: Language) => shipped.prompts.voice(language),
      text: (speech: Speech, language: Language) => {
        const spokenIn = speech.language ?? language;
        return template(speech, spokenIn).replace(/\{(\w+)\}/g, (_whole, name: string) => {
          const value = speech.values?.[name];
          assert.ok(value, `${speech.prompt} is given its value ${name}`);
          return speakValue(value, spokenIn);
        });
      },
    },
  };
}
