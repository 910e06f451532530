import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadCase } from "../cases";
import { commandLine } from "./command-line";

const { data, expected, matrices } = loadCase("drm-f-bivariate-habitat");
const CALL = "mu1 = y1 ~ habitat + meta_V(V = meta_vcov_bivariate(v1, v2, cor12 = cor12))";
const REST = ["mu2 = y2 ~ habitat", "sigma1 = ~ habitat", "sigma2 = ~ habitat", "rho12 = ~ habitat"];
const LEVELS = ["--levels", "habitat=grassland,forest"];

let folder: string;
let studies: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "drmeta-biv-"));
  studies = file("studies.csv", csv(data));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function csv(columns: Readonly<Record<string, readonly (number | string | null)[]>>): string {
  const values = Object.values(columns);
  const lines = values[0]!.map((_, i) => values.map((column) => column[i] ?? "").join(","));
  return `${[Object.keys(columns).join(","), ...lines].join("\n")}\n`;
}

const drmeta = (...argv: string[]) => commandLine(argv);

describe("two outcomes on the command line", () => {
  test.each<[string, string, string[]]>([
    ["V from columns", CALL, []],
    ["--biv says what mu1 implies", CALL, ["--biv"]],
    ["a stacked V file", "mu1 = y1 ~ habitat + meta_V(V = S)", ["--matrix", "S=S.csv"]],
  ])("%s", async (_, mu1, options) => {
    const path = file("S.csv", matrices!.Vb!.map((row) => row.join(",")).join("\n"));
    const argv = options.map((option) => option.replace("S.csv", path));
    const { exitCode, stdout, stderr } = await drmeta(
      "fit",
      studies,
      mu1,
      ...REST,
      ...LEVELS,
      ...argv,
      "--json",
      "--fitted",
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({
      family: "biv_gaussian",
      nobs: 60,
      dropped: 0,
      df: 10,
      formulas: [mu1, ...REST],
    });
    expect(result.logLik).toBeCloseTo(expected.logLik, 7);
    for (const [i, { dpar, term, estimate }] of expected.coefficients.entries()) {
      expect(result.coefficients[i]).toMatchObject({ dpar, term, estimate: expect.closeTo(estimate, 6) });
    }
    expect(Object.keys(result.fitted)).toEqual(["mu1", "mu2", "sigma1", "sigma2", "rho12"]);
    expect(result.fitted.rho12).toHaveLength(60);
  });

  test("studies with one outcome: told in text, null in JSON, formulas in any order", async () => {
    const gaps = csv({ ...data, y2: data.y2!.map((y, i) => (i < 12 ? null : y)) });
    const path = file("gaps.csv", gaps);
    const formulas = [...REST].reverse().concat(CALL);
    const text = await drmeta("fit", path, ...formulas, ...LEVELS, "--check");
    expect(text.exitCode).toBe(0);
    expect(text.stdout).toContain("one outcome only: y1 in 12 studies\n");
    expect(text.stdout).toMatch(/^rho12:habitatforest +0\.\d+/m);
    expect(text.stdout).toMatch(/^fitted:rho12 +residual-correlation +rho12 fitted range/m);
    expect(text.stdout).toMatch(/^one_outcome_only +note +12 with y1, 0 with y2/m);
    const json = JSON.parse((await drmeta("fit", path, ...formulas, "--json", "--fitted")).stdout);
    expect(json.nobs).toBe(60);
    expect(json.fitted.mu2.slice(10, 13)).toEqual([null, null, expect.any(Number)]);
  });

  test.each<[string, string[], string]>([
    ["no mu2", [CALL], "mu1 has one, mu2 has none"],
    ["V in mu2", ["mu1 = y1 ~ 1", "mu2 = y2 ~ meta_V(V = v2)"], "V term is in the formula of mu2"],
    ["one variance a study", ["mu1 = y1 ~ meta_V(V = v1)", REST[0]!], "meta_vcov_bivariate(v1, v2)"],
    [
      "a singular block",
      ["mu1 = y1 ~ meta_V(V = meta_vcov_bivariate(v1, v2, cor12 = 1))", REST[0]!],
      "study 1: cov12",
    ],
  ])("%s is exit code 1", async (_, formulas, message) => {
    const { exitCode, stdout, stderr } = await drmeta("fit", studies, ...formulas);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(message);
  });

  test("the help has an example", async () => {
    expect((await drmeta("fit", "--help")).stdout).toContain("meta_vcov_bivariate(v1, v2, cor12 = r)");
  });
});
