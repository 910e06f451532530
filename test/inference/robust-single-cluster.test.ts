import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseCsv } from "../../src/data/csv";
import { drm, gaussian } from "../../src/drm";
import { marginalMeans } from "../../src/effects/marginal-means";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { coefficientTable } from "../../src/inference/coefficient-table";
import { predict } from "../../src/inference/predict";
import { predictionInterval } from "../../src/inference/prediction-interval";
import { robust } from "../../src/inference/robust/robust";
import { waldTest } from "../../src/inference/wald-test";
import { checkDrm } from "../../src/report/checks/check-drm";
import { toJSON } from "../../src/report/json/to-json";
import { report } from "../../src/report/report";
import { summary } from "../../src/report/summary";
import { randomStream } from "../../src/stats/random";

/** The BCG trials without the fifth: 'alternate' allocation is then that of one trial. */
const bcg = (() => {
  const [header, ...lines] = readFileSync(new URL("../../examples/bcg.csv", import.meta.url), "utf8").split(
    "\n",
  );
  return parseCsv([header, ...lines.filter((line) => !line.startsWith("5,"))].join("\n"));
})();
const TYPES = ["CR0", "CR1", "CR2"] as const;
const bcgFit = (mean: string) => drm(`yi ~ ${mean} + meta_V(V = vi)`, { data: bcg, method: "REML" });
const robustBcg = (mean: string, type: (typeof TYPES)[number] = "CR2") =>
  robust(bcgFit(mean), { cluster: "trial", data: bcg, type });

/** x is 1 in one row, whose z is 0.7 */
const dummy = {
  trial: ["1", "2", "3", "4", "5", "6", "7", "8"],
  yi: [0.31, 0.52, -0.12, 0.24, 0.66, 0.1, 0.44, 0.05],
  vi: [0.04, 0.03, 0.06, 0.04, 0.09, 0.05, 0.02, 0.03],
  x: [0, 0, 0, 0, 1, 0, 0, 0],
  z: [1.2, 0.4, 2.2, 1.9, 0.7, 1.1, 0.3, 1.6],
};
const robustDummy = (mean: string, type: (typeof TYPES)[number]) =>
  robust(drm(`yi ~ ${mean} + meta_V(V = vi)`, { data: dummy, method: "REML" }), {
    cluster: "trial",
    data: dummy,
    type,
  });

const NONE = { stdError: 0, statistic: Number.NaN, df: Number.NaN, pValue: Number.NaN, lower: Number.NaN };
const check = (fit: Fit) => checkDrm(fit).find((row) => row.check === "robust_single_cluster");
const SE = { random: 0.2795238877, systematic: 0.3566996147 };
const DF = { random: 5.593028038, systematic: 2.745992464 };

