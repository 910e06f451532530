import type { Test } from "./choices";

/** What a script needs to make the fit again. */
export interface ScriptInput {
  readonly formulas: readonly string[];
  readonly method: "ML" | "REML";
  readonly test: Test;
  readonly factors: Readonly<Record<string, readonly string[]>>;
  /** of the data, which lie beside the script */
  readonly fileName: string;
}

/** TypeScript for Node that makes the fit again and prints its summary and checks. */
export function typescriptScript({ formulas, method, test, factors, fileName }: ScriptInput): string {
  const options = Object.keys(factors).length > 0 ? `, { factors: ${JSON.stringify(factors, null, 2)} }` : "";
  const list = formulas.map((formula) => `  ${JSON.stringify(formula)},\n`).join("");
  return `import { readFileSync } from "node:fs";
import { checkDrm, drm, drmFormula, parseCsv, summary } from "drmeta";

const csv = readFileSync(${JSON.stringify(fileName)}, "utf8");
const data = parseCsv(csv${options});
const formula = drmFormula(
${list});
const fit = drm(formula, { data, method: ${JSON.stringify(method)} });
console.log(String(summary(fit${test === "z" ? "" : `, { test: "${test}" }`})));
console.log(String(checkDrm(fit)));
`;
}
