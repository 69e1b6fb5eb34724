import assert from 'node:assert/strict';
import type { ActionName } from '../../src/actions/catalogue.ts';
import type { HandoffReason } from '../../src/escalation/reasons.ts';
import { transitionList } from '../../src/flow/definition.ts';
import type { FlowAction, FlowGuard } from '../../src/flow/vocabulary.ts';
import {
  added,
  all,
  answer,
  type Change,
  changed,
  forget,
  redirected,
  says,
  state,
  unguarded,
  without,
  worded,
} from './changes.ts';

/**
 * One mutation of the flow, the policy, the prompts or the decision, and what must catch it. `refusedWith`: the loader
 * does, with these words; where `caughtBy` is given too, the prover must notice it as well when the loader is left out.
 */
export interface Mutation {
  readonly mutation: string;
  readonly change: Change;
  readonly caughtBy?: string;
  readonly refusedWith?: RegExp;
}

const say = (prompt: string): FlowAction => ({ type: 'say', params: { prompt } });
const because = (reason: HandoffReason): FlowAction => ({ type: 'setReason', params: { reason } });
const intent = (action: ActionName): FlowAction => ({ type: 'setIntent', params: { intent: action } });
const retryLeft: FlowGuard = { type: 'countLeft', params: { counter: 'retries' } };
const countRetry: FlowAction = { type: 'count', params: { counter: 'retries' } };

const HANDOFF = '#hotline.handoff';

