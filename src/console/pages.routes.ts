import { type Request, type Response, Router } from 'express';
import { closeAfter, sendMethodNotAllowed, sendPlain } from '../carriers/carrier-answer.ts';
import { type ByLanguage, byLanguage } from '../locales/catalogue.ts';
import { may, type StaffAction } from '../staff/permissions.ts';
import { closeSession, type SignedIn, signedIn } from '../staff/sessions.service.ts';
import { workload } from '../staff/shift.service.ts';
import { recordRefused } from '../staff/staff-record.service.ts';
import type { ConsoleDependencies } from './console-dependencies.ts';
import { COOKIES, readCookie } from './cookies.ts';
import { keepCookie, queryOf, readOwnForm, sendHtml, sendTo } from './exchange.service.ts';
import type { Html } from './html.ts';
import { innerPage, saysOnly } from './layout.view.ts';
import type { DeskPage, PageAnswer, PageContext, PageRoute } from './page.ts';
import { workChips } from './shift/work-chips.view.ts';
import { type Shown, shownIn } from './shown.ts';

/** The pages below `/desk`, for people who have signed in and may see them; and `/sign-out`. */
export function pagesRoutes(deps: ConsoleDependencies, pages: readonly DeskPage[]): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const served = new Served(deps, pages);
  for (const page of pages) {
    router
      .route(page.path)
      .get((request, response) => served.page(page, request, response))
      .all((_request, response) => sendMethodNotAllowed(response, 'GET'));
    for (const route of page.routes ?? [])
      router
        .route(route.path)
        [route.method]((request, response) => served.route(page, route, request, response));
  }
  router.post('/sign-out', (request, response) => served.signOut(request, response));
  return router;
}

/** Serves pages to those who have signed in. */
class Served {
  readonly #deps: ConsoleDependencies;
  readonly #pages: readonly DeskPage[];
  readonly #shown: ByLanguage<Shown>;

  constructor(deps: ConsoleDependencies, pages: readonly DeskPage[]) {
    this.#deps = deps;
    this.#pages = pages;
    // Formats of moments are slow to make, and every beat of every open page asks for them.
    this.#shown = byLanguage((language) => shownIn(language, deps.timeZone));
  }

  async page(page: DeskPage, request: Request, response: Response): Promise<void> {
    const context = await this.#enter(request, response);
    if (!context) return;
    if (this.#sentHome(context, page, response)) return;
    if (!(await this.#allowed(context, page, page.permission, response))) return;
    const main = await page.render(context);
    await this.#send(context, page, main, response);
  }

  async route(page: DeskPage, route: PageRoute, request: Request, response: Response): Promise<void> {
    const context = await this.#enter(request, response, route.isQuiet !== true);
    if (!context) return;
    // Before the form is read: of a person who may not do it nothing is looked at.
    if (!(await this.#allowed(context, page, route.permission ?? page.permission, response))) return;
    if (route.method === 'get') {
      await this.#answer(context, page, await route.handle(context), response);
      return;
    }
    const form = await readOwnForm(request, response, this.#deps.origin);
    if (form) await this.#answer(context, page, await route.handle(context, form), response);
  }

  async signOut(request: Request, response: Response): Promise<void> {
    const { clock, origin, parts } = this.#deps;
    const form = await readOwnForm(request, response, origin);
    if (!form) return;
    const now = clock.now();
    const found = await this.#signedIn(request);
    if (found)
      await parts.transactions.run((transaction) =>
        closeSession(transaction, found.session, { why: 'signed_out', by: found.member }, now),
      );
    keepCookie(response, COOKIES.session, '', 0);
    sendTo(response, `/sign-in?said=out${found ? `&language=${found.account.language}` : ''}`);
  }

  #signedIn(request: Request, touch = true): Promise<SignedIn | undefined> {
    const token = readCookie(request.headers.cookie, COOKIES.session) ?? '';
    return signedIn(this.#deps.parts.knex, token, this.#deps.clock.now(), { touch });
  }

  /** Who asks; undefined where nobody is signed in, who has been sent to the sign-in. */
  async #enter(request: Request, response: Response, touch = true): Promise<PageContext | undefined> {
    const context = await this.#contextOf(request, touch);
    if (!context) {
      // A part of a page that is open: the page says that the session has ended, and keeps what was written on it.
      if (request.headers['hx-request'] !== undefined) {
        closeAfter(response);
        sendPlain(response, 401, 'signed out');
        return undefined;
      }
      const had = readCookie(request.headers.cookie, COOKIES.session) !== undefined;
      sendTo(response, had ? '/sign-in?said=ended' : '/sign-in');
      return undefined;
    }
    this.#deps.onSignedIn?.(request.socket);
    return context;
  }

  async #contextOf(request: Request, touch: boolean): Promise<PageContext | undefined> {
    const found = await this.#signedIn(request, touch);
    if (!found) return undefined;
    const { clock, origin, parts, words } = this.#deps;
    const now = clock.now();
    const allowed = (action: StaffAction) => may(found.member, action, now);
    const hasShifts = allowed('own.shift').kind === 'allowed';
    return {
      ...found,
      workload: hasShifts ? await workload(parts.knex, found.member.id, parts.policy(), now) : undefined,
      ...{ now, origin, parts, query: queryOf(request) },
      words: words[found.account.language],
      shown: this.#shown[found.account.language],
      may: allowed,
      again: () => this.#contextOf(request, false),
    };
  }

  /** A person who opens the desk's address and has no calls is shown the page they have, which is no attempt at anything. */
  #sentHome(context: PageContext, page: DeskPage, response: Response): boolean {
    const home = this.#navigation(context)[0];
    if (page.path !== '/desk' || !home || context.may(page.permission).kind === 'allowed') return false;
    sendTo(response, home.path);
    return true;
  }

  /** Whether the table allows it; a refusal is answered, and recorded where it is an attempt beyond authority (R10.2). */
  async #allowed(
    context: PageContext,
    page: DeskPage,
    action: StaffAction,
    response: Response,
  ): Promise<boolean> {
    const permission = context.may(action);
    if (permission.kind === 'allowed') return true;
    const home = this.#navigation(context)[0];
    const { words, parts, member, now } = context;
    const refused = { command: action, reason: permission.reason };
    await parts.transactions.run((transaction) => recordRefused(transaction, member, refused, now));
    const main = saysOnly(words('shell.refusedTitle'), words(`refused.${permission.reason}`), home);
    await this.#send(context, page, main, response, 403);
    return false;
  }

  async #answer(context: PageContext, page: DeskPage, answer: PageAnswer, response: Response): Promise<void> {
    if (answer.kind === 'page') await this.#send(context, page, answer.main, response, answer.status);
    else if (answer.kind === 'fragment') sendHtml(response, answer.html, answer.status);
    else if (answer.kind === 'redirect') sendTo(response, answer.to);
    else answer.send(response);
  }

  #navigation({ may: mayDo, words }: PageContext) {
    return this.#pages
      .filter(({ inNavigation, permission }) => inNavigation && mayDo(permission).kind === 'allowed')
      .map(({ path, title }) => ({ path, title: words(title) }));
  }

  async #send(
    context: PageContext,
    page: DeskPage,
    main: Html,
    response: Response,
    status = 200,
  ): Promise<void> {
    const { words, account } = context;
    const head = { title: words(page.title), words, theme: account.theme, assets: this.#deps.assets };
    const navigation = this.#navigation(context);
    const chips = (await page.chips?.(context)) ?? workChips(context);
    sendHtml(response, innerPage(head, { path: page.path, account, navigation, main, chips }), status);
  }
}
