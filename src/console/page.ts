import type { Response } from 'express';
import type { Instant } from '../platform/clock.ts';
import type { Policy } from '../policy/policy.ts';
import type { Permission, StaffAction } from '../staff/permissions.ts';
import type { SignedIn } from '../staff/sessions.service.ts';
import type { StaffDependencies } from '../staff/sign-in.service.ts';
import type { Workload } from '../staff/workload.ts';
import type { Html } from './html.ts';
import type { Shown } from './shown.ts';
import type { PlainKey, Words } from './words/words.ts';

/** What pages work with. A room that has pages adds its use cases here, and src/app.ts wires them. */
export interface DeskParts extends StaffDependencies {
  /** That of the newest release. */
  policy(): Policy;
}

/** A request of somebody who has signed in and may see the page. */
export interface PageContext extends SignedIn {
  readonly now: Instant;
  readonly parts: DeskParts;
  readonly words: Words;
  readonly shown: Shown;
  /** The origin people open the desk at. */
  readonly origin: string;
  /** What was asked for behind the `?`. */
  readonly query: URLSearchParams;
  /** How the person stands with work and rest; undefined for roles without calls. */
  readonly workload: Workload | undefined;
  may(action: StaffAction): Permission;
}

/** What a route answers. `fragment`: a part of a page, for htmx. `raw`: a stream, which ends itself. */
export type PageAnswer =
  | { readonly kind: 'page'; readonly main: Html; readonly status?: number }
  | { readonly kind: 'fragment'; readonly html: Html; readonly status?: number }
  /** To a path of the desk (303): the browser asks for it anew. */
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'raw'; send(response: Response): void };

interface Route {
  readonly path: string;
  /** That of its page when left out. */
  readonly permission?: StaffAction;
}

/** Something a page is asked for besides itself. */
export type PageRoute =
  | (Route & { readonly method: 'get'; handle(context: PageContext): Promise<PageAnswer> })
  /** Only from a page of ours, with at most 16 KiB of form. */
  | (Route & {
      readonly method: 'post';
      handle(context: PageContext, form: URLSearchParams): Promise<PageAnswer>;
    });

/**
 * A page of the desk: one file (`<area>/<page>.page.ts`) and one line in the catalogue (pages.ts). Whoever is not signed in is
 * sent to the sign-in; whoever may not see it gets the reason, and the attempt is recorded (R10.2).
 */
export interface DeskPage {
  /** Without parameters: `/desk/shift`. */
  readonly path: string;
  readonly permission: StaffAction;
  readonly title: PlainKey;
  /** Stands in the navigation of those who may see it. */
  readonly inNavigation: boolean;
  /** The content of `<main>`, with its `h1`. */
  render(context: PageContext): Promise<Html>;
  readonly routes?: readonly PageRoute[];
}
