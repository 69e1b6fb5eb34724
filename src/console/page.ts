import type { Response } from 'express';
import type { CaseWork } from '../desk/case-work.service.ts';
import type { CustomerAccess } from '../desk/customer-access.service.ts';
import type { DeskPulse } from '../desk/desk-pulse.service.ts';
import type { DeskViews } from '../desk/desk-view.service.ts';
import type { HandoffWork } from '../desk/handoff-work.service.ts';
import type { ShiftAtDesk } from '../desk/shift-at-desk.service.ts';
import type { Instant } from '../platform/clock.ts';
import type { Policy } from '../policy/policy.ts';
import type { Permission, StaffAction } from '../staff/permissions.ts';
import type { SignedIn } from '../staff/sessions.service.ts';
import type { StaffDependencies } from '../staff/sign-in.service.ts';
import type { Workload } from '../staff/workload.ts';
import type { DeskStreams } from './desk/streams.service.ts';
import type { Html } from './html.ts';
import type { Shown } from './shown.ts';
import type { PlainKey, Words } from './words/words.ts';

/** What pages work with. A room that has pages adds its use cases here, and src/open-desk.service.ts wires them. */
export interface DeskParts extends StaffDependencies {
  /** That of the newest release. */
  policy(): Policy;
  /** Where staff take calls; undefined where they do so at the carrier's queues. */
  readonly desk: DeskAtWork | undefined;
  /** The streams that keep open pages as the desk stands. */
  readonly streams: DeskStreams;
  /** Told of what failed behind an open page. */
  failed(error: unknown): void;
}

/** The use cases of a member of staff at the desk. */
export interface DeskAtWork {
  readonly shift: ShiftAtDesk;
  readonly work: HandoffWork;
  readonly views: DeskViews;
  /** Tells open pages what has changed. */
  readonly pulse: DeskPulse;
  readonly customers: CustomerAccess;
  readonly cases: CaseWork;
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
  /**
   * The same person as they are now, for a stream that goes on: undefined where the session has ended. It does not count as
   * somebody being there.
   */
  again(): Promise<PageContext | undefined>;
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
  /** Asked by the page itself, not by somebody who is there: an idle session is not kept by it. */
  readonly isQuiet?: boolean;
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
 * A page of the desk: one file (`<area>/<page>.page.ts`) and one line in the catalogue (pages.ts). A person who is not signed
 * in is sent to the sign-in; one who may not see it gets the reason, and the attempt is recorded (R10.2).
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
  /** What stands in the head instead of how the person stands with work and rest. */
  chips?(context: PageContext): Promise<Html>;
}
