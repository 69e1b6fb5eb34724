import { existsSync, readFileSync } from 'node:fs';
import type { Knex } from '../../src/storage/connect.ts';
import type { MemoryTelemetry } from '../../src/telemetry/memory.ts';

/** Something that must not be found. `kind` is what a finding is reported as. */
export interface Canary {
  readonly kind: 'pin' | 'code' | 'national ID' | 'phone' | 'new contact number' | 'message' | 'key';
  readonly text: string;
}

/** One place where something may come to light. */
export interface Sink {
  readonly name: string;
  readonly text: string;
}

interface Forms {
  readonly plain: readonly string[];
  /** Also looked for in what stands in hexadecimal. */
  readonly hexadecimal: readonly string[];
}

/** A text in every form a program writes it by accident: as it is, spoken, in hexadecimal, in base64 at each offset. */
function formsOf(text: string): Forms {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    // Without what its neighbours have a part in.
    const from = Math.ceil((offset * 8) / 6);
    return encoded.slice(from, Math.floor(((offset + bytes.length) * 8) / 6));
  });
  const spelt = [...text];
  return {
    plain: [
      text,
      spelt.join(' '),
      encodeURIComponent(text),
      ...base64,
      ...base64.map((one) => one.replaceAll('+', '-').replaceAll('/', '_')),
      [...spelt].reverse().join(''),
    ],
    hexadecimal: [bytes.toString('hex'), bytes.toString('hex').toUpperCase()],
  };
}

/** Long runs of hexadecimal are digests and ids: six digits in a row turn up in them by chance, either way round. */
const DIGESTS = /[0-9a-f]{32,}/gi;

/** Which canaries are in which sinks; a finding never repeats the secret. */
export function findLeaks(sinks: readonly Sink[], canaries: readonly Canary[]): string[] {
  const leaks = new Set<string>();
  const forms = canaries.map((canary) => ({ canary, ...formsOf(canary.text) }));
  for (const { name, text } of sinks) {
    const plain = text.replace(DIGESTS, '·');
    for (const { canary, ...written } of forms) {
      const found =
        written.plain.some((form) => plain.includes(form)) ||
        written.hexadecimal.some((form) => text.includes(form));
      if (found) leaks.add(`${canary.kind} ${canaries.indexOf(canary)} in ${name}`);
    }
  }
  return [...leaks];
}

async function tables(knex: Knex): Promise<readonly string[]> {
  const rows: { name: string }[] = await knex('sqlite_master')
    .where({ type: 'table' })
    .select('name')
    .orderBy('name');
  return rows.map(({ name }) => name);
}

/** Every column of every row of every table. */
export async function databaseSinks(knex: Knex): Promise<readonly Sink[]> {
  const sinks: Sink[] = [];
  for (const table of await tables(knex)) {
    const rows: Record<string, unknown>[] = await knex(table).select();
    const columns = new Map<string, string[]>();
    for (const row of rows)
      for (const [column, value] of Object.entries(row))
        columns.set(column, [
          ...(columns.get(column) ?? []),
          Buffer.isBuffer(value) ? value.toString('latin1') : String(value),
        ]);
    for (const [column, values] of columns)
      sinks.push({ name: `${table}.${column}`, text: values.join('\n') });
  }
  return sinks;
}

/** The files as they lie on the disk, pages that are free again included. */
export function fileSinks(file: string): readonly Sink[] {
  return [file, `${file}-wal`, `${file}-shm`]
    .filter(existsSync)
    .map((path) => ({ name: path.slice(file.lastIndexOf('/') + 1), text: readFileSync(path, 'latin1') }));
}

/** Traces and metrics with all that is attached to them. */
export async function telemetrySinks(telemetry: MemoryTelemetry): Promise<readonly Sink[]> {
  const spans = telemetry.spans().map(({ name, attributes, events, status, links, resource }) => ({
    name,
    attributes,
    events,
    status,
    links,
    resource: resource.attributes,
  }));
  return [
    { name: 'spans', text: JSON.stringify(spans) },
    { name: 'metrics', text: JSON.stringify(await telemetry.points()) },
  ];
}

/** Catches what a database driver says of a failed statement and what the process prints. */
export function listenToErrors(knex: Knex): { readonly said: string[]; stop(): void } {
  const said: string[] = [];
  knex.on('query-error', (error: Error) => said.push(`${error.message}\n${error.stack}`));
  const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;
  const before = methods.map((method) => console[method]);
  for (const method of methods)
    console[method] = (...parts: unknown[]) => void said.push(parts.map(String).join(' '));
  const warned = (warning: Error) => void said.push(`${warning.message}\n${warning.stack}`);
  process.on('warning', warned);
  return {
    said,
    stop: () => {
      for (const [index, method] of methods.entries()) {
        const original = before[index];
        if (original) console[method] = original;
      }
      process.off('warning', warned);
    },
  };
}
