import type { ApiRoute } from './api-route.service.ts';
import { DESK_ROUTES } from './desk-api.service.ts';
import { HANDOFF_ROUTES } from './handoff-api.service.ts';
import { OVERVIEW_ROUTES } from './overview-api.service.ts';
import { OWN_ROUTES } from './own-api.service.ts';
import { STAFF_ROUTES } from './staff-api.service.ts';

/**
 * Everything programs can ask for, in the order of the description (docs/api.md). A new use case of the desk takes a route here:
 *
 *     const pay = apiRoute({
 *       ...{ id: 'pay', method: 'post', path: '/api/orders', permission: 'action.tier_1', twin: 'click pay' },
 *       summary: 'One sentence.',
 *       body: z.strictObject({ … }),      // what may come; anything else is refused
 *       answer: z.object({ … }),          // what may go out; anything else is left out
 *       handle: (context, { body }) => atDesk(context, (desk) => …),
 *     });
 *
 * A click of the call screen is one more `clickRoute` in handoff-api.service.ts. `twin` names where people do the same;
 * test/role-matrix.test.ts fails for a click, a page or an action of STAFF_PERMISSIONS that has no route and no reason to have none.
 */
export const API_ROUTES: readonly ApiRoute[] = [
  ...OWN_ROUTES,
  ...DESK_ROUTES,
  ...HANDOFF_ROUTES,
  ...OVERVIEW_ROUTES,
  ...STAFF_ROUTES,
];
