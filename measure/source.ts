import { type SourceFile, SyntaxKind } from 'typescript/unstable/ast';
import { type Export, exportsOf } from './exports.ts';
import { type Import, importsOf } from './imports.ts';
import { type ForbiddenUse, forbiddenUses } from './purity.ts';
import { endLineOf, lineOf, literalText, type SyntaxNode, visitNodes } from './syntax.ts';

/** A function, method, constructor or accessor with a body in braces. Lines are whole, comments before it left out. */
export interface FunctionSize {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

/** What the measures and the tests of structure know of one source file. Lines count from 1. */
export interface Source {
  /** Relative to the checkout, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
  readonly functions: readonly FunctionSize[];
  readonly forbidden: readonly ForbiddenUse[];
  /** Where `any` is written. */
  readonly anys: readonly number[];
  /** Where `!` overrules the compiler: `value!` and `field!: Type`. */
  readonly nonNulls: readonly number[];
  /** Texts of string literals, literal types and keys of objects. */
  readonly literals: ReadonlySet<string>;
  readonly identifiers: ReadonlySet<string>;
  /** Lines of import statements and of tables: literals of an object or array that stand at module level. */
  readonly importLines: ReadonlySet<number>;
  readonly tableLines: ReadonlySet<number>;
}

/** Reads one parsed file. Pure. */
export function readSource(path: string, file: SourceFile): Source {
  const imports = importsOf(file);
  const functions: FunctionSize[] = [];
  const anys: number[] = [];
  const nonNulls: number[] = [];
  const literals = new Set<string>();
  const identifiers = new Set<string>();
  visitNodes(file, (node) => {
    if (node.body?.kind === SyntaxKind.Block) functions.push(functionSize(file, node));
    if (node.kind === SyntaxKind.AnyKeyword) anys.push(lineOf(file, node));
    if (overrulesCompiler(node)) nonNulls.push(lineOf(file, node));
    if (node.kind === SyntaxKind.Identifier || node.kind === SyntaxKind.PrivateIdentifier)
      identifiers.add(node.text ?? '');
    const literal = literalText(node) ?? keyText(node);
    if (literal !== undefined) literals.add(literal);
  });
  return {
    path,
    text: file.text,
    lines: countLines(file.text),
    imports,
    exports: exportsOf(file),
    functions,
    forbidden: forbiddenUses(file, imports),
    anys,
    nonNulls,
    literals,
    identifiers,
    importLines: linesOf(file, (node) => node.kind === SyntaxKind.ImportDeclaration),
    tableLines: linesOf(file, isTable),
  };
}

function countLines(text: string): number {
  return text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
}

function functionSize(file: SourceFile, node: SyntaxNode): FunctionSize {
  const line = lineOf(file, node);
  const own = node.name?.getText(file) ?? (node.kind === SyntaxKind.Constructor ? 'constructor' : undefined);
  const given = node.parent.name?.getText(file);
  return { name: own ?? given ?? '(anonymous)', line, lines: endLineOf(file, node) - line + 1 };
}

function overrulesCompiler(node: SyntaxNode): boolean {
  if (node.kind === SyntaxKind.NonNullExpression) return true;
  const token = node.exclamationToken ?? node.postfixToken;
  return token?.kind === SyntaxKind.ExclamationToken;
}

function keyText(node: SyntaxNode): string | undefined {
  const isKey =
    node.kind === SyntaxKind.PropertyAssignment || node.kind === SyntaxKind.ShorthandPropertyAssignment;
  return isKey && node.name?.kind === SyntaxKind.Identifier ? node.name.text : undefined;
}

function linesOf(file: SourceFile, isWanted: (statement: SyntaxNode) => boolean): ReadonlySet<number> {
  const lines = new Set<number>();
  for (const statement of file.statements as unknown as readonly SyntaxNode[]) {
    if (!isWanted(statement)) continue;
    const end = endLineOf(file, statement);
    for (let line = lineOf(file, statement); line <= end; line++) lines.add(line);
  }
  return lines;
}

/** A statement at module level whose every variable is a literal of an object or array and holds no function. */
function isTable(statement: SyntaxNode): boolean {
  const declarations = statement.declarationList?.declarations ?? [];
  return declarations.length > 0 && declarations.every(({ initializer }) => isData(initializer));
}

function isData(value: SyntaxNode | undefined): boolean {
  if (value?.kind === SyntaxKind.AsExpression || value?.kind === SyntaxKind.SatisfiesExpression)
    return isData(value.expression);
  if (value?.kind !== SyntaxKind.ObjectLiteralExpression && value?.kind !== SyntaxKind.ArrayLiteralExpression)
    return false;
  let holdsFunction = false;
  visitNodes(value, (node) => {
    holdsFunction ||= node.body !== undefined;
  });
  return !holdsFunction;
}
