import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Declared } from './listed-tests.ts';

// Loads one test file with a `node:test` that runs nothing and counts what is declared:
// node test/runner/declared.ts FILE OUTPUT

const API = new URL('declared-api.ts', import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'node:test' ? { url: API, shortCircuit: true } : next(specifier, context),
});

const [file = '', output = ''] = process.argv.slice(2);
await import(pathToFileURL(resolve(file)).href);
const { declared }: { declared(): Promise<Declared> } = await import(API);
writeFileSync(output, JSON.stringify(await declared()));
// What the file opened while it was loaded is nobody's any more.
process.exit(0);
