import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Phone } from '../../phone-sim/phone.ts';
import type { Duplicates } from '../../phone-sim/phone-options.ts';
import type { LedgerEntry } from '../../src/ledger/entry.ts';
import { entriesOfCall } from '../../src/ledger/ledger.store.ts';
import { LANGUAGES } from '../../src/locales/catalogue.ts';
import { SECOND } from '../../src/platform/clock.ts';
import { CLAIMS, PROMPT_KEYS, type PromptKey, SUPERSEDED } from '../../src/speech/prompt-keys.ts';
import { heard, key } from './callers.ts';
import type { RandomCall } from './random-keys.ts';
import { keysOf, type World } from './world.ts';

/** How somebody asks for the freeze, and what goes wrong meanwhile. */
export interface Asking {
  /** Hears words out that only `**` cuts short, instead of pressing into them. */
  readonly patient: boolean;
  /** What stands before the stars of the first try, where several keys are taken. */
  readonly before: '' | '1' | '12*';
  /** Ends an input with the pound key, or waits. */
  readonly pound: boolean;
  /** The first try goes to where a held caller comes back to. */
  readonly onHold: boolean;
  /** Passes before each input, without a key. */
  readonly idleSeconds: number;
  /** The registered number is keyed by `#` alone where the call comes from it. */
  readonly ownLine: boolean;
  readonly duplicates: Duplicates;
  /** Earlier webhooks that come once more in between. */
  readonly again: readonly number[];
}

export const asking: fc.Arbitrary<Asking> = fc.record({
  patient: fc.boolean(),
  before: fc.constantFrom('', '', '1', '12*'),
  pound: fc.boolean(),
  onHold: fc.nat(4).map((n) => n === 0),
  idleSeconds: fc.constantFrom(0, 0, 0, 30, 121, 1_801),
  ownLine: fc.boolean(),
  duplicates: fc.constantFrom('none', 'none', 'after', 'parallel'),
  again: fc.array(fc.nat(60), { maxLength: 4 }),
});

/**
 * What became of it: the identity was keyed rightly (in this errand or before) and whose it was; or one was keyed before that
 * matches nobody, which is not asked for again (Z3); or the call was over before `**` was pressed.
 */
export type Asked =
  | { readonly result: 'rightly'; readonly customerId: string; readonly at: string }
  | { readonly result: 'mismatched' | 'over' };

/** A question about `**` is asked once or twice, lost stars are pressed again, and two inputs follow. */
const MOST_ROUNDS = 16;
/** Stands for every value a prompt may speak: no prompt has this letter. */
const ANY_VALUE = { kind: 'text', text: '\u2020' } as const;
/** Prompts that say a freeze is done; `freeze.taken` says it only of details that match (Z3). */
const DONE = PROMPT_KEYS.filter((prompt) => CLAIMS[prompt] === 'freeze_done' && !SUPERSEDED.has(prompt));
const CERTAIN = DONE.filter((prompt) => prompt !== 'freeze.taken');

/** Whether the customer is frozen in the database. */
export async function isFrozen({ knex }: World, customerId: string): Promise<boolean> {
  return (await knex('customers').where({ id: customerId }).first('freeze')).freeze !== 'none';
}

/** Asks for a freeze as a caller does who keeps at it, from wherever the call is, and keys the identity rightly where it is asked for. */
export async function askForFreeze(world: World, line: RandomCall, how: Asking): Promise<Asked> {
  const { phone, customer } = line;
  const { phone: number, id } = keysOf(customer);
  phone.duplicates = how.duplicates;
  let at: string | undefined;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (phone.state === 'ended') {
      assert.equal(at, undefined, 'a caller who asks for a freeze is not dropped');
      return { result: 'over' };
    }
    if (at !== undefined && phone.step === 'identity.phone') {
      const own = how.ownLine && phone.parameters().From === customer.phone?.e164;
      await meanwhile(world, phone, how, round);
      await key(phone, own ? '#' : `${number}#`);
    } else if (at !== undefined && phone.step === 'identity.id') {
      await meanwhile(world, phone, how, round);
      const answersBefore = phone.exchanges.length;
      await key(phone, `${id}#`);
      // A fault, or a process that died: the same is asked for once more, and nothing was counted.
      if (!isSaid(world, ['common.busy'], bodies(phone, answersBefore)))
        return { result: 'rightly', customerId: customer.id, at };
    } else {
      if (at === undefined) await meanwhile(world, phone, how, round);
      const from = phone.step ?? phone.queue ?? phone.state;
      const answersBefore = phone.exchanges.length;
      const wasHeard =
        how.onHold && round === 0 && phone.state === 'collecting' && !phone.isAside
          ? await starsOnHold(phone)
          : await pressStars(phone, how, round);
      if (!wasHeard) continue;
      const answered = bodies(phone, answersBefore);
      if (phone.step !== 'identity.phone' || isSaid(world, ['common.stars'], answered)) {
        if (isSaid(world, DONE, answered)) return known(world, phone, from);
        // Stars beside other keys, or one by one, may have bounced: a caller who hears of no freeze presses again (ADR 27).
        assert.ok(!areAlone(phone), `** alone at ${from} is not obeyed: ${answered}`);
        continue;
      }
      at ??= from;
    }
  }
  assert.fail(
    `after ${MOST_ROUNDS} rounds the call is at ${phone.step ?? phone.queue}: ${heard(phone).at(-1)}`,
  );
}

