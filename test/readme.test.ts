import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { commandLine } from "./cli/command-line";
import { type CodeBlock, codeBlocks, matchesShown } from "./code-blocks";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** The documents whose code runs. The `ts` blocks of one are one program: later blocks go on from earlier ones. */
const DOCUMENTS = [
  "README.md",
  "docs/dependent-effects.md",
  "docs/batch.md",
  "docs/effect-sizes.md",
  "docs/bias.md",
  "docs/proportional-variances.md",
  "docs/data.md",
  "docs/trees.md",
];

describe.each(DOCUMENTS)("%s", (name) => {
  const blocks = codeBlocks(join(ROOT, name));
  const program = blocks.filter(({ language }) => language === "ts");
  const commands = blocks.filter(({ language, code }) => language === "sh" && code.startsWith("drmeta "));

  test.runIf(program.length > 0)("TypeScript", async () => {
    const printed = await runProgram(program.map(({ code }) => code));
    for (const [i, block] of program.entries()) expectShown(block, printed[i]!);
  });

  test.each(commands)("line $line: command", async (block) => {
    const { exitCode, stdout, stderr } = await commandLine(shellWords(block.code).slice(1));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expectShown(block, stdout);
  });
});

test("words of a command line", () => {
  expect(shellWords("drmeta fit a.csv 'y ~ x' \\\n  \"sigma ~ x\" --json\n")).toEqual([
    "drmeta",
    "fit",
    "a.csv",
    "y ~ x",
    "sigma ~ x",
    "--json",
  ]);
});

test("a document may leave lines out", () => {
  expect(matchesShown("a\nb  \nc\n", "a\n...\nc\n")).toBe(true);
  expect(matchesShown("a\nb\nc\n", "a\n...\n")).toBe(true);
  expect(matchesShown("a\nb\nc\n", "a\nc\n")).toBe(false);
  expect(matchesShown("a.c\n", "abc\n")).toBe(false);
});

/** A block that shows no output must run all the same. */
function expectShown({ output, line }: CodeBlock, printed: string): void {
  if (output === null || matchesShown(printed, output)) return;
  // fails, and shows the difference
  expect(printed, `the output shown after line ${line}`).toBe(output);
}

const BETWEEN = "\u0001";

/** Runs the blocks as one program on the sources, and returns what each printed. */
async function runProgram(blocks: readonly string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "drmeta-readme-"));
  try {
    const outfile = join(folder, "program.mjs");
    await build({
      stdin: {
        contents: blocks.join(`\nconsole.log(${JSON.stringify(BETWEEN)});\n`),
        loader: "ts",
        resolveDir: ROOT,
      },
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20",
      mainFields: ["browser", "module", "main"],
      alias: {
        "drmeta/batch": join(ROOT, "src/batch/index.ts"),
        "drmeta/plot": join(ROOT, "src/plot/index.ts"),
        "drmeta/escalc": join(ROOT, "src/escalc/index.ts"),
        "drmeta/bias": join(ROOT, "src/bias/index.ts"),
        "drmeta/trees": join(ROOT, "src/trees/index.ts"),
        drmeta: join(ROOT, "src/index.ts"),
        workerpool: join(ROOT, "node_modules/workerpool/src/index.js"),
      },
      // workerpool requires Node's modules
      banner: {
        js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
      },
      logLevel: "silent",
    });
    const printed = execFileSync(process.execPath, [outfile], { cwd: ROOT, encoding: "utf8" });
    return printed.split(`${BETWEEN}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** As a shell splits them: quotes hold words together, a backslash joins lines. */
function shellWords(command: string): string[] {
  const words = command.replace(/\\\n/g, " ").match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"));
}
