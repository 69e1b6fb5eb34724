import { type Request, type Response, Router } from 'express';
import type { Language } from '../../locales/catalogue.ts';
import { SECOND } from '../../platform/clock.ts';
import { comparableSignIn } from '../../staff/account.ts';
import { consumeLink, openLink } from '../../staff/link.service.ts';
import { openSession } from '../../staff/sessions.service.ts';
import { giveStaffCode, giveStaffPassword, SESSION_MILLISECONDS } from '../../staff/sign-in.service.ts';
import { totpUri } from '../../staff/totp.ts';
import { BROWSER_MARK_SECONDS, browserName, isBrowserOf, newBrowserMark } from '../browser-mark.ts';
import type { ConsoleDependencies } from '../console-dependencies.ts';
import { COOKIES, readCookie } from '../cookies.ts';
import { keepCookie, queryOf, readOwnForm, sendHtml, sendTo } from '../exchange.service.ts';
import type { Html } from '../html.ts';
import { languageFor } from '../language.ts';
import { outerPage } from '../layout.view.ts';
import { qrPicture } from '../qr.view.ts';
import type { PlainKey, Words } from '../words/words.ts';
import { codeForm, linkForm, passwordForm, type Said, setForm } from './sign-in.view.ts';

/** What an authenticator app calls the desk, in letters that every app shows. */
const ISSUER = 'Verification desk';
/** The waiting cookie lives as long as what it is for. */
const WAITING_SECONDS = 300;
/** What may stand behind `?said=`: a page that was sent to this one says what was done. */
const SAID: { readonly [said: string]: Said } = {
  set: { tone: 'success', key: 'signIn.done' },
  out: { tone: 'success', key: 'signIn.signedOut' },
  ended: { tone: 'danger', key: 'signIn.ended' },
};

type Refused = 'wrong' | 'later' | 'busy';
const PASSWORD_REFUSED: { readonly [reason in Refused]: PlainKey } = {
  wrong: 'signIn.wrong',
  later: 'signIn.later',
  busy: 'signIn.busy',
};
const CODE_REFUSED: { readonly [reason in Refused]: PlainKey } = {
  ...PASSWORD_REFUSED,
  wrong: 'signIn.wrongCode',
};

const danger = (key: PlainKey): Said => ({ tone: 'danger', key });

/** `/sign-in`: password, then code; and setting both by a one-time link. */
export function signInRoutes(deps: ConsoleDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/sign-in', (request, response) => {
    const said = SAID[queryOf(request).get('said') ?? ''];
    show(deps, request, response, 'signIn.title', (words) => passwordForm(words, said));
  });
  router.post('/sign-in', (request, response) => takePassword(deps, request, response));
  router.get('/sign-in/code', async (request, response) => {
    const waiting = readCookie(request.headers.cookie, COOKIES.signIn) ?? '';
    if (!(await openSession(deps.parts.knex, waiting, deps.clock.now()))) return sendTo(response, '/sign-in');
    show(deps, request, response, 'signIn.codeTitle', (words) => codeForm(words, undefined));
  });
  router.post('/sign-in/code', (request, response) => takeCode(deps, request, response));
  router.get('/sign-in/link', (request, response) =>
    show(deps, request, response, 'signIn.linkTitle', (words) => linkForm(words, undefined)),
  );
  router.post('/sign-in/link', async (request, response) => {
    const form = await readOwnForm(request, response, deps.origin);
    if (form) await showSetForm(deps, request, response, form.get('key') ?? '', undefined);
  });
  router.post('/sign-in/set', (request, response) => setSecrets(deps, request, response));
  return router;
}

/** The language somebody has chosen here, else that of their browser. */
function languageOf(request: Request): Language {
  return languageFor(queryOf(request).get('language'), request.headers['accept-language']);
}

/** A page of somebody who is not known, in the language they ask for. */
function show(
  deps: ConsoleDependencies,
  request: Request,
  response: Response,
  title: PlainKey,
  main: (words: Words) => Html,
  status = 200,
): void {
  const words = deps.words[languageOf(request)];
  const head = { title: words(title), words, theme: 'system', assets: deps.assets } as const;
  sendHtml(response, outerPage(head, main(words), request.path), status);
}

