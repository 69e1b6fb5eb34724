import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Response } from 'express';
import { type Html, html } from '../html.ts';
import { DeskStreams, type StreamOver, type StreamSource } from './streams.service.ts';

/** A source that shows what the test says, and a clock that rings when the test says. */
class Shown implements StreamSource {
  shown: Html | StreamOver = html`<p>one</p>`;
  ended: StreamOver | undefined;
  readonly failures: unknown[] = [];
  changed: () => void = () => {};
  isWatched = false;

  watch(changed: () => void): () => void {
    this.changed = changed;
    this.isWatched = true;
    return () => {
      this.isWatched = false;
    };
  }

  async draw(): Promise<Html | StreamOver> {
    return this.shown;
  }

  async over(): Promise<StreamOver | undefined> {
    return this.ended;
  }

  failed(error: unknown): void {
    this.failures.push(error);
  }
}

/** A page that reads a stream of a source. */
async function reading(t: TestContext, source: StreamSource) {
  const timers: (() => void)[] = [];
  const streams = new DeskStreams((_milliseconds, ring) => {
    timers.push(ring);
    return () => void timers.splice(timers.indexOf(ring), 1);
  });
  const server = createServer((_request, response) => streams.open(response as Response, source));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const request = get(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  request.on('error', () => {});
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  answer.on('error', () => {});
  const read = { text: '' };
  return {
    ...{ streams, answer, timers, read },
    /** Reads on until the text is there. */
    async until(text: string): Promise<void> {
      answer.setEncoding('utf8');
      while (!read.text.includes(text)) read.text += (await once(answer, 'data'))[0];
    },
    ring: () => timers.splice(0).map((ring) => ring()),
  };
}

test('a page is drawn when it opens and when it has changed, each line of it as data; it hears a beat', async (t) => {
  const source = new Shown();
  const page = await reading(t, source);
  assert.equal(page.answer.headers['content-type'], 'text/event-stream');
  assert.equal(page.answer.headers['x-accel-buffering'], 'no');
  await page.until('data: <p>one</p>\n\n');
  assert.match(page.read.text, /event: beat\n/);
  source.shown = html`<p>two\n\nlines</p>`;
  source.changed();
  await page.until('data: <p>two\ndata: \ndata: lines</p>\n\n');
});

test('a newer page ends the stream, and so does the end of the session, at a drawing or at a beat', async (t) => {
  const moved = new Shown();
  const first = await reading(t, moved);
  await first.until('one');
  moved.shown = 'moved';
  moved.changed();
  await first.until('event: over\ndata: moved\n\n');
  assert.equal(moved.isWatched, false);
  const ended = new Shown();
  const second = await reading(t, ended);
  await second.until('one');
  ended.ended = 'ended';
  second.ring();
  await second.until('event: over\ndata: ended\n\n');
  assert.equal(second.timers.length, 0, 'no beat follows');
});

test('a drawing that fails ends the stream and is told, so that the page comes back', async (t) => {
  const source = new Shown();
  const page = await reading(t, source);
  await page.until('one');
  source.draw = async () => {
    throw new Error('the database is out');
  };
  source.changed();
  await once(page.answer, 'end');
  assert.equal(source.failures.length, 1);
  assert.equal(source.isWatched, false);
});

test('a service that stops ends every stream', async (t) => {
  const source = new Shown();
  const page = await reading(t, source);
  await page.until('one');
  await page.streams.stop();
  await once(page.answer, 'end');
  assert.equal(source.isWatched, false);
});

test('a reader that has stopped reading is cut off before it holds much', async (t) => {
  const source = new Shown();
  const page = await reading(t, source);
  await page.until('one');
  page.answer.pause();
  source.shown = html`${'x'.repeat(64 * 1024)}`;
  let drawn = 0;
  while (source.isWatched && drawn < 1_000) {
    source.changed();
    drawn += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(source.isWatched, false, 'cut off');
  assert.ok(drawn < 200, `after ${drawn} drawings of 64 KB`);
});
