import { describe, expect, it } from "vitest";
import { marginalCovariance } from "../../../src/fit/marginal-covariance";
import type { VarianceTerm } from "../../../src/model/terms/term";
import { termsOf } from "../../../src/model/terms/terms";
import { nested, paired } from "./models";

/** Products and sums of a few numbers near 1, in another order. */
const ROUNDING = 1e-15;

function expectMatrix(
  found: Float64Array,
  members: readonly number[],
  wanted: (i: number, k: number) => number,
) {
  const m = members.length;
  members.forEach((i, a) => {
    members.forEach((k, b) => {
      expect(Math.abs(found[a * m + b]! - wanted(i, k)), `${i}, ${k}`).toBeLessThanOrEqual(ROUNDING);
    });
  });
}

describe.each([
  ["nested random intercepts", nested],
  ["two outcomes", paired],
] as const)("%s", (_, make) => {
  const { model, spreads, known, residual, shared } = make();
  const all = Array.from({ length: model.rows }, (__, i) => i);
  const [V, R, ...intercepts] = termsOf(model);
  const parts: readonly [string, readonly VarianceTerm[], (i: number, k: number) => number][] = [
    ["V", [V!], known],
    ["the residual", [R!], residual],
    ["the random intercepts", intercepts, shared],
    ["Sigma", termsOf(model), (i, k) => known(i, k) + residual(i, k) + shared(i, k)],
  ];

  it.each(parts)("%s is the dense matrix of its formula", (___, terms, wanted) => {
    expectMatrix(marginalCovariance(terms)(all, spreads), all, wanted);
  });

  it.each(parts)("%s of a few rows, in any order", (___, terms, wanted) => {
    const few = [8, 2, 5, 0];
    expectMatrix(marginalCovariance(terms)(few, spreads), few, wanted);
  });

  it.each(parts)("%s: the variances are the diagonal", (___, terms, wanted) => {
    const out = new Float64Array(model.rows);
    for (const term of terms) term.addVariances(spreads, out);
    all.forEach((i) => {
      expect(Math.abs(out[i]! - wanted(i, i))).toBeLessThanOrEqual(ROUNDING);
    });
  });
});