async function takePassword(deps: ConsoleDependencies, request: Request, response: Response): Promise<void> {
  const form = await readOwnForm(request, response, deps.origin);
  if (!form) return;
  const signIn = form.get('name') ?? '';
  const answer = await giveStaffPassword(
    deps.parts,
    { signIn, password: form.get('password') ?? '' },
    {
      ...sourceOf(deps, request, comparableSignIn(signIn)),
      device: browserName(request.headers['user-agent']),
    },
    deps.clock.now(),
  );
  if (answer.kind === 'refused') {
    const said = danger(PASSWORD_REFUSED[answer.reason]);
    return show(deps, request, response, 'signIn.title', (words) => passwordForm(words, said, signIn), 403);
  }
  keepCookie(response, COOKIES.signIn, answer.token, WAITING_SECONDS);
  sendTo(response, `/sign-in/code?language=${languageOf(request)}`);
}

async function takeCode(deps: ConsoleDependencies, request: Request, response: Response): Promise<void> {
  const form = await readOwnForm(request, response, deps.origin);
  if (!form) return;
  const now = deps.clock.now();
  const waiting = readCookie(request.headers.cookie, COOKIES.signIn) ?? '';
  const opened = await openSession(deps.parts.knex, waiting, now);
  if (!opened) return sendTo(response, `/sign-in?said=ended&language=${languageOf(request)}`);
  const { signIn } = opened.account;
  const code = (form.get('code') ?? '').replaceAll(/\s/g, '');
  const answer = await giveStaffCode(deps.parts, waiting, code, sourceOf(deps, request, signIn), now);
  if (answer.kind === 'refused') {
    const said = danger(CODE_REFUSED[answer.reason]);
    return show(deps, request, response, 'signIn.codeTitle', (words) => codeForm(words, said), 403);
  }
  keepCookie(response, COOKIES.signIn, '', 0);
  keepBrowserMark(deps, response, signIn);
  keepCookie(response, COOKIES.session, answer.token, SESSION_MILLISECONDS / SECOND);
  sendTo(response, '/desk');
}

function keepBrowserMark({ parts }: ConsoleDependencies, response: Response, signIn: string): void {
  const mark = newBrowserMark(parts.keyring, parts.random, signIn);
  keepCookie(response, COOKIES.browser, mark, BROWSER_MARK_SECONDS);
}

function sourceOf({ parts }: ConsoleDependencies, request: Request, signIn: string) {
  const mark = readCookie(request.headers.cookie, COOKIES.browser);
  return { address: request.socket.remoteAddress ?? '', known: isBrowserOf(parts.keyring, mark, signIn) };
}

/** The form that sets password and second factor, for the person who has the key of a link. */
async function showSetForm(
  deps: ConsoleDependencies,
  request: Request,
  response: Response,
  key: string,
  said: Said | undefined,
): Promise<void> {
  const opened = await openLink(deps.parts, key.trim(), deps.clock.now());
  if (!opened) {
    const unusable = danger('signIn.linkUnusable');
    return show(deps, request, response, 'signIn.linkTitle', (words) => linkForm(words, unusable), 403);
  }
  const { signIn, totpSecret } = opened;
  const main = (words: Words) => {
    const uri = totpUri(totpSecret, signIn, ISSUER);
    const picture = qrPicture(uri, words('signIn.appPicture'));
    return setForm(words, said, { ...opened, key: key.trim(), picture });
  };
  show(deps, request, response, 'signIn.setTitle', main, said ? 403 : 200);
}

async function setSecrets(deps: ConsoleDependencies, request: Request, response: Response): Promise<void> {
  const form = await readOwnForm(request, response, deps.origin);
  if (!form) return;
  const [key, password] = [(form.get('key') ?? '').trim(), form.get('password') ?? ''];
  const again = (said: PlainKey) => showSetForm(deps, request, response, key, danger(said));
  if (password !== form.get('again')) return again('signIn.differs');
  const code = (form.get('code') ?? '').replaceAll(/\s/g, '');
  const used = await consumeLink(deps.parts, key, { password, code }, deps.clock.now());
  if (used.kind === 'done') {
    // Who had the link is known here: strangers' guesses do not keep them from signing in for the first time.
    keepBrowserMark(deps, response, used.signIn);
    return sendTo(response, `/sign-in?said=set&language=${languageOf(request)}`);
  }
  if (used.reason === 'link_unusable') return again('signIn.linkUnusable');
  return again(used.reason === 'code_wrong' ? 'signIn.codeWrong' : `signIn.weak.${used.reason}`);
}