describe("a coefficient that rests on one cluster", () => {
  // clubSandwich 0.5.8 of metafor's REML fit, which finds tau^2 to fewer digits
  it.each(["alloc", "0 + alloc"])("has no error, and the others clubSandwich's: yi ~ %s", (mean) => {
    const [alternate, random, systematic] = coefficientTable(robustBcg(mean));
    expect(alternate).toMatchObject({ ...NONE, upper: Number.NaN, estimate: expect.closeTo(-0.7861156, 6) });
    expect(random!.stdError).toBeCloseTo(SE.random, 6);
    expect(systematic!.stdError).toBeCloseTo(SE.systematic, 6);
    expect(random!.df).toBeCloseTo(DF.random, 4);
    expect(systematic!.df).toBeCloseTo(DF.systematic, 4);
  });

  it.each(TYPES)("whatever the parametrisation and the test: %s", (type) => {
    for (const mean of ["I(1 - x)", "I(1 - x) + I(z - 0.7)"]) {
      const fit = robustDummy(mean, type);
      expect(coefficientTable(fit)[0]).toMatchObject({ ...NONE, estimate: expect.closeTo(0.66, 12) });
      expect(coefficientTable(fit, 0.95, "wald", "z")[0]).toMatchObject(NONE);
      expect(toJSON(fit).coefficients[0]).toMatchObject({
        std_error: 0,
        statistic: null,
        p_value: null,
        conf_low: null,
      });
      expect(toJSON(fit).coefficients[0]).not.toHaveProperty("df");
      expect(String(summary(fit))).toContain("Robust variance 0, so no test or limits: mu:(Intercept)");
      expect(check(fit)).toMatchObject({ status: "warning", value: "mu:(Intercept)" });
      expect(report(fit)).toContain("One cluster alone says what mu:(Intercept) is");
    }
    // the difference from it has the error of the other side
    const [others, difference] = coefficientTable(robustDummy("x", type));
    expect(difference!.stdError).toBeCloseTo(others!.stdError, 12);
    expect(others!.stdError).toBeCloseTo({ CR0: 0.0777214, CR1: 0.08974494, CR2: 0.08468775 }[type], 7);
    expect(check(robustDummy("x", type))).toMatchObject({ status: "warning", value: "mean of row 5" });
    expect(check(robustDummy("z", type))).toBeUndefined();
  });

  it("is recognised among columns that hide it", () => {
    const stream = randomStream(5);
    const levels = [0, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1];
    let tried = 0;
    for (let round = 0; round < 20; round++) {
      const mix = [0, 1, 2].map(() =>
        [0, 1, 2].map(() => (1 + stream.normal() / 10) * 10 ** (4 * stream.uniform() - 2)),
      );
      const data = {
        yi: levels.map(() => 3 + stream.normal()),
        vi: levels.map(() => 10 ** (2 * stream.uniform() - 2)),
        a: levels.map((l) => mix[l]![0]!),
        b: levels.map((l) => mix[l]![1]!),
        c: levels.map((l) => mix[l]![2]!),
        id: levels.map((_, i) => String(i)),
      };
      const fit = drm("yi ~ 0 + a + b + c + meta_V(V = vi)", { data });
      for (const type of TYPES) {
        const { stdError, df } = predict(robust(fit, { cluster: "id", data, type }), undefined, {
          dpar: "mu",
        });
        expect([stdError[0], df[0]]).toEqual([0, Number.NaN]);
        expect(stdError.slice(1).every((se) => se > 0.01)).toBe(true);
        tried++;
      }
    }
    expect(tried).toBe(60);
  });
});

describe("combinations after robust()", () => {
  const expected = { alternate: 0, random: SE.random, systematic: SE.systematic };

  it.each(["alloc", "0 + alloc", "alloc + year"])("marginal means and predictions: yi ~ %s", (mean) => {
    const fit = robustBcg(mean);
    const { stdError, df, lower, upper } = predict(fit, undefined, { dpar: "mu" });
    const interval = predictionInterval(fit);
    // trial 6 stands in row 5
    expect([stdError[4], df[4], lower[4], upper[4]]).toEqual([0, Number.NaN, Number.NaN, Number.NaN]);
    expect([interval.stdError[4], interval.lower[4], interval.upper[4]]).toEqual([0, Number.NaN, Number.NaN]);
    expect(stdError.every((se, i) => i === 4 || se > 0.2)).toBe(true);
    expect(lower.every((limit, i) => i === 4 || Number.isFinite(limit))).toBe(true);
    if (mean.includes("year")) return;
    for (const { at, stdError: se, lower: low } of marginalMeans(fit, { by: "alloc" }).means) {
      expect(se).toBeCloseTo(expected[at.alloc as keyof typeof expected], 6);
      expect(Number.isNaN(low)).toBe(at.alloc === "alternate");
    }
    for (const { stdError: se, lower: low } of marginalMeans(robustBcg(mean, "CR1"), {
      by: "alloc",
      test: "z",
    }).means) {
      expect(Number.isNaN(low)).toBe(se === 0);
    }
  });

  it("joint tests are clubSandwich's, or none where some combination has no error", () => {
    const { statistic, df, ddf, pValue } = waldTest(robustBcg("alloc"));
    expect([df, Number(statistic.toFixed(3)), Number(ddf!.toFixed(2))]).toEqual([2, 0.6, 4.53]);
    expect(pValue).toBeCloseTo(0.587, 3);
    const equal = waldTest(robustBcg("0 + alloc"), { dpar: "mu", matrix: [[0, 1, -1]] });
    expect(equal.statistic).toBeCloseTo(1.45, 2);
    expect(equal.pValue).toBeCloseTo(0.274, 3);
    for (const type of TYPES) {
      expect(waldTest(robustBcg("0 + alloc", type))).toMatchObject({
        statistic: Number.NaN,
        pValue: Number.NaN,
      });
      const mean = waldTest(robustBcg("alloc", type), { dpar: "mu", matrix: [[1, 0, 0]] });
      expect(mean).toMatchObject({ statistic: Number.NaN, pValue: Number.NaN });
      // hidden: the mean of 'alternate' is in their span
      const hidden = waldTest(robustBcg("0 + alloc", type), {
        dpar: "mu",
        matrix: [
          [1, 1, 0],
          [1, -1, 0],
        ],
      });
      expect(hidden.statistic).toBeNaN();
    }
  });
});

