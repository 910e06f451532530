import { describe, expect, it } from "vitest";
import { drm, linearCombination, predict, robust } from "../../src/index";
import { combine } from "../../src/inference/linear-combination";
import { boundaryFit, restorationFit } from "../fit-literal";

describe("linearCombination()", () => {
  const fit = restorationFit();

  it("is a prediction by its weights", () => {
    const seen = linearCombination(fit, [1, 1, 0.5], { dpar: "mu", level: 0.9, test: "t" });
    const wanted = predict(
      fit,
      { habitat: ["forest"], duration: [0.5] },
      { dpar: "mu", level: 0.9, test: "t" },
    );
    expect(seen.estimate).toBeCloseTo(wanted.estimate[0]!, 14);
    expect(seen.stdError).toBeCloseTo(wanted.stdError[0]!, 14);
    expect(seen.df).toBe(77);
    expect([seen.lower, seen.upper]).toEqual([
      expect.closeTo(wanted.lower[0]!, 12),
      expect.closeTo(wanted.upper[0]!, 12),
    ]);
    expect(linearCombination(fit, [0, 1, 0, 0, 0], { offset: 2 }).estimate).toBeCloseTo(2.2622845, 6);
  });

  it("wants a finite weight for each coefficient", () => {
    expect(() => linearCombination(fit, [1, 0], { dpar: "mu" })).toThrow(
      "2 weights for 3 coefficients: wanted one for each of mu:(Intercept), mu:habitatforest, mu:duration",
    );
    expect(() => linearCombination(fit, [1, Number.NaN, 0], { dpar: "mu" })).toThrow("not a finite number");
    expect(() => linearCombination(fit, [1, 0, 0], { dpar: "mu", level: 95 })).toThrow("level 95");
  });

  it("has no limits where coefficients have no errors, but only of those concerned", () => {
    const boundary = boundaryFit();
    expect(linearCombination(boundary, [1, 0], { dpar: "sigma" }).lower).toBeNaN();
    expect(linearCombination(boundary, [1, 1, 0], { dpar: "mu" }).lower).not.toBeNaN();
  });
});

describe("a variance of 0", () => {
  const parts = {
    estimates: [0.3, -0.7],
    covariance: [
      [0.1, -0.1],
      [-0.1, 0.1 + 1e-17],
    ],
    dfOf: () => 5,
  };
  it("has no degrees of freedom, up to rounding", () => {
    expect(combine(parts, [1, 1])).toEqual({
      estimate: expect.closeTo(-0.4, 14),
      stdError: 0,
      df: Number.NaN,
    });
    expect(combine(parts, [1, 0.5]).df).toBe(5);
  });
  it("is that of a known number where no coefficient takes part", () => {
    expect(combine(parts, [0, 0], 1.5)).toEqual({ estimate: 1.5, stdError: 0, df: Number.POSITIVE_INFINITY });
  });
});

it("a mean that rests on one cluster has an error of 0 and no interval", () => {
  const data = {
    yi: [0.2, 0.5, 1.4, -0.3, 0.9, 0.1, 1.2, 0.4],
    vi: [0.01, 0.09, 0.05, 0.03, 0.06, 0.02, 0.07, 0.04],
    g: ["a", "b", "b", "b", "b", "c", "c", "c"],
    trial: ["1", "2", "3", "4", "5", "6", "7", "8"],
  };
  const fit = robust(
    drm("yi ~ g + meta_V(V = vi)", { data, factors: { g: ["b", "a", "c"] }, method: "REML" }),
    {
      cluster: "trial",
      data,
    },
  );
  const alone = predict(fit, { g: ["a", "c"] }, { dpar: "mu" });
  expect(alone.stdError[0]).toBe(0);
  expect([alone.df[0], alone.lower[0], alone.upper[0]]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  expect(alone.lower[1]).toBeLessThan(alone.estimate[1]!);
});
