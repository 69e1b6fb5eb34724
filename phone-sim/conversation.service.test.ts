import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { converse, type Stroke, strokesOf } from './conversation.service.ts';
import { Inbox } from './inbox.client.ts';
import { Screen } from './screen.ts';
import { startTestService, type TestService, testPhone } from './test-service.ts';
import { hurriedTime } from './time.ts';

const services: TestService[] = [];
after(async () => {
  await Promise.all(services.map((service) => service.close()));
});

const ERASE = '\r\u001b[2K';

/** Lets a person press keys when the status line shows what they wait for. */
async function talk(
  service: TestService,
  presses: readonly { readonly when: RegExp; readonly keys: string }[],
): Promise<string> {
  let printed = '';
  let take: ((strokes: readonly Stroke[]) => void) | undefined;
  const left = [...presses];
  const screen = new Screen({
    write: (text) => {
      printed += text;
      const next = left[0];
      if (next?.when.test(text)) {
        left.shift();
        setImmediate(() => take?.(strokesOf(next.keys)));
      }
    },
    columns: () => 80,
    colour: false,
    overwrites: true,
    showKeys: false,
  });
  // The timer of a Gather must not run away from the person: only it takes its time.
  const phone = testPhone(service, {
    onEvent: (event) => screen.event(event),
    time: hurriedTime(['silence']),
  });
  await converse(
    { phone, screen, showKeys: false, inboxes: [new Inbox(service.url, '+8613800138000')] },
    { from: '+8613800138000', to: '+861058880001' },
    (taker) => {
      take = taker;
    },
  );
  return printed;
}

test('a person hears, keys and hangs up; the timer, dots and SMS are shown', async () => {
  const service = await startTestService(({ path, query }) => {
    if (path === '/voice/answer')
      return '<Gather action="/voice/turn?step=identity.phone" timeout="9"><Say>Your number</Say></Gather>';
    if (query.step === 'identity.phone') {
      service.inbox.push({ to: '+8613800138000', body: 'Code 042917', sentAt: '2026-01-01T00:00:00Z' });
      return '<Say>Thank you</Say><Gather action="/voice/turn?step=menu" numDigits="1"><Say>Press one</Say></Gather>';
    }
    return '<Say>You pressed it</Say><Gather action="/voice/turn?step=more" numDigits="1"/>';
  });
  services.push(service);
  const printed = await talk(service, [
    { when: /your keys, 9 s, # ends · identity\.phone/, keys: '138' },
    { when: /⌨ ••• · your keys/, keys: '00138000#' },
    { when: /your keys, \d s · menu/, keys: '1' },
    { when: /your keys, \d s · more/, keys: 'xq' },
  ]);
  assert.equal(
    service.received.find(({ query }) => query.step === 'identity.phone')?.form.Digits,
    '13800138000',
  );
  assert.match(printed, /SMS to \+8613800138000: Code 042917/);
  assert.match(printed, /You pressed it/);
  assert.match(printed, /the caller hung up/);
  assert.doesNotMatch(printed, /13800138000#/);
  assert.ok(printed.includes(ERASE));
  assert.equal(service.received.at(-1)?.path, '/voice/status');
});

test('strokes are the keys of a telephone; q, Ctrl-C and Ctrl-D hang up', () => {
  assert.deepEqual(strokesOf('1a*#q'), [
    { kind: 'key', key: '1' },
    { kind: 'key', key: '*' },
    { kind: 'key', key: '#' },
    { kind: 'hang_up' },
  ]);
  assert.deepEqual(strokesOf('\u0003\u0004'), [{ kind: 'hang_up' }, { kind: 'hang_up' }]);
  assert.deepEqual(strokesOf('x\u001b'), []);
});

test('a status line never wraps and is gone when it is empty', () => {
  let printed = '';
  const screen = new Screen({
    write: (text) => {
      printed += text;
    },
    columns: () => 12,
    colour: false,
    overwrites: true,
    showKeys: false,
  });
  screen.status('您好'.repeat(20));
  screen.status('');
  assert.equal(printed, `${'您好'.repeat(2)}您${ERASE}`);
});
