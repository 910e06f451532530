import { fileURLToPath } from "node:url";
import ts from "typescript";

/** What the compiler says of the entries: every exported function with its parameters. Nothing here is kept by hand. */
export interface ExportedFunction {
  readonly entry: string;
  readonly name: string;
  readonly parameters: readonly Parameter[];
}

export interface Parameter {
  readonly name: string;
  readonly optional: boolean;
  /** names of the options that it takes; null for a parameter that is no bag of options */
  readonly options: readonly string[] | null;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const ENTRIES = [
  "src/index.ts",
  "src/batch/index.ts",
  "src/plot/index.ts",
  "src/escalc/index.ts",
  "src/trees/index.ts",
] as const;

export function exportedFunctions(): ExportedFunction[] {
  const config = ts.readConfigFile(`${ROOT}tsconfig.json`, ts.sys.readFile).config as {
    compilerOptions: object;
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const program = ts.createProgram(
    ENTRIES.map((entry) => ROOT + entry),
    options,
  );
  const checker = program.getTypeChecker();
  return ENTRIES.flatMap((entry) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(ROOT + entry)!)!;
    return checker.getExportsOfModule(module).flatMap((exported): ExportedFunction[] => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      if (!(symbol.flags & ts.SymbolFlags.Function)) return [];
      // of overloads the implementation's, which has every parameter
      const declaration = symbol.declarations!.at(-1) as ts.FunctionDeclaration;
      const parameters = declaration.parameters.map((parameter, position) =>
        parameterOf(parameter, position, checker),
      );
      return [{ entry, name: exported.name, parameters }];
    });
  });
}

function parameterOf(
  declaration: ts.ParameterDeclaration,
  position: number,
  checker: ts.TypeChecker,
): Parameter {
  const isPattern = !ts.isIdentifier(declaration.name);
  const name = isPattern ? `argument ${position + 1}` : declaration.name.getText();
  const type = checker.getNonNullableType(checker.getTypeAtLocation(declaration));
  const typeName = (type.aliasSymbol ?? type.symbol)?.name ?? "";
  // by the type's name: a pattern takes options apart without naming them
  const isOptions = /Options$/.test(typeName) || name === "options" || isTakenApart(declaration, type);
  return {
    name,
    optional: declaration.initializer !== undefined || declaration.questionToken !== undefined,
    options: isOptions ? type.getProperties().map((property) => property.name) : null,
  };
}

/** `{ by, level } = {}` of a type without a name. */
function isTakenApart(declaration: ts.ParameterDeclaration, type: ts.Type): boolean {
  return (
    ts.isObjectBindingPattern(declaration.name) && !type.isUnion() && declaration.initializer !== undefined
  );
}
