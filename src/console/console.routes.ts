import { type ErrorRequestHandler, Router } from 'express';
import { closeAfter, sendMethodNotAllowed } from '../carriers/carrier-answer.ts';
import { describeFailure } from '../telemetry/failure.ts';
import type { ConsoleDependencies } from './console-dependencies.ts';
import { queryOf, sendHtml } from './exchange.service.ts';
import { languageFor } from './language.ts';
import { outerPage, saysOnly } from './layout.view.ts';
import { pagesRoutes } from './pages.routes.ts';
import { DESK_PAGES } from './pages.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { signInRoutes } from './sign-in/sign-in.routes.ts';
import type { PlainKey } from './words/words.ts';

/** What an address of files may be kept for: its content never changes. */
const FOR_EVER = 'public, max-age=31536000, immutable';
/** Where the desk is served; what is below no other part of the service. */
export const CONSOLE_PATHS = ['/desk', '/sign-in', '/sign-out', '/assets'];

/** The desk: sign-in, pages and what they load. Mount it before anything else answers these paths. */
export function consoleRoutes(deps: ConsoleDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.use((request, response, next) => {
    response.set(SECURITY_HEADERS);
    // A body is read where a form is expected; of all others nothing is.
    if (request.method !== 'GET' && request.method !== 'HEAD' && request.method !== 'POST') {
      closeAfter(response);
      return sendMethodNotAllowed(response, 'GET, POST');
    }
    next();
  });
  router.get('/assets/*path', (request, response, next) => {
    const asset = deps.assets.find(request.path.slice('/assets'.length));
    if (!asset) return next();
    const packed = asset.gzipped && request.acceptsEncodings('gzip') === 'gzip' ? asset.gzipped : undefined;
    if (packed) response.set('Content-Encoding', 'gzip');
    response.set({ 'Cache-Control': FOR_EVER, 'Content-Type': asset.type, Vary: 'Accept-Encoding' });
    response.end(packed ?? asset.body);
  });
  router.use(signInRoutes(deps));
  router.use(pagesRoutes(deps, DESK_PAGES));
  router.use((request, response) => {
    closeAfter(response);
    sendHtml(
      response,
      outside(
        deps,
        request.headers['accept-language'],
        queryOf(request).get('language'),
        'shell.notFoundTitle',
        'shell.notFound',
      ),
      404,
    );
  });
  router.use(answerFailure(deps));
  return router;
}

/** A page for any person who asks, known or not. */
function outside(
  { words: all, assets }: ConsoleDependencies,
  accepted: string | undefined,
  asked: string | null,
  title: PlainKey,
  text: PlainKey,
) {
  const words = all[languageFor(asked, accepted)];
  const main = saysOnly(words(title), words(text), { path: '/desk', title: words('shell.back') });
  return outerPage({ title: words(title), words, theme: 'system', assets }, main, '/sign-in');
}

/** Nothing of what failed goes out; a person is told that it did, and what to do. */
function answerFailure(deps: ConsoleDependencies): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    closeAfter(response);
    deps.log.event('request.failed', { route: 'desk', status: 503, ...describeFailure(error) });
    const page = outside(
      deps,
      request.headers['accept-language'],
      null,
      'shell.unavailableTitle',
      'shell.unavailable',
    );
    sendHtml(response, page, 503);
  };
}
