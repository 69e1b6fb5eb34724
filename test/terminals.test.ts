import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { openStaffPhone, RemoteSwitchboard } from '../phone-sim/terminal.client.ts';
import { runPhone } from '../src/cli/phone.ts';
import { heard, until } from './support/callers.ts';
import {
  AGENT_PHONE,
  callAgent,
  joinCaller,
  requeueCaller,
  staffLeg,
  startConferenceLab,
} from './support/conference-lab.ts';

test('a caller and an agent whose telephones are in other processes meet in the carrier’s conference', async (t) => {
  const lab = await startConferenceLab(t);
  const { time } = lab.phoneOptions;
  const caller = lab.world.phone({ switchboard: new RemoteSwitchboard(lab.address), time });
  await caller.dial({ from: '+8613900009999', to: '+12025550143' });
  assert.equal((await lab.command(requeueCaller(caller.callSid))).kind, 'done');
  await until('the caller in the queue', async () => {
    await caller.listen();
    return caller.state === 'queued';
  });

  const leave = new AbortController();
  const agent = openStaffPhone(lab.address, AGENT_PHONE, leave.signal);
  const lines: string[] = [];
  const reading = (async () => {
    for await (const line of agent.lines) {
      lines.push(line.kind === 'heard' ? line.heard.kind : line.kind);
      if (line.kind === 'rings') await agent.does(line.callSid, { kind: 'answer' });
      if (line.kind === 'heard' && line.heard.kind === 'voice') lines.push(line.heard.text);
    }
  })().catch(() => {});
  await until('the phone is sat at', async () => lines.includes('here'));
  assert.equal((await lab.command(callAgent())).kind, 'done');
  await lab.pass(1);
  await until('the agent in the conference', async () => lab.desk.told.includes('joined agent'));
  assert.equal((await lab.command(joinCaller(caller.callSid))).kind, 'done');
  await until('the caller in the conference', async () => {
    await caller.listen();
    return caller.state === 'connected' && lab.desk.told.includes('started');
  });
  caller.say('Good morning.');
  await until('the agent hears it', async () => lines.includes('Good morning.'));
  const leg = staffLeg(lab);
  await agent.does(leg.callSid, { kind: 'say', text: 'How can I help?' });
  await until('the caller hears it', async () =>
    caller.events.some((event) => event.kind === 'heard' && event.text === 'How can I help?'),
  );
  await caller.press('7');
  await until('the tone', async () => lines.includes('tone'));
  assert.match(heard(caller).join('\n'), /number 4 8 2 1/);

  await caller.hangUp();
  await until('the caller has left', async () => lab.desk.told.includes('left caller'));
  // The terminal is closed in the middle of the call: the phone is put down.
  leave.abort();
  await until('the agent has left', async () => lab.desk.told.includes('ended'));
  await reading;
  assert.deepEqual(lines.slice(0, 2), ['here', 'rings']);
});

test('npm run phone -- --agent sits at a staff phone: it rings, is answered, hears, says, refuses and is left', async (t) => {
  const lab = await startConferenceLab(t);
  const input = new PassThrough();
  let printed = '';
  const phone = runPhone(['--url', lab.world.url, '--agent', AGENT_PHONE], {
    input,
    output: { write: (text) => (printed += text) },
  });
  await until('the phone is sat at', async () => printed.includes(`You sit at the phone ${AGENT_PHONE}`));
  input.write('hello\n');
  await until('nobody is there', async () => printed.includes('Nobody is on the line'));
  const ringing = async (times: number) => {
    assert.equal((await lab.command(callAgent(times))).kind, 'done');
    await lab.pass(1);
    await until('it rings', async () => printed.split('It rings').length === times + 1);
  };
  await ringing(1);
  input.write('\n');
  await until('it is answered', async () => staffLeg(lab).status === 'in-progress');
  await lab.pass(1);
  await until('the words of the hotline', async () => printed.includes('A call from the hotline'));
  input.write('Good morning.\n');
  await until('it is said', async () =>
    lab.carrier.log.sounds.some(({ what }) => what.kind === 'voice' && what.text === 'Good morning.'),
  );
  input.write('h\n');
  await until('it is over', async () => printed.includes('The call is over (completed)'));
  await ringing(2);
  input.write('r\n');
  await until('it is refused', async () => printed.includes('The call is over (busy)'));
  assert.equal(lab.desk.legs.at(-1)?.state, 'busy');
  input.write('q\n');
  assert.equal(await phone, 0);
  // Nobody sits there any more: the phone answers by itself.
  assert.equal((await lab.command(callAgent(3))).kind, 'done');
  await lab.pass(3);
  assert.equal(staffLeg(lab).status, 'in-progress');
});

test('a staff phone of somebody who is not there is refused with a sentence', async (t) => {
  const lab = await startConferenceLab(t);
  let printed = '';
  const code = await runPhone(['--url', lab.world.url, '--agent', 'Nobody Here'], {
    input: new PassThrough(),
    output: { write: (text) => (printed += text) },
  });
  assert.deepEqual([code, /There is nobody "Nobody Here" among the staff/.test(printed)], [2, true]);
});

test('a caller whose carrier cannot be reached makes the call without others', async (t) => {
  const lab = await startConferenceLab(t);
  const gone = new RemoteSwitchboard({ ...lab.address, url: 'http://127.0.0.1:9' });
  const caller = lab.world.phone({ switchboard: gone });
  await caller.dial({ from: '+8613900009999', to: '+12025550143' });
  assert.equal(caller.step, 'menu.main');
  await caller.hangUp();
  assert.equal(caller.state, 'ended');
});

test('a terminal without the token connects to nothing', async (t) => {
  const lab = await startConferenceLab(t);
  const stranger = openStaffPhone(
    { ...lab.address, authToken: 'guessed' },
    AGENT_PHONE,
    AbortSignal.timeout(5_000),
  );
  await assert.rejects(stranger.lines.next(), /answered 401/);
});
