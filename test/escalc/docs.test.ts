import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { measures } from "../../src/escalc/index";

/** The table of measures, as docs/effect-sizes.md has it: copy it from the failure when a measure is new. */
function measureTable(): string {
  const cell = (text: string) => text.replaceAll("|", "\\|");
  const rows = Object.entries(measures).map(
    ([name, { title, design, formula, variance, variances, paper }]) => {
      const given = design.sources.map(({ kinds }) => Object.keys(kinds).join(", ")).join("; ");
      const cells = [name, title, given, formula, variance, Object.keys(variances).join(", "), paper];
      return `| ${cells.map(cell).join(" | ")} |`;
    },
  );
  const head =
    "| | what it is | arguments | effect | variance | `vtype` | paper |\n|---|---|---|---|---|---|---|";
  return `${head}\n${rows.join("\n")}\n`;
}

test("docs/effect-sizes.md has every measure", () => {
  const text = readFileSync(new URL("../../docs/effect-sizes.md", import.meta.url), "utf8");
  const table = measureTable();
  expect(text.includes(table) ? "the table" : table).toBe("the table");
});
