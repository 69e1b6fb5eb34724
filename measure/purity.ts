import { type SourceFile, SyntaxKind } from 'typescript/unstable/ast';
import type { Import } from './imports.ts';
import {
  boundNames,
  hasModifier,
  lineOf,
  literalText,
  type SyntaxNode,
  statementsOf,
  visitNodes,
} from './syntax.ts';

/** The rule of "honestly pure", in words; the lists below are its only statement in code. */
export const PURITY_RULE: readonly string[] = [
  'A file is honestly pure when its name has no suffix (or .view, .entries, .events, .settings) and, comments and types left out, it has',
  '(a) no async function, await, for await, call of .then() or use of Promise as a value;',
  '(b) no clock, chance, environment or timer: Date.now, new Date(), Math.random, process, performance, import.meta,',
  '    setTimeout and its like, globalThis;',
  '(c) no input or output: console, fetch, WebSocket, crypto, require, import() and, of node:, only assert, buffer,',
  '    path, querystring, string_decoder, url, util and the parts of crypto that use no chance;',
  '(d) no SQL: no value from knex, pg or node:sqlite, no SQL in a string, no query of a table by its name;',
  '(e) no let or var at module level;',
  '(f) of packages, only those listed as pure; and of files of this project, values of honestly pure files only.',
];

/** Suffixes that perform no effect: none, and lists and words that a room declares. */
export const PURE_SUFFIXES: ReadonlySet<string> = new Set(['', 'view', 'entries', 'events', 'settings']);
/** Modules without effects. A module that is not here, or a name of `node:crypto` that is not, makes a file impure. */
const PURE_MODULES: ReadonlySet<string> = new Set([
  'node:assert',
  'node:assert/strict',
  'node:buffer',
  'node:path',
  'node:path/posix',
  'node:querystring',
  'node:string_decoder',
  'node:url',
  'node:util',
  'csv-parse/sync',
  'fast-xml-parser',
  'libphonenumber-js',
  'libphonenumber-js/max',
  'otpauth',
  'qr',
  'twilio/lib/twiml/VoiceResponse.js',
  'twilio/lib/webhooks/webhooks.js',
  'typescript/unstable/ast',
  'xstate',
  'yaml',
  'zod',
  'zod-openapi',
]);
const PURE_CRYPTO: ReadonlySet<string> = new Set([
  'createCipheriv',
  'createDecipheriv',
  'createHash',
  'createHmac',
  'createPrivateKey',
  'createPublicKey',
  'createSecretKey',
  'hash',
  'hkdfSync',
  'scryptSync',
  'sign',
  'timingSafeEqual',
  'verify',
]);
const SQL_MODULES: ReadonlySet<string> = new Set(['knex', 'pg', 'node:sqlite']);
const HTTP_OUT_MODULES = /^(node:https?|undici|axios|twilio(\/lib\/(http|base)\/.*)?)$/;
const HTTP_IN_MODULES = /^(express|helmet)$/;

/** What a pure file does not do. */
type Effect =
  | 'awaits'
  | 'clock'
  | 'chance'
  | 'environment'
  | 'input or output'
  | 'http in'
  | 'http out'
  | 'timer'
  | 'sql'
  | 'module state';
const GLOBALS: ReadonlyMap<string, Effect> = new Map<string, Effect>([
  ['Promise', 'awaits'],
  ['performance', 'clock'],
  ['crypto', 'chance'],
  ['process', 'environment'],
  ['globalThis', 'environment'],
  ['console', 'input or output'],
  ['fetch', 'http out'],
  ['WebSocket', 'http out'],
  ['require', 'input or output'],
  ['setTimeout', 'timer'],
  ['setInterval', 'timer'],
  ['setImmediate', 'timer'],
  ['clearTimeout', 'timer'],
  ['clearInterval', 'timer'],
  ['clearImmediate', 'timer'],
  ['queueMicrotask', 'timer'],
]);
const SQL_TEXT =
  /\b(SELECT\s.+\sFROM|INSERT INTO|UPDATE\s+\S+\s+SET|DELETE FROM|CREATE (UNIQUE )?(TABLE|INDEX|TRIGGER)|ALTER TABLE|DROP TABLE|PRAGMA)\b/s;
/** What a connection or transaction of knex is called in this code. */
const HANDLES = /^(db|database|knex|trx|transaction)$/;
const QUERY_METHODS: ReadonlySet<string> = new Set([
  'from',
  'into',
  'table',
  'join',
  'leftJoin',
  'innerJoin',
]);

/** A use of something that a pure file may not use. */
export interface ForbiddenUse {
  readonly reason: Effect;
  readonly what: string;
  readonly line: number;
  /** The table of a query that names one. */
  readonly table?: string;
}

/** A forbidden use in the words of a list of offenders. */
export function describeUse({ line, reason, what }: ForbiddenUse): string {
  return `line ${line}: ${reason} (${what})`;
}

/** Every forbidden use in a file itself; what its imports do is `impureFiles`' to say. */
export function forbiddenUses(file: SourceFile, imports: readonly Import[]): readonly ForbiddenUse[] {
  const found: ForbiddenUse[] = [];
  for (const { specifier, kind, names, line } of imports) {
    const reason = kind === 'value' ? reasonOfModule(specifier, names) : undefined;
    if (reason) found.push({ reason, what: `import of ${specifier}`, line });
  }
  const declared = declaredNames(file);
  const namesDatabase = imports.some(({ specifier }) => SQL_MODULES.has(specifier));
  visitNodes(file, (node) => {
    const use =
      waiting(node) ??
      globalUse(node, declared) ??
      clockOrChance(node, declared) ??
      sqlText(node) ??
      (namesDatabase ? query(node) : undefined);
    if (use) found.push({ ...use, line: lineOf(file, node) });
  });
  return [...found, ...moduleState(file)];
}

