import type { Response } from 'express';

/** Sends TwiML. Always 200: the carrier plays its own apology for anything else, and the caller is left alone with it. */
export function sendTwiml(response: Response, body: string): void {
  // Not `send`, which answers 304 and no words to whoever asks by GET with If-None-Match.
  response.status(200).set('Cache-Control', 'no-store').type('text/xml').end(body);
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

/** What a status webhook gets: the carrier wants a document with a type, and does nothing with it. */
export const EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>';
