import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOST_NOTE_CHARACTERS, noteProblem } from './notes.ts';

test('six digits in a row are never kept, with any separators between them and in any script', () => {
  for (const body of [
    'PIN 775147',
    'the code was 12 34 56',
    '12-34-56',
    '1.2.3.4.5.6',
    '１２３４５６',
    '密码一二三四五六',
    '١٢٣٤٥٦',
    'x775147x',
  ])
    assert.equal(noteProblem(body), 'digits_in_notes', body);
});

test('amounts, times and last fours are kept', () => {
  for (const body of [
    'called at 14:30',
    'ends in 0019',
    'wants 12345 back',
    'ward 3, house 12',
    'on 2026-11-28',
    'by 28/11/2026',
  ])
    assert.equal(noteProblem(body), undefined, body);
});

test('notes have an end', () => {
  assert.equal(noteProblem('a'.repeat(MOST_NOTE_CHARACTERS)), undefined);
  assert.equal(noteProblem('a'.repeat(MOST_NOTE_CHARACTERS + 1)), 'notes_too_long');
});
