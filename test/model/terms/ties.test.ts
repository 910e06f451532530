import { describe, expect, it } from "vitest";
import { flatten, link, newForest } from "../../../src/covariance/union-find";
import { components } from "../../../src/model/components";
import type { VarianceTerm } from "../../../src/model/terms/term";
import { termsOf } from "../../../src/model/terms/terms";
import { type Example, nested, paired } from "./models";

/** The first row of what each row is tied to. */
function tied(terms: readonly VarianceTerm[], rows: number): number[] {
  const root = newForest(rows);
  for (const term of terms) term.tie((first, row) => link(root, first, row));
  flatten(root);
  return [...root];
}

/** The same from a covariance: rows are tied to what they covary with, and to what that covaries with. */
function connected(covariance: (i: number, k: number) => number, rows: number): number[] {
  const first = Array.from({ length: rows }, (_, i) => i);
  for (let round = 0; round < rows; round++)
    for (let i = 0; i < rows; i++)
      for (let k = 0; k < rows; k++)
        if (covariance(i, k) !== 0) first[i] = first[k] = Math.min(first[i]!, first[k]!);
  return first;
}

describe("rows that a term ties", () => {
  const all = ({ model }: Example) => [...components({ rows: model.rows, terms: termsOf(model) }).root];

  it("V, nested random intercepts and a residual, which ties none", () => {
    const example = nested();
    const [V, R, ...intercepts] = termsOf(example.model);
    expect(tied([V!], 10)).toEqual(connected(example.known, 10));
    expect(tied([R!], 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(intercepts).toHaveLength(2);
    expect(tied(intercepts, 10)).toEqual(connected(example.shared, 10));
    // rows 2 and 5 of V tie two districts
    expect(all(example)).toEqual([0, 0, 0, 0, 0, 0, 0, 7, 7, 7]);
  });

  it("two outcomes and a random intercept of one of them", () => {
    const example = paired();
    const [V, R, ...intercepts] = termsOf(example.model);
    // study 3 has rho12 = 0, which is no reason not to tie: it is estimated
    expect(tied([R!], 12)).toEqual([0, 0, 2, 3, 3, 5, 5, 7, 8, 8, 10, 10]);
    expect(tied([V!], 12)).toEqual(connected(example.known, 12));
    expect(tied(intercepts, 12)).toEqual(connected(example.shared, 12));
    expect(all(example)).toEqual([0, 0, 0, 3, 3, 3, 3, 7, 8, 8, 0, 0]);
  });
});
