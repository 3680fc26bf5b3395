import ts from 'typescript';

const isExported = (node: ts.Statement): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

const namesIn = (name: ts.BindingName): readonly string[] =>
  ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesIn(element.name) : []));

/** The names that `export { … }` introduces: for its own declarations, for another package, or with `as`. */
function namesOfList({ exportClause, moduleSpecifier }: ts.ExportDeclaration): readonly string[] {
  if (exportClause === undefined) return [];
  if (ts.isNamespaceExport(exportClause)) return [exportClause.name.text];
  const isPassedOn = moduleSpecifier && ts.isStringLiteral(moduleSpecifier) && moduleSpecifier.text.startsWith('.');
  return exportClause.elements
    .filter(({ propertyName, name }) => !isPassedOn || (propertyName && propertyName.text !== name.text))
    .map(({ name }) => name.text);
}

/** The names that a source file gives to its exports. */
export function namesOfExports(source: string): readonly string[] {
  const { statements } = ts.createSourceFile('file.ts', source, {
    languageVersion: ts.ScriptTarget.Latest,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  });
  const imported = new Set(
    statements.flatMap((node) => {
      const bindings = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : undefined;
      return bindings && ts.isNamedImports(bindings) ? bindings.elements.map(({ name }) => name.text) : [];
    }),
  );
  return statements.flatMap((node) => {
    if (ts.isExportDeclaration(node)) return namesOfList(node).filter((name) => !imported.has(name));
    if (!isExported(node)) return [];
    if (ts.isVariableStatement(node)) return node.declarationList.declarations.flatMap(({ name }) => namesIn(name));
    const { name } = node as ts.DeclarationStatement;
    return name && ts.isIdentifier(name) ? [name.text] : [];
  });
}
