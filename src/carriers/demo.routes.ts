import { Router } from 'express';

interface DemoMessage {
  readonly to: string;
  readonly body: string;
  /** ISO 8601. */
  readonly sentAt: string;
}

/** The messages a demo has sent, oldest first; `to` is E.164. */
export type DemoInbox = (to: string) => Promise<readonly DemoMessage[]>;

/** The demo's simulated carrier, for telephones of other processes on this machine. */
export interface DemoCarrierAddress {
  readonly url: string;
  readonly account: string;
  readonly authToken: string;
}

const E164 = /^\+[1-9][0-9]{5,14}$/;

/**
 * `GET /demo/inbox?to=+86…`: the demo's SMS; `GET /demo/carrier`: where its carrier is. Mount it in the demo only: it shows
 * codes.
 */
export function demoRoutes(inbox: DemoInbox, carrier: DemoCarrierAddress | undefined): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/demo/inbox', async (request, response) => {
    const to = readNumber(request.query.to);
    response.set('Cache-Control', 'no-store');
    if (to === undefined) {
      response.status(400).json({ error: 'to must be one number such as +8613812345678' });
      return;
    }
    response.json(await inbox(to));
  });
  if (carrier)
    router.get('/demo/carrier', (_request, response) => {
      response.set('Cache-Control', 'no-store').json(carrier);
    });
  return router;
}

/** A plus in a query stands for a space, and people type one: `+86…`, `%2B86…` and ` 86…` are the same number. */
function readNumber(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const number = value.startsWith(' ') ? `+${value.trim()}` : value;
  return E164.test(number) ? number : undefined;
}
