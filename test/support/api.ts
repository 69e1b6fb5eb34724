import assert from 'node:assert/strict';
import { z } from 'zod';
import type { DemoStaff } from '../../db/seeds/demo-staff.ts';
import { DeskClient } from './desk.ts';
import type { World } from './world.ts';

interface Json {
  readonly [name: string]: unknown;
}

/** An answer of the API: its status and what stands in it; undefined for no body. */
export interface ApiAnswer {
  readonly status: number;
  // A test says what it expects of it.
  readonly body: Json;
}

/** The description that the service publishes, and what holds answers to it. */
class Description {
  readonly document: Json;
  readonly #known = new Map<string, z.ZodType>();

  constructor(document: Json) {
    this.document = document;
  }

  /** Throws for an answer that the description does not have: another status, another type, another shape. */
  holds(method: string, path: string, answer: Response, body: string): void {
    const where = `${method} ${path}: ${answer.status}`;
    const operation = this.#operation(method, path);
    if (!operation) {
      assert.ok([401, 404, 405].includes(answer.status), `${where} of no operation`);
      return;
    }
    const responses = part(operation, 'responses');
    const response = responses[String(answer.status)] ?? responses.default;
    assert.ok(response, `${where} is described`);
    const content = (response as { readonly content?: Json }).content;
    if (!content) {
      assert.equal(body, '', `${where} has a body that is not described`);
      return;
    }
    const [type = '', media] = Object.entries(content)[0] ?? [];
    assert.equal(answer.headers.get('content-type')?.split(';')[0], type, where);
    const schema = this.#schema(`${method} ${path} ${type}`, part(media as Json, 'schema'));
    const read = schema.safeParse(JSON.parse(body));
    assert.ok(read.success, `${where} is not as described: ${read.error && z.prettifyError(read.error)}`);
  }

  #operation(method: string, path: string): Json | undefined {
    const [bare = ''] = path.split('?');
    const found = Object.entries(part(this.document, 'paths')).find(([pattern]) =>
      new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(bare),
    );
    return (found?.[1] as Json | undefined)?.[method.toLowerCase()] as Json | undefined;
  }

  #schema(key: string, schema: Json): z.ZodType {
    const known = this.#known.get(key) ?? z.fromJSONSchema(this.#inlined(schema) as z.core.JSONSchema.Schema);
    this.#known.set(key, known);
    return known;
  }

  /** A schema with what it refers to in place of the references. */
  #inlined(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map((one) => this.#inlined(one));
    if (typeof schema !== 'object' || schema === null) return schema;
    if ('$ref' in schema) {
      const name = String(schema.$ref).replace('#/components/schemas/', '');
      return this.#inlined(part(part(part(this.document, 'components'), 'schemas'), name));
    }
    return Object.fromEntries(
      Object.entries(schema).map(([member, value]) => [member, this.#inlined(value)]),
    );
  }
}

function part(of: Json, name: string): Json {
  const found = of[name];
  assert.ok(typeof found === 'object' && found !== null, `the description has ${name}`);
  return found as Json;
}

const descriptions = new WeakMap<object, Promise<Description>>();

/** What a world's service publishes of its API. */
export function descriptionOf(world: Pick<World, 'url'>): Promise<Description> {
  const known =
    descriptions.get(world) ??
    fetch(`${world.url}/api/openapi.json`).then(
      async (answer) => new Description((await answer.json()) as Json),
    );
  descriptions.set(world, known);
  return known;
}

/** A program of the bank that acts for somebody: every answer it gets is held to the published description. */
export class ApiClient {
  readonly #world: Pick<World, 'url' | 'clock'>;
  readonly key: string;

  constructor(world: Pick<World, 'url' | 'clock'>, key: string) {
    this.#world = world;
    this.key = key;
  }

  get(path: string): Promise<ApiAnswer> {
    return this.send('GET', path);
  }

  post(path: string, body?: object): Promise<ApiAnswer> {
    return this.send('POST', path, body);
  }

  put(path: string, body: object): Promise<ApiAnswer> {
    return this.send('PUT', path, body);
  }

  async send(
    method: string,
    path: string,
    body?: object | string,
    headers: Readonly<Record<string, string>> = { authorization: `Bearer ${this.key}` },
  ): Promise<ApiAnswer> {
    const answer = await fetch(`${this.#world.url}${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    (await descriptionOf(this.#world)).holds(method, path, answer, text);
    return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
  }
}

/** Somebody signs in at the desk and makes a key for a program. */
export async function programOf(
  world: Pick<World, 'url' | 'clock'>,
  member: DemoStaff,
): Promise<{ readonly program: ApiClient; readonly browser: DeskClient }> {
  const browser = new DeskClient(world);
  await browser.signIn(member);
  return { program: await programIn(world, browser), browser };
}

/** The person of a browser makes a key for a program. */
export async function programIn(
  world: Pick<World, 'url' | 'clock'>,
  browser: DeskClient,
  name = 'CRM',
): Promise<ApiClient> {
  const page = await (await browser.post('/desk/sessions/program', { name })).text();
  const key = /<code class="secret">([A-Za-z0-9_-]{43})<\/code>/.exec(page)?.[1];
  assert.ok(key, 'the key is shown once');
  return new ApiClient(world, key);
}
