import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { aggregate, escalc, sharedControl, vcalc } from "../../src/escalc/index";
import { drm, type FactorColumn, parseCsv } from "../../src/index";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const ASSINK = parseCsv(read("../../examples/assink.csv"));
type Pair = { readonly yi: readonly number[]; readonly vi: readonly number[] };
/** By metafor 3.8-1: fixtures/dependent.R. */
const METAFOR = JSON.parse(read("fixtures/dependent.json")) as {
  readonly [name in "weighted" | "unweighted" | "independent" | "times"]: Pair;
} & { readonly [name in "year" | "types" | "outcomes"]: readonly number[] };

const numbers = (table: { column(name: string): unknown }, name: string) =>
  Array.from((table.column(name) as { values: Float64Array }).values);

function expectClose(found: readonly number[], wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  for (const [i, x] of found.entries()) expect(Math.abs(x / wanted[i]! - 1), `${i + 1}`).toBeLessThan(1e-12);
}

describe("aggregate", () => {
  test.each([
    ["weighted", { rho: 0.6 }],
    ["unweighted", { rho: 0.6, weighted: false }],
    ["independent", { rho: 0 }],
    ["times", { phi: 0.9, time: "esid" }],
  ] as const)("%s, as metafor", (name, options) => {
    const table = aggregate(ASSINK, { cluster: "study", ...options });
    expectClose(numbers(table, "yi"), METAFOR[name].yi);
    expectClose(numbers(table, "vi"), METAFOR[name].vi);
  });

  test("averages numbers, and takes the most frequent text", () => {
    const data = {
      study: ["a", "b", "a", "a", null],
      yi: [1, 2, 3, null, 5],
      vi: [1, 1, 1, 1, 1],
      x: [1, null, null, 7, 0],
      kind: ["u", "v", "w", "w", "v"],
    };
    const table = aggregate(data, { cluster: "study", rho: 0, count: "rows" });
    expect(table.names).toEqual(["study", "yi", "vi", "x", "kind", "rows"]);
    expect(numbers(table, "yi")).toEqual([2, 2]);
    expect(numbers(table, "vi")).toEqual([0.5, 1]);
    // the row without an effect does not count
    expect(numbers(table, "x")).toEqual([1, Number.NaN]);
    expect(numbers(table, "rows")).toEqual([2, 1]);
    const kind = table.column("kind") as FactorColumn;
    expect(Array.from(kind.codes, (code) => kind.levels[code])).toEqual(["u", "v"]);
  });

  test("is what drm() takes", () => {
    const table = aggregate(ASSINK, { cluster: "study", rho: 0.6 });
    expectClose(numbers(table, "year"), METAFOR.year);
    expect(drm("yi ~ year + meta_V(V = vi)", { data: table }).nobs).toBe(table.nrow);
  });

  test("says what it needs", () => {
    const run = (options: object) => () => aggregate(ASSINK, { cluster: "study", ...options });
    expect(run({})).toThrow("needs one of rho, the correlation of two rows of a study");
    expect(run({ rho: 0.5, phi: 0.5 })).toThrow("needs one of rho");
    expect(run({ phi: 0.5 })).toThrow("phi and time go together");
    expect(run({ rho: 1.2 })).toThrow("rho is 1.2; wanted a correlation");
    expect(run({ rho: -0.9 })).toThrow("are not positive definite");
    expect(() => aggregate(ASSINK, { cluster: "studdy", rho: 0 })).toThrow("did you mean 'study'?");
    expect(() => aggregate({ s: [1], yi: [1], vi: [0] }, { cluster: "s", rho: 0 })).toThrow(
      "vi[1] is 0; wanted a sampling variance above 0",
    );
  });
});

