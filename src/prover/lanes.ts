import type { ActionName } from '../actions/catalogue.ts';
import type { Option } from '../actions/option.ts';
import { bindingOf, needsStepUp, pinKindOf } from '../assurance/call-level.ts';
import { type CallState, type Facts, newCall } from '../calls/call.ts';
import { decide } from '../calls/decide.ts';
import type { Decision } from '../calls/decision.ts';
import { inputLength } from '../factors/catalogue.ts';
import type { FlowEvent } from '../flow/events.ts';
import type { Release } from '../flow/release.ts';
import { type CollectSpec, MENU_KEYS, type Operation } from '../flow/vocabulary.ts';
import { minorPerUnit } from '../jurisdictions/currency.ts';
import { LANGUAGES, type Language } from '../locales/catalogue.ts';
import { SECOND } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';
import type { LaneName } from '../policy/policy.ts';
import { keysNamed } from '../speech/keys-named.ts';
import type { Speech } from '../speech/reply.ts';
import { spokenSeconds } from '../speech/spoken.ts';
import { WORLDS } from './lane-callers.ts';
import { handoffOf } from './properties/observed.ts';
import { MOMENT } from './symbolic.ts';

/*
 * How long a caller listens and how many keys they press until they have what they came for (R3): a walk through the
 * decisions of production, in the words of a language, at the pace that prompts are checked by. The caller calls from the
 * registered number, knows every key, and hears every prompt to its end.
 */

/** What a caller comes for: an order, or a person for a reason. */
type Errand = { readonly intent: ActionName } | { readonly reason: 'complaint' | 'caller_asked' };

export const LANES: { readonly [lane in LaneName]: Errand & { readonly title: string } } = {
  balance: { title: 'balance and amount due', intent: 'enquiry' },
  transactions: { title: 'recent transactions', intent: 'recent_transactions' },
  repayment: { title: 'repaying what is due', intent: 'repayment' },
  transfer: { title: 'a transfer', intent: 'transfer' },
  loan: { title: 'applying for a small loan', intent: 'loan_application' },
  contact: { title: 'a new contact number', intent: 'contact_change' },
  freeze: { title: 'stopping an account', intent: 'freeze' },
  complaint: { title: 'a complaint', reason: 'complaint' },
  person: { title: 'a person', reason: 'caller_asked' },
};

/** What a lane costs in one language. Seconds are of speech; keys take no time here. */
export interface LaneCost {
  /** Until the caller has said yes to who they are (R8); undefined where nobody is asked. */
  readonly verified: { readonly seconds: number; readonly keys: number } | undefined;
  /** Until the key after which it is carried out, or the caller waits for a person. */
  readonly done: { readonly seconds: number; readonly keys: number };
  /** Of those seconds, what no key cuts short. */
  readonly uncutSeconds: number;
  /** Until the words that offer a person have been heard. */
  readonly offeredSeconds: number;
}

/** The keys a caller presses at a step, and what they mean there. */
interface Pressed {
  readonly event: FlowEvent;
  readonly keys: number;
}

const key = (event: FlowEvent): Pressed => ({ event, keys: 1 });

/** One caller's walk: what was heard and pressed so far. */
class Walk {
  readonly #release: Release;
  readonly #language: Language;
  call: CallState;
  decision: Decision;
  seconds = 0;
  uncut = 0;
  keys = 0;
  offered: number | undefined;
  verified: LaneCost['verified'];
  done: LaneCost['done'] | undefined;

  constructor(release: Release, language: Language) {
    this.#release = release;
    this.#language = language;
    const { currency } = WORLDS[language];
    const first = release.flow.definition.initial;
    this.call = newCall('CALL', first, { language, currency, showsNumber: true }, MOMENT);
    this.decision = this.press({ event: { type: 'ANSWERED' }, keys: 0 });
  }

