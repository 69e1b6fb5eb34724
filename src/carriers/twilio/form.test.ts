import assert from 'node:assert/strict';
import { parse } from 'node:querystring';
import { test } from 'node:test';
import fc from 'fast-check';
import { readForm } from './form.ts';

const read = (text: string) => ({ ...readForm(Buffer.from(text)) });

test('a form is read as its bytes came, repeated, empty and odd parameters included', () => {
  assert.deepEqual(read('CallSid=CA1&Digits=1%23&Digits=2&&x&=y&a+b=%E4%BD%A0+&Extra[0]=z'), {
    CallSid: 'CA1',
    Digits: ['1#', '2'],
    x: '',
    '': 'y',
    'a b': '你 ',
    'Extra[0]': 'z',
  });
  assert.deepEqual(read(''), {});
  assert.deepEqual(read('p=100%&q=%4&r=%zz&s=%E4%A'), { p: '100%', q: '%4', r: '%zz', s: '\ufffd%A' });
  assert.deepEqual(Object.entries(readForm(Buffer.from('__proto__=x&__proto__=y')) ?? {}), [
    ['__proto__', ['x', 'y']],
  ]);
});

test('a form of more parameters than any webhook has is not read', () => {
  assert.equal(
    Object.keys(
      read(
        new Array(256)
          .fill(0)
          .map((_, n) => `p${n}=1`)
          .join('&'),
      ),
    ).length,
    256,
  );
  for (const text of ['p=1&'.repeat(257), '&'.repeat(257), `${'p=1&'.repeat(256)}q`])
    assert.equal(readForm(Buffer.from(text)), undefined);
});

test('a form is read as Node’s own parser reads it', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '&',
      '=',
      '+',
      '%',
      '%2B',
      '%41',
      '%E4%BD%A0',
      '%e4',
      '%00',
      'a',
      '1',
      '[',
      '中',
      '😀',
      '\0',
    ),
    fc.string({ unit: 'binary', maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = pieces.join('').toWellFormed();
      // Node garbles other letters beside percent-encoding that is no UTF-8; no carrier sends either unencoded.
      fc.pre(!hasBrokenEncoding(text) || /^[\0-\x7f]*$/.test(text));
      assert.deepEqual({ ...readForm(Buffer.from(text)) }, { ...parse(text, '&', '=', { maxKeys: 0 }) });
    }),
    { numRuns: 500 },
  );
});

function hasBrokenEncoding(text: string): boolean {
  try {
    decodeURIComponent(text);
    return false;
  } catch {
    return true;
  }
}
