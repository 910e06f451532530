import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildDesign, type Design } from "../../src/design/design";
import { applyDesign } from "../../src/design/recipe";
import { drmFormula } from "../../src/formula/formula";
import { buildFrame, type FrameOptions } from "../../src/frame/frame";
import { errorOf, literalTable } from "../frame/literal-table";

const data = {
  yi: [1, 2, 3, 4, 5, 6],
  x: [1, 2, 4, 8, 16, 32],
  h: ["f", "g", "f", "g", "f", "g"],
  r: ["n", "n", "s", "s", "w", "w"],
};
const table = literalTable(data);

function designOf(text: string, from = table, options?: FrameOptions): Design {
  const formula = drmFormula(text);
  return buildDesign(formula.dpars[0]!, buildFrame(formula, from, options));
}

function rowsOf({ values, names, nrow }: Pick<Design, "values" | "names" | "nrow">): number[][] {
  return Array.from({ length: nrow }, (_, i) => names.map((_, j) => values[j * nrow + i]!));
}

describe("buildDesign", () => {
  it("is a column of ones without moderators", () => {
    expect(designOf("yi ~ 1")).toMatchObject({
      key: "mu",
      names: ["(Intercept)"],
      nrow: 6,
      values: new Float64Array(6).fill(1),
      assign: [0],
      termLabels: [],
    });
  });

  it("writes whole small matrices", () => {
    const design = designOf("yi ~ h * x");
    expect(design.names).toEqual(["(Intercept)", "hg", "x", "hg:x"]);
    expect(design.assign).toEqual([0, 1, 2, 3]);
    expect(design.termLabels).toEqual(["h", "x", "h:x"]);
    expect(rowsOf(design)).toEqual([
      [1, 0, 1, 0],
      [1, 1, 2, 2],
      [1, 0, 4, 0],
      [1, 1, 8, 8],
      [1, 0, 16, 0],
      [1, 1, 32, 32],
    ]);
  });

  it("takes the first level given as the reference", () => {
    const design = designOf("yi ~ r", table, { factors: { r: ["w", "n", "s"] } });
    expect(design.names).toEqual(["(Intercept)", "rn", "rs"]);
  });

  it("centres", () => {
    expect(rowsOf(designOf("yi ~ 0 + center(x)")).flat()).toEqual([1, 2, 4, 8, 16, 32].map((x) => x - 10.5));
  });

  it("lets functions that learn stand inside arithmetic", () => {
    const design = designOf("yi ~ I(scale(x)^2)");
    const applied = applyDesign(design.recipe, literalTable({ x: [32, 1] }));
    expect(design.names).toEqual(["(Intercept)", "I(scale(x)^2)"]);
    expect(rowsOf(applied)).toEqual([rowsOf(design)[5], rowsOf(design)[0]]);
  });

  it("expands the dot", () => {
    expect(designOf("yi ~ . - r").names).toEqual(["(Intercept)", "x", "hg"]);
  });

  it.each([
    ["yi ~ poly(x, 6)", "bad_term: poly(x, 6): degree 6 needs more than 6 distinct values"],
    ["yi ~ poly(x, 1.5)", "the degree must be a whole number"],
    ["yi ~ log(poly(x, 2))", "poly(x, 2) gives several columns"],
    ["yi ~ poly(h, 2)", "poly(h, 2) needs numbers"],
    ["yi ~ ns(x, 0)", "df must be a whole number of at least 1, not 0"],
    ["yi ~ ns(x, knots = 99)", "knot 99 does not lie between the boundary knots 1 and 32"],
    [
      "yi ~ relevel(h, ref = 'k')",
      "bad_factor: relevel(h, ref = \"k\"): 'k' is not one of the levels (f, g)",
    ],
    ["yi ~ relevel(x, ref = '1')", "relevel() needs an unordered factor"],
    ["yi ~ scale(I(x - x))", "the column is constant (0)"],
    ["yi ~ log(x - 4)", "log(x - 4): 'x - 4' is -3 in row 1, and log() needs a number above 0"],
    ["yi ~ factor(r, levels = c('n', 's'))", "'r' is 'w' in row 5"],
  ])("%s is refused", (text, message) => {
    expect(errorOf(() => designOf(text))).toContain(message);
  });

  it("names a factor that has one level left", () => {
    const gaps = literalTable({ yi: [1, 2, 3, null], h: ["f", "f", "f", "g"] });
    expect(errorOf(() => designOf("yi ~ h", gaps))).toContain(
      "bad_factor: 'h' has one level ('f') after 1 row was dropped: remove it from the formula",
    );
  });

  it("permutes with the rows", () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(
        order,
        fc.constantFrom("h * x", "r + poly(x, 2)", "ns(x, 2):h", "scale(x) + r"),
        (rows, right) => {
          const shuffled = literalTable({
            yi: data.yi,
            x: rows.map((i) => data.x[i]!),
            h: rows.map((i) => data.h[i]!),
            r: rows.map((i) => data.r[i]!),
          });
          const before = rowsOf(designOf(`yi ~ ${right}`));
          rowsOf(designOf(`yi ~ ${right}`, shuffled)).forEach((row, i) => {
            row.forEach((value, j) => {
              expect(value).toBeCloseTo(before[rows[i]!]![j]!, 12);
            });
          });
        },
      ),
    );
  });
});

