import { describe, expect, it } from "vitest";
import { missingRows } from "../../src/covariance/known-v";
import { errorOf } from "../frame/literal-table";
import { knownV, vOf } from "./build";

describe("a vector of variances", () => {
  it("may be any array of numbers", () => {
    const forms = [
      [1, 2, 3],
      Float64Array.of(1, 2, 3),
      Float32Array.of(1, 2, 3),
      { nrow: 3, ncol: 1, values: [1, 2, 3] },
    ];
    for (const form of forms) expect(Array.from(vOf(3, form).V.variances)).toEqual([1, 2, 3]);
  });

  it("is in data order, and its missing cells drop their rows", () => {
    const v = knownV("y ~ 1 + meta_V(V = V)", { y: [1, null, 3, 4] }, { V: [1, -2, null, 4] });
    expect(Array.from(v.V.variances)).toEqual([1, 4]);
  });

  it("is refused with the row that is wrong", () => {
    const error = (V: number[]) => errorOf(() => vOf(2, V));
    expect(error([1, -0.02])).toBe("bad_known_v: V[2] = -0.02: sampling variances must be >= 0");
    expect(error([1, Number.POSITIVE_INFINITY])).toBe(
      "bad_known_v: V[2] is Infinity: to leave its row out, set the effect size or its variance to missing",
    );
    const columns = { y: [null, 1, 2], vi: [1, 1, -0.02] };
    expect(errorOf(() => knownV("y ~ 1 + meta_V(V = vi)", columns))).toBe(
      "bad_known_v: vi[3] = -0.02: sampling variances must be >= 0",
    );
    expect(errorOf(() => vOf(2, [1, "0.3"] as unknown as number[]))).toBe(
      'bad_known_v: V[2] is not a number: "0.3"',
    );
  });
});

describe("missingRows", () => {
  it("marks the missing variances of a vector", () => {
    expect(missingRows([1, null, Number.NaN], 3)).toEqual(Uint8Array.of(0, 1, 1));
    expect(missingRows({ nrow: 2, ncol: 1, values: Float64Array.of(Number.NaN, 1) }, 2)).toEqual(
      Uint8Array.of(1, 0),
    );
    expect(missingRows([1, 2, 3], 3)).toBeNull();
  });

  it("leaves matrices and vectors of another length alone", () => {
    expect(missingRows([[Number.NaN]], 1)).toBeNull();
    expect(missingRows([1, Number.NaN], 3)).toBeNull();
    expect(missingRows({ blocks: [] }, 3)).toBeNull();
    expect(missingRows({ nrow: 2, ncol: 2, values: [1, Number.NaN, 1, 1] }, 2)).toBeNull();
    expect(missingRows(3 as unknown as number[], 1)).toBeNull();
  });
});
