import { describe, expect, it, vi } from "vitest";
import { buildKnownV } from "../../src/covariance/known-v";
import { drmFormula } from "../../src/formula/formula";
import { buildFrame } from "../../src/frame/frame";
import { errorOf, literalTable } from "../frame/literal-table";
import { bivariateV, clustersOf, knownV, plain, vOf } from "./build";

describe("buildKnownV", () => {
  it("is zeros without meta_V", () => {
    expect(knownV("y ~ 1", { y: [1, 2] })).toMatchObject({ kind: "none", label: "" });
    expect(plain(knownV("y ~ 1", { y: [1, 2] }))).toEqual({ kind: "none", variances: [0, 0], clusters: [] });
    const both = { y1: [1, 2], y2: [1, null] };
    expect(knownV(["mu1 = y1 ~ 1", "mu2 = y2 ~ 1"], both).V.variances).toHaveLength(4);
  });

  it("shares the memory of a column of variances", () => {
    const formula = drmFormula("y ~ 1 + meta_V(V = vi)");
    const frame = buildFrame(formula, literalTable({ y: [1, 2], vi: [0.1, 0] }));
    const v = buildKnownV(formula.dpars[0]!, frame, {});
    expect(v).toMatchObject({ kind: "diagonal", label: "vi" });
    const column = frame.column("vi");
    expect(v.V.variances).toBe(column.kind === "factor" ? null : column.values);
  });

  it("takes an expression and keeps its text", () => {
    const v = knownV("y ~ 1 + meta_V(V = (se^2))", { y: [1, 2], se: [0.5, 2] });
    expect(v.label).toBe("se^2");
    expect(Array.from(v.V.variances)).toEqual([0.25, 4]);
  });

  it("splits a matrix into its clusters", () => {
    const V = [
      [4, 0, 1, 0],
      [0, 3, 0, 0],
      [1, 0, 2, 0],
      [0, 0, 0, 1],
    ];
    expect(plain(vOf(4, V))).toEqual({
      kind: "block",
      variances: [4, 3, 2, 1],
      clusters: [{ rows: [0, 2], V: [[4], [1, 2]] }],
    });
  });

  it("calls it dense when one cluster has all rows, even if some pairs do not covary", () => {
    const chain = [
      [2, 1, 0],
      [1, 2, 1],
      [0, 1, 2],
    ];
    expect(plain(vOf(3, chain))).toEqual({
      kind: "dense",
      variances: [2, 2, 2],
      clusters: [{ rows: [0, 1, 2], V: [[2], [1, 2], [0, 1, 2]] }],
    });
  });

  it("subsets a matrix to the kept rows, whatever the dropped ones hold", () => {
    const data = { y: [1, null, 3, 4], x: [1, 2, 3, 4] };
    const V = [
      [4, Number.NaN, 1, 0],
      [-7, -1, 9, 0],
      [1, 0, 2, 0],
      [0, 0, 0, 1],
    ];
    const v = knownV("y ~ x + meta_V(V = V)", data, { V });
    expect(Array.from(v.V.variances)).toEqual([4, 2, 1]);
    expect(clustersOf(v)).toEqual([{ rows: [0, 1], V: [[4], [1, 2]] }]);
  });

  it("averages the two triangles and keeps the off-diagonals of a V in tiny units", () => {
    const V = [
      [2e-20, 1e-20],
      [1.00000001e-20, 2e-20],
    ];
    expect(clustersOf(vOf(2, V))[0]!.V[1]![0]).toBeCloseTo(1.000000005e-20, 35);
  });

  it("numbers the entries of absent outcomes but puts them in no cluster", () => {
    const V = [
      [1, 0.5, 0, 0],
      [0.5, 1, 0, 0],
      [0, 0, 2, null],
      [0, 0, null, null],
    ];
    const data = { y1: [1, 2], y2: [1, null] };
    const v = knownV(["mu1 = y1 ~ 1 + meta_V(V = V)", "mu2 = y2 ~ 1"], data, { V });
    expect(plain(v)).toEqual({
      kind: "block",
      variances: [1, 1, 2, Number.NaN],
      clusters: [{ rows: [0, 1], V: [[1], [0.5, 1]] }],
    });
  });

  it("counts only the outcomes that are there when it calls V dense", () => {
    const V = [
      [1, 0, 0.5, 0],
      [0, 9, 0, 9],
      [0.5, 0, 1, 0],
      [0, 9, 0, 9],
    ];
    const data = { y1: [1, 2, 3], y2: [null, null, 1] };
    const wide = Array.from({ length: 6 }, (_, i) =>
      Array.from({ length: 6 }, (_, j) => V[i]?.[j] ?? (i === j ? 1 : 0)),
    );
    const formulas = ["mu1 = y1 ~ 1 + meta_V(V = V)", "mu2 = y2 ~ 1"];
    expect(knownV(formulas, data, { V: wide }).kind).toBe("block");
    wide[4]![0] = wide[0]![4] = 0.1;
    wide[5]![0] = wide[0]![5] = 0.1;
    expect(knownV(formulas, data, { V: wide }).kind).toBe("dense");
  });

  it("takes 2n variances in a bivariate model", () => {
    expect(plain(bivariateV(2, [1, 2, 3, 4]))).toEqual({
      kind: "diagonal",
      variances: [1, 2, 3, 4],
      clusters: [],
    });
  });

  it("warns about meta_known_V once per process", () => {
    const warn = vi.fn();
    const formula = drmFormula("y ~ 1 + meta_known_V(V = vi)");
    const frame = buildFrame(formula, literalTable({ y: [1, 2], vi: [0.1, 0] }));
    for (let i = 0; i < 2; i++) buildKnownV(formula.dpars[0]!, frame, {}, { warn });
    expect(warn.mock.calls).toEqual([["meta_known_V() is deprecated: write meta_V()"]]);
  });

  it("refuses what cannot be a V", () => {
    const y = [1, 2, 3];
    const data = { y, vi: [0.1, 0.2, 0.3], name: ["a", "b", "c"] };
    const error = (text: string, matrices = {}) => errorOf(() => knownV(text, data, matrices));
    expect(error("y ~ 1 + meta_V(V = name)")).toBe(
      "bad_term: meta_V() needs numbers, but 'name' holds text ('a' in row 1)",
    );
    expect(error("y ~ 1 + meta_V(V = vi)", { vi: [1, 2, 3] })).toBe(
      "bad_known_v: 'vi' is a column of the data and a matrix: rename one so that meta_V(V = vi) can mean only one",
    );
    expect(error("y ~ 1 + meta_V(V = vii)")).toMatch(/^unknown_column: 'vii' is neither .*did you mean 'vi'/);
    expect(error("y ~ 1 + meta_V(V = se^2)", { se: [1, 2, 3] })).toMatch(
      /^unknown_column: 'se' is a matrix, not a column/,
    );
    const formulas = ["mu1 = y1 ~ 1 + meta_V(V = vi)", "mu2 = y2 ~ 1"];
    expect(errorOf(() => knownV(formulas, { y1: y, y2: y, vi: y }))).toBe(
      "bad_known_v: 'vi' has 3 values, but the data have 3 rows and two outcomes: it must have 6 values, " +
        "stacked y1[1], y2[1], y1[2], ...; from two variance columns: meta_vcov_bivariate(v1, v2)",
    );
  });
});
