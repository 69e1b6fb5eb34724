import { ACTION_CATALOGUE } from '../actions/catalogue.ts';
import { dueState, type Option } from '../actions/option.ts';
import { pinKindOf } from '../assurance/call-level.ts';
import { isMoreListed, optionsHeard } from '../flow/listed.ts';
import { OPTION_KEYS, optionPrompt } from '../flow/options.ts';
import type { Release } from '../flow/release.ts';
import type { StateMeta } from '../flow/vocabulary.ts';
import { LANGUAGES } from '../locales/catalogue.ts';
import type { SpokenValue } from '../locales/spoken-value.ts';
import type { Instant } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import { assert } from '../platform/fault.ts';
import type { Collect, Ending, Reply, Speech } from '../speech/reply.ts';
import type { CallState, Facts } from './call.ts';
import { codeWaitSeconds, keysOf, keyTimesOf } from './key-times.ts';

/** What a step collects on arrival, and for how long it waits, in seconds. */
export function collectOf(
  { collect }: StateMeta,
  call: CallState,
  release: Release,
  facts: Facts,
  now: Instant,
): Collect {
  const keyed = { ...keysOf(collect, call, release), ...keyTimesOf(collect, call, release, facts) };
  const waits = keyed.keys === 'entry' && collect?.kind === 'entry' && collect.wait;
  return waits ? { ...keyed, firstKeySeconds: codeWaitSeconds(call, release, facts, now) } : keyed;
}

/** Whether the caller is on the way to a freeze, which is served before everything else (invariant 30). */
export function isUrgent(call: CallState): boolean {
  const { order } = call.flow;
  return order !== undefined && ACTION_CATALOGUE[order.action].urgent;
}

/** The reply of the step that a call has arrived at. */
export function replyOf(call: CallState, speech: readonly Speech[], facts: Facts, ending: Ending): Reply {
  return {
    language: call.flow.language,
    step: call.step,
    speech,
    ending,
    ...defined({ pauseSeconds: facts.pauseSeconds }),
    ...(isUrgent(call) ? { urgent: true } : {}),
  };
}

/** What a step says on arrival: the languages where they are offered; else what is chosen by PIN, currency, intent, due date or receipt; a choice adds its options. */
export function spokenAt(meta: StateMeta, call: CallState, release: Release): readonly Speech[] {
  const { order, labels, options, languageMenu, moreTimeOffer } = call.flow;
  if (languageMenu !== undefined)
    return [
      ...LANGUAGES.map((language) => ({ prompt: languageMenu, language })),
      ...(moreTimeOffer === undefined ? [] : [{ prompt: moreTimeOffer }]),
    ];
  const step = release.flow.steps.get(call.step);
  const part = step && optionsHeard(step, call.flow, release.policy);
  const said = (meta.say ?? []).flatMap((saying): readonly Speech[] => {
    if (typeof saying === 'string') return [{ prompt: saying }];
    if ('options' in saying) return [];
    if ('whenMore' in saying) return part?.isPart ? [partSpeech(saying.whenMore, part, options.length)] : [];
    const bargeIn = defined({ bargeIn: saying.bargeIn });
    if ('prompt' in saying) return [{ prompt: saying.prompt, ...bargeIn }];
    let prompt: string | undefined;
    if ('byPin' in saying) prompt = saying.byPin[pinKindOf(call, release.policy)];
    else if ('byCurrency' in saying) prompt = saying.byCurrency[order?.currency ?? call.currency];
    else if ('byIntent' in saying) prompt = order && saying.byIntent[order.action];
    else if ('byOwnLine' in saying) prompt = call.showsNumber ? saying.byOwnLine.yes : saying.byOwnLine.no;
    else if ('byDesk' in saying) prompt = call.flow.desk ? saying.byDesk.back : saying.byDesk.no;
    else if ('byDue' in saying) prompt = labels.loan && saying.byDue[dueState(labels.loan)];
    else return [{ ...receiptSpeech(saying, call), ...bargeIn }];
    assert(prompt !== undefined, `${call.step} has words for every case`);
    return [{ prompt, ...bargeIn }];
  });
  const keys = keysSpoken(meta, call, release);
  if (meta.collect?.kind !== 'choice') return [...said, ...keys];
  const listed = (part?.options ?? []).map(optionSpeech);
  // A release from before the keys said their words has the other payee's key in a prompt of its own.
  const other = meta.collect.other && keys.length === 0 ? [{ prompt: 'choice.otherPayee' }] : [];
  return [...said, ...listed, ...keys, ...other];
}

/** The words for a call with a receipt, or for one without. */
function receiptSpeech(
  {
    byReceipt,
    told,
  }: { readonly byReceipt: { readonly yes: string; readonly no: string }; readonly told?: true | undefined },
  { flow: { receipt, toldReceipt } }: CallState,
): Speech {
  if (!told) return { prompt: receipt === undefined ? byReceipt.no : byReceipt.yes };
  if (toldReceipt === undefined) return { prompt: byReceipt.no };
  return { prompt: byReceipt.yes, values: { receipt: { kind: 'digits', digits: toldReceipt } } };
}

/** What the keys of a step do, each in its words with its key. */
function keysSpoken(meta: StateMeta, call: CallState, { flow, policy }: Release): readonly Speech[] {
  const state = flow.states.get(call.step);
  return (meta.say ?? []).flatMap((saying) => {
    if (typeof saying === 'string' || !('options' in saying)) return [];
    // Where all of a list was heard, the key that goes on with it does nothing and is not named.
    const named = saying.options.filter(
      (event) => event !== 'MORE_LISTED' || (state && isMoreListed(state.step, call.flow, policy)),
    );
    return named.map((event): Speech => {
      const prompt = state && optionPrompt(flow.definition, state, event);
      assert(prompt !== undefined, `${call.step} has words for ${event}`);
      const values = { number: { kind: 'count', count: OPTION_KEYS[event] } } as const;
      return { prompt, values, ...defined({ afterSilence: saying.afterSilence }) };
    });
  });
}

/** How many there are to choose from, and which of them are heard now. */
function partSpeech(prompt: string, { from, options }: ReturnType<typeof optionsHeard>, all: number): Speech {
  const count = (value: number): SpokenValue => ({ kind: 'count', count: value });
  return {
    prompt,
    values: { listed: count(all), listedFrom: count(from + 1), listedTo: count(from + options.length) },
  };
}

/** An option as it is read out, with the key that chooses it. */
function optionSpeech(option: Option, index: number): Speech {
  const number: SpokenValue = { kind: 'count', count: index + 1 };
  const lastFour: SpokenValue = { kind: 'digits', digits: option.lastFour };
  switch (option.kind) {
    case 'loan': {
      const outstanding: SpokenValue = {
        kind: 'money',
        minor: option.outstandingMinor,
        currency: option.currency,
      };
      return { prompt: 'choice.loanOption', values: { number, loanLastFour: lastFour, outstanding } };
    }
    case 'payee': {
      const payee: SpokenValue = { kind: 'text', text: option.name, otherwise: option.lastFour };
      return { prompt: 'choice.payeeOption', values: { number, payee, payeeLastFour: lastFour } };
    }
    case 'account':
      return { prompt: 'choice.accountOption', values: { number, accountLastFour: lastFour } };
  }
}
