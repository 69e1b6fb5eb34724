import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoKeys } from '../platform/keyring.settings.ts';
import { seededRandom } from '../platform/random.ts';
import { browserName, isBrowserOf, newBrowserMark } from './browser-mark.ts';
import { COOKIES, readCookie, setCookie } from './cookies.ts';
import { languageFor } from './language.ts';
import { isOwnRequest } from './own-request.ts';

const OWN = 'https://desk.example';

test('a form is ours where the browser says so, or where its page is ours', () => {
  assert.equal(isOwnRequest({ 'sec-fetch-site': 'same-origin' }, OWN), true);
  assert.equal(isOwnRequest({ origin: OWN }, OWN), true);
  for (const headers of [
    {},
    { origin: 'null' },
    { origin: 'https://desk.example.evil' },
    { origin: 'http://desk.example' },
    { 'sec-fetch-site': 'same-site', origin: OWN },
    { 'sec-fetch-site': 'cross-site', origin: OWN },
    { 'sec-fetch-site': 'none', origin: OWN },
  ])
    assert.equal(isOwnRequest(headers, OWN), false, JSON.stringify(headers));
});

test('a cookie is read by its whole name, the first of two', () => {
  const header = 'x__Host-desk=no; __Host-desk-sign-in=wait; __Host-desk=a=b; __Host-desk=later';
  assert.equal(readCookie(header, COOKIES.session), 'a=b');
  assert.equal(readCookie(header, COOKIES.signIn), 'wait');
  assert.equal(readCookie(undefined, COOKIES.session), undefined);
  assert.equal(
    setCookie(COOKIES.session, 'v', 60),
    '__Host-desk=v; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=60',
  );
});

test('a browser is known for the person who signed in with it, and for nobody else', () => {
  const keyring = demoKeys();
  const mark = newBrowserMark(keyring, seededRandom('marks'), 'lin.yue');
  assert.equal(isBrowserOf(keyring, mark, 'lin.yue'), true);
  for (const [other, signIn] of [
    [mark, 'zhou.kai'],
    [`x${mark}`, 'lin.yue'],
    [mark.replace(/\..*/, ''), 'lin.yue'],
    ['', 'lin.yue'],
    [undefined, 'lin.yue'],
  ] as const)
    assert.equal(isBrowserOf(keyring, other, signIn), false, `${other} ${signIn}`);
});

test('browsers are called by names of a closed list', () => {
  const names: readonly (readonly [agent: string | undefined, name: string])[] = [
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/153.0 Safari/537.36', 'Chrome · Linux'],
    ['Mozilla/5.0 (Windows NT 10.0) Chrome/153.0 Safari/537.36 Edg/153.0', 'Edge · Windows'],
    ['Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) Version/18.0 Safari/604.1', 'Safari · iOS'],
    ['<script>', '?'],
    [undefined, '?'],
  ];
  for (const [agent, name] of names) assert.equal(browserName(agent), name);
});

test('the language is the one asked for, else the browser’s first that there is, else English', () => {
  assert.equal(languageFor('vi-VN', 'zh-CN'), 'vi-VN');
  assert.equal(languageFor('xx', 'fr-FR, zh-TW;q=0.8, en;q=0.5'), 'zh-CN');
  assert.equal(languageFor(null, 'vi'), 'vi-VN');
  assert.equal(languageFor(null, undefined), 'en-US');
  assert.equal(languageFor(null, 'fr, de;q=0.9, *'), 'en-US');
});
