import { expect, test } from "vitest";
import { bivariateNormalDensity, bivariateNormalProbability } from "../../src/stats/bivariate-normal";

/** P(X <= h, Y <= k) by mpmath with 30 digits: h, k, rho, value. */
const VALUES: readonly (readonly [number, number, number, number])[] = [
  [0.3, -0.5, 0.4, 0.24357588920110465],
  [0, 0, 0.5, 0.3333333333333333],
  [-2, 1.5, -0.9, 0.0024655452185017883],
  [1.2, 1.1, 0.999, 0.864293345011588],
  [-3, -3, 0.7, 0.0002299736735588379],
  [0.5, 0.5, 1, 0.6914624612740131],
  [-1, 1, -1, 0.0],
];

test("the values of mpmath", () => {
  for (const [h, k, rho, value] of VALUES) {
    expect(Math.abs(bivariateNormalProbability(h, k, rho) - value), `${h}, ${k}, ${rho}`).toBeLessThan(5e-15);
  }
});

test("at 0, 0 it is 1/4 + asin(rho) / (2 pi)", () => {
  for (const rho of [-0.99, -0.3, 0, 0.2, 0.7]) {
    expect(bivariateNormalProbability(0, 0, rho)).toBeCloseTo(0.25 + Math.asin(rho) / (2 * Math.PI), 14);
  }
});

test("the density is the slope in rho", () => {
  const slope =
    (bivariateNormalProbability(0.4, -1, 0.3 + 1e-5) - bivariateNormalProbability(0.4, -1, 0.3 - 1e-5)) /
    2e-5;
  expect(slope / bivariateNormalDensity(0.4, -1, 0.3)).toBeCloseTo(1, 8);
});
