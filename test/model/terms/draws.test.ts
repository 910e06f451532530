import { describe, expect, it } from "vitest";
import type { VarianceTerm } from "../../../src/model/terms/term";
import { termsOf } from "../../../src/model/terms/terms";
import { randomStream } from "../../../src/stats/random";
import { nested, paired } from "./models";

const DRAWS = 4000;
/** In standard errors of a mean of products: the largest of some 500 comparisons. */
const ERRORS = 4.5;

describe.each([
  ["nested random intercepts", nested],
  ["two outcomes", paired],
] as const)("draws: %s", (_, make) => {
  const { model, spreads, known, residual, shared } = make();
  const [V, R, ...intercepts] = termsOf(model);

  it.each<readonly [string, readonly VarianceTerm[], (i: number, k: number) => number]>([
    ["V", [V!], known],
    ["the residual", [R!], residual],
    ["the random intercepts", intercepts, shared],
    ["all terms", termsOf(model), (i, k) => known(i, k) + residual(i, k) + shared(i, k)],
  ])("%s have the covariances of the formula", (__, terms, covariance) => {
    const random = randomStream(20, 0);
    const samplers = terms.map((term) => term.sampler(spreads, String));
    const { rows } = model;
    const sums = new Float64Array(rows * rows);
    for (let d = 0; d < DRAWS; d++) {
      const y = new Float64Array(rows);
      for (const addDraw of samplers) addDraw(() => random.normal(), y);
      for (let i = 0; i < rows; i++) for (let k = 0; k < rows; k++) sums[i * rows + k]! += y[i]! * y[k]!;
    }
    for (let i = 0; i < rows; i++) {
      for (let k = 0; k < rows; k++) {
        // the variance of y_i y_k is s_ii s_kk + s_ik^2
        const wanted = covariance(i, k);
        const error = Math.sqrt((covariance(i, i) * covariance(k, k) + wanted ** 2) / DRAWS);
        expect(Math.abs(sums[i * rows + k]! / DRAWS - wanted), `${i}, ${k}`).toBeLessThanOrEqual(
          ERRORS * error,
        );
      }
    }
  });
});