  /** The caller presses keys after having heard everything; the service does what follows by itself. */
  press({ event, keys }: Pressed): Decision {
    this.keys += keys;
    const before = this.#stepMeta().collect;
    if (before?.kind === 'confirm' && before.of === 'identity')
      this.verified = { seconds: this.seconds, keys: this.keys };
    this.#take(event);
    for (let { next } = this.decision; next.kind === 'perform'; { next } = this.decision) {
      if (next.operation === 'order.carryOut' || next.operation === 'account.freeze') this.#finish();
      this.#take(this.#outcomeOf(next.operation));
    }
    if (handoffOf(this.decision)) this.#finish();
    this.#hear();
    return this.decision;
  }

  /** What a caller who knows all keys presses where the call stands. */
  rightKeys(): Pressed {
    const { collect } = this.#stepMeta();
    assert(collect, `${this.call.step} waits for keys`);
    switch (collect.kind) {
      case 'choice':
        return key({ type: 'CHOSE', index: 0 });
      case 'menu':
      case 'confirm':
        return key({ type: 'KEY.1' });
      case 'entry':
        return this.#rightInput(collect);
    }
  }

  #rightInput(collect: Extract<CollectSpec, { kind: 'entry' }>): Pressed {
    const world = WORLDS[this.#language];
    const { policy } = this.#release;
    const at = MOMENT;
    const ends = collect.endsItself ? 0 : 1;
    const length = (inputLength(collect.entry, policy) ?? 0) + ends;
    const binding = bindingOf(this.call);
    switch (collect.entry) {
      case 'phone':
        return {
          event: { type: 'ENTERED', entered: { kind: 'phone', phoneIndex: 'phone' } },
          keys: collect.ownLine ? 1 : world.newNumber.length + 1,
        };
      case 'nationalId':
        return {
          event: { type: 'PASSED', passed: { factor: 'identity', customerId: 'customer', at } },
          keys: world.idKeys,
        };
      case 'pin': {
        const kind = pinKindOf(this.call, policy);
        const passed = { factor: 'pin', customerId: 'customer', kind, at } as const;
        return { event: { type: 'PASSED', passed }, keys: length };
      }
      case 'code': {
        assert(binding !== undefined, 'a code is keyed for an order');
        const passed = { factor: 'code', customerId: 'customer', binding, at } as const;
        return { event: { type: 'PASSED', passed }, keys: length };
      }
      case 'amount': {
        const amountMinor = world.amount * minorPerUnit(world.currency);
        return {
          event: { type: 'ENTERED', entered: { kind: 'amount', amountMinor } },
          keys: String(world.amount).length + 1,
        };
      }
      case 'newPhone':
        return {
          event: {
            type: 'ENTERED',
            entered: { kind: 'newPhone', number: `+86${world.newNumber}`, contactIndex: 'contact' },
          },
          keys: world.newNumber.length + 1,
        };
    }
  }

  get facts(): Facts {
    if (this.call.proofs.customerId === undefined) return {};
    const { jurisdiction, addressed } = WORLDS[this.#language];
    const names = Object.fromEntries(LANGUAGES.map((language) => [language, addressed]));
    return {
      customer: {
        ...{ familyName: addressed, idLastFour: '1002', phoneLastFour: '1001' },
        ...{ addressed: names as { [language in Language]: string }, locale: this.#language, jurisdiction },
      },
    };
  }

  #stepMeta() {
    return this.#release.flow.steps.get(this.call.step)?.meta ?? { rules: [] };
  }

  #finish(): void {
    this.done ??= { seconds: this.seconds, keys: this.keys };
  }

  #take(event: FlowEvent): void {
    this.decision = decide(this.#release, this.call, event, this.facts, MOMENT);
    this.call = this.decision.call;
  }

