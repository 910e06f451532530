import { describe, expect, it } from "vitest";
import { drmFormula } from "../../src/formula/formula";
import { buildFrame, type FrameOptions } from "../../src/frame/frame";
import { errorOf, literalTable } from "./literal-table";

const table = literalTable({
  yi: [0.1, 0.2, null, 0.4, 0.5],
  vi: [0.01, 0.02, 0.03, 0.04, null],
  x: [1, 2, 3, 4, 5],
  habitat: ["forest", "grassland", "urban", "grassland", "forest"],
  dose: [10, 20, 10, 20, 10],
  gaps: [null, null, null, null, null],
});
const formula = drmFormula("yi ~ habitat + x + meta_V(V = vi)");
const frameOf = (text: string, options?: FrameOptions) => buildFrame(drmFormula(text), table, options);

describe("buildFrame", () => {
  it("keeps complete rows and says why the others went", () => {
    const frame = buildFrame(formula, table);
    expect([...frame.rows]).toEqual([0, 1, 3]);
    expect(frame).toMatchObject({ nrow: 3, total: 5, outcomePresent: null, weights: null });
    expect(frame.dropped).toEqual({
      count: 2,
      rows: [
        { row: 3, columns: ["yi"] },
        { row: 5, columns: ["vi"] },
      ],
      byColumn: { yi: 1, vi: 1 },
    });
    expect(frame.column("x")).toEqual({ kind: "numeric", values: Float64Array.of(1, 2, 4) });
  });

  it("leaves out levels whose rows are gone", () => {
    expect(buildFrame(formula, table).column("habitat")).toEqual({
      kind: "factor",
      codes: Int32Array.of(0, 1, 1),
      levels: ["forest", "grassland"],
      ordered: false,
    });
  });

  it("takes the table's columns as they are where no row is left out", () => {
    expect(frameOf("x ~ dose").column("x")).toBe(table.column("x"));
    expect([...frameOf("x ~ dose").rows]).toEqual([0, 1, 2, 3, 4]);
  });

  it("does not mind missing cells in columns that no formula reads", () => {
    expect(frameOf("x ~ dose").dropped.count).toBe(0);
    expect(buildFrame(formula, table).column("gaps")).toMatchObject({ kind: "numeric" });
  });

  it("gives columns the levels asked for", () => {
    const factors = { habitat: ["urban", "grassland", "forest"], dose: ["20", "10"] };
    const frame = frameOf("x ~ habitat + dose", { factors, ordered: new Set(["dose"]) });
    expect(frame.column("habitat")).toMatchObject({
      codes: Int32Array.of(2, 1, 0, 1, 2),
      levels: factors.habitat,
    });
    expect(frame.column("dose")).toMatchObject({ codes: Int32Array.of(1, 0, 1, 0, 1), ordered: true });
  });

  it("expands a dot to the columns without another part", () => {
    const dotted = buildFrame(drmFormula("log(yi) ~ . - gaps + meta_V(V = vi)"), table, { weights: "x" });
    expect(dotted.formula.dpars[0]?.terms.map((term) => term.label)).toEqual(["habitat", "dose"]);
    expect(dotted.nrow).toBe(3);
  });

  it("reads V's matrices nowhere in the data", () => {
    const options = {
      matrixNames: new Set(["S"]),
      missingV: { name: "S", rows: Uint8Array.of(1, 0, 0, 0, 0) },
    };
    const frame = frameOf("x ~ dose + meta_V(V = S)", options);
    expect([...frame.rows]).toEqual([1, 2, 3, 4]);
    expect(frame.dropped.byColumn).toEqual({ S: 1 });
  });

  it.each<[string, FrameOptions, string]>([
    [
      "yi ~ habitatt",
      {},
      "unknown_column: column 'habitatt' not in data; did you mean 'habitat'?\n  yi ~ habitatt",
    ],
    ["yi ~ x + meta_V(V = S)", {}, "unknown_column: 'S' is neither a column of the data nor a matrix"],
    ["yi ~ S", { matrixNames: new Set(["S"]) }, "'S' is a matrix, not a column"],
    [
      "yi ~ gaps",
      {},
      "no_rows: no rows left to fit: all 5 rows are dropped because of missing values in 'gaps' (5)",
    ],
    [
      "x ~ habitat",
      { factors: { habitat: ["forest", "urban"] } },
      "bad_factor: 'habitat' is 'grassland' in row 2",
    ],
    ["x ~ dose", { factors: { dose: ["10"] } }, "'dose' is '20' in row 2"],
    ["x ~ dose", { factors: { dose: ["10", "10"] } }, "level '10' of 'dose' is given twice"],
    [
      "x ~ dose",
      { factors: { doze: ["10"] } },
      "levels are given for 'doze', which is not in data; did you mean 'dose'?",
    ],
  ])("%s is refused", (text, options, message) => {
    expect(errorOf(() => frameOf(text, options))).toContain(message);
  });

  it("refuses infinite cells, except where the row is dropped anyway", () => {
    const data = literalTable({
      y: [1, 2, 3, null],
      x: [1, Number.POSITIVE_INFINITY, 3, 4],
      z: [1, 2, 3, -1 / 0],
    });
    expect(errorOf(() => buildFrame(drmFormula("y ~ x"), data))).toContain(
      "bad_data: 'x' is Infinity in row 2",
    );
    expect(buildFrame(drmFormula("y ~ z"), data).nrow).toBe(3);
  });
});

