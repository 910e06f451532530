import { describe, expect, it } from "vitest";
import { type BivariateOptions, metaVcovBivariate } from "../../src/covariance/meta-vcov-bivariate";
import { toDense } from "../../src/covariance/to-dense";
import { errorOf } from "../frame/literal-table";
import { bivariateV, knownV, plain, vOf } from "./build";

const formulas = (call: string) => [
  `mu1 = y1 ~ 1 + meta_V(V = meta_vcov_bivariate(${call}))`,
  "mu2 = y2 ~ 1",
];
const data = { y1: [1, 2, 3], y2: [1, 2, 3], v1: [1, 4, 9], v2: [4, 4, 4], r: [0.5, 0, -0.5] };

describe("meta_vcov_bivariate", () => {
  it("gives every study its 2 x 2 block", () => {
    expect(plain(knownV(formulas("v1, v2, cor12 = r"), data))).toEqual({
      kind: "block",
      variances: [1, 4, 4, 4, 9, 4],
      clusters: [
        { rows: [0, 1], V: [[1], [1, 4]] },
        { rows: [4, 5], V: [[9], [-3, 4]] },
      ],
    });
    expect(knownV(formulas("v1, v2"), data).kind).toBe("diagonal");
    expect(knownV(formulas("v1, 4, cor12 = 0.5"), data).V.blocks!.sizes).toEqual(Int32Array.of(2, 2, 2));
  });

  it("means the same as an object, a dense matrix and an object of JSON", () => {
    const expected = plain(knownV(formulas("v1, v2, cor12 = r"), data));
    const { v1, v2, r } = data;
    const matrix = metaVcovBivariate({ v1, v2, cor12: r });
    const cov12 = [1, 0, -3];
    const json = JSON.parse(JSON.stringify({ kind: "bivariate", v1, v2, cov12 }));
    for (const form of [
      matrix,
      structuredClone(matrix),
      metaVcovBivariate({ v1, v2, cov12 }),
      json,
      toDense(matrix),
    ]) {
      expect(plain(bivariateV(3, form))).toEqual(expected);
    }
  });

  it("recycles one correlation or covariance", () => {
    for (const cor12 of [0.5, [0.5]]) {
      expect(Array.from(metaVcovBivariate({ v1: [1, 4], v2: [4, 4], cor12 }).cov12)).toEqual([1, 2]);
    }
    expect(Array.from(metaVcovBivariate({ v1: [1, 4], v2: [4, 4], cov12: 0.1 }).cov12)).toEqual([0.1, 0.1]);
  });

  it("keeps an outcome alone when the other is absent, whatever their covariance", () => {
    const some = { ...data, y2: [1, null, null], v2: [4, null, -1], r: [0.5, null, 7] };
    const expected = {
      kind: "block",
      variances: [1, 4, 4, Number.NaN, 9, Number.NaN],
      clusters: [{ rows: [0, 1], V: [[1], [1, 4]] }],
    };
    expect(plain(knownV(formulas("v1, v2, cor12 = r"), some))).toEqual(expected);
    const V = metaVcovBivariate({ v1: [1, 4, 9], v2: [4, null, null], cov12: [1, null, null] });
    expect(plain(knownV(["mu1 = y1 ~ 1 + meta_V(V = V)", "mu2 = y2 ~ 1"], some, { V }))).toEqual(expected);
  });

  it("is refused with the study that is wrong", () => {
    const base = { v1: [1, 1], v2: [4, 4] };
    const error = (more: Partial<BivariateOptions>) =>
      errorOf(() => metaVcovBivariate({ ...base, ...more })).replace("bad_known_v: ", "");
    expect(error({ cor12: 0, cov12: 0 })).toBe(
      "cor12 and cov12 are both given: keep one, the other follows from it",
    );
    expect(error({ cor12: [0.1, 1.2] })).toBe("study 2: cor12 = 1.2, but a correlation is between -1 and 1");
    expect(error({ cor12: [1, 0.5] })).toMatch(/^study 1: cov12 = 2 with v1 = 1 and v2 = 4 is singular/);
    expect(error({ cov12: [0, 2 * (1 - 1e-8)] })).toMatch(
      /^study 2: .* is singular: \|cov12\| must be below .* = 2$/,
    );
    expect(error({ cov12: [0, 2 * (1 - 2e-8)] })).toBe("no error");
    expect(error({ v1: [0, 1], cov12: [0.1, 0] })).toBe(
      "study 1: v1 is 0 but cov12 = 0.1: without a variance there is no covariance",
    );
    expect(error({ v1: [0, 1], cov12: [0, 0.1] })).toBe("no error");
    expect(error({ v1: [1, -1] })).toBe("v1[2] = -1: sampling variances must be >= 0");
    expect(error({ v1: [1] })).toBe("v1 has 1 value but v2 has 2: give one of each for every study");
    expect(error({ cor12: [0.1, 0.2, 0.3] })).toBe(
      "cor12 has 3 values: give one number, or one for each of the 2 studies",
    );
    expect(error({ v1: ["1", 2] as unknown as number[] })).toBe('v1[1] is not a number: "1"');
  });

  it("is refused by the model when it does not fit", () => {
    const matrix = metaVcovBivariate({ v1: [1, null], v2: [4, 4], cov12: [null, 0] });
    expect(errorOf(() => vOf(2, matrix))).toMatch(
      /is for two outcomes, and the model has one: write mu1 = y1 ~ x/,
    );
    expect(errorOf(() => bivariateV(3, matrix))).toMatch(
      /has variances of 2 studies, but the data have 3 rows/,
    );
    expect(errorOf(() => bivariateV(2, matrix))).toBe(
      "bad_known_v: v1[2] is missing, but outcome 1 of study 2 is used: give its variance, or leave the outcome empty, too",
    );
    const incomplete = metaVcovBivariate({ v1: [1, 1], v2: [4, 4], cov12: [null, 0] });
    expect(errorOf(() => bivariateV(2, incomplete))).toMatch(
      /^bad_known_v: study 1: the sampling covariance .* missing/,
    );
    expect(errorOf(() => knownV("y1 ~ 1 + meta_V(V = meta_vcov_bivariate(v1, v2))", data))).toMatch(
      /two outcomes/,
    );
    expect(errorOf(() => knownV(formulas("v1"), data))).toMatch(
      /needs two variances: meta_vcov_bivariate\(v1, v2\)$/,
    );
    expect(errorOf(() => knownV(formulas("v1, v2, r, r"), data))).toMatch(/cor12 and cov12 are both given/);
    const dropped = { ...data, y1: [null, 1, 1], y2: [null, 1, 1], r: [9, 0, 1.5] };
    expect(errorOf(() => knownV(formulas("v1, v2, cor12 = r"), dropped))).toBe(
      "bad_known_v: study 3: cor12 = 1.5, but a correlation is between -1 and 1",
    );
    expect(errorOf(() => knownV(formulas("v1, v2, cov12 = r * 20"), dropped))).toMatch(
      /^bad_known_v: study 3: cov12 = 30/,
    );
  });
});
