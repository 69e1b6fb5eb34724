import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

const ACCOUNT = '/2010-04-01/Accounts/{AccountSid}';
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

interface Called {
  readonly path: string;
  readonly methods: readonly string[];
}

/** What the service asks of Twilio, and nothing else: an extract for each of its clients. */
const EXTRACTS: { readonly [file: string]: readonly Called[] } = {
  // src/carriers/twilio/sms.client.ts
  'twilio-messages.json': [{ path: `${ACCOUNT}/Messages.json`, methods: ['post'] }],
  // src/carriers/twilio/call-control.client.ts
  'twilio-conferences.json': [
    { path: `${ACCOUNT}/Conferences.json`, methods: ['get'] },
    { path: `${ACCOUNT}/Conferences/{ConferenceSid}/Participants.json`, methods: ['post'] },
    { path: `${ACCOUNT}/Conferences/{ConferenceSid}/Participants/{CallSid}.json`, methods: ['post'] },
    { path: `${ACCOUNT}/Conferences/{ConferenceSid}/Recordings/{Sid}.json`, methods: ['post'] },
    { path: `${ACCOUNT}/Calls/{Sid}.json`, methods: ['post'] },
  ],
};

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

/** The part of a description that is about what is called, word for word; fails where that is not described. */
export function extract(full: Description, called: readonly Called[]): Description {
  const paths = Object.fromEntries(called.map((one) => [one.path, operationsOf(full, one)]));
  const needed = new Set<string>();
  const follow = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
      if (needed.has(name)) continue;
      needed.add(name);
      follow(full.components.schemas[name]);
    }
  };
  follow(paths);
  const { openapi, info, servers, security } = full;
  return {
    openapi,
    info,
    servers,
    security,
    paths,
    components: {
      securitySchemes: full.components.securitySchemes,
      schemas: Object.fromEntries(
        Object.entries(full.components.schemas).filter(([name]) => needed.has(name)),
      ),
    },
  };
}

function operationsOf(full: Description, { path, methods }: Called): { readonly [key: string]: unknown } {
  const item = full.paths[path];
  for (const method of methods) if (!item?.[method]) throw new Error(`${method} ${path} is not described`);
  const others = METHODS.filter((method) => !methods.includes(method));
  return Object.fromEntries(Object.entries(item ?? {}).filter(([key]) => !others.includes(key)));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [file] = process.argv.slice(2);
  if (file === undefined) {
    process.stderr.write('usage: node test/carrier-api/extract.ts twilio_api_v2010.json\n');
    process.exitCode = 1;
  } else {
    const full: Description = JSON.parse(await readFile(file, 'utf8'));
    for (const [name, called] of Object.entries(EXTRACTS))
      await writeFile(new URL(name, import.meta.url), `${JSON.stringify(extract(full, called), null, 2)}\n`);
  }
}
