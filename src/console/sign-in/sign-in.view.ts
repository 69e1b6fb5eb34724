import { LEAST_PASSWORD_CHARACTERS } from '../../staff/password-rules.ts';
import { type Html, html } from '../html.ts';
import type { PlainKey, Words } from '../words/words.ts';

/** What is said above a form: what went wrong, or what was done. */
export interface Said {
  readonly tone: 'danger' | 'success';
  readonly key: PlainKey;
}

/** A page of the sign-in in the language this one is in: what was chosen once stays. */
const at = (words: Words, path: string): string => `${path}?language=${words.language}`;

const card = (title: string, body: Html): Html =>
  html`<section class="card"><div class="in"><h1>${title}</h1>${body}</div></section>`;

function note(words: Words, said: Said | undefined): Html | undefined {
  return said && html`<div class="note wa-${said.tone}" role="alert">${words(said.key)}</div>`;
}

/** Name and password. */
export function passwordForm(words: Words, said: Said | undefined, name = ''): Html {
  return card(
    words('signIn.title'),
    html`${note(words, said)}<form method="post" action="${at(words, '/sign-in')}" class="stack">
<label>${words('signIn.name')}<input name="name" value="${name}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64" required autofocus></label>
<label>${words('signIn.password')}<input name="password" type="password" autocomplete="current-password" maxlength="256" required></label>
<button class="wa-brand wa-accent wide">${words('signIn.goOn')}</button></form>
<p class="quiet s"><a href="${at(words, '/sign-in/link')}">${words('signIn.haveLink')}</a></p>`,
  );
}

/** The code of the authenticator app. */
export function codeForm(words: Words, said: Said | undefined): Html {
  return card(
    words('signIn.codeTitle'),
    html`${note(words, said)}<form method="post" action="${at(words, '/sign-in/code')}" class="stack">
<label>${words('signIn.code')}<input name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}" maxlength="6" required autofocus aria-describedby="code-hint"></label>
<p class="quiet s" id="code-hint">${words('signIn.codeHint')}</p>
<button class="wa-brand wa-accent wide">${words('signIn.enter')}</button></form>
<p class="quiet s"><a href="${at(words, '/sign-in')}">${words('signIn.startAgain')}</a></p>`,
  );
}

/** Asks for the key of a one-time link. */
export function linkForm(words: Words, said: Said | undefined): Html {
  return card(
    words('signIn.linkTitle'),
    html`${note(words, said)}<form method="post" action="${at(words, '/sign-in/link')}" class="stack">
<label>${words('signIn.linkKey')}<input name="key" type="password" autocomplete="off" maxlength="64" data-from-address required aria-describedby="link-hint"></label>
<p class="quiet s" id="link-hint">${words('signIn.linkHint')}</p>
<button class="wa-brand wa-accent wide">${words('signIn.goOn')}</button></form>
<p class="quiet s"><a href="${at(words, '/sign-in')}">${words('signIn.startAgain')}</a></p>`,
  );
}

/** Password and second factor of the person who has the link. `picture`: the secret for a camera. */
export function setForm(
  words: Words,
  said: Said | undefined,
  link: {
    readonly key: string;
    readonly name: string;
    readonly signIn: string;
    readonly totpSecret: string;
    readonly picture: Html;
  },
): Html {
  const secret = link.totpSecret.replace(/(.{4})(?=.)/g, '$1 ');
  return card(
    words('signIn.setTitle'),
    html`${note(words, said)}<p>${words('signIn.setFor', { name: link.name })}</p>
<form method="post" action="${at(words, '/sign-in/set')}" class="stack">
<input type="hidden" name="key" value="${link.key}">
<input type="hidden" name="username" autocomplete="username" value="${link.signIn}">
<label>${words('signIn.newPassword')}<input name="password" type="password" autocomplete="new-password" minlength="${LEAST_PASSWORD_CHARACTERS}" maxlength="256" required aria-describedby="password-hint"></label>
<p class="quiet s" id="password-hint">${words('signIn.newPasswordHint', { count: LEAST_PASSWORD_CHARACTERS })}</p>
<label>${words('signIn.again')}<input name="again" type="password" autocomplete="new-password" maxlength="256" required></label>
<h2>${words('signIn.appTitle')}</h2>
<p class="quiet s">${words('signIn.appHint')}</p>
<div class="factor">${link.picture}<div><div class="quiet s">${words('signIn.appSecret')}</div><code class="secret">${secret}</code></div></div>
<label>${words('signIn.appCode')}<input name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}" maxlength="6" required></label>
<button class="wa-brand wa-accent wide">${words('signIn.finish')}</button></form>`,
  );
}
