import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { drm, gosh, parseCsv, qTest } from "../../src/index";

const bcg = parseCsv(readFileSync(new URL("../../examples/bcg.csv", import.meta.url), "utf8"));
const [yi, vi] = ["yi", "vi"].map((name) => (bcg.column(name) as { values: Float64Array }).values);
const some = (rows: readonly number[]) => ({
  yi: rows.map((row) => yi![row]!),
  vi: rows.map((row) => vi![row]!),
});
const five = drm("yi ~ 1 + meta_V(V = vi)", { data: some([0, 1, 2, 3, 4]) });

describe("gosh()", () => {
  test("fits all subsets where they are few", () => {
    const found = gosh(five);
    expect([found.exhaustive, found.subsets, found.left, found.units.length]).toEqual([true, 31, 0, 5]);
    for (let i = 0; i < found.subsets; i++) {
      const rows = [0, 1, 2, 3, 4].filter((row) => found.included[5 * i + row] === 1);
      const own = drm("yi ~ 1 + meta_V(V = vi)", { data: some(rows) });
      expect(found.estimates[i]).toBeCloseTo(own.coefficients[0]!.estimate, 7);
      expect(found.sigma[i]).toBeCloseTo(own.fitted.sigma![0]!, 7);
      expect(found.q[i]).toBeCloseTo(qTest(own).statistic, 9);
    }
  });

  test("has metafor's numbers", () => {
    // gosh() of rma(method = "ML") of the same five: rows {1, 2, 5}, {3, 4, 5}, all
    const found = gosh(five);
    const at = (rows: readonly number[]) =>
      Array.from({ length: found.subsets }, (_, i) => i).find((i) =>
        [0, 1, 2, 3, 4].every((row) => (found.included[5 * i + row] === 1) === rows.includes(row)),
      )!;
    for (const [rows, mean, tau2, q] of [
      [[0, 1, 4], -0.791914330571, 0.229349437921, 8.02070111645],
      [[2, 3, 4], -0.950154519355, 0.284421560824, 21.18187972949],
      [[0, 1, 2, 3, 4], -1.052709841069, 0.227071077299, 22.46667985977],
    ] as const) {
      expect(found.estimates[at(rows)]).toBeCloseTo(mean, 5);
      expect(found.sigma[at(rows)]! ** 2).toBeCloseTo(tau2, 5);
      expect(found.q[at(rows)]).toBeCloseTo(q, 9);
    }
  });

  test("samples subsets otherwise, the same by the same seed", () => {
    const fit = drm("yi ~ 1 + meta_V(V = vi)", { data: bcg });
    const first = gosh(fit, { subsets: 200, seed: 7 });
    expect([first.exhaustive, first.subsets + first.left]).toEqual([false, 200]);
    expect(gosh(fit, { subsets: 200, seed: 7 }).estimates).toEqual(first.estimates);
    expect(gosh(fit, { subsets: 200, seed: 8 }).estimates).not.toEqual(first.estimates);
    // each row is in half of them: 6.5 of 13 rows and less than 5 standard errors from it
    const share = first.included.reduce((sum, one) => sum + one, 0) / first.included.length;
    expect(Math.abs(share - 0.5)).toBeLessThan(0.05);
    expect(String(first)).toContain("a random sample of 200 subsets");
  });

  test("bad input", () => {
    expect(() => gosh(five, { subsets: 0 })).toThrow("subsets = 0");
    expect(() => gosh(five, { by: ["a", "a", "a", "a", "a"] })).toThrow("there is 1");
  });
});
