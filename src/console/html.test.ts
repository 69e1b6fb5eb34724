import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { current, flag, html } from './html.ts';

test('what is put in is text, wherever it stands', () => {
  assert.equal(
    String(html`<p title="${'" onx="1'}">${['<b>', html`<i>${1}</i>`, undefined, false]}</p>`),
    '<p title="&quot; onx=&quot;1">&lt;b&gt;<i>1</i></p>',
  );
  assert.equal(String(html`${'&amp;'}${"'"}`), '&amp;amp;&#39;');
});

test('no text leaves its place: not in running text and not in an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = String(html`<a title="${text}">${text}</a>`);
      const [, attribute = '', inside = ''] = /^<a title="([^"]*)">([^<]*)<\/a>$/s.exec(shown) ?? [];
      assert.equal(unescaped(attribute), text);
      assert.equal(unescaped(inside), text);
    }),
  );
});

/** The other direction, by the names HTML gives these characters. */
function unescaped(shown: string): string {
  const names: { readonly [name: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return shown.replace(/&([a-z]+|#39);/g, (_whole, name: string) => names[name] ?? '?');
}

test('an object or a promise is refused by the compiler', () => {
  // @ts-expect-error an object would be shown as [object Object]
  assert.throws(() => html`${{ a: 1 }}`);
  // @ts-expect-error a promise has no text yet
  assert.throws(() => html`${Promise.resolve('a')}`);
});

test('attributes without a value stand where they hold', () => {
  assert.equal(
    String(html`<input ${flag('disabled', true)} ${flag('checked', false)}>`),
    '<input disabled >',
  );
  assert.equal(String(html`<a ${current(true)}>`), '<a aria-current="page">');
});
