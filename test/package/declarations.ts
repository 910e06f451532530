import ts from "typescript";

/** What is wrong with a declaration file as documentation; empty when all is well. */
export interface Gaps {
  /** types that exported signatures name and that cannot be imported, as "Inner (in Outer)" */
  readonly unexported: readonly string[];
  /** exported names, fields, parameters in objects and methods without a docstring, as "Outer.inner" */
  readonly undocumented: readonly string[];
}

/** A declaration file of the package; `beside` are names that another entry exports, whose types may be named too. */
export interface Declarations {
  readonly file: string;
  readonly beside: ReadonlySet<string>;
}

/**
 * Walks everything that a declaration file exports with the compiler: each declaration, its members, their members where
 * they are written out in place, and the types that any of these name.
 */
export function gapsOf({ file, beside }: Declarations): Gaps {
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    types: [],
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file)!;
  const exported = new Set(exportsOf(checker, source));
  const unexported = new Set<string>();
  const undocumented = new Set<string>();
  for (const symbol of exported) {
    const documented = symbol.getDocumentationComment(checker).length > 0;
    if (!documented) undocumented.add(symbol.name);
    for (const declaration of symbol.declarations ?? []) walk(declaration, symbol.name, textOf(symbol));
  }
  return { unexported: [...unexported].sort(), undocumented: [...undocumented].sort() };

  /** `told` is the docstring around: it may describe the fields of an object that is written out in place. */
  function walk(node: ts.Node, path: string, told: string): void {
    ts.forEachChild(node, (child) => {
      if (
        ts.isTypeReferenceNode(child) ||
        ts.isExpressionWithTypeArguments(child) ||
        ts.isTypeQueryNode(child)
      ) {
        checkName(child, path);
      }
      if (isMember(child)) {
        const inner = `${path}.${nameOf(child)}`;
        const own = docOf(child);
        if (own === "" && !isTold(child, told)) undocumented.add(inner);
        walk(child, inner, `${told}\n${own}`);
      } else if (!ts.isModifier(child) && !isPrivate(child)) walk(child, path, told);
    });
  }

  function checkName(
    node: ts.TypeReferenceNode | ts.ExpressionWithTypeArguments | ts.TypeQueryNode,
    path: string,
  ): void {
    const name = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isTypeQueryNode(node)
        ? node.exprName
        : node.expression;
    const named = checker.getSymbolAtLocation(name);
    if (named === undefined) throw new Error(`${path}: ${name.getText()} is not declared`);
    const symbol = named.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(named) : named;
    const own = symbol.declarations?.every((declaration) => declaration.getSourceFile() === source) ?? false;
    const parameter = symbol.flags & ts.SymbolFlags.TypeParameter;
    if (own && !parameter && !exported.has(symbol) && !beside.has(symbol.name))
      unexported.add(`${symbol.name} (in ${path})`);
  }

  function textOf(symbol: ts.Symbol): string {
    return ts.displayPartsToString(symbol.getDocumentationComment(checker));
  }

  function docOf(node: ts.Node): string {
    return ts
      .getJSDocCommentsAndTags(node)
      .map((doc) => (ts.isJSDoc(doc) ? (ts.getTextOfJSDocComment(doc.comment) ?? "") : ""))
      .join("\n")
      .trim();
  }
}

/** The names that a declaration file exports. */
export function exportedNames(file: string): Set<string> {
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    types: [],
  });
  return new Set(exportsOf(program.getTypeChecker(), program.getSourceFile(file)!).map(({ name }) => name));
}

/** Symbols behind the `export { type A, b }` at the end of the file. */
function exportsOf(checker: ts.TypeChecker, source: ts.SourceFile): ts.Symbol[] {
  const module = checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${source.fileName} is not a module`);
  return checker
    .getExportsOfModule(module)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));
}

type Member = ts.PropertySignature | ts.PropertyDeclaration | ts.MethodSignature | ts.MethodDeclaration;

function isMember(node: ts.Node): node is Member {
  return (
    ts.isPropertySignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isMethodSignature(node) ||
    ts.isMethodDeclaration(node)
  );
}

function isPrivate(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) &&
    ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword) === true
  );
}

function nameOf(member: Member): string {
  return member.name.getText();
}

/** A field of an object written out in place may be told of by what stands above it, in backticks. */
function isTold(member: Member, told: string): boolean {
  return ts.isTypeLiteralNode(member.parent) && told.includes(`\`${nameOf(member)}\``);
}
