import { Router } from 'express';
import { describeFailure } from '../telemetry/failure.ts';
import type { Log } from '../telemetry/logger.ts';

/** Why the service cannot take calls; a closed list, because anybody can ask. */
export type ReadinessProblem =
  | 'database_unreachable'
  | 'migrations_pending'
  /** A newer program has taken away what this one needs. */
  | 'schema_too_new'
  | 'release_unusable'
  | 'stopping'
  | 'unknown';

interface HealthRoutesDependencies {
  /** What keeps this process from taking calls; empty when nothing does. */
  ready(): Promise<readonly ReadinessProblem[]>;
  readonly log: Log;
}

/** `/healthz`: the process answers. `/readyz`: it can take calls. */
export function healthRoutes(deps: HealthRoutesDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/healthz', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    const problems = await deps.ready().catch((error: unknown): readonly ReadinessProblem[] => {
      deps.log.event('request.failed', { route: 'readyz', status: 503, ...describeFailure(error) });
      return ['unknown'];
    });
    for (const reason of problems) deps.log.event('readiness.lost', { reason });
    response
      .set('Cache-Control', 'no-store')
      .status(problems.length === 0 ? 200 : 503)
      .json(problems.length === 0 ? { status: 'ready' } : { status: 'not ready', reasons: problems });
  });
  return router;
}
