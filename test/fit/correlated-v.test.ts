import { describe, expect, it } from "vitest";
import type { DrmOptions } from "../../src/drm";
import { atBoundary, expectSound, refusal } from "./edge-expectations";
import { fitTo } from "./simulated";

describe("V with covariances", () => {
  const data = { yi: [0.1, 0.4, 0.2, 0.9], x: [1, 2, 3, 4] };
  const formula = "yi ~ 1 + meta_V(V = V)";
  const fitWith = (V: number[][], options: Partial<DrmOptions> = {}) =>
    fitTo(data, [formula], { matrices: { V }, ...options });
  const withBlock = (off: (i: number, j: number) => number) =>
    data.yi.map((_, i) => data.yi.map((_, j) => (i === j ? 1 : i < 3 && j < 3 ? off(i, j) : 0)));

  it("is refused when a block has a negative eigenvalue, naming its rows", () => {
    const indefinite = withBlock((i, j) => (i + j === 2 ? -0.9 : 0.9));
    expect(refusal(() => fitWith(indefinite))).toMatch(
      /^bad_known_v: .*data rows 1, 2, 3 .*negative eigenvalue/,
    );
    expect(refusal(() => fitWith(withBlock(() => 1.2)))).toMatch(/^bad_known_v: /);
  });

  it("may be singular; with sigma held at zero it may not", () => {
    expectSound(fitWith(withBlock(() => 1)));
    expect(
      refusal(() =>
        fitWith(
          withBlock(() => 1),
          { fixed: { sigma: 0 } },
        ),
      ),
    ).toMatch(/^not_positive_definite: row 2/);
  });

  it("weights within a block must agree", () => {
    expectSound(
      fitWith(
        withBlock(() => 0.5),
        { weights: [2, 2, 2, 1] },
      ),
    );
    expect(
      refusal(() =>
        fitWith(
          withBlock(() => 0.5),
          { weights: [1, 2, 1, 1] },
        ),
      ),
    ).toMatch(/^bad_weights: .*rows 1 and 2 /);
  });

  it("singular, with effects that agree where it has no variance: unbounded, and soon seen", () => {
    const V = withBlock(() => 1);
    const same = fitTo({ ...data, yi: [0.3, 0.3, 0.3, 0.9] }, [formula], { matrices: { V } });
    expect(same.optim.code).toBe(2);
    expect(same.optim.message).toMatch(/unbounded.*singular V/);
    expect(same.optim.evaluations).toBeLessThan(40);
    // in any units, and whatever the other rows do
    for (const unit of [1e-3, 1e4]) {
      const yi = [0.3, 0.3, -2, 0.9].map((y) => unit * y);
      const pair = V.map((row, i) => row.map((v, j) => unit ** 2 * ((i === 2) !== (j === 2) ? 0 : v)));
      const formulas = [formula, "sigma ~ f"];
      const other = fitTo({ ...data, yi, f: ["a", "a", "b", "b"] }, formulas, { matrices: { V: pair } });
      expect(other.optim.code).toBe(2);
    }
  });

  it("singular, with effects that differ there: a maximum inside, however small", () => {
    for (const difference of [1, 1e-2, 1e-3]) {
      const yi = [0.3, 0.3 + difference, 0.3 - difference, 0.9];
      const fit = fitTo({ ...data, yi }, [formula], { matrices: { V: withBlock(() => 1) } });
      expectSound(fit);
      expect(atBoundary(fit)).toEqual([]);
    }
  });

  it("singular, with random intercepts that tell its rows apart: bounded, and sigma is zero", () => {
    const study = ["s", "t", "s", "t", "u", "u", "v", "v"];
    const yi = [0.3, 1.3, 0.3, 1.3, -0.6, -0.5, 0.1, 0.2];
    const V = yi.map((_, i) => yi.map((__, j) => (i === j || (i < 2 && j < 2) ? 0.5 : 0)));
    const fit = fitTo({ yi, study }, ["yi ~ 1 + (1 | study) + meta_V(V = V)"], { matrices: { V } });
    expectSound(fit);
    expect(atBoundary(fit)).toContain("sigma:(Intercept)");
  });
});
