import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { readCheckout } from '../measure/checkout.ts';
import { foldersOfTables, importCycles } from '../measure/graph.ts';
import { repeatedPairs } from '../measure/repeated.ts';
import { untrueSuffixes } from '../measure/suffixes.ts';
import { wideExports } from '../measure/width.ts';

const { sources, others } = readCheckout(resolve(import.meta.dirname, '..'));

const MOST_FILE_LINES = 300;
const MOST_FUNCTION_LINES = 60;

/** What is exempt, by the beginning of its path, with the reason. An exemption that nothing needs any more fails. */
type Exemptions = { readonly [path: string]: string };

const SUFFIX_EXEMPTIONS: Exemptions = {
  'src/app.ts': 'wires the rooms together',
  'src/workers.ts': 'wires what goes round in the background',
  'src/wire-desk.ts': 'wires the desk',
  'src/wire-messages.ts': 'wires what sends messages',
  'src/main.ts': 'the entry of the service',
  'src/service-process.ts': 'the process: listens, stops on signals',
  'src/config/config.ts': 'the only reader of the environment',
  'src/http/http-app.ts': 'wires the routes',
  'src/console/pages.ts': 'lists the pages of the desk',
  'src/api/api-routes.ts': 'lists the routes of the API',
  'src/platform/system-': 'clock, chance and timers of the machine, behind their ports',
  'src/storage/': 'the way to the database, that stores are written against; owns no table of the product',
  'src/telemetry/logger.ts': 'the one way out for log lines',
  'src/telemetry/otel.ts': 'the one way out for traces and metrics',
  'src/telemetry/memory.ts': 'keeps what was observed, for tests and the simulation',
  'src/cli/': 'entries of processes and their terminals',
  'src/factors/checks.ts': 'lists the check of each factor; the catalogue beside it is pure',
  'src/carriers/twilio/twilio.ts': 'puts the parts of the carrier together; its sender is made on demand',
  'src/carriers/carriers.settings.ts': 'its default is the limit that admission is made for',
  'src/http/connections.service.ts': 'ends connections, which nobody has to wait for',
  'src/config/environment-file.ts': 'reads `.env`, once, before anything else is there',
  'src/telemetry/telemetry.ts': 'the port, with the telemetry that does nothing',
};
const LENGTH_EXEMPTIONS: Exemptions = {
  'phone-sim/phone.ts':
    'the states of one call and what moves it between them, which share all private fields',
  'test/support/callers.ts': 'a list of short steps of a caller, which tests combine',
  'test/support/crash-checks.ts problemsOfRecord': 'one check of a record after the other',
  'test/support/mutations.ts': 'a table, one entry for each mutation',
  'test/support/processes.ts startProcessWorld': 'starts each part in order and stops them in reverse',
  'test/support/random-keys.ts act': 'one case for each thing that a random caller does',
  'test/support/world.ts startWorld': 'starts each part in order and stops them in reverse',
  'world-sim/model/calls.ts': 'judges one call turn by turn, on state that all its rules share',
  'world-sim/run.ts build': 'puts the world together, each part from those before it',
};
/** The folders beside `src/` whose lengths are held as well. */
const MEASURED_BESIDE = /^(phone-sim|world-sim|bench|db|measure|invariants|test\/support)\/(?!.*\.test\.ts$)/;
const EXPORT_EXEMPTIONS: Exemptions = {
  'src/telemetry/events.ts': 'each room adds its events to this type by a declaration of its own',
};
const TABLE_EXEMPTIONS: Exemptions = {};
const REPEAT_EXEMPTIONS: Exemptions = {
  'src/fraud/alarm-watch.service.ts':
    'starts and stops its own periodic task, as the freeze requests do; a class above both would say less',
};

/** What is left of `found` without what is exempt; an exemption that matches nothing is reported as well. */
function beyond(found: readonly string[], exemptions: Exemptions): readonly string[] {
  const prefixes = Object.keys(exemptions);
  return [
    ...found.filter((line) => !prefixes.some((prefix) => line.startsWith(prefix))),
    ...prefixes
      .filter((prefix) => !found.some((line) => line.startsWith(prefix)))
      .map((prefix) => `the exemption of ${prefix} is needed no more`),
  ];
}

test('the source was read', () => {
  assert.ok(sources.size > 150, `${sources.size} files`);
  assert.ok([...sources.values()].every(({ lines }) => lines > 0));
  assert.ok(others.size > 100, `${others.size} other files`);
});

test('the suffix of a file says what it does', () => {
  const untrue = [...untrueSuffixes(sources)].map(([path, reasons]) => `${path}: ${reasons.join('; ')}`);
  assert.deepEqual(beyond(untrue, SUFFIX_EXEMPTIONS), []);
});

test(`no file has more than ${MOST_FILE_LINES} lines, no function more than ${MOST_FUNCTION_LINES}`, () => {
  const beside = [...others.values()].filter(({ path }) => MEASURED_BESIDE.test(path));
  assert.ok(beside.length > 100, `${beside.length} files beside the source`);
  const long = [...sources.values(), ...beside].flatMap(({ path, lines, functions }) => [
    ...(lines > MOST_FILE_LINES ? [`${path}: ${lines} lines`] : []),
    ...functions
      .filter((one) => one.lines > MOST_FUNCTION_LINES)
      .map((one) => `${path} ${one.name}: ${one.lines} lines`),
  ]);
  assert.deepEqual(beyond(long, LENGTH_EXEMPTIONS), []);
});

test('SQL names a table only in the folder that owns it', () => {
  const shared = [...foldersOfTables(sources)]
    .filter(([, folders]) => folders.length > 1)
    .map(([table, folders]) => `${table}: ${folders.join(', ')}`);
  assert.deepEqual(beyond(shared, TABLE_EXEMPTIONS), []);
});

test('every export is imported by another file of the source, or by what tests and measures it', () => {
  const wide = wideExports(sources, others)
    .filter(({ usedOutside }) => usedOutside.length === 0)
    .map(({ path, line, name }) => `${path}:${line} ${name}`);
  assert.deepEqual(beyond(wide, EXPORT_EXEMPTIONS), []);
});

test('no code stands twice', () => {
  const pairs = repeatedPairs(sources).map(
    ({ first, second, lines }) =>
      `${first.path}:${first.line} and ${second.path}:${second.line}: ${lines} lines`,
  );
  assert.deepEqual(beyond(pairs, REPEAT_EXEMPTIONS), []);
});

test('no imports go in a circle, nothing is `any`, nothing overrules the compiler', () => {
  assert.deepEqual(importCycles(sources), []);
  const places = [...sources.values()].flatMap(({ path, anys, nonNulls }) =>
    [...anys, ...nonNulls].map((line) => `${path}:${line}`),
  );
  assert.deepEqual(places, []);
});