/** Time passes without a key, and the carrier sends an earlier webhook again. */
async function meanwhile(world: World, phone: Phone, how: Asking, round: number): Promise<void> {
  world.clock.advance(how.idleSeconds * SECOND);
  const which = how.again[round];
  if (which !== undefined) await phone.replay((which % phone.exchanges.length) + 1);
}

/** Whether one of these prompts is in these answers, in any language and with any values. */
function isSaid({ release: { prompts } }: World, wanted: readonly PromptKey[], answers: string): boolean {
  return wanted.some((prompt) => {
    const values = Object.fromEntries([...prompts.variables(prompt)].map((name) => [name, ANY_VALUE]));
    return LANGUAGES.some((language) =>
      prompts
        .text({ prompt, values }, language)
        .split(ANY_VALUE.text)
        .every((part) => answers.includes(part)),
    );
  });
}

/** Whether what was sent last is `**` and nothing else. */
function areAlone(phone: Phone): boolean {
  const keyed = phone.events.findLast(({ kind }) => kind === 'keyed');
  return keyed?.kind === 'keyed' && keyed.keys === '**';
}

function bodies(phone: Phone, from: number): string {
  return phone.exchanges
    .slice(from)
    .map(({ outcome }) => (outcome.kind === 'answered' ? outcome.response.body : ''))
    .join('\n');
}

/** Presses `**`, and answers whether a Gather took both and they were sent. */
async function pressStars(phone: Phone, how: Asking, round: number): Promise<boolean> {
  if (how.patient || phone.state === 'speaking') await phone.listen();
  if (phone.state === 'connected') await phone.endDial('completed');
  const entry = phone.collects === 'entry' && !phone.isAside;
  await phone.pressAll(`${entry && round === 0 ? how.before : ''}**`);
  const pressed = phone.events.flatMap((event) => (event.kind === 'pressed' ? [event.outcome] : []));
  if (pressed.slice(-2).some((outcome) => outcome === 'lost')) {
    await phone.pass(SECOND);
    return false;
  }
  if (entry && how.pound) await phone.press('#');
  while (areWaiting(phone)) await phone.pass(SECOND);
  return true;
}

/** Whether keys were pressed that no Gather has sent yet. */
function areWaiting({ events }: Phone): boolean {
  const last = events.findLastIndex(({ kind }) => kind === 'pressed');
  return !events.slice(last).some(({ kind }) => kind === 'keyed' || kind === 'ended');
}

/** `**` on hold: the carrier posts it to the hold's own address, and the call goes on where that answer leads. */
async function starsOnHold(phone: Phone): Promise<boolean> {
  const held = await phone.post({
    url: `/voice/answer?held=1&t=hold-${phone.exchanges.length}`,
    parameters: [...Object.entries(phone.parameters()), ['Digits', '**'], ['FinishedOnKey', '']],
  });
  assert.ok(held.outcome.kind === 'answered' && held.outcome.response.status === 200);
  await phone.staySilent();
  return true;
}

/** The identity that was keyed last in this call, right or not. */
async function known(world: World, phone: Phone, at: string): Promise<Asked> {
  const entries = await entriesOfCall(world.knex, phone.callSid);
  const { customerId, outcome } = lastIdentity(entries)?.data ?? {};
  return outcome === 'PASSED' && customerId !== undefined
    ? { result: 'rightly', customerId, at }
    : { result: 'mismatched' };
}

function lastIdentity(entries: readonly LedgerEntry[]): LedgerEntry | undefined {
  return entries.findLast(({ type, data }) => type === 'factor.outcome' && data.factor === 'identity');
}

/** What the answers since the last look say of a freeze is so, now; answers how many of them claim one (Z10, invariant 42). */
export async function checkClaims(world: World, line: RandomCall): Promise<number> {
  let claims = 0;
  const { phone } = line;
  for (const { outcome } of phone.exchanges.slice(line.seen)) {
    const body = outcome.kind === 'answered' ? outcome.response.body : '';
    if (!isSaid(world, DONE, body)) continue;
    claims++;
    const entries = await entriesOfCall(world.knex, phone.callSid);
    const asked = entries.filter(({ type }) => type === 'account.freeze');
    assert.ok(asked.length > 0, `a freeze is spoken of that was not asked for: ${body}`);
    if (!isSaid(world, CERTAIN, body)) continue;
    const whose = asked.flatMap(({ data }) => (data.matched && data.customerId ? [data.customerId] : []));
    assert.ok(whose.length > 0, `"frozen" without a freeze: ${body}`);
    for (const customerId of whose)
      assert.ok(await isFrozen(world, customerId), `${customerId} is said to be frozen and is not`);
  }
  line.seen = phone.exchanges.length;
  return claims;
}
