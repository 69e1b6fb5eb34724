import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENTS } from '../events.ts';
import { ManualClock } from '../platform/clock.ts';
import type { EventAttributes } from './events.ts';
import { createLog, type LogSettings } from './logger.ts';

/** A log and the lines it has written. */
function logged(settings: Partial<LogSettings> = {}) {
  const lines: string[] = [];
  const log = createLog({
    events: EVENTS,
    level: 'info',
    pretty: false,
    clock: new ManualClock(),
    destination: { write: (line) => void lines.push(line) },
    ...settings,
  });
  return { log, lines };
}

test('an event is one JSON line with its time, level and admitted attributes', () => {
  const { log, lines } = logged();
  log.event('turn.taken', { step: 'pin.query', outcome: 'taken', milliseconds: 12 });
  assert.equal(
    lines.join(''),
    '{"level":"info","time":"2026-01-15T02:00:00.000Z","event":"turn.taken","step":"pin.query","outcome":"taken","milliseconds":12}\n',
  );
});

test('in the demo an event is one line to read', () => {
  const { log, lines } = logged({ pretty: true });
  log.event('turn.refused_busy', { kind: 'pin' });
  assert.equal(lines.join(''), '02:00:00 warn turn.refused_busy kind=pin\n');
});

test('the level holds back what is below it', () => {
  const { log, lines } = logged({ level: 'error' });
  log.event('turn.taken', {});
  log.event('outbox.failed', { kind: 'code_message' });
  assert.equal(lines.length, 1);
});

test('a secret given where the types do not look never reaches the log (invariant 15)', () => {
  const { log, lines } = logged();
  const canaries = {
    step: '135790',
    outcome: '135790',
    call: '+8613800138000',
    pin: '135790',
    message: 'PIN 135790\nforged line',
  };
  log.event('turn.taken', canaries as unknown as EventAttributes<'turn.taken'>);
  log.event('PIN 135790' as 'turn.taken', {});
  log.event('toString' as 'turn.taken', {});
  assert.equal(lines.length, 1);
  assert.ok(!/135790|138001|forged/.test(lines.join('')));
});
