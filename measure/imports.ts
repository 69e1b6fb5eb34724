import { type SourceFile, SyntaxKind } from 'typescript/unstable/ast';
import { lineOf, literalText, type SyntaxNode, statementsOf, visitNodes } from './syntax.ts';

/** One place that names another module. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** `type`: nothing of it is there at run time. `path`: a module named in a string, as for a child process. */
  readonly kind: 'value' | 'type' | 'path';
  /** What is taken from it, by the names it exports; `*` for all. */
  readonly names: readonly string[];
}

/** Every import of a file: statements, re-exports, `import()` with a literal, `import()` types, relative paths in strings. */
export function importsOf(file: SourceFile): readonly Import[] {
  const found: Import[] = [];
  for (const statement of statementsOf(file)) {
    const specifier = literalText(statement.moduleSpecifier);
    if (specifier === undefined) continue;
    const line = lineOf(file, statement);
    if (statement.kind === SyntaxKind.ImportDeclaration)
      found.push({ specifier, line, ...readClause(file, statement.importClause) });
    else if (statement.kind === SyntaxKind.ExportDeclaration)
      found.push({ specifier, line, ...readReexport(statement) });
  }
  visitNodes(file, (node) => {
    const expression = readImportExpression(node);
    if (expression) found.push({ line: lineOf(file, node), ...expression });
  });
  return found;
}

type Taken = Pick<Import, 'kind' | 'names'>;

function readClause(file: SourceFile, clause: SyntaxNode | undefined): Taken {
  if (!clause) return { kind: 'value', names: [] };
  const names: string[] = clause.name ? ['default'] : [];
  let isValue = clause.name !== undefined;
  const bindings = clause.namedBindings;
  if (bindings?.kind === SyntaxKind.NamespaceImport) {
    isValue = true;
    names.push(...namesTakenFrom(file, bindings));
  }
  for (const element of bindings?.elements ?? []) {
    names.push((element.propertyName ?? element.name)?.text ?? '');
    isValue ||= element.isTypeOnly !== true;
  }
  const typeOnly = clause.phaseModifier === SyntaxKind.TypeKeyword;
  return { kind: isValue && !typeOnly ? 'value' : 'type', names };
}

/** The members of a namespace import that are used; `*` where it is used as a whole. */
function namesTakenFrom(file: SourceFile, binding: SyntaxNode): readonly string[] {
  const names = new Set<string>();
  const namespace = binding.name?.text;
  visitNodes(file, (node) => {
    if (node.kind !== SyntaxKind.Identifier || node.text !== namespace || node.parent.name === node) return;
    const { parent } = node;
    const isMember =
      (parent.kind === SyntaxKind.PropertyAccessExpression && parent.expression === node) ||
      (parent.kind === SyntaxKind.QualifiedName && parent.left === node);
    const member = parent.name ?? (parent as { right?: SyntaxNode }).right;
    names.add(isMember ? (member?.text ?? '*') : '*');
  });
  return [...names];
}

function readReexport(statement: SyntaxNode): Taken {
  const elements = statement.exportClause?.elements;
  const names = elements?.map((element) => (element.propertyName ?? element.name)?.text ?? '') ?? ['*'];
  const allTypes = elements?.every((element) => element.isTypeOnly === true) ?? false;
  return { kind: statement.isTypeOnly || allTypes ? 'type' : 'value', names };
}

function readImportExpression(node: SyntaxNode): Omit<Import, 'line'> | undefined {
  if (node.kind === SyntaxKind.CallExpression && node.expression?.kind === SyntaxKind.ImportKeyword) {
    const specifier = literalText(node.arguments?.[0]);
    return specifier === undefined ? undefined : { specifier, kind: 'value', names: ['*'] };
  }
  if (node.kind === SyntaxKind.ImportType) {
    const specifier = literalText(node.argument?.literal);
    if (specifier === undefined) return undefined;
    const first = leftmost(node.qualifier);
    return { specifier, kind: 'type', names: [first ?? '*'] };
  }
  const text = literalText(node);
  if (text === undefined || !/^\.{1,2}\/\S+\.ts$/.test(text) || namesModule(node)) return undefined;
  return { specifier: text, kind: 'path', names: [] };
}

/** Whether a literal is the module of an import that is read elsewhere. */
function namesModule(literal: SyntaxNode): boolean {
  const { parent } = literal;
  if (parent.moduleSpecifier === literal) return true;
  if (parent.kind === SyntaxKind.CallExpression) return parent.expression?.kind === SyntaxKind.ImportKeyword;
  return parent.parent?.kind === SyntaxKind.ImportType;
}

function leftmost(name: SyntaxNode | undefined): string | undefined {
  return name?.left ? leftmost(name.left) : name?.text;
}
