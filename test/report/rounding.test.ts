import { describe, expect, it } from "vitest";
import { drm } from "../../src/drm";
import { contrasts } from "../../src/effects/contrasts";
import { marginalMeans } from "../../src/effects/marginal-means";
import { toJSON } from "../../src/report/json/to-json";
import { report } from "../../src/report/report";
import { printAsZero } from "../../src/report/rounding";
import { summary } from "../../src/report/summary";

const data = { yi: [0, 0.84147, 0.9093], vi: [0.02, 0.033, 0.046], x: ["g0", "g1", "g2"] };

describe("an estimate that is 0 but for rounding", () => {
  const fit = drm("yi ~ x + meta_V(V = vi)", { data });

  it("is 0 in the tables and in words", () => {
    // the data are such that it is not exactly 0
    expect(toJSON(fit).coefficients[0]!.estimate).not.toBe(0);
    expect(String(summary(fit))).toMatch(/\nmu:\(Intercept\) +0\.00000 0\.1414214 +0\.000 +1\.0000 /);
    expect(String(summary(fit))).toMatch(/\nmu:xg1 +0\.84147 /);
    expect(report(fit)).toContain(
      "Where x = g0, the estimated mean is 0.00 (95% CI -0.28 to 0.28, z = 0.00, p = 1.000); the interval includes 0.",
    );
    expect(String(marginalMeans(fit, { by: "x" }))).toMatch(/\ng0 +0\.00000 /);
    const equal = drm("yi ~ x + meta_V(V = vi)", { data: { ...data, yi: [0.1 + 0.2, 0.3, 0.9] } });
    expect(String(contrasts(marginalMeans(equal, { by: "x" })))).toMatch(/g0 - g1|g1 - g0/);
    expect(String(contrasts(marginalMeans(equal, { by: "x" })))).not.toMatch(/e-1\d|-0\.0+ /);
    const cells = drm("yi ~ 0 + x + meta_V(V = vi)", { data: { ...data, yi: [1e-17, 0.84147, 0.9093] } });
    expect(report(cells)).not.toMatch(/e-\d/);
  });

  it("also without a standard error", () => {
    const line = { x: [1, 2, 3, 4, 5], vi: [0.1, 0.2, 0.1, 0.3, 0.1], yi: [0.3, 0.6, 0.9, 1.2, 1.5] };
    const exact = drm("yi ~ x + meta_V(V = vi)", { data: line });
    expect(String(summary(exact, { test: "knha" }))).toMatch(/\nmu:\(Intercept\) +0\.0 +0 +- /);
    expect(report(exact, { test: "knha" })).not.toMatch(/e-\d/);
  });
});

it("small units are not rounding", () => {
  const rows = [
    { estimate: 1, stdError: 0.1 },
    { estimate: 3e-15, stdError: 1e-15 },
    { estimate: 3e-15, stdError: 1 },
    { estimate: -3e-15, stdError: 0.1 },
    { estimate: Number.NEGATIVE_INFINITY, stdError: Number.NaN },
  ];
  expect(printAsZero(rows)).toEqual([false, false, true, true, false]);
  const tiny = {
    yi: [0.3, 0.5, 0.9, 0.7, 1.4],
    vi: [0.02, 0.03, 0.02, 0.04, 0.02],
    x: [1e15, 2e15, 3e15, 4e15, 5e15],
  };
  expect(String(summary(drm("yi ~ x + meta_V(V = vi)", { data: tiny })))).toMatch(/\nmu:x +2\.\d+e-16 /);
});