function reasonOfModule(specifier: string, names: readonly string[]): Effect | undefined {
  if (specifier.startsWith('.') || PURE_MODULES.has(specifier)) return undefined;
  if (SQL_MODULES.has(specifier)) return 'sql';
  if (HTTP_IN_MODULES.test(specifier)) return 'http in';
  if (HTTP_OUT_MODULES.test(specifier)) return 'http out';
  if (specifier === 'node:crypto') return names.every((name) => PURE_CRYPTO.has(name)) ? undefined : 'chance';
  return 'input or output';
}

type Found = Omit<ForbiddenUse, 'line'> | undefined;

function waiting(node: SyntaxNode): Found {
  if (node.kind === SyntaxKind.AwaitExpression) return { reason: 'awaits', what: 'await' };
  if (node.kind === SyntaxKind.AsyncKeyword) return { reason: 'awaits', what: 'async' };
  if (node.awaitModifier) return { reason: 'awaits', what: 'for await' };
  if (node.kind !== SyntaxKind.CallExpression) return undefined;
  return node.expression?.name?.text === 'then' ? { reason: 'awaits', what: '.then()' } : undefined;
}

function globalUse(node: SyntaxNode, declared: ReadonlySet<string>): Found {
  if (node.kind === SyntaxKind.MetaProperty) return { reason: 'environment', what: 'import.meta' };
  if (node.kind === SyntaxKind.ImportKeyword && node.parent.kind === SyntaxKind.CallExpression)
    return { reason: 'input or output', what: 'import()' };
  if (node.kind !== SyntaxKind.Identifier || node.text === undefined) return undefined;
  const reason = GLOBALS.get(node.text);
  if (!reason || declared.has(node.text) || !isValueUse(node)) return undefined;
  return { reason, what: node.text };
}

/** Whether an identifier reads a variable, as opposed to naming a member, a declaration or a type. */
function isValueUse(node: SyntaxNode): boolean {
  const { parent } = node;
  if (parent.kind === SyntaxKind.ShorthandPropertyAssignment) return true;
  if (parent.name === node || parent.propertyName === node) return false;
  return (
    parent.kind !== SyntaxKind.TypeReference &&
    parent.kind !== SyntaxKind.QualifiedName &&
    parent.kind !== SyntaxKind.TypeQuery
  );
}

function clockOrChance(node: SyntaxNode, declared: ReadonlySet<string>): Found {
  const { expression } = node;
  if (expression?.kind !== SyntaxKind.Identifier || declared.has(expression.text ?? '')) return undefined;
  if (node.kind === SyntaxKind.PropertyAccessExpression) {
    const what = `${expression.text}.${node.name?.text}`;
    if (what === 'Math.random') return { reason: 'chance', what };
    return what === 'Date.now' || what === 'Temporal.Now' ? { reason: 'clock', what } : undefined;
  }
  if (expression.text !== 'Date') return undefined;
  if (node.kind === SyntaxKind.CallExpression) return { reason: 'clock', what: 'Date()' };
  const isNow = node.kind === SyntaxKind.NewExpression && (node.arguments ?? []).length === 0;
  return isNow ? { reason: 'clock', what: 'new Date()' } : undefined;
}

function sqlText(node: SyntaxNode): Found {
  const text = literalText(node) ?? (node.kind === SyntaxKind.TemplateExpression ? node.getText() : '');
  return SQL_TEXT.test(text) ? { reason: 'sql', what: 'SQL in a string' } : undefined;
}

/** `db('calls')`, `.from('calls')` and `.raw(…)`, in a file that names knex, if only a type of it. */
function query(node: SyntaxNode): Found {
  if (node.kind !== SyntaxKind.CallExpression) return undefined;
  const { expression } = node;
  const method = expression?.name?.text ?? '';
  if (method === 'raw') return { reason: 'sql', what: '.raw()' };
  const table = literalText(node.arguments?.[0]);
  if (table === undefined || !/^[a-z][a-z_]*( as [a-z_]+)?$/.test(table)) return undefined;
  const isHandle = expression?.kind === SyntaxKind.Identifier && HANDLES.test(expression.text ?? '');
  if (!isHandle && !QUERY_METHODS.has(method)) return undefined;
  return { reason: 'sql', what: `query of ${table}`, table: table.replace(/ as .*$/, '') };
}

function moduleState(file: SourceFile): readonly ForbiddenUse[] {
  return statementsOf(file).flatMap((statement) => {
    const list = statement.declarationList;
    if (!list || hasModifier(statement, SyntaxKind.DeclareKeyword)) return [];
    if (!/^(let|var)\b/.test(list.getText(file))) return [];
    return [{ reason: 'module state' as const, what: 'let at module level', line: lineOf(file, statement) }];
  });
}

/** Names that a file gives a meaning of its own anywhere, so that they are not the global ones. */
function declaredNames(file: SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  visitNodes(file, (node) => {
    switch (node.kind) {
      case SyntaxKind.Parameter:
      case SyntaxKind.VariableDeclaration:
      case SyntaxKind.BindingElement:
      case SyntaxKind.FunctionDeclaration:
      case SyntaxKind.ClassDeclaration:
      case SyntaxKind.ImportSpecifier:
      case SyntaxKind.ImportClause:
      case SyntaxKind.NamespaceImport:
        for (const name of boundNames(node.name)) names.add(name);
    }
  });
  return names;
}
