import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { Inbox } from '../phone-sim/inbox.client.ts';
import type { Phone } from '../phone-sim/phone.ts';
import { playScript } from '../phone-sim/script.service.ts';
import { readScript } from '../phone-sim/script.ts';
import { ACTION_CATALOGUE, ACTIONS, type ActionName } from '../src/actions/catalogue.ts';
import { findCall } from '../src/calls/calls.store.ts';
import { listDemoCustomers } from '../src/cli/demo-customers.command.ts';
import { speak } from '../src/flow/speech.ts';
import { startWorld } from './support/world.ts';

const FOLDER = new URL('../flows/scripts/', import.meta.url);
/** An address nobody has: asking for its messages waits until the outbox is empty. */
const NOBODY = '+8613800009999';
/** What the flow says of a freeze, which is no result of an order. */
const TOLD_BY_FLOW: readonly string[] = ['freeze.everywhere', 'freeze.thisLine'];

/** The action whose result a prompt tells. */
function actionTold(prompt: string): ActionName | undefined {
  return ACTIONS.find((action) => {
    const { tell, resultPrompts } = ACTION_CATALOGUE[action];
    return tell === undefined ? TOLD_BY_FLOW.includes(prompt) : prompt in resultPrompts;
  });
}

/** Plays a script and answers the actions whose result was told in it, by the words that the phone was answered with. */
async function actionsHeard(name: string): Promise<readonly ActionName[]> {
  const script = readScript(readFileSync(new URL(name, FOLDER), 'utf8'));
  assert.ok(script.kind !== 'refused', name);
  const world = await startWorld({ seed: name });
  const phones: Phone[] = [];
  try {
    await playScript(script.instructions, {
      newPhone: (onEvent) => {
        const phone = world.phone({ onEvent });
        phones.push(phone);
        return phone;
      },
      customers: () =>
        listDemoCustomers(world.knex, world.config.keyring, world.release.policy, world.clock.now()),
      openInbox: (number) => new Inbox(world.url, number),
      rest: async () => void (await world.messagesTo(NOBODY)),
    });
    const heard = new Set<ActionName>();
    for (const phone of phones) {
      const call = await findCall(world.knex, world.config.keyring, phone.callSid);
      if (!call) continue;
      const { lastResult, language } = call.state.flow;
      const answers = phone.exchanges
        .map(({ outcome }) => (outcome.kind === 'answered' ? outcome.response.body : ''))
        .join('\n');
      for (const speech of lastResult) {
        const action = actionTold(speech.prompt);
        const spoken = speak(speech, call.state.flow, {}, world.release);
        if (action && answers.includes(world.release.prompts.text(spoken, language))) heard.add(action);
      }
    }
    return [...heard];
  } finally {
    await world.stop();
  }
}

describe('every action of the catalogue', () => {
  const heard = new Map<ActionName, string>();
  before(async () => {
    const names = readdirSync(FOLDER).filter((name) => name.endsWith('.call'));
    assert.ok(names.length > 0, 'there are scripts to play');
    for (const name of names) for (const action of await actionsHeard(name)) heard.set(action, name);
  });

  for (const action of ACTIONS)
    test(`${action}: a script of flows/scripts ends in its result, and the caller hears it`, () => {
      assert.ok(heard.has(action), `no script was told the result of ${action}; add one to flows/scripts`);
    });
});
