import { createHmac } from 'node:crypto';
import type { Parameters } from '../phone-sim/carrier-request.ts';
import { Connection } from './connection.ts';

export interface ServiceAddress {
  readonly port: number;
  readonly authToken: string;
}

/** One caller's side of the carrier: sends signed webhooks to a service on this machine, one at a time. */
export class Carrier {
  readonly #origin: string;
  readonly #authToken: string;
  readonly #connection: Connection;

  constructor({ port, authToken }: ServiceAddress) {
    this.#origin = `http://127.0.0.1:${port}`;
    this.#authToken = authToken;
    this.#connection = new Connection(port);
  }

  /** Sends one webhook to `url`, a path or an address of the service's own, and gives the body of its 200. Anything else throws. */
  send(url: string, parameters: Parameters): Promise<string> {
    const path = url.startsWith('/') ? url : this.#pathOf(url);
    let signed = `${this.#origin}${path}`;
    let form = '';
    for (const name of Object.keys(parameters).sort()) {
      const value = parameters[name] ?? '';
      signed += name + value;
      form += `${form === '' ? '' : '&'}${name}=${encodeURIComponent(value)}`;
    }
    const signature = createHmac('sha1', this.#authToken).update(signed, 'utf8').digest('base64');
    return this.#connection.post(path, signature, form);
  }

  /** Between measures. */
  rest(): void {
    this.#connection.rest();
  }

  #pathOf(url: string): string {
    if (!url.startsWith(`${this.#origin}/`)) throw new Error('the service sent the carrier elsewhere');
    return url.slice(this.#origin.length);
  }
}
