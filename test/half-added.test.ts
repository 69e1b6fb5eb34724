import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileCopy } from './support/compile-copy.ts';

test('a copy of the program without changes compiles, and one with an error says where', async (t) => {
  assert.deepEqual(await compileCopy(t, []), []);
  const broken = { file: 'src/actions/broken.ts', content: 'export const level: number = "L9";\n' };
  assert.match(
    (await compileCopy(t, [broken])).join('\n'),
    /^src\/actions\/broken\.ts\(1,14\): error TS2322/,
  );
});
