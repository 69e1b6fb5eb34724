import { Agent, request } from 'node:http';
import { SECOND } from '../src/platform/clock.ts';
import { type Parameters, signedRequest } from '../src/simulator/carrier-request.ts';

/** The carrier gives a webhook 15 s in all. */
const ANSWER_LIMIT_MILLISECONDS = 15 * SECOND;

/** Sends signed webhooks to a service on this machine, over connections that are kept. */
export class Carrier {
  readonly url: string;
  readonly #authToken: string;
  readonly #connections: number;
  #agent: Agent;

  constructor(options: { readonly port: number; readonly authToken: string; readonly connections: number }) {
    this.url = `http://127.0.0.1:${options.port}`;
    this.#authToken = options.authToken;
    this.#connections = options.connections;
    this.#agent = this.#newAgent();
  }

  #newAgent(): Agent {
    return new Agent({ keepAlive: true, maxSockets: this.#connections });
  }

  /** Sends one webhook to `url`, which must be the service's own, and gives the body of its 200. Anything else throws. */
  send(url: string, parameters: Parameters): Promise<string> {
    if (!url.startsWith(`${this.url}/`)) throw new Error('the service sent the carrier elsewhere');
    const webhook = signedRequest('POST', url, parameters, this.#authToken);
    return new Promise((resolve, reject) => {
      const sent = request(
        webhook.url,
        {
          method: 'POST',
          agent: this.#agent,
          timeout: ANSWER_LIMIT_MILLISECONDS,
          headers: { ...webhook.headers, 'Content-Length': Buffer.byteLength(webhook.body) },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
            else reject(new Error(`the service answered ${response.statusCode}`));
          });
        },
      );
      sent.on('timeout', () => sent.destroy(new Error('the service did not answer in time')));
      sent.on('error', reject);
      sent.end(webhook.body);
    });
  }

  /** Gives the connections up between rounds: the service closes idle ones after 5 s, perhaps just when one is used again. */
  rest(): void {
    this.#agent.destroy();
    this.#agent = this.#newAgent();
  }

  close(): void {
    this.#agent.destroy();
  }
}
