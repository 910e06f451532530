import { describe, expect, test } from "vitest";
import type { FitJson } from "../../src/report/json/to-json";
import { loadCase } from "../cases";
import { commandLine } from "./command-line";

const { data, expected, formulas } = loadCase("drm-d-study-random-sd-habitat");
const LEVELS = ["--levels", "habitat=grassland,forest", "--levels", "treatment=passive,active"];

function csv(columns: Readonly<Record<string, readonly (number | string | null)[]>>): string {
  const values = Object.values(columns);
  const lines = values[0]!.map((_, i) => values.map((column) => column[i] ?? "").join(","));
  return `${[Object.keys(columns).join(","), ...lines].join("\n")}\n`;
}

/** Runs a command line with the case on standard input. */
function drmeta(argv: string[]) {
  const stdin = async function* () {
    yield csv(data);
  };
  return commandLine(argv, stdin());
}

describe("random intercepts on the command line", () => {
  test("--json has a row for each level", async () => {
    const { exitCode, stdout, stderr } = await drmeta(["fit", "-", ...formulas, ...LEVELS, "--json"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const { coefficients, random, checks } = JSON.parse(stdout) as FitJson;
    expect(coefficients.map(({ dpar, term }) => `${dpar}:${term}`)).toEqual(
      expected.coefficients.map(({ dpar, term }) => `${dpar}:${term}`),
    );
    expect(random).toHaveLength(40);
    const [intercept, forest] = coefficients
      .filter(({ dpar }) => dpar === "sd(study)")
      .map((row) => row.estimate!);
    random.forEach(({ group, level, sd, estimate, std_error }) => {
      expect(group).toBe("study");
      const habitat = data.habitat![data.study!.findIndex((study) => String(study) === level)];
      expect(sd).toBeCloseTo(Math.exp(intercept! + (habitat === "forest" ? forest! : 0)), 12);
      expect(Math.abs(estimate!)).toBeGreaterThan(0);
      expect(std_error! > 0 && std_error! < sd!).toBe(true);
    });
    const replication = checks!.find(({ check }) => check === "random_effect_replication");
    expect(replication!.status).toBe("ok");
  });

  test("the summary has the SDs on the response scale, with their range", async () => {
    const { stdout } = await drmeta(["fit", "-", ...formulas, ...LEVELS]);
    expect(stdout).toContain("Random intercepts: study (40 levels)");
    expect(stdout).toMatch(/^sd\(study\):habitatforest +\d/m);
    expect(stdout).toMatch(
      /^fitted:sd\(study\) +random-effect-scale sd\(study\) fitted range( \d\.\d+){3} response$/m,
    );
  });

  test("a study-level SD with a predictor that varies within a study is refused", async () => {
    const { exitCode, stdout, stderr } = await drmeta(["fit", "-", formulas[0]!, "sd(study) ~ treatment"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain("'treatment' differs within level '1', in rows 1 and 2 (active and passive)");
  });
});
