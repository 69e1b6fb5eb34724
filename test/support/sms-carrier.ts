import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TakenMessage {
  readonly to: string;
  readonly body: string;
}

/** The carrier's side of SMS: takes every message and outlives the processes that send them. */
export interface SmsCarrier {
  readonly url: string;
  /** What was taken, oldest first; may be set to what it was before. */
  taken: readonly TakenMessage[];
  stop(): Promise<void>;
}

/** Starts a stand-in for the one address of the carrier's API that messages are posted to. */
export async function startSmsCarrier(): Promise<SmsCarrier> {
  let count = 0;
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const form = new URLSearchParams(text);
    count += 1;
    carrier.taken = [...carrier.taken, { to: form.get('To') ?? '', body: form.get('Body') ?? '' }];
    const sid = `SM${count.toString(16).padStart(32, '0')}`;
    response
      .writeHead(201, { 'content-type': 'application/json' })
      .end(JSON.stringify({ sid, status: 'queued' }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const carrier: SmsCarrier = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken: [],
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return carrier;
}
