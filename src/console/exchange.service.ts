import type { Request, Response } from 'express';
import { closeAfter, sendPlain } from '../carriers/carrier-answer.ts';
import { readBody } from '../carriers/webhook.routes.ts';
import { setCookie } from './cookies.ts';
import type { Html } from './html.ts';
import { isOwnRequest } from './own-request.ts';

const FORM = 'application/x-www-form-urlencoded';

/** Sends a page, or a part of one. Nothing of it is kept by anybody on the way. */
export function sendHtml(response: Response, page: Html, status = 200): void {
  response.status(status).set('Cache-Control', 'no-store').type('html').end(String(page));
}

/** Sends the browser to another page, which it asks for anew. */
export function sendTo(response: Response, path: string): void {
  response.set('Cache-Control', 'no-store').redirect(303, path);
}

/** Adds a cookie to an answer. */
export function keepCookie(response: Response, ...cookie: Parameters<typeof setCookie>): void {
  response.append('Set-Cookie', setCookie(...cookie));
}

/**
 * The form of a request that one of our pages sent, at most 16 KiB of it; undefined where it was another's, or no form, and has
 * been answered. The rest of what is refused is not read.
 */
export async function readOwnForm(
  request: Request,
  response: Response,
  ownOrigin: string,
): Promise<URLSearchParams | undefined> {
  const refuse = (status: number, words: string) => {
    closeAfter(response);
    sendPlain(response, status, words);
    return undefined;
  };
  const { 'sec-fetch-site': site, origin } = request.headers;
  if (!isOwnRequest({ 'sec-fetch-site': typeof site === 'string' ? site : undefined, origin }, ownOrigin))
    return refuse(403, 'forbidden');
  const body = await readBody(request, FORM);
  if (body === 'gone') return undefined;
  if (!Buffer.isBuffer(body)) return refuse(body.status, body.words);
  return new URLSearchParams(body.toString('utf8'));
}

/** What is asked for behind the `?` of a request. */
export function queryOf(request: Request): URLSearchParams {
  return new URLSearchParams(request.originalUrl.split('?')[1] ?? '');
}
