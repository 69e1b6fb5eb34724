import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, MINUTE, SECOND } from '../src/platform/clock.ts';
import { Agenda } from './agenda.ts';
import { Conference, type Entry } from './conference.ts';
import { HearingLog } from './hearing.ts';
import { addNewest } from './newest.ts';

const ENTRY: Entry = { muted: false, beep: false, startOnEnter: true, endOnExit: false, record: true };

function conferenceOf(...entries: readonly Partial<Entry>[]): Conference {
  const conference = new Conference('CF1', 'h-x', { ...ENTRY, ...entries[0] });
  for (const [index, entry] of entries.entries()) {
    conference.add(`CA${index}`, { ...ENTRY, ...entry });
    conference.begin(() => 'RE1');
  }
  return conference;
}

test('a conference begins with two of whom one may begin it; until then nobody hears anybody', () => {
  assert.equal(conferenceOf({}).status, 'init');
  assert.deepEqual(conferenceOf({}).hearersOf('CA0'), []);
  const moderated = conferenceOf({ startOnEnter: false }, { startOnEnter: false });
  assert.equal(moderated.status, 'init');
  assert.deepEqual(moderated.hearersOf('CA0'), []);
  moderated.add('CA2', ENTRY);
  assert.equal(
    moderated.begin(() => 'RE2'),
    true,
  );
  assert.equal(
    moderated.begin(() => 'RE3'),
    false,
    'once',
  );
  assert.deepEqual(moderated.hearersOf('CA0'), ['CA1', 'CA2']);
  assert.equal(moderated.recording?.sid, 'RE2');
});

test('a muted leg hears and is heard by nobody; a held one neither hears nor is heard; a coach is heard by one', () => {
  const conference = conferenceOf({}, {}, { coach: 'CA0' });
  assert.deepEqual(conference.hearersOf('CA2'), ['CA0']);
  assert.deepEqual(conference.hearersOf('CA1'), ['CA0', 'CA2'], 'the coach hears all');
  assert.deepEqual([conference.isRecording('CA1'), conference.isRecording('CA2')], [true, false]);
  const caller = conference.participants.get('CA1');
  assert.ok(caller);
  caller.muted = true;
  assert.deepEqual([conference.hearersOf('CA1'), conference.isRecording('CA1')], [[], false]);
  assert.deepEqual(conference.hearersOf('CA0'), ['CA1', 'CA2']);
  caller.muted = false;
  caller.held = true;
  assert.deepEqual([conference.hearersOf('CA1'), conference.hearersOf('CA0')], [[], ['CA2']]);
  assert.equal(conference.isRecording('CA1'), false);
  assert.ok(conference.recording);
  caller.held = false;
  conference.recording.status = 'paused';
  assert.equal(conference.isRecording('CA1'), false);
  assert.deepEqual(conference.hearersOf('stranger'), []);
});

test('the first participant says where reports go and whether it is recorded, and a label is used once', () => {
  const reports = { url: 'http://x/', method: 'POST', events: new Set(['join']) } as const;
  const conference = conferenceOf({ reports, record: false, label: 'agent-1' }, { record: true });
  assert.deepEqual([conference.reports, conference.recording], [reports, undefined]);
  assert.deepEqual([conference.hasLabel('agent-1'), conference.hasLabel('agent-2')], [true, false]);
  assert.equal(conference.hasLabel(undefined), false);
  assert.deepEqual([conference.nextSequence(), conference.nextSequence()], [1, 2]);
});

test('the log says who is with whom at a moment, and which keys others heard', () => {
  const log = new HearingLog();
  const at = (seconds: number, callSid: string, change: 'in' | 'out', conference = 'h-x') =>
    log.changes.push({ at: seconds, callSid, conference, change });
  at(1, 'CA1', 'in');
  at(2, 'CA2', 'in');
  at(2, 'CA3', 'in', 'h-y');
  at(4, 'CA1', 'out');
  assert.deepEqual(
    [1, 2, 3, 4].map((moment) => log.with('CA2', moment)),
    [[], ['CA1'], ['CA1'], []],
  );
  assert.deepEqual(log.with('CA3', 3), []);
  const tone = { kind: 'tone', key: '7' } as const;
  log.sounds.push({ at: 1, from: 'CA1', what: tone, heardBy: [], recorded: false });
  assert.deepEqual(log.overheardKeys('CA1'), []);
  log.sounds.push({ at: 2, from: 'CA1', what: tone, heardBy: ['CA2'], recorded: false });
  log.sounds.push({ at: 3, from: 'CA1', what: tone, heardBy: [], recorded: true });
  assert.deepEqual(
    log.overheardKeys('CA1').map(({ at: moment }) => moment),
    [2, 3],
  );
  assert.deepEqual(log.heardBy('CA2').length, 1);
});

test('what is planned happens at its time and in its order, and can be taken back', async () => {
  const clock = new ManualClock();
  const agenda = new Agenda(clock);
  const done: string[] = [];
  agenda.after(MINUTE, () => void done.push('late'));
  agenda.after(SECOND, () => void done.push('first'));
  agenda.after(SECOND, () => {
    done.push('second');
    agenda.after(0, () => void done.push('what follows'));
  });
  agenda.after(2 * SECOND, () => void done.push('never'))();
  assert.equal(agenda.next, clock.now() + SECOND);
  await agenda.runDue();
  assert.deepEqual(done, []);
  clock.advance(2 * SECOND);
  await agenda.runDue();
  assert.deepEqual(done, ['first', 'second', 'what follows']);
});

test('a list that grows for days forgets what is oldest', () => {
  const list: number[] = [];
  for (let count = 0; count < 10_002; count++) addNewest(list, count);
  assert.deepEqual([list.length, list[0], list.at(-1)], [10_000, 2, 10_001]);
});
