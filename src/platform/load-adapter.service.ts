import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What a module that connects a system of the bank owes. */
interface AdapterShape {
  /** The setting that names the module. */
  readonly setting: string;
  /** The function that it exports. */
  readonly factory: string;
  /** What the function answers, as it is spoken of. */
  readonly answers: string;
  readonly methods: readonly string[];
  /** The document that says what it owes. */
  readonly document: string;
}

/**
 * Loads a module (a path, from `folder` when relative) and answers what its factory makes, which has every method of the shape.
 * Throws an Error that says what to mend; meant for the start of the process.
 */
export async function loadAdapter(
  modulePath: string,
  folder: string,
  { setting, factory, answers, methods, document }: AdapterShape,
): Promise<object> {
  const wrong = (what: string, cause?: unknown) =>
    new Error(`${setting} ${modulePath}: ${what} (see ${document})`, { cause });
  let loaded: Readonly<Record<string, unknown>>;
  try {
    loaded = await import(pathToFileURL(resolve(folder, modulePath)).href);
  } catch (cause) {
    throw wrong(
      `the module cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    );
  }
  const create = loaded[factory];
  if (typeof create !== 'function') throw wrong(`the module must export a function ${factory}()`);
  let made: unknown;
  try {
    made = await create();
  } catch (cause) {
    throw wrong(`${factory}() failed: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
  const lacks = (method: string) =>
    typeof made !== 'object' || made === null || typeof Reflect.get(made, method) !== 'function';
  const missing = methods.filter(lacks);
  if (typeof made !== 'object' || made === null || missing.length > 0)
    throw wrong(`${factory}() must answer ${answers} with ${missing.join(', ')}`);
  return made;
}
