import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { FitJson } from "../../src/report/json/to-json";
import { loadCase } from "../cases";
import type { MaCase } from "../fit/ma-case";
import { commandLine } from "./command-line";

const { data, tree, matrices, fits } = loadCase<MaCase>("next/r11-phylo-and-relmat");
const FORMULA =
  "yi ~ x + phylo(1 | species, tree = tree) + relmat(1 | population, K = K) + (1 | study) + meta_V(V = vi)";
const WANTED = fits.find(({ method }) => method === "ML")!.polished;

const folder = mkdtempSync(join(tmpdir(), "drmeta-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const { levels, values } = matrices!.K!;
const names = Object.keys(data.columns);
const rows = data.columns[names[0]!]!.map((_, i) => names.map((name) => data.columns[name]![i]).join(","));
const DATA = file("data.csv", `${names.join(",")}\n${rows.join("\n")}\n`);
const TREE = file("tree.nwk", tree!.newick);
const K = file("K.csv", `${levels.join(",")}\n${values.map((row) => row.join(",")).join("\n")}\n`);

describe("trees and matrices of levels on the command line", () => {
  test.each([["fit"], ["bias"]])("%s takes --tree and --matrix with names", async (command) => {
    const argv = [command, DATA, FORMULA, "--tree", `tree=${TREE}`, "--matrix", `K=${K}`, "--json"];
    const { exitCode, stdout, stderr } = await commandLine(argv);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    if (command !== "fit") return;
    const { logLik, coefficients, random } = JSON.parse(stdout) as FitJson;
    expect(logLik).toBeCloseTo(WANTED.logLik, 7);
    expect(coefficients.map(({ dpar }) => dpar)).toContain("sd(relmat(population))");
    expect(random.filter(({ group }) => group === "phylo(species)")).toHaveLength(30);
  });

  test("jobs of a batch have them in the line", async () => {
    const job = { formulas: [FORMULA], data: data.columns, trees: { tree: tree!.newick }, matrices };
    const path = file("jobs.ndjson", `${JSON.stringify(job)}\n`);
    const { exitCode, stdout } = await commandLine(["batch", path]);
    expect(exitCode).toBe(0);
    expect((JSON.parse(stdout) as FitJson).logLik).toBeCloseTo(WANTED.logLik, 7);
  });

  test("a matrix without names, and a tree that is not there, are errors that say so", async () => {
    const bare = file("bare.csv", `${values.map((row) => row.join(",")).join("\n")}\n`);
    const unnamed = await commandLine([
      "fit",
      DATA,
      FORMULA,
      "--tree",
      `tree=${TREE}`,
      "--matrix",
      `K=${bare}`,
    ]);
    expect(unnamed.exitCode).toBe(1);
    expect(unnamed.stderr).toContain("level 'p01' of population");
    const absent = await commandLine(["fit", DATA, FORMULA, "--matrix", `K=${K}`]);
    expect(absent.exitCode).toBe(1);
    expect(absent.stderr).toContain("tree = tree is looked up in the option trees, and none is given");
    const twice = await commandLine(["fit", DATA, FORMULA, "--tree", `t=${TREE}`, "--tree", `t=${TREE}`]);
    expect(twice.exitCode).toBe(2);
  });
});
