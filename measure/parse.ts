import type { SourceFile } from 'typescript/unstable/ast';
import type { FileSystem } from 'typescript/unstable/fs';
import { API } from 'typescript/unstable/sync';

/** Paths relative to a checkout, and what stands in each file. */
type SourceTexts = ReadonlyMap<string, string>;

/** A folder that exists nowhere: the files are handed to the compiler from memory. */
const FOLDER = '/measured-checkout';
/** Only the syntax is read, so neither the library nor any import is loaded. */
const CONFIG = {
  noLib: true,
  noResolve: true,
  noEmit: true,
  types: [],
  target: 'ESNext',
  module: 'NodeNext',
};

/**
 * Parses TypeScript files with the compiler that checks them. Starts the compiler as a child process and ends it; now and
 * then that process says "context canceled" on stderr as it ends, which means nothing.
 * Throws an Error that names the file when one has a syntax error: what cannot be read must not count as clean.
 */
export function parseFiles(texts: SourceTexts): ReadonlyMap<string, SourceFile> {
  const configPath = `${FOLDER}/tsconfig.json`;
  const files = new Map([...texts].map(([path, text]) => [`${FOLDER}/${path}`, text]));
  files.set(configPath, JSON.stringify({ compilerOptions: CONFIG, files: [...texts.keys()] }));
  const isOurs = (name: string) => name.startsWith(FOLDER);
  const fs: FileSystem = {
    readFile: (name) => files.get(name) ?? (isOurs(name) ? null : undefined),
    fileExists: (name) => (isOurs(name) ? files.has(name) : undefined),
    directoryExists: (name) => (isOurs(name) ? true : undefined),
    realpath: (name) => (isOurs(name) ? name : undefined),
  };
  const api = new API({ fs });
  try {
    const project = api.updateSnapshot({ openProjects: [configPath] }).getProject(configPath);
    if (!project) throw new Error('the compiler did not open the project');
    const parsed = new Map<string, SourceFile>();
    for (const path of texts.keys()) {
      const name = `${FOLDER}/${path}`;
      const file = project.program.getSourceFile(name);
      if (!file) throw new Error(`${path}: the compiler did not read this file`);
      const [error] = project.program.getSyntacticDiagnostics(name);
      if (error) throw new Error(`${path}: ${error.text}`);
      parsed.set(path, file);
    }
    return parsed;
  } finally {
    api.close();
  }
}
