import { LANGUAGES, type Language } from '../locales/catalogue.ts';
import { type StaffAccount, THEMES, type Theme } from '../staff/account.ts';
import type { Assets } from './assets.service.ts';
import { current, flag, type Html, html } from './html.ts';
import type { Words } from './words/words.ts';

/** How a language calls itself, for those who read no other. */
export const LANGUAGE_NAMES: { readonly [language in Language]: string } = {
  'zh-CN': '中文',
  'vi-VN': 'Tiếng Việt',
  'en-US': 'English',
};

/**
 * What htmx is told: nothing of its own in styles, the stream stays open in a hidden tab, and comes back within 3 s. Both
 * defaults would lose calls.
 */
const HTMX = JSON.stringify({
  includeIndicatorCSS: false,
  // What somebody has opened stays open when the page is drawn anew.
  morphIgnore: ['data-htmx-powered', 'open'],
  // What a failed request answers is no part of a page.
  noSwap: [204, 304, '4xx', '5xx'],
  extensions: 'sse',
  sse: { pauseOnBackground: false, reconnectDelay: 500, reconnectMaxDelay: 3_000 },
});

interface Head {
  readonly title: string;
  readonly words: Words;
  readonly theme: Theme;
  readonly assets: Assets;
}

/** The document around a body. Scripts stand in the head without `defer`: with it a stream sometimes never opened. */
function document({ title, words, theme, assets }: Head, body: Html): Html {
  const shade = theme === 'dark' ? 'wa-dark' : 'wa-light';
  return html`<!doctype html>
<html lang="${words.language}" class="${shade}" data-theme="${theme}">
<head>
<meta charset="utf-8">
<title>${title} · ${words('shell.product')}</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="htmx-config" content="${HTMX}">
<link rel="icon" href="${assets.url('icon.svg')}">
<script src="${assets.url('early.js')}"></script>
<link rel="stylesheet" href="${assets.url('desk.css')}">
<script src="${assets.url('htmx.js')}"></script>
<script src="${assets.url('sse.js')}"></script>
</head>
<body>
${body}
<script src="${assets.url('desk.js')}"></script>
<script src="${assets.url('live.js')}"></script>
</body>
</html>`;
}

/** A page as somebody who is not signed in sees it: one card in the middle. `path`: where the languages lead back to. */
export function outerPage(head: Head, main: Html, path: string): Html {
  const { words } = head;
  return document(
    head,
    html`<main class="alone" id="main"><div class="alone-in">
<p class="brand">${words('shell.product')}</p>
${main}
<nav class="row languages" aria-label="${words('shell.language')}">${LANGUAGES.map(
      (language) =>
        html`<a href="${path}?language=${language}" lang="${language}" ${current(language === words.language, 'true')}>${LANGUAGE_NAMES[language]}</a>`,
    )}</nav>
</div></main>`,
  );
}

/** A line of the navigation. */
interface NavigationLink {
  readonly path: string;
  readonly title: string;
}

/** A page with its head, as somebody who has signed in sees it. `chips`: what stands at the right of the navigation. */
export function innerPage(
  head: Head,
  page: {
    readonly path: string;
    readonly account: StaffAccount;
    readonly navigation: readonly NavigationLink[];
    readonly main: Html;
    readonly chips: Html | undefined;
  },
): Html {
  const { words } = head;
  const { account, navigation, path } = page;
  return document(
    head,
    html`<a class="skip" href="#main">${words('shell.skip')}</a>
<header class="top"><strong>${words('shell.product')}</strong>
<nav aria-label="${words('shell.main')}">${navigation.map(
      (link) => html`<a href="${link.path}" ${current(link.path === path)}>${link.title}</a>`,
    )}</nav>
<div class="chips" id="chips">${page.chips}</div>
<details class="me"><summary>${account.name} <span class="quiet s">${words(`role.${account.role}`)}</span></summary>
<div class="card"><div class="in">${ownMenu(words, account, path)}</div></div></details>
</header>
<main id="main" tabindex="-1">${page.main}</main>`,
  );
}

function ownMenu(words: Words, account: StaffAccount, path: string): Html {
  return html`<form method="post" action="/desk/settings" class="stack"><input type="hidden" name="back" value="${path}">
<label>${words('shell.language')}<select name="language">${LANGUAGES.map(
    (language) =>
      html`<option value="${language}" lang="${language}" ${flag('selected', language === account.language)}>${LANGUAGE_NAMES[language]}</option>`,
  )}</select></label>
<label>${words('shell.theme.label')}<select name="theme">${THEMES.map(
    (theme) =>
      html`<option value="${theme}" ${flag('selected', theme === account.theme)}>${words(`shell.theme.${theme}`)}</option>`,
  )}</select></label>
<button class="wa-neutral wa-outlined">${words('shell.save')}</button></form>
<form method="post" action="/sign-out"><button class="wa-neutral wa-outlined">${words('shell.signOut')}</button></form>`;
}

/** A page that says why there is nothing else on it. */
export function saysOnly(title: string, text: string, back?: NavigationLink): Html {
  return html`<div class="narrow"><section class="card"><div class="in"><h1>${title}</h1><p>${text}</p>${
    back && html`<p><a href="${back.path}">${back.title}</a></p>`
  }</div></section></div>`;
}

/** Names of languages as staff read them. */
export function languagesSpoken(languages: readonly Language[]): string {
  return languages.map((language) => LANGUAGE_NAMES[language]).join(', ');
}
