// test/package/declarations.ts
import ts from "typescript";

function gapsOf({ file, beside }) {
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    types: [],
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const exported = new Set(exportsOf(checker, source));
  const unexported = /* @__PURE__ */ new Set();
  const undocumented = /* @__PURE__ */ new Set();
  for (const symbol of exported) {
    const documented = symbol.getDocumentationComment(checker).length > 0;
    if (!documented) undocumented.add(symbol.name);
    for (const declaration of symbol.declarations ?? []) walk(declaration, symbol.name, textOf(symbol));
  }
  return { unexported: [...unexported].sort(), undocumented: [...undocumented].sort() };
  function walk(node, path, told) {
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
        walk(
          child,
          inner,
          `${told}
${own}`,
        );
      } else if (!ts.isModifier(child) && !isPrivate(child)) walk(child, path, told);
    });
  }
  function checkName(node, path) {
    const name = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isTypeQueryNode(node)
        ? node.exprName
        : node.expression;
    const symbol = checker.getSymbolAtLocation(name);
    if (symbol === void 0) throw new Error(`${path}: ${name.getText()} is not declared`);
    const own = symbol.declarations?.every((declaration) => declaration.getSourceFile() === source) ?? false;
    const parameter = symbol.flags & ts.SymbolFlags.TypeParameter;
    if (own && !parameter && !exported.has(symbol) && !beside.has(symbol.name))
      unexported.add(`${symbol.name} (in ${path})`);
  }
  function textOf(symbol) {
    return ts.displayPartsToString(symbol.getDocumentationComment(checker));
  }
  function docOf(node) {
    return ts
      .getJSDocCommentsAndTags(node)
      .map((doc) => (ts.isJSDoc(doc) ? (ts.getTextOfJSDocComment(doc.comment) ?? "") : ""))
      .join("\n")
      .trim();
  }
}
function exportedNames(file) {
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    types: [],
  });
  return new Set(exportsOf(program.getTypeChecker(), program.getSourceFile(file)).map(({ name }) => name));
}
function exportsOf(checker, source) {
  const module = checker.getSymbolAtLocation(source);
  if (module === void 0) throw new Error(`${source.fileName} is not a module`);
  return checker
    .getExportsOfModule(module)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));
}
function isMember(node) {
  return (
    ts.isPropertySignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isMethodSignature(node) ||
    ts.isMethodDeclaration(node)
  );
}
function isPrivate(node) {
  return (
    ts.canHaveModifiers(node) &&
    ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword) === true
  );
}
function nameOf(member) {
  return member.name.getText();
}
function isTold(member, told) {
  return ts.isTypeLiteralNode(member.parent) && told.includes(`\`${nameOf(member)}\``);
}

// ../../wx/gaps.ts
var main = exportedNames("/tmp/wt/words/dist/index.d.ts");
for (const f of ["index", "batch", "plot"]) {
  const g = gapsOf({
    file: `/tmp/wt/words/dist/${f}.d.ts`,
    beside: f === "index" ? /* @__PURE__ */ new Set() : main,
  });
  console.log(f, g.unexported.length, g.undocumented.length);
  console.log(g.unexported.join("\n"));
  console.log(g.undocumented.join("\n"));
}