describe("vcalc", () => {
  const block = (matrix: ReturnType<typeof vcalc>) => Array.from(matrix.blocks[15]!.matrix as Float64Array);

  test("types of outcomes, as metafor", () => {
    const V = vcalc({
      data: ASSINK,
      vi: "vi",
      cluster: "study",
      type: "deltype",
      obs: "esid",
      rho: [0.7, 0.5],
    });
    expectClose(block(V), METAFOR.types);
  });
  test("outcomes at several times, as metafor", () => {
    const V = vcalc({
      data: ASSINK,
      vi: "vi",
      cluster: "study",
      obs: "deltype",
      time: "esid",
      rho: 0.6,
      phi: 0.8,
    });
    expectClose(block(V), METAFOR.outcomes);
  });
  test("is what drm() takes", () => {
    const V = vcalc({ data: ASSINK, vi: "vi", cluster: "study", rho: 0.6 });
    const fit = drm("yi ~ 1 + (1 | study) + meta_V(V = V)", { data: ASSINK, matrices: { V } });
    const same = drm("yi ~ 1 + (1 | study) + meta_V(V = meta_vcov_cluster(vi, study, rho = 0.6))", {
      data: ASSINK,
    });
    expect(fit.logLik).toBeCloseTo(same.logLik, 8);
  });
  test("says what it needs", () => {
    const run = (options: object) => () => vcalc({ vi: [1, 1], cluster: [1, 1], ...options });
    expect(run({})).toThrow("rho has 0 correlations; wanted one");
    expect(run({ rho: [0.5, 0.4] })).toThrow("rho has 2 correlations; wanted one");
    expect(run({ rho: 0.5, type: [1, 2] })).toThrow("wanted two: of outcomes of one type and of two types");
    expect(run({ rho: 1.5 })).toThrow("rho is 1.5");
    expect(run({ rho: 0.5, phi: 0.5 })).toThrow("time and phi go together");
    expect(run({ rho: 1 })).toThrow("not positive definite");
    expect(run({ rho: 0.5, vi: [1, -1] })).toThrow("vi[2] is -1; wanted a variance above 0");
  });
});

describe("sharedControl", () => {
  // two arms against the same control of 12 of 60, and a trial of its own
  const counts = { ai: [8, 5, 9], bi: [42, 45, 31], ci: [12, 12, 7], di: [48, 48, 33] };
  const control = ["A", "A", "B"];
  const matrixOf = (measure: string, columns: object) => {
    const { blocks } = sharedControl(measure, columns, { control });
    expect(blocks.map(({ rows }) => [...(rows as number[])])).toEqual([[0, 1], [2]]);
    return Array.from(blocks[0]!.matrix as Float64Array);
  };

  test("has the control group's part of the variance", () => {
    const { vi } = escalc("OR", counts);
    const [v1, cov, , v2] = matrixOf("OR", counts);
    expect([v1, v2]).toEqual([vi[0], vi[1]]);
    expect(cov).toBeCloseTo(1 / 12 + 1 / 48, 14);
    expect(matrixOf("RR", counts)[1]).toBeCloseTo(1 / 12 - 1 / 60, 14);
    expect(matrixOf("RD", counts)[1]).toBeCloseTo((0.2 * 0.8) / 60, 14);
  });

  test("Gleser & Olkin's covariance of standardized mean differences", () => {
    const groups = {
      m1i: [5, 6, 4],
      sd1i: [2, 2, 2],
      n1i: [20, 25, 30],
      m2i: [4, 4, 3],
      sd2i: [2, 2, 2],
      n2i: [22, 22, 30],
    };
    const { yi } = escalc("SMD", groups);
    expect(matrixOf("SMD", groups)[1]).toBeCloseTo(1 / 22 + (yi[0]! * yi[1]!) / (2 * 67), 14);
  });

  test("is what drm() takes, and it is not there for every measure", () => {
    const { data } = escalc("OR", counts);
    const V = sharedControl("OR", counts, { control });
    expect(drm("yi ~ 1 + meta_V(V = V)", { data, matrices: { V }, fixed: { sigma: 0 } }).nobs).toBe(3);
    expect(() => sharedControl("PETO", counts, { control })).toThrow("not for PETO; there are RR, OR, RD");
  });
});