describe("bivariate rows", () => {
  const data = literalTable({
    y1: [1, null, 3, null, 5],
    y2: [1, 2, 3, null, 5],
    v1: [1, 1, null, 1, 1],
    v2: [1, 1, 1, 1, 1],
    r: [0.5, null, 0.5, 0.5, null],
    x: [1, 2, 3, 4, 5],
  });

  it("lose an outcome, not the study", () => {
    const V = "meta_V(V = meta_vcov_bivariate(v1, v2, cor12 = r))";
    const frame = buildFrame(drmFormula(`mu1 = y1 ~ x + ${V}`, "mu2 = y2 ~ 1"), data);
    // row 2 has one outcome and needs no correlation; row 5 has both and lacks it
    expect([...frame.rows]).toEqual([0, 1, 2]);
    expect(frame.outcomePresent).toEqual([Uint8Array.of(1, 0, 0), Uint8Array.of(1, 1, 1)]);
    expect(frame.dropped.rows).toEqual([
      { row: 4, columns: ["y1", "y2"] },
      { row: 5, columns: ["r"] },
    ]);
  });

  it("are dropped for a variable that both outcomes need", () => {
    const gap = literalTable({ y1: [1, 2, 3], y2: [1, 2, 3], x: [1, null, 3] });
    expect([...buildFrame(drmFormula("mu1 = y1 ~ x", "mu2 = y2 ~ x"), gap).rows]).toEqual([0, 2]);
  });
});

describe("weights", () => {
  const y = literalTable({ y: [1, null, 3], w: [1, null, 0], text: ["a", "b", "c"], bad: [1, 1, null] });
  const weightsOf = (weights: FrameOptions["weights"]) =>
    buildFrame(drmFormula("y ~ 1"), y, { weights }).weights;

  it("are those of the kept rows", () => {
    expect(weightsOf("w")).toEqual(Float64Array.of(1, 0));
    expect(weightsOf([2, -5, 1])).toEqual(Float64Array.of(2, 1));
    expect(weightsOf(null)).toBeNull();
  });

  it.each<[unknown, string]>([
    ["bad", "bad_weights: bad[3] is missing"],
    ["text", "holds text"],
    ["ww", "weights column 'ww' not in data; did you mean 'w'?"],
    [[1, 1, -2], "weights[3] is -2: weights must be finite numbers >= 0"],
    [[0, 1, 0], "every weight in 'weights' is 0"],
    [[1, 2], "2 values but the data have 3 rows"],
    [[[1], [2], [3]], "weights is a matrix"],
    [[1, 2, null], "weights[3] is missing"],
    [[1, 2, "3"], "weights[3] is a string"],
    [3, "a column name or a vector"],
  ])("%j are refused", (weights, message) => {
    expect(errorOf(() => weightsOf(weights as FrameOptions["weights"]))).toContain(message);
  });
});