  #hear(): void {
    const { next } = this.decision;
    if (next.kind !== 'reply') return;
    const { speech, ending } = next.reply;
    const lastUncut =
      ending.kind === 'collect'
        ? speech.findLastIndex(({ bargeIn }) => bargeIn !== undefined)
        : speech.length;
    for (const [index, one] of speech.entries()) {
      // What is said after a silence is not heard by a caller who keys before it.
      if (one.afterSilence) continue;
      const language = one.language ?? this.#language;
      const seconds = spokenSeconds(this.#release.prompts.text(one, this.#language), language);
      this.seconds += seconds;
      if (index <= lastUncut && this.done === undefined) this.uncut += seconds;
      if (language === this.#language && this.#offersPerson(one)) this.offered ??= this.seconds;
    }
  }

  #offersPerson({ prompt, values }: Speech): boolean {
    const { number } = values ?? {};
    if (number?.kind === 'count') return number.count === 0;
    return keysNamed(this.#release.prompts.template(prompt, this.#language), this.#language).has('0');
  }

  /** What the service finds or does: one of each thing, as for most customers. */
  #outcomeOf(operation: Operation): FlowEvent {
    const { currency, payee } = WORLDS[this.#language];
    const minor = (amount: number) => amount * minorPerUnit(currency);
    const lastFour = '4567';
    const listed = (option: Option): FlowEvent => ({ type: 'LISTED', options: [option] });
    const { order } = this.call.flow;
    switch (operation) {
      case 'list.loans': {
        const [outstandingMinor, dueMinor] = [minor(86_400), minor(3_650)];
        return listed({
          ...{
            kind: 'loan',
            id: 'loan',
            lastFour,
            currency,
            outstandingMinor,
            dueMinor,
            dueOn: '2026-02-10',
          },
        });
      }
      case 'list.payees':
        return listed({ kind: 'payee', id: 'payee', lastFour, currency, name: payee });
      case 'list.accounts':
        return listed({ kind: 'account', id: 'account', lastFour, currency });
      case 'order.obstacles':
        return { type: 'CLEAR' };
      case 'order.assess': {
        const stepUp = order !== undefined && needsStepUp(this.call, order, this.#release.policy, MOMENT);
        return { type: stepUp ? 'STEP_UP' : 'CLEAR' };
      }
      case 'code.send':
        return { type: 'SENT', codeId: 'code', hint: '4', sentAt: MOMENT, expiresAt: MOMENT + 180 * SECOND };
      case 'account.freeze':
        // Asked for and done within one call: of today, so the day is not said.
        return { type: 'DONE', asked: { time: '10:57', date: '2026-01-15', today: '2026-01-15' } };
      default:
        return {
          type: 'DONE',
          result: { receipt: '12345678', accounts: [], loans: [], transactions: [], outstandingMinor: 1 },
        };
    }
  }
}

/** The menu keys that lead to an errand, fewest first; a person is asked for at once. */
function keysTo(errand: Errand, release: Release, language: Language): readonly FlowEvent[] {
  if ('reason' in errand && errand.reason === 'caller_asked') return [{ type: 'PERSON' }];
  let ways: readonly (readonly FlowEvent[])[] = [[]];
  for (let depth = 0; depth < release.policy.dialogue.menuDepth; depth++) {
    const next: (readonly FlowEvent[])[] = [];
    for (const way of ways)
      for (const type of MENU_KEYS) {
        const walk = new Walk(release, language);
        for (const event of way) walk.press(key(event));
        const step = release.flow.steps.get(walk.call.step);
        if (step?.meta.collect?.kind !== 'menu' || !step.handles.has(type)) continue;
        const { call } = walk.press(key({ type }));
        const asked = 'intent' in errand && call.flow.order?.action === errand.intent;
        const handed = 'reason' in errand && handoffOf(walk.decision)?.reason === errand.reason;
        if (asked || handed) return [...way, { type }];
        next.push([...way, { type }]);
      }
    ways = next;
  }
  return assert(false, `no menu leads to ${JSON.stringify(errand)}`) as never;
}

/** Longer than any lane; a walk that goes on has lost its way. */
const MOST_STEPS = 30;

/** What a lane costs in a language. Deterministic; a lane no caller can walk is an assertion. */
export function laneCost(release: Release, lane: LaneName, language: Language): LaneCost {
  const walk = new Walk(release, language);
  for (const event of keysTo(LANES[lane], release, language)) walk.press(key(event));
  for (let steps = 0; walk.done === undefined; steps++) {
    assert(steps < MOST_STEPS, `the lane ${lane} comes to its end`);
    walk.press(walk.rightKeys());
  }
  const { verified, done, uncut, offered } = walk;
  return { verified, done, uncutSeconds: uncut, offeredSeconds: offered ?? Number.POSITIVE_INFINITY };
}