export const MUTATIONS: readonly Mutation[] = [
  // Keys that are digit and command at once (Z12).
  {
    mutation: 'a lone digit is obeyed as before',
    change: {
      flow: (definition) => {
        delete definition.on.LONE_KEY;
      },
    },
    caughtBy: 'lone-digit-is-asked-about',
  },
  {
    mutation: 'a lone digit hands the caller over at once',
    change: {
      flow: (definition) => {
        definition.on.LONE_KEY = { target: HANDOFF, actions: [because('caller_asked')] };
      },
    },
    caughtBy: 'lone-digit-is-asked-about',
  },
  // Everything is said by a voice that can (49).
  {
    mutation: 'the English name of the department is written in Chinese',
    change: {
      company: ({ department }) => {
        department['en-US'] = '电话银行';
      },
    },
    caughtBy: 'said-by-a-voice-that-can',
  },
  {
    mutation: 'a Vietnamese prompt has a Chinese word in it',
    change: { prompts: { 'vi-VN': worded('info.hours', (words) => `${words} 谢谢.`) } },
    refusedWith: /vi-VN: info\.hours: “谢” is no letter of this language/,
    caughtBy: 'said-by-a-voice-that-can',
  },
  {
    mutation: 'a payee’s name is said as if it were words of the line (engine)',
    change: {
      engine: (decide) => (release, call, event, facts, now) => {
        const decision = decide(release, call, event, facts, now);
        if (decision.next.kind !== 'reply') return decision;
        const speech = decision.next.reply.speech.map((one) =>
          one.values?.payee && one.values.accountLastFour
            ? {
                ...one,
                values: { ...one.values, accountLastFour: { kind: 'text' as const, text: '欧阳明' } },
              }
            : one,
        );
        return { ...decision, next: { kind: 'reply', reply: { ...decision.next.reply, speech } } };
      },
    },
    caughtBy: 'said-by-a-voice-that-can',
  },
  {
    mutation: 'a call goes over to the customer’s language before the PIN',
    change: {
      flow: answer('refused', 'KEY.1', {
        target: '#hotline.pin.entry',
        actions: [{ type: 'speakRememberedLanguage' }],
      }),
    },
    caughtBy: 'known-and-unknown-alike',
  },
  // Words name exactly the keys (48).
  {
    mutation: 'a key is named in Vietnamese alone',
    change: {
      prompts: { 'vi-VN': worded('choice.account', (words) => `${words} Gặp nhân viên, bấm phím 6.`) },
    },
    caughtBy: 'words-name-the-keys',
  },
  {
    mutation: 'a key is named in Chinese alone, in an answer on the way',
    change: { prompts: { 'zh-CN': worded('common.invalid', (words) => `${words}返回，请按6。`) } },
    caughtBy: 'words-name-the-keys',
  },
  {
    mutation: 'an option says a key of its own in English',
    change: { prompts: { 'en-US': worded('option.identityNo', (words) => words.replace('{number}', '3')) } },
    refusedWith: /en-US: option\.identityNo: \{number\} is missing/,
    caughtBy: 'words-name-the-keys',
  },
  {
    mutation: 'a menu does not say that a key freezes',
    change: { flow: says('menu.main', ['KEY.1', 'KEY.2', 'KEY.3', 'KEY.5', 'PERSON']) },
    caughtBy: 'words-name-the-keys',
  },
  {
    mutation: 'a menu takes a key that no words name',
    change: {
      flow: answer('menu.money', 'KEY.4', {
        target: '#hotline.verify',
        actions: [intent('loan_application')],
      }),
    },
    caughtBy: 'words-name-the-keys',
  },
  {
    mutation: 'two keys of a menu do the same',
    change: {
      flow: answer('menu.money', 'KEY.2', { target: '#hotline.verify', actions: [intent('repayment')] }),
    },
    caughtBy: 'words-name-the-keys',
  },
  {
    mutation: 'the last question no longer says which key is no',
    change: { flow: says('confirm.order', ['KEY.1']) },
    caughtBy: 'words-name-the-keys',
  },
  {
    mutation: 'the payees are listed, and not the key for somebody else',
    change: { flow: says('details.payee', ['KEY.9']) },
    caughtBy: 'words-name-the-keys',
  },
  {
    mutation: 'after silence Vietnamese callers hear of a key that does nothing',
    change: { prompts: { 'vi-VN': worded('common.silence', (words) => words.replace('phím 0', 'phím 5')) } },
    caughtBy: 'words-name-the-keys',
  },
  {
    mutation: 'the words at the code name a key themselves, in English',
    change: { prompts: { 'en-US': worded('code.entry', (words) => `${words} To stop, press 4.`) } },
    caughtBy: 'words-name-the-keys',
  },
  {
    mutation: 'the language menu names the key of another language',
    change: { prompts: { 'vi-VN': worded('language.own', (words) => words.replace('2', '3')) } },
    caughtBy: 'words-name-the-keys',
  },
  {
    mutation: 'the greeting no longer says how to freeze, in Chinese',
    change: {
      prompts: {
        'zh-CN': worded('greeting.notices', (words) => words.replace('连按两次星号键', '告诉我们')),
      },
    },
    caughtBy: 'words-name-the-keys',
  },
  {
    mutation: 'English callers of another line do not hear of key 8',
    change: { prompts: { 'en-US': worded('greeting.languageHint', () => 'We speak English.') } },
    caughtBy: 'words-name-the-keys',
  },
  {
    mutation: 'a key is named when the call has ended',
    change: { prompts: { 'en-US': worded('goodbye.plain', (words) => `${words} To go on, press 1.`) } },
    caughtBy: 'words-name-the-keys',
  },
  {
    mutation: 'what the keys of a menu do takes longer than a prompt may',
    change: {
      prompts: {
        'en-US': worded('option.money', (words) =>
          words.replace(
            'Repay',
            'Repay the loan that you yourself have taken out with this company in any year so far',
          ),
        ),
      },
    },
    caughtBy: 'words-name-the-keys',
  },
  {
    mutation: 'callers who hide their number are told that # stands for it',
    change: {
      flow: changed('identity.phone', (phone) => {
        if (phone.meta) phone.meta.say = ['identity.phoneOrOwn'];
      }),
    },
    caughtBy: 'own-number-only-where-shown',
  },
  {
    mutation: '# alone is taken at the ID, where nobody is told of it',
    change: {
      flow: changed('identity.id', (id) => {
        if (id.meta?.collect?.kind === 'entry') id.meta.collect.ownLine = true;
      }),
    },
    caughtBy: 'own-number-only-where-shown',
  },
  {
    mutation: 'an ID ends by itself, where * may be its X',
    change: {
      flow: changed('identity.id', (id) => {
        if (id.meta?.collect?.kind === 'entry') id.meta.collect.endsItself = true;
      }),
    },
    refusedWith: /identity\.id: an input without one length cannot end by itself/,
  },
  {
    mutation: 'the first of two stars at the end of a PIN hands the caller over at once',
    change: {
      flow: answer('pin.entry', 'STAR', { target: HANDOFF, actions: [because('too_many_invalid_keys')] }),
    },
    caughtBy: 'six-digits-end-themselves',
  },
  {
    mutation: 'the words before the PIN grow by a sentence that nobody asked for',
    change: {
      prompts: { 'zh-CN': worded('pin.query', (words) => `${words}我们非常重视您的账户安全和隐私保护。`) },
    },
    caughtBy: 'lanes-within-budget',
  },
  {
    mutation: 'the budget of a lane is left out',
    change: {
      policy: (policy) => {
        delete policy.lanes;
      },
    },
    caughtBy: 'lanes-within-budget',
  },
  {
    mutation: '# after six digits counts as a wrong key',
    change: {
      flow: answer('anywhere', 'POUND', [
        { guard: retryLeft, actions: [countRetry, say('common.invalid')] },
        { target: HANDOFF, actions: [because('too_many_invalid_keys')] },
      ]),
    },
    caughtBy: 'pound-after-six-digits-is-nothing',
  },
  {
    mutation: 'what cannot be ended early: * in six digits goes round for ever',
    change: { flow: answer('anywhere', 'STARTED_AGAIN', { actions: [say('common.startedAgain')] }) },
    caughtBy: 'no-loop-without-progress',
  },
  // Levels at the moment of carrying out.
  {
    mutation: 'the code is skipped where one is needed',
    change: { flow: answer('assess', 'STEP_UP', '#hotline.confirm') },
    caughtBy: 'level-at-execution',
  },
  {
    mutation: 'a repayment from a number never seen goes on without a code',
    change: {
      flow: changed('assess', ({ on }) => {
        if (on)
          on.STEP_UP = [
            { guard: { type: 'intentIs', params: { intent: 'repayment' } }, target: '#hotline.confirm' },
            { target: '#hotline.code' },
          ];
      }),
    },
    caughtBy: 'level-at-execution',
  },
  {
    mutation: 'a repayment from a number never seen goes on where no code can be sent',
    change: {
      flow: changed('code.send', ({ on }) => {
        if (on)
          on.LIMITED = [
            { guard: { type: 'intentIs', params: { intent: 'repayment' } }, target: '#hotline.confirm' },
            { target: HANDOFF, actions: [say('code.notPossible'), because('code_unavailable')] },
          ];
      }),
    },
    caughtBy: 'level-at-execution',
  },
  {
    mutation: 'a wrong code goes on to the confirmation',
    change: { flow: answer('code.entry', 'FAILED', '#hotline.confirm') },
    caughtBy: 'level-at-execution',
  },
  {
    mutation: 'waiting long enough for the code does instead of keying it',
    change: { flow: answer('code.entry', 'SILENCE', '#hotline.confirm') },
    caughtBy: 'level-at-execution',
  },
  {
    mutation: 'after a failed message the order goes on without a code',
    change: { flow: answer('code.send', 'UNAVAILABLE', '#hotline.confirm') },
    caughtBy: 'level-at-execution',
  },
  {
    mutation: 'nobody asks whether a code is needed',
    change: {
      flow: changed('details.route', (route) => {
        route.always = (Array.isArray(route.always) ? route.always : []).map((one) =>
          typeof one === 'object' && one.target === '#hotline.assess'
            ? { ...one, target: '#hotline.confirm' }
            : one,
        );
      }),
    },
    caughtBy: 'level-at-execution',
  },
  {
    mutation: 'an enquiry is answered without its PIN',
    change: {
      flow: all(
        changed('verify.route', (route) => {
          route.always = [
            { guard: { type: 'lacks', params: { proof: 'identity' } }, target: '#hotline.identity' },
            { guard: { type: 'intentIs', params: { intent: 'enquiry' } }, target: '#hotline.details' },
            { guard: { type: 'lacks', params: { proof: 'pin' } }, target: '#hotline.pin.entry' },
            { target: '#hotline.details' },
          ];
        }),
        changed('identity.next', (next) => {
          next.always = [
            {
              guard: { type: 'intentIs', params: { intent: 'freeze' } },
              target: '#hotline.freeze.carryOut',
            },
            { target: '#hotline.verify' },
          ];
        }),
      ),
    },
    caughtBy: 'level-at-execution',
  },
  {
    mutation: 'a caller who has used up the tries of the identity is let in',
    change: {
      flow: changed('identity.start', (start) => {
        const [first] = Array.isArray(start.always) ? start.always : [];
        start.always = [...(first ? [first] : []), { target: '#hotline.carryOut' }];
      }),
    },
    caughtBy: 'level-at-execution',
  },

  // The final yes.
  {
    mutation: 'the identity is not read back: what needs no code is carried out at once',
    change: { flow: answer('assess', 'CLEAR', '#hotline.carryOut') },
    caughtBy: 'confirmed-before-execution',
  },
  {
    mutation: 'changing the language at the last question counts as a yes',
    change: { flow: answer('confirm.order', 'LANGUAGE', '#hotline.carryOut') },
    caughtBy: 'confirmed-before-execution',
  },
  {
    mutation: 'money moves after "that is me", without amount and payee being read back',
    change: { flow: answer('confirm.identity', 'KEY.1', '#hotline.carryOut') },
    caughtBy: 'confirmed-before-execution',
  },
  {
    mutation: 'a no to amount and payee carries the order out',
    change: { flow: answer('confirm.order', 'KEY.2', '#hotline.carryOut') },
    caughtBy: 'confirmed-before-execution',
  },
  {
    mutation: 'a no to the identity goes on to the read-back',
    change: { flow: answer('confirm.identity', 'KEY.2', '#hotline.confirm.order') },
    caughtBy: 'confirmed-before-execution',
  },
  {
    mutation: 'who they are is never confirmed',
    change: {
      flow: changed('confirm.route', (route) => {
        route.always = [
          { guard: { type: 'needsReadBack' }, target: '#hotline.confirm.order' },
          { target: '#hotline.carryOut' },
        ];
      }),
    },
    caughtBy: 'confirmed-before-execution',
  },
  {
    mutation: 'once they are confirmed, money moves without being read back',
    change: {
      flow: changed('confirm.route', (route) => {
        route.always = [
          {
            guard: { type: 'lacks', params: { proof: 'confirmedIdentity' } },
            target: '#hotline.confirm.identity',
          },
          { target: '#hotline.carryOut' },
        ];
      }),
    },
    caughtBy: 'confirmed-before-execution',
  },
  {
    mutation: 'the yes to who they are is kept when what was proved falls (engine)',
    change: {
      engine: (decide) => (release, call, event, facts, now) => {
        const decision = decide(release, call, event, facts, now);
        const { identityConfirmedAt } = call.proofs;
        const { proofs } = decision.call;
        return identityConfirmedAt !== undefined && proofs.customerId === undefined
          ? { ...decision, call: { ...decision.call, proofs: { ...proofs, identityConfirmedAt } } }
          : decision;
      },
    },
    caughtBy: 'confirmed-identity-falls-with-proofs',
  },

  // What stands in the way is told before an order is keyed in vain.
  {
    mutation: 'payees are listed before it is asked what stands in the way',
    change: {
      flow: changed('verify.route', (route) => {
        route.always = transitionList(route.always).filter(({ target }) => target !== 'obstacles');
      }),
    },
    caughtBy: 'obstacles-before-details',
  },
  {
    mutation: 'what stands in the way keeps nobody from keying on',
    change: { flow: answer('verify.obstacles', 'UNAVAILABLE', '#hotline.details') },
    caughtBy: 'obstacles-before-details',
  },
  {
    mutation: 'a frozen customer is not told why before the details',
    change: {
      flow: answer('verify.obstacles', 'NOT_POSSIBLE', {
        target: '#hotline.handoff',
        actions: [say('order.notNow'), because('order_refused')],
      }),
    },
    caughtBy: 'frozen-is-said-after-the-pin',
  },

  // One step-up, one order.
  {
    mutation: 'the code is still good after the order was carried out (engine)',
    change: {
      engine: (decide) => (release, call, event, facts, now) => {
        const decision = decide(release, call, event, facts, now);
        const spent = event.type === 'DONE' && call.proofs.code !== undefined;
        return spent ? { ...decision, call: { ...decision.call, proofs: call.proofs } } : decision;
      },
    },
    caughtBy: 'step-up-serves-one-order',
  },
  {
    mutation: 'the code stays good when the order is changed (engine)',
    change: {
      engine: (decide) => (release, call, event, facts, now) => {
        const decision = decide(release, call, event, facts, now);
        const { code } = call.proofs;
        const { proofs } = decision.call;
        return event.type === 'KEY.2' && code && proofs.customerId !== undefined
          ? { ...decision, call: { ...decision.call, proofs: { ...proofs, code } } }
          : decision;
      },
    },
    caughtBy: 'step-up-serves-one-order',
  },
  {
    mutation: 'a code is sent as soon as somebody is identified',
    change: {
      flow: changed('identity.next', (next) => {
        next.always = [
          {
            guard: { type: 'intentIs', params: { intent: 'freeze' } },
            target: '#hotline.freeze.carryOut',
          },
          {
            guard: { type: 'intentIs', params: { intent: 'contact_change' } },
            target: '#hotline.code',
          },
          { target: '#hotline.pin.entry' },
        ];
      }),
    },
    caughtBy: 'code-only-after-pin',
  },

  // What is personal.
  {
    mutation: 'payees and loans are read out to anybody who is identified',
    change: {
      flow: changed('identity.next', (next) => {
        next.always = [
          {
            guard: { type: 'intentIs', params: { intent: 'freeze' } },
            target: '#hotline.freeze.carryOut',
          },
          { guard: { type: 'proved', params: { proof: 'identity' } }, target: '#hotline.details' },
          { target: '#hotline.pin.entry' },
        ];
      }),
    },
    caughtBy: 'nothing-personal-below-pin',
  },
  {
    mutation: 'after a wrong PIN the name is read out to be confirmed',
    change: { flow: answer('refused', 'SILENCE', '#hotline.confirm.identity') },
    caughtBy: 'nothing-personal-below-pin',
  },

  // Budgets of a call.
  {
    mutation: 'wrong PINs are not counted',
    change: { flow: without('pin.entry', ['FAILED', 'LOCKED'], 'count') },
    caughtBy: 'wrong-verifications-bounded',
  },
  {
    mutation: '"that is not me" is not counted',
    change: { flow: without('confirm.identity', ['KEY.2'], 'count') },
    caughtBy: 'wrong-verifications-bounded',
  },
  {
    mutation: 'a wrong PIN is asked for again where it was asked, without end',
    change: {
      flow: all(
        answer('pin.entry', 'FAILED', { actions: [say('common.invalid')] }),
        answer('pin.entry', 'LOCKED', { actions: [say('common.invalid')] }),
      ),
    },
    caughtBy: 'wrong-verifications-bounded',
  },
  {
    mutation: 'going back to the identity begins the count of wrong PINs anew (engine)',
    change: {
      engine: (decide) => (release, call, event, facts, now) => {
        const decision = decide(release, call, event, facts, now);
        if (call.step !== 'refused' || event.type !== 'KEY.2') return decision;
        const { flow } = decision.call;
        const counters = { ...flow.counters, refusals: 0 };
        return { ...decision, call: { ...decision.call, flow: { ...flow, counters } } };
      },
    },
    caughtBy: 'wrong-verifications-bounded',
  },
  {
    mutation: 'key 7 at the PIN goes back to the phone number as often as one likes',
    change: {
      flow: answer('pin.entry', 'KEY.7', {
        target: '#hotline.identity.phone',
        actions: [{ type: 'dropLevels' }],
      }),
    },
    caughtBy: 'identities-bounded',
  },
  {
    mutation: 'an identity that fails is asked for again without being counted',
    change: {
      flow: all(answer('identity.id', 'FAILED', 'phone'), answer('identity.id', 'LOCKED', 'phone')),
    },
    caughtBy: 'identities-bounded',
  },
  {
    mutation: 'wrong codes are not counted',
    change: { flow: without('code.entry', ['FAILED', 'LOCKED'], 'count') },
    caughtBy: 'wrong-codes-bounded',
  },
  {
    mutation: 'sending the code again begins the count of wrong codes anew (engine)',
    change: {
      engine: (decide) => (release, call, event, facts, now) => {
        const decision = decide(release, call, event, facts, now);
        if (event.type !== 'SENT') return decision;
        const { flow } = decision.call;
        const counters = { ...flow.counters, codeTries: 0 };
        return { ...decision, call: { ...decision.call, flow: { ...flow, counters } } };
      },
    },
    caughtBy: 'wrong-codes-bounded',
  },

  // What is said of a freeze.
  {
    mutation: 'everything is said to be stopped after every freeze with a PIN',
    change: { flow: unguarded('freeze.carryOut', 'DONE') },
    caughtBy: 'stopped-is-said-after-it-is',
  },
  {
    mutation: 'a caller without a PIN hears that everything is stopped',
    change: {
      flow: answer('freeze.carryOut', 'DONE', {
        target: '#hotline.more',
        actions: [{ type: 'sayAsResult', params: { prompt: 'freeze.everywhere' } }],
      }),
    },
    caughtBy: 'stopped-is-said-after-it-is',
  },
  {
    mutation: 'the line is said to be stopped on the way to the identity',
    change: {
      flow: changed('freeze.start', (start) => {
        start.entry = [intent('freeze'), say('freeze.thisLine')];
      }),
    },
    caughtBy: 'stopped-is-said-after-it-is',
  },
  {
    mutation: 'the core’s answer to a freeze is kept from the caller',
    change: {
      flow: answer('freeze.carryOut', 'DONE', [
        {
          guard: { type: 'proved', params: { proof: 'pin' } },
          target: '#hotline.more',
          actions: [{ type: 'sayAsResult', params: { prompt: 'freeze.thisLine' } }],
        },
        { target: HANDOFF, actions: [say('freeze.taken'), because('freeze_reported')] },
      ]),
    },
    caughtBy: 'freeze-says-what-is-stopped',
  },
  {
    mutation: 'after a freeze nothing is said of it',
    change: { flow: without('freeze.carryOut', ['DONE'], 'sayAsResult') },
    caughtBy: 'freeze-says-what-is-stopped',
  },
  {
    mutation: 'a frozen customer is refused without the reason',
    change: { flow: without('assess', ['NOT_POSSIBLE'], 'say') },
    caughtBy: 'frozen-is-said-after-the-pin',
  },
  {
    mutation: 'who is frozen hears it at a wrong PIN',
    change: {
      flow: answer('pin.entry', 'FAILED', {
        target: HANDOFF,
        actions: [say('order.frozen'), because('verification_exhausted')],
      }),
    },
    caughtBy: 'frozen-is-said-after-the-pin',
  },
  {
    mutation: 'a transfer goes on while its customer is frozen',
    change: {
      policy: (policy) => {
        policy.actions.transfer.whileFrozen = true;
      },
    },
    refusedWith: /whileFrozen is true only for what moves money to the customer themself/,
  },

  // What a stranger could tell.
  {
    mutation: 'a locked PIN is told from a wrong one by leading to a person at once',
    change: {
      flow: answer('pin.entry', 'LOCKED', { target: HANDOFF, actions: [because('verification_exhausted')] }),
    },
    caughtBy: 'failed-and-locked-alike',
  },
  {
    mutation: 'a locked code is told from a wrong one by its words',
    change: {
      flow: answer('code.entry', 'LOCKED', [
        {
          guard: { type: 'countLeft', params: { counter: 'codeTries' } },
          actions: [{ type: 'count', params: { counter: 'codeTries' } }, say('code.notPossible')],
        },
        { target: HANDOFF, actions: [because('code_exhausted')] },
      ]),
    },
    caughtBy: 'failed-and-locked-alike',
  },
  {
    mutation: 'a caller who is not known is told so before the PIN',
    change: {
      flow: all(
        answer('identity.id', 'FAILED', { target: 'start', actions: [say('common.invalid')] }),
        answer('identity.id', 'LOCKED', { target: 'start', actions: [say('common.invalid')] }),
      ),
    },
    caughtBy: 'known-and-unknown-alike',
  },
  {
    mutation: 'star twice at the PIN asks the unknown for their identity again, the known not',
    change: { flow: forget('pin.entry', 'FREEZE') },
    caughtBy: 'known-and-unknown-alike',
  },
  {
    mutation: 'after a refused PIN the menu differs for the known',
    change: {
      flow: answer('refused', 'KEY.2', [
        {
          guard: { type: 'proved', params: { proof: 'identity' } },
          target: '#hotline.pin.entry',
        },
        { target: '#hotline.identity', actions: [{ type: 'dropLevels' }] },
      ]),
    },
    caughtBy: 'known-and-unknown-alike',
  },
  {
    mutation: '"that is not me" keeps what was proved for the other customer',
    change: { flow: without('confirm.identity', ['KEY.2'], 'dropLevels') },
    caughtBy: 'nothing-left-of-another',
  },
  {
    mutation: 'keying everything again keeps the customer from before',
    change: { flow: without('refused', ['KEY.2'], 'dropLevels') },
    caughtBy: 'nothing-left-of-another',
  },

  // Ways out.
  {
    mutation: 'after a failed message the caller is left at a menu with no way out',
    change: {
      flow: all(
        answer('code.send', 'LIMITED', 'stuck'),
        added('code.stuck', {
          meta: { rules: ['R12.1'], say: ['code.notPossible'], collect: { kind: 'menu', depth: 1 } },
          on: {
            'KEY.1': { actions: [say('common.invalid')] },
            PERSON: { actions: [say('common.busy')] },
            FREEZE: { actions: [say('common.busy')] },
            LANGUAGE: { actions: [{ type: 'nextLanguage' }] },
            'KEY.9': { actions: [{ type: 'explain' }] },
            STAR: { actions: [say('common.star')] },
            SILENCE: { actions: [say('common.silence')] },
            INVALID: { actions: [say('common.invalid')] },
            BUSY: { actions: [say('common.busy')] },
          },
        }),
      ),
    },
    caughtBy: 'every-call-can-end',
  },
  {
    mutation: 'a freeze that is done is done again, and again',
    change: { flow: answer('freeze.carryOut', 'DONE', 'carryOut') },
    caughtBy: 'every-call-can-end',
  },
  {
    mutation: 'a code that cannot be sent is sent again at once, without end',
    change: { flow: answer('code.send', 'UNAVAILABLE', 'send') },
    caughtBy: 'no-loop-without-progress',
  },
  {
    mutation: 'silence is not counted',
    change: { flow: without('anywhere', ['SILENCE'], 'count') },
    caughtBy: 'no-loop-without-progress',
  },
  {
    mutation: 'silence is counted and nobody looks at the count',
    change: { flow: unguarded('anywhere', 'SILENCE') },
    caughtBy: 'no-loop-without-progress',
  },
  {
    mutation: 'silence ends the call instead of leading to a person',
    change: { flow: redirected('anywhere', 'SILENCE', HANDOFF, '#hotline.goodbye') },
    caughtBy: 'no-loop-without-progress',
  },
  {
    mutation: 'the language can be changed for ever',
    change: { flow: without('anywhere', ['LANGUAGE'], 'count') },
    caughtBy: 'no-loop-without-progress',
  },
  {
    mutation: 'the reason can be asked for for ever',
    change: { flow: without('anywhere', ['KEY.9'], 'count') },
    caughtBy: 'no-loop-without-progress',
  },
  {
    mutation: 'a late code can be keyed for ever',
    change: { flow: without('code.entry', ['LATE'], 'count') },
    caughtBy: 'no-loop-without-progress',
  },
  {
    mutation: 'two menus send a silent caller to and fro',
    change: {
      flow: all(
        answer('menu.money', 'SILENCE', '#hotline.menu.services'),
        answer('menu.services', 'SILENCE', '#hotline.menu.money'),
      ),
    },
    caughtBy: 'no-loop-without-progress',
  },
  {
    mutation: 'key 0 means something else at the last question',
    change: { flow: answer('confirm.order', 'PERSON', { actions: [say('common.invalid')] }) },
    caughtBy: 'person-within-two-keys',
  },
  {
    mutation: 'key 0 leads back to the menu while a code is awaited',
    change: { flow: answer('code.entry', 'PERSON', '#hotline.menu.main') },
    caughtBy: 'person-within-two-keys',
  },
  {
    mutation: 'star twice does nothing in one menu',
    change: { flow: answer('menu.services', 'FREEZE', { actions: [say('common.invalid')] }) },
    caughtBy: 'freeze-from-everywhere',
  },
  {
    mutation: 'star twice leads to the queue instead of freezing',
    change: {
      flow: answer('menu.money', 'FREEZE', {
        target: HANDOFF,
        actions: [intent('freeze'), because('busy')],
      }),
    },
    caughtBy: 'freeze-from-everywhere',
  },
  {
    mutation: 'a complaint takes an identity',
    change: {
      flow: answer('menu.other', 'KEY.1', { target: '#hotline.verify', actions: [intent('enquiry')] }),
    },
    caughtBy: 'complaint-and-loss-without-credentials',
  },
  {
    mutation: 'a loss report takes a PIN',
    change: {
      flow: changed('identity.next', (next) => {
        next.always = { target: '#hotline.pin.entry' };
      }),
    },
    caughtBy: 'complaint-and-loss-without-credentials',
  },

  // What is heard.
  {
    mutation: 'the read-back can be cut short by a key',
    change: {
      flow: changed('confirm.order', ({ meta }) => {
        for (const saying of meta?.say ?? [])
          if (typeof saying === 'object' && 'bargeIn' in saying) delete saying.bargeIn;
      }),
    },
    caughtBy: 'read-back-cannot-be-cut-short',
  },
  {
    mutation: 'the payee of a transfer is not read back',
    change: {
      flow: changed('confirm.order', ({ meta }) => {
        for (const saying of meta?.say ?? [])
          if (typeof saying === 'object' && 'byIntent' in saying) saying.byIntent.transfer = 'confirm.loan';
      }),
    },
    caughtBy: 'read-back-cannot-be-cut-short',
  },
  {
    mutation: 'nobody asks whom a transfer is for',
    change: {
      flow: changed('details.route', (route) => {
        route.always = (Array.isArray(route.always) ? route.always : []).filter(
          (one) => typeof one === 'string' || one.target !== 'listPayees',
        );
      }),
    },
    caughtBy: 'never-silent',
  },
  {
    mutation: 'a caller with no payee is asked to choose one',
    change: {
      flow: changed('details.listPayees', (list) => {
        list.on = { LISTED: { target: 'route', actions: [{ type: 'chooseOnly' }] } };
      }),
    },
    caughtBy: 'never-silent',
  },
  {
    mutation: 'the ID number is asked for without an explanation',
    change: {
      flow: changed('identity.id', ({ meta }) => {
        delete meta?.explain;
      }),
    },
    caughtBy: 'explained-before-asked',
  },
  {
    mutation: 'a menu has six options',
    change: { flow: answer('menu.main', 'KEY.6', '#hotline.more') },
    refusedWith: /6 options in a menu, the policy allows 5/,
    caughtBy: 'menus-within-limits',
  },
  {
    mutation: 'a menu lies four deep',
    change: {
      flow: changed('details.dueOrOther', ({ meta }) => {
        if (meta?.collect?.kind === 'menu') meta.collect.depth = 4;
      }),
    },
    refusedWith: /a menu 4 deep, the policy allows 3/,
    caughtBy: 'menus-within-limits',
  },
  {
    mutation: 'the identity is asked for before the caller has said what they want',
    change: { flow: redirected('answering', 'ANSWERED', '#hotline.menu.main', '#hotline.identity') },
    caughtBy: 'intent-before-credentials',
  },
  {
    mutation: 'no key leads to a menu any more',
    change: {
      flow: all(
        forget('menu.main', 'KEY.3'),
        says('menu.main', ['KEY.1', 'KEY.2', 'KEY.4', 'KEY.5', 'PERSON']),
      ),
    },
    caughtBy: 'everything-is-used',
  },
  {
    mutation: 'a number of no accepted document is answered without saying which are accepted',
    change: { flow: all(forget('identity.id', 'INVALID'), forget('desk.id', 'INVALID')) },
    caughtBy: 'everything-is-used',
  },
  {
    mutation: 'an agreement that is not in force is refused without words',
    change: {
      flow: (definition) => {
        const draft = state(definition, 'assess');
        const list = draft.on?.NOT_POSSIBLE;
        assert.ok(draft.on && Array.isArray(list));
        draft.on.NOT_POSSIBLE = list.filter((one) => !JSON.stringify(one).includes('agreement_needed'));
      },
    },
    caughtBy: 'reasons-are-told',
  },
  {
    mutation: 'a prompt is written and never spoken',
    change: {
      flow: answer('menu.other', 'KEY.3', {
        target: '#hotline.more',
        actions: [{ type: 'sayAsResult', params: { prompt: 'info.hours' } }],
      }),
    },
    caughtBy: 'everything-is-used',
  },
  {
    mutation: 'a prompt is missing in Vietnamese',
    change: { prompts: { 'vi-VN': worded('code.late', () => undefined) } },
    refusedWith: /vi-VN: code\.late: missing/,
    caughtBy: 'prompts-in-every-language',
  },
  {
    mutation: 'the payee is not named in the Chinese read-back',
    change: { prompts: { 'zh-CN': worded('confirm.transfer', (words) => words.replace('{payee}', '')) } },
    refusedWith: /zh-CN: confirm\.transfer: \{payee\} is missing/,
  },
  {
    mutation: 'a prompt speaks a value that is not known there',
    change: { prompts: { 'en-US': worded('info.hours', (words) => `${words} You have {balance}.`) } },
    refusedWith: /en-US: info\.hours: \{balance\} is not given to this prompt/,
    caughtBy: 'prompts-in-every-language',
  },
  {
    mutation: 'a prompt goes on for ever',
    change: { prompts: { 'en-US': worded('info.hours', (words) => `${words} ${words} ${words}`) } },
    refusedWith: /en-US: info\.hours: takes about/,
    caughtBy: 'prompts-in-every-language',
  },
  {
    mutation: 'the name of the department takes longer than a prompt may',
    change: {
      company: ({ department }) => {
        department['zh-CN'] =
          '电话银行客户服务中心信用卡与个人贷款事业部华东区域运营管理部第二分部互联网与电话渠道联合客户体验提升组海外业务支持专';
      },
    },
    caughtBy: 'prompts-in-every-language',
  },

  // The end of a call, and a person.
  {
    mutation: 'a hang-up leaves the levels standing (engine)',
    change: {
      engine: (decide) => (release, call, event, facts, now) => {
        const decision = decide(release, call, event, facts, now);
        return event.type === 'HANGUP'
          ? { ...decision, call: { ...decision.call, proofs: call.proofs } }
          : decision;
      },
    },
    caughtBy: 'levels-end-with-the-call',
  },
  {
    mutation: 'a code outlives the call (engine)',
    change: {
      engine: (decide) => (release, call, event, facts, now) => {
        const decision = decide(release, call, event, facts, now);
        return { ...decision, effects: decision.effects.filter(({ kind }) => kind !== 'void_codes') };
      },
    },
    caughtBy: 'levels-end-with-the-call',
  },
  {
    mutation: 'a caller who took too long arrives at a person as verified',
    change: { flow: without('anywhere', ['SESSION_EXPIRED'], 'dropLevels') },
    caughtBy: 'levels-end-with-the-call',
  },
  {
    mutation: 'a forgotten PIN arrives at a person without the reason',
    change: { flow: without('pin.entry', ['KEY.7'], 'setReason') },
    caughtBy: 'handoff-with-a-reason',
  },
  {
    mutation: 'key 0 is reported as a complaint',
    change: { flow: answer('anywhere', 'PERSON', { target: HANDOFF, actions: [because('complaint')] }) },
    caughtBy: 'handoff-with-a-reason',
  },

  // Refused before anything is explored: the shape of a flow and the bounds of a policy.
  {
    mutation: 'an outcome of the PIN is forgotten',
    change: { flow: forget('pin.entry', 'LOCKED') },
    refusedWith: /pin\.entry: LOCKED can happen here and is not handled/,
  },
  {
    mutation: 'a silent caller can be left without an answer',
    change: {
      flow: answer('menu.main', 'SILENCE', [{ guard: retryLeft, actions: [countRetry] }]),
    },
    refusedWith: /the last transition has a guard/,
  },
  {
    mutation: 'a state that does not exist is led to',
    change: { flow: answer('menu.main', 'KEY.5', '#hotline.menu.elsewhere') },
    refusedWith: /there is no state #hotline\.menu\.elsewhere/,
  },
  {
    mutation: 'a transfer takes no code',
    change: {
      policy: ({ actions }) => {
        actions.transfer.level = 'L2';
      },
    },
    refusedWith: /a transfer takes L3 with the transaction PIN \(R7\.1, V1\)/,
  },
  {
    mutation: 'an enquiry takes no PIN',
    change: {
      policy: ({ actions }) => {
        delete actions.enquiry.pin;
      },
    },
    refusedWith: /an enquiry takes at least L2 with the query PIN \(R6\.1\)/,
  },
  {
    mutation: 'a large loan is like a small one',
    change: {
      policy: ({ actions }) => {
        delete actions.loan_application.levelWhenLarge;
      },
    },
    refusedWith: /L3 when large \(R7\.1\)/,
  },
  {
    mutation: 'a transfer is not read back',
    change: {
      policy: ({ actions }) => {
        actions.transfer.readBack = false;
      },
    },
    refusedWith: /is read back \(readBack\) \(R8\)/,
  },
  {
    mutation: 'ten wrong PINs in a call',
    change: {
      policy: ({ pin }) => {
        pin.wrongPerCall = 10;
      },
    },
    refusedWith: /pin\.wrongPerCall is at most 3 \(R6\.1\)/,
  },
  {
    mutation: 'an unknown customer may be told from a known one',
    change: {
      policy: ({ identification }) => {
        identification.uniformFailure = false;
      },
    },
    refusedWith: /identification\.uniformFailure is on \(Z3/,
  },
  {
    mutation: 'a code is good for an hour',
    change: {
      policy: ({ code }) => {
        code.lifetimeSeconds = 3_600;
      },
    },
    refusedWith: /code\.lifetimeSeconds is at most 300 \(V10\)/,
  },
];
