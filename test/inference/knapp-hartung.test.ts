import { describe, expect, it } from "vitest";
import { drm } from "../../src/drm";
import { contrasts } from "../../src/effects/contrasts";
import { marginalMeans } from "../../src/effects/marginal-means";
import { coefficientTable } from "../../src/inference/coefficient-table";
import { predict } from "../../src/inference/predict";
import { predictionInterval } from "../../src/inference/prediction-interval";
import { testBasis } from "../../src/inference/test-basis";
import { waldTest } from "../../src/inference/wald-test";
import { plots } from "../../src/plot";
import { checkDrm } from "../../src/report/checks/check-drm";
import { toJSON } from "../../src/report/json/to-json";
import { report } from "../../src/report/report";
import { summary } from "../../src/report/summary";

const vi = [0.02, 0.03, 0.04, 0.11, 0.02, 0.05];
const x = [1, 2, 3, 4, 5, 6];
const g = ["a", "b", "c", "a", "b", "c"];
const NONE = { stdError: 0, statistic: Number.NaN, df: Number.NaN, pValue: Number.NaN, lower: Number.NaN };
const check = (fit: ReturnType<typeof drm>) => checkDrm(fit).find((row) => row.check === "exact_mean");

const EXACT: readonly (readonly [string, string, readonly number[], number])[] = [
  ["equal effect sizes", "1", x.map(() => 0.3), 1],
  ["all 0", "1", x.map(() => 0), 1],
  ["large ones", "1", x.map(() => 123456.7), 1],
  ["a line", "x", x.map((one) => 0.1 + 0.3 * one), 2],
  ["a line far from its intercept", "I(x + 2010)", x.map((one) => -20.1 + 0.01 * (one + 2010)), 2],
  ["a factor saturated by value", "g", [0.4, 1.1, -0.3, 0.4, 1.1, -0.3], 3],
  ["cell means", "0 + g", [0.4, 1.1, -0.3, 0.4, 1.1, -0.3], 3],
  ["an offset", "offset(x)", x.map((one) => one + 0.7), 1],
];

describe.each(EXACT)("Knapp-Hartung tests of %s", (_, mean, yi, p) => {
  it.each(["ML", "REML"] as const)("have a factor of 0, and there are none: %s", (method) => {
    const fit = drm(`yi ~ ${mean} + meta_V(V = vi)`, { data: { yi, vi, x, g }, method });
    expect(testBasis(fit, "knha").factor).toBe(0);
    const rows = coefficientTable(fit, 0.95, "wald", "knha").slice(0, p);
    for (const row of rows) expect(row).toMatchObject({ ...NONE, upper: Number.NaN });
    const names = rows.map(({ name }) => name).join(", ");
    expect(String(summary(fit, { test: "knha" }))).toContain(
      `\nKnapp-Hartung factor 0, so no test or limits: ${names}\n`,
    );
    expect(check(fit)).toMatchObject({ status: "note", value: names });
    expect(report(fit, { test: "knha" })).toContain("by Knapp and Hartung do not exist");
    expect(report(fit, { test: "knha" })).not.toMatch(/t\(\d+\)|The estimated mean is .* CI/);
    expect(toJSON(fit, { test: "knha" }).coefficients[0]).toMatchObject({ std_error: 0, statistic: null });
    expect(predict(fit, undefined, { dpar: "mu", test: "knha" }).lower.every(Number.isNaN)).toBe(true);
    expect(predictionInterval(fit, undefined, { test: "knha" }).upper.every(Number.isNaN)).toBe(true);
    expect(waldTest(fit, { test: "knha" }).pValue).toBeNaN();
  });

  it("adhoc keeps the factor 1", () => {
    const fit = drm(`yi ~ ${mean} + meta_V(V = vi)`, { data: { yi, vi, x, g }, method: "REML" });
    expect(testBasis(fit, "adhoc").factor).toBe(1);
    const z = coefficientTable(fit);
    coefficientTable(fit, 0.95, "wald", "adhoc")
      .slice(0, p)
      .forEach((row, j) => {
        expect(row.stdError / z[j]!.stdError).toBeCloseTo(1, 9);
        expect(row.pValue).toBeGreaterThanOrEqual(0);
      });
    expect(String(summary(fit, { test: "adhoc" }))).not.toContain("no test or limits");
  });
});

it("a scatter of one part in 10^10 is one", () => {
  const yi = [0.3, 0.3 + 3e-11, 0.3, 0.3 - 3e-11, 0.3, 0.3];
  const fit = drm("yi ~ 1 + meta_V(V = vi)", { data: { yi, vi } });
  expect(testBasis(fit, "knha").factor).toBeGreaterThan(0);
  expect(check(fit)).toBeUndefined();
});

it("marginal means, their differences and the forest plot have none either", () => {
  const data = { yi: [0.4, 1.1, -0.3, 0.4, 1.1, -0.3], vi, g };
  const fit = drm("yi ~ g + meta_V(V = vi)", { data });
  const means = marginalMeans(fit, { by: "g", test: "knha" });
  for (const { stdError, lower } of means.means) expect([stdError, lower]).toEqual([0, Number.NaN]);
  for (const { pValue } of contrasts(means).contrasts) expect(pValue).toBeNaN();
  expect(plots.forest.draw(fit, { test: "knha" })).toContain(
    "Intervals of means: none, the Knapp-Hartung factor is 0.",
  );
});

it("words and pictures tell the two apart", () => {
  const fit = drm("yi ~ 1 + meta_V(V = vi)", { data: { yi: [0.3, 0.1, 0.4, 0.2, 0.3, 0.5], vi } });
  expect(report(fit, { test: "adhoc" })).toContain(
    "those of Knapp and Hartung, never shrinking (variances times max(1, s^2) = 1.00).",
  );
  expect(report(fit, { test: "knha" })).toMatch(/those of Knapp and Hartung \(variances times 0\.\d+\)\./);
  expect(plots.forest.draw(fit, { test: "adhoc" })).toContain("never shrinking: factor max(1, s²), t with");
  expect(plots.forest.draw(fit, { test: "knha" })).toContain("means: Knapp-Hartung, t with residual df");
});
