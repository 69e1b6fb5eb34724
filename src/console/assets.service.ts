import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** Something a page loads; `gzipped` where that is worth it. */
interface Asset {
  readonly type: string;
  readonly body: Buffer;
  readonly gzipped?: Buffer;
}

/** What pages load, each file under an address that changes with its content. */
export interface Assets {
  /** The address of a file: `/assets/<hash>/desk.css`. */
  url(name: AssetName): string;
  /** The file behind an address below `/assets/`; undefined for any other path. */
  find(path: string): Asset | undefined;
}

type ScriptName = 'desk' | 'htmx' | 'sse' | 'early' | 'live' | 'swagger' | 'api-docs';
type AssetName = `${ScriptName}.js` | 'desk.css' | 'swagger.css' | 'icon.svg';

const packagePath = (name: string) => fileURLToPath(import.meta.resolve(name));
const OWN = fileURLToPath(new URL('../../assets/', import.meta.url));
/** Characters of the hash: two contents never meet in a million releases. */
const HASH_CHARACTERS = 16;
const STYLES = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';
const FONT = 'font/woff2';
const PICTURE = 'image/svg+xml';

/** Reads everything pages load, once. Throws where a package is not installed as it should be. */
export async function loadAssets(): Promise<Assets> {
  const files = new Map<string, Asset>();
  const fonts = [
    { at: 'inter', folder: dirname(packagePath('@fontsource-variable/inter')) },
    { at: 'noto', folder: dirname(packagePath('@fontsource-variable/noto-sans-sc')) },
  ];
  const faces: string[] = [];
  for (const { at, folder } of fonts) {
    const css = await readFile(join(folder, 'index.css'), 'utf8');
    faces.push(css.replaceAll('url(./files/', `url(./${at}/`));
    for (const name of await readdir(join(folder, 'files')))
      if (css.includes(`./files/${name}`))
        files.set(`${at}/${name}`, { type: FONT, body: await readFile(join(folder, 'files', name)) });
  }
  const webAwesome = picturesOut(
    await inlined(packagePath('@awesome.me/webawesome/dist/styles/webawesome.css')),
    files,
  );
  const own = await readFile(join(OWN, 'desk.css'), 'utf8');
  const htmx = dirname(packagePath('htmx.org'));
  const swagger = dirname(packagePath('swagger-ui-dist/swagger-ui.css'));
  const texts: { readonly [name in AssetName]: readonly [type: string, text: string] } = {
    'desk.css': [STYLES, [webAwesome, ...faces, own].join('\n')],
    'htmx.js': [SCRIPT, await readFile(join(htmx, 'htmx.min.js'), 'utf8')],
    'sse.js': [SCRIPT, await readFile(join(htmx, 'ext/hx-sse.min.js'), 'utf8')],
    'early.js': [SCRIPT, await readFile(join(OWN, 'early.js'), 'utf8')],
    'desk.js': [SCRIPT, await readFile(join(OWN, 'desk.js'), 'utf8')],
    'live.js': [SCRIPT, await readFile(join(OWN, 'live.js'), 'utf8')],
    'swagger.css': [STYLES, picturesOut(await readFile(join(swagger, 'swagger-ui.css'), 'utf8'), files)],
    'swagger.js': [SCRIPT, await readFile(join(swagger, 'swagger-ui-bundle.js'), 'utf8')],
    'api-docs.js': [SCRIPT, await readFile(join(OWN, 'api-docs.js'), 'utf8')],
    'icon.svg': [PICTURE, await readFile(join(OWN, 'icon.svg'), 'utf8')],
  };
  for (const [name, [type, text]] of Object.entries(texts)) {
    const body = Buffer.from(withoutSourceMap(text));
    files.set(name, { type, body, gzipped: await promisify(gzip)(body) });
  }
  const hash = hashOf(files);
  return {
    url: (name) => `/assets/${hash}/${name}`,
    find: (path) => (path.startsWith(`/${hash}/`) ? files.get(path.slice(hash.length + 2)) : undefined),
  };
}

/** A style sheet with what it imports in place of the imports: one request instead of thirty. */
async function inlined(file: string): Promise<string> {
  const parts: string[] = [];
  let rest = await readFile(file, 'utf8');
  for (;;) {
    const found = /@import url\('([^']+)'\);/.exec(rest);
    if (!found) break;
    parts.push(rest.slice(0, found.index), await inlined(join(dirname(file), found[1] ?? '')));
    rest = rest.slice(found.index + found[0].length);
  }
  return [...parts, rest].join('');
}

/** A style sheet with the pictures it carries as files beside it: pages load pictures from this host alone, and none from `data:`. */
function picturesOut(css: string, files: Map<string, Asset>): string {
  return css.replace(
    /url\((?:'([^']*)'|"((?:\\.|[^"\\])*)"|([^)'"]*))\)/gs,
    (whole, single?: string, double?: string, bare?: string) => {
      const picture = carriedPicture(single ?? double?.replaceAll(/\\(.)/gs, '$1') ?? bare ?? '');
      if (!picture) return whole;
      const name = `pictures/${hashOf(new Map([['', picture]]))}.${picture.type.replace(/^image\/(\w+).*/, '$1')}`;
      files.set(name, picture);
      return `url(./${name})`;
    },
  );
}

/** A picture that stands in an address itself; undefined for any other address. */
function carriedPicture(address: string): Asset | undefined {
  const [, type = '', encoding, data = ''] = /^data:(image\/[a-z+]+)(;[^,]*)?,(.*)$/s.exec(address) ?? [];
  if (type === '') return undefined;
  if (encoding?.endsWith('base64')) return { type, body: Buffer.from(data, 'base64') };
  return { type, body: Buffer.from(/%[0-9A-F]{2}/i.test(data) ? decodeURIComponent(data) : data) };
}

/** No map is served, and a browser with its tools open would ask for one. */
function withoutSourceMap(text: string): string {
  return text.replace(/\n\/\/# sourceMappingURL=.*/, '');
}

function hashOf(files: ReadonlyMap<string, Asset>): string {
  const hash = createHash('sha256');
  for (const [name, { body }] of [...files].sort(([one], [other]) => (one < other ? -1 : 1)))
    hash.update(`${name}\0`).update(body);
  return hash.digest('hex').slice(0, HASH_CHARACTERS);
}
