import { type Node, type SourceFile, SyntaxKind } from 'typescript/unstable/ast';

/*
 * The few members of syntax nodes that the measures read. The compiler's own node types differ for each kind; the same
 * member under another kind means the same, so one shape serves all.
 */

/** A syntax node with the members that the measures read, each present only where the kind has it. */
export interface SyntaxNode extends Node {
  readonly parent: SyntaxNode;
  readonly text?: string;
  readonly name?: SyntaxNode;
  readonly propertyName?: SyntaxNode;
  readonly expression?: SyntaxNode;
  readonly body?: SyntaxNode;
  readonly modifiers?: readonly SyntaxNode[];
  readonly arguments?: readonly SyntaxNode[];
  readonly argument?: SyntaxNode;
  readonly qualifier?: SyntaxNode;
  readonly left?: SyntaxNode;
  readonly literal?: SyntaxNode;
  readonly elements?: readonly SyntaxNode[];
  readonly initializer?: SyntaxNode;
  readonly importClause?: SyntaxNode;
  readonly exportClause?: SyntaxNode;
  readonly namedBindings?: SyntaxNode;
  readonly moduleSpecifier?: SyntaxNode;
  readonly declarationList?: SyntaxNode;
  readonly declarations?: readonly SyntaxNode[];
  readonly phaseModifier?: SyntaxKind;
  readonly isTypeOnly?: boolean;
  readonly awaitModifier?: SyntaxNode;
  readonly exclamationToken?: SyntaxNode;
  readonly postfixToken?: SyntaxNode;
}

/** The statements of a file, as nodes of the shape above. */
export function statementsOf(file: SourceFile): readonly SyntaxNode[] {
  return file.statements as unknown as readonly SyntaxNode[];
}

/** Calls `visit` for each node below `from`, parents before children, in the order of the text. */
export function visitNodes(from: Node, visit: (node: SyntaxNode) => void): void {
  from.forEachChild((child) => {
    visit(child as unknown as SyntaxNode);
    visitNodes(child, visit);
  });
}

/** The line a node begins at, counted from 1; a comment before it is not part of it. */
export function lineOf(file: SourceFile, node: Node): number {
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
}

/** The line a node ends at, counted from 1. */
export function endLineOf(file: SourceFile, node: Node): number {
  return file.getLineAndCharacterOfPosition(node.getEnd()).line + 1;
}

/** The text of a string literal or of a template without substitutions; undefined for any other node. */
export function literalText(node: SyntaxNode | undefined): string | undefined {
  if (node?.kind === SyntaxKind.StringLiteral) return node.text ?? '';
  return node?.kind === SyntaxKind.NoSubstitutionTemplateLiteral ? (node.text ?? '') : undefined;
}

/** Whether a declaration or statement carries a modifier such as `export`, `async` or `default`. */
export function hasModifier(node: SyntaxNode, kind: SyntaxKind): boolean {
  return node.modifiers?.some((modifier) => modifier.kind === kind) ?? false;
}

/** The names a declaration binds: one, or those inside a destructuring pattern. */
export function boundNames(name: SyntaxNode | undefined): readonly string[] {
  if (!name) return [];
  if (name.kind === SyntaxKind.Identifier) return [name.text ?? ''];
  return (name.elements ?? []).flatMap((element) => boundNames(element.name));
}