describe("bivariate designs", () => {
  it("are zero where the outcome is absent, and learn from the others only", () => {
    const pairs = literalTable({
      y1: [1, 2, null, 4],
      y2: [1, null, 3, 4],
      x: [1, 2, 100, 6],
      h: ["a", "b", "c", "a"],
    });
    const formula = drmFormula("mu1 = y1 ~ center(x) + h", "mu2 = y2 ~ h", "rho12 = ~ h");
    const error = errorOf(() => buildDesign(formula.dpars[4]!, buildFrame(formula, pairs)));
    const mu1 = buildDesign(formula.dpars[0]!, buildFrame(formula, pairs));
    expect(mu1.names).toEqual(["(Intercept)", "center(x)", "hb"]);
    expect(mu1.present).toEqual(Uint8Array.of(1, 1, 0, 1));
    expect(rowsOf(mu1)).toEqual([
      [1, -2, 0],
      [1, -1, 1],
      [0, 0, 0],
      [1, 3, 0],
    ]);
    expect(error).toContain("'h' has one level ('a')");
  });
});

describe("applyDesign", () => {
  const { recipe } = designOf("yi ~ r * x");
  it("marks rows with missing moderators", () => {
    const { missing, values } = applyDesign(recipe, literalTable({ r: ["w", null, "n"], x: [1, 2, null] }));
    expect(missing).toEqual(Uint8Array.of(0, 1, 1));
    expect([...values.subarray(0, 3)]).toEqual([1, Number.NaN, Number.NaN]);
  });

  it.each([
    [{ r: ["n", "e"], x: [1, 2] }, "bad_factor: 'r' is 'e' in row 2 of the new data"],
    [{ r: ["n"], z: [1] }, "unknown_column: the formula of mu needs column 'x', not in the new data"],
    [{ r: ["n"], x: ["1"] }, "'x' is '1' in row 1 of the new data: it was a number"],
  ])("refuses %j", (rows, message) => {
    expect(errorOf(() => applyDesign(recipe, literalTable(rows)))).toContain(message);
  });

  it("makes a factor of a numeric column that was one", () => {
    const years = literalTable({ yi: [1, 2, 3], year: [1990, 1991, 1990] });
    const design = designOf("yi ~ year", years, { factors: { year: ["1990", "1991"] } });
    expect(rowsOf(applyDesign(design.recipe, literalTable({ year: [1991] })))).toEqual([[1, 1]]);
  });
});
