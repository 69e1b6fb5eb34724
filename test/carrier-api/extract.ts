import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

/** What the service asks of Twilio: sending a message, and nothing else (src/carriers/twilio/sms.client.ts). */
const CALLED = { path: '/2010-04-01/Accounts/{AccountSid}/Messages.json', method: 'post' } as const;
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const EXTRACT = new URL('twilio-messages.json', import.meta.url);

interface Description {
  readonly openapi: string;
  readonly info: object;
  readonly servers: readonly object[];
  readonly security: readonly object[];
  readonly paths: { readonly [path: string]: { readonly [key: string]: unknown } };
  readonly components: {
    readonly securitySchemes: object;
    readonly schemas: { readonly [name: string]: unknown };
  };
}

/** The part of a description that is about what the service calls, word for word; fails where that is not described. */
export function extract(full: Description): Description {
  const item = full.paths[CALLED.path];
  if (!item?.[CALLED.method]) throw new Error(`${CALLED.method} ${CALLED.path} is not described`);
  const others = METHODS.filter((method) => method !== CALLED.method);
  const called = Object.fromEntries(Object.entries(item).filter(([key]) => !others.includes(key)));
  const needed = new Set<string>();
  const follow = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
      if (needed.has(name)) continue;
      needed.add(name);
      follow(full.components.schemas[name]);
    }
  };
  follow(called);
  const { openapi, info, servers, security } = full;
  return {
    openapi,
    info,
    servers,
    security,
    paths: { [CALLED.path]: called },
    components: {
      securitySchemes: full.components.securitySchemes,
      schemas: Object.fromEntries(
        Object.entries(full.components.schemas).filter(([name]) => needed.has(name)),
      ),
    },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [file] = process.argv.slice(2);
  if (file === undefined) {
    process.stderr.write('usage: node test/carrier-api/extract.ts twilio_api_v2010.json\n');
    process.exitCode = 1;
  } else {
    const full: Description = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(EXTRACT, `${JSON.stringify(extract(full), null, 2)}\n`);
  }
}