describe("one cluster of several rows", () => {
  const data = {
    yi: [0.3, 0.9, 0.1, 0.5, -0.2, 0.4, 0.6, 0.05],
    vi: [0.01, 0.04, 0.02, 0.05, 0.03, 0.02, 0.04, 0.06],
    cl: ["c1", "c1", "c2", "c2", "c3", "c3", "c4", "c5"],
    g: ["a", "a", "b", "b", "b", "b", "b", "b"],
  };
  const fitOf = (V: string, random = "") =>
    drm(`yi ~ g${random} + meta_V(V = ${V})`, { data, ...(random === "" && { fixed: { sigma: 0 } }) });
  const BLOCK = "meta_vcov_cluster(vi, cl, rho = 0.5)";

  // the pseudo-inverse of CR2 leaves rows of unequal variance an error; clubSandwich 0.5.8 has the same
  it.each([
    ["vi", [0.07987682826, 0.10460348246], [1, 2.639142435]],
    [BLOCK, [0.1732050808, 0.1905539157], [1, 3.35428147]],
  ])("has no error by CR0 and CR1, and clubSandwich's by CR2: V = %s", (V, errors, dfs) => {
    for (const type of ["CR0", "CR1"] as const) {
      expect(coefficientTable(robust(fitOf(V), { cluster: "cl", data, type }))[0]).toMatchObject(NONE);
    }
    coefficientTable(robust(fitOf(V), { cluster: "cl", data })).forEach(({ stdError, df }, i) => {
      expect(stdError).toBeCloseTo(errors[i]!, 9);
      expect(df).toBeCloseTo(dfs[i]!, 7);
    });
  });

  it("with random intercepts, and rows that are alike", () => {
    const multilevel = fitOf(BLOCK, " + (1 | cl)");
    expect(coefficientTable(robust(multilevel, { cluster: "cl", type: "CR0" }))[0]).toMatchObject(NONE);
    const alike = drm("yi ~ g + meta_V(V = v)", { data: { ...data, v: data.vi.map(() => 0.03) } });
    for (const type of TYPES) {
      expect(coefficientTable(robust(alike, { cluster: "cl", data, type }))[0]).toMatchObject(NONE);
    }
  });

  it("of an outcome that hardly anybody reports", () => {
    const two = {
      study: ["1", "2", "3", "4", "5", "6"],
      y1: [0.3, 0.9, 0.1, 0.5, -0.2, 0.4],
      y2: [0.4, 0.2, 0.5, 0.1, 0.6, 0.3],
      v1: [0.02, 0.03, 0.02, 0.04, 0.03, 0.02],
      v2: [0.03, 0.02, 0.05, 0.03, 0.02, 0.04],
      g: ["a", "b", "b", "b", "b", "b"],
    };
    const fit = drm(
      drmFormula("mu1 = y1 ~ 1 + meta_V(V = meta_vcov_bivariate(v1, v2, cor12 = 0))", "mu2 = y2 ~ g"),
      { family: [gaussian(), gaussian()], data: two, fixed: { sigma1: 0, sigma2: 0.1 } },
    );
    const rows = coefficientTable(robust(fit, { cluster: "study", data: two, type: "CR0" }));
    expect(rows.map(({ name, stdError }) => [name, stdError === 0])).toEqual([
      ["mu1:(Intercept)", false],
      ["mu2:(Intercept)", true],
      ["mu2:gb", false],
    ]);
  });
});

it("effects that agree exactly have no robust error either", () => {
  const line = { x: [1, 2, 3, 4, 5, 6], id: [..."abcdef"], vi: [0.1, 0.2, 0.1, 0.3, 0.1, 0.2] };
  const data = { ...line, yi: line.x.map((x) => 0.1 + 0.3 * x) };
  for (const type of TYPES) {
    const fit = robust(drm("yi ~ x + meta_V(V = vi)", { data }), { cluster: "id", data, type });
    for (const row of coefficientTable(fit).slice(0, 2)) expect(row).toMatchObject(NONE);
    expect(check(fit)?.value).toBe("mu:(Intercept), mu:x");
  }
});
