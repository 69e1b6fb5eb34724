import { connect, type Socket } from 'node:net';
import { SECOND } from '../src/platform/clock.ts';

/** The carrier gives a webhook 15 s in all. */
const ANSWER_LIMIT_MILLISECONDS = 15 * SECOND;

interface Waiting {
  resolve(body: string): void;
  reject(error: Error): void;
}

/**
 * One kept connection to a service on this machine, one request at a time. Written by hand because the load generator
 * shares the cores with what it measures: Node's own client costs several times as much.
 */
export class Connection {
  readonly #port: number;
  #socket: Socket | undefined;
  #received = '';
  #waiting: Waiting | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** Posts a form and gives the body of the 200, one character per byte. Anything else throws. */
  post(path: string, signature: string, form: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket ??= this.#open();
      // A form is ASCII: its length in characters is its length in bytes.
      this.#socket.write(
        `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${this.#port}\r\nX-Twilio-Signature: ${signature}\r\n` +
          `Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nContent-Length: ${form.length}\r\n\r\n${form}`,
        'latin1',
      );
    });
  }

  /** Gives the connection up until the next request: the service closes idle ones after 5 s, perhaps just when one is used again. */
  rest(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #open(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    this.#received = '';
    socket.setEncoding('latin1');
    socket.setTimeout(ANSWER_LIMIT_MILLISECONDS, () =>
      socket.destroy(new Error('the service did not answer in time')),
    );
    socket.on('data', (text: string) => this.#receive(text));
    const lost = (error?: Error) => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#settle()?.reject(error ?? new Error('the service closed the connection'));
    };
    socket.on('error', lost);
    socket.on('close', () => lost());
    return socket;
  }

  #receive(text: string): void {
    this.#received += text;
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = this.#received.slice(0, headEnd);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN);
    const body = this.#received.slice(headEnd + 4);
    if (body.length < length) return;
    this.#received = '';
    if (head.startsWith('HTTP/1.1 200 ') && body.length === length) this.#settle()?.resolve(body);
    else this.#settle()?.reject(new Error(`the service answered ${head.split('\r\n')[0]}`));
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}
