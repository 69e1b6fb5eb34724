interface RequestHeaders {
  readonly 'sec-fetch-site'?: string | undefined;
  readonly origin?: string | undefined;
}

/**
 * Whether a request that changes something was sent by a page of ours (CSRF): the browser says so itself, and one that is too
 * old to say it names the page's origin. A request that says neither is nobody's form.
 */
export function isOwnRequest(headers: RequestHeaders, ownOrigin: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.origin === ownOrigin;
}
