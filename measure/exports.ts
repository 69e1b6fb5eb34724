import { type SourceFile, SyntaxKind } from 'typescript/unstable/ast';
import { boundNames, hasModifier, lineOf, type SyntaxNode, statementsOf } from './syntax.ts';

/** A name that a file gives to others. */
export interface Export {
  readonly name: string;
  readonly line: number;
}

/** Every name a file exports; `export * from` gives `*`. */
export function exportsOf(file: SourceFile): readonly Export[] {
  return statementsOf(file).flatMap((statement) => {
    const line = lineOf(file, statement);
    return exportedNames(statement).map((name) => ({ name, line }));
  });
}

function exportedNames(statement: SyntaxNode): readonly string[] {
  if (statement.kind === SyntaxKind.ExportAssignment) return ['default'];
  if (statement.kind === SyntaxKind.ExportDeclaration) {
    const clause = statement.exportClause;
    if (!clause) return statement.moduleSpecifier ? ['*'] : [];
    return clause.elements?.map((element) => element.name?.text ?? '') ?? boundNames(clause.name);
  }
  if (!hasModifier(statement, SyntaxKind.ExportKeyword)) return [];
  if (hasModifier(statement, SyntaxKind.DefaultKeyword)) return ['default'];
  const declarations = statement.declarationList?.declarations;
  if (declarations) return declarations.flatMap((declaration) => boundNames(declaration.name));
  return boundNames(statement.name);
}
