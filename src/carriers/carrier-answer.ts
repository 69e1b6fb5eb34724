import type { Response } from 'express';
import type { Carrier } from './carrier.ts';

/**
 * Sends an answer in the carrier's markup. Always 200: a carrier plays its own apology for anything else, and the caller
 * is left alone with it.
 */
export function sendAnswer(response: Response, carrier: Carrier, body: string): void {
  // Not `send`, which answers a GET with If-None-Match by 304 and no words.
  response.status(200).set('Cache-Control', 'no-store').type(carrier.answerType).end(body);
}

/** Sends a few fixed words to a machine. */
export function sendPlain(response: Response, status: number, words: string): void {
  response.status(status).set('Cache-Control', 'no-store').type('text/plain').send(words);
}

/** Refuses a method the route does not have. */
export function sendMethodNotAllowed(response: Response, allowed: string): void {
  response.set('Allow', allowed);
  sendPlain(response, 405, 'method not allowed');
}

/** Has the connection closed behind this answer, whatever of the request is still to come: for those who may be strangers. */
export function closeAfter(response: Response): void {
  response.set('Connection', 'close');
}
