import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildDesign } from "../../src/design/design";
import { checkRank } from "../../src/design/rank";
import { drmFormula } from "../../src/formula/formula";
import { buildFrame } from "../../src/frame/frame";
import { errorOf, literalTable } from "../frame/literal-table";

const x = [0.3, 1.7, -2.1, 0.9, 4.4, -0.6, 1.1, 2.2];
const table = literalTable({
  y: [1, 2, 3, 4, 5, 6, 7, 8],
  x,
  copy: x,
  shifted: x.map((value) => 2 * value + 5),
  z: [1, 3, 2, 5, 4, 4, 1, 0],
  sum: x.map((value, i) => value + [1, 3, 2, 5, 4, 4, 1, 0][i]!),
  seven: new Array(8).fill(7),
  zero: new Array(8).fill(0),
  year: [1990, 1991, 1993, 1992, 1996, 1990, 1995, 1994],
  stamp: x.map((value) => 1.7e9 + value),
  a: ["p", "q", "p", "q", "p", "q", "p", "q"],
  b: ["u", "u", "u", "u", "v", "u", "v", "u"],
  d: ["i", "i", "k", "k", "i", "i", "k", "k"],
  a2: ["1", "2", "1", "2", "1", "2", "1", "2"],
});

function check(right: string): string {
  const formula = drmFormula(`y ~ ${right}`);
  return errorOf(() => checkRank(buildDesign(formula.dpars[0]!, buildFrame(formula, table))));
}

describe("checkRank", () => {
  it.each([
    "1",
    "x",
    "0 + x",
    "x + z",
    "year + I(year^2)",
    "stamp",
    "0 + a + year",
    "a * z",
    "0 + a:z",
    "0 + a:d",
    "x + factor(year)",
    "poly(year, 4)",
  ])("accepts %s", (right) => {
    expect(check(right)).toBe("no error");
  });

  it.each([
    ["x + copy", "column 'copy' is a copy of 'x' (aliased): drop the term copy from the formula"],
    [
      "x + shifted",
      "column 'shifted' is a linear combination of '(Intercept)', 'x' (aliased): drop the term shifted",
    ],
    ["x + z + sum", "column 'sum' is a linear combination of 'x', 'z' (aliased): drop the term sum"],
    ["0 + x + copy", "column 'copy' is a copy of 'x'"],
    ["x + copy + shifted", "(aliased), and so is 'shifted': drop the term copy"],
    ["seven", "column 'seven' is 7 in every row, like the intercept (aliased): drop the term seven"],
    ["zero", "column 'zero' is zero in every row: drop the term zero"],
    ["0 + zero + x", "column 'zero' is zero in every row"],
    ["a + a2", "column 'a22' is a copy of 'aq'"],
    ["a * b", "no row falls in the cell 'aq:bv' of a:b, so its column is all zero: drop the term a:b"],
    ["a:d", "write a * d, or take the intercept out (0 + a:d)"],
  ])("refuses %s", (right, message) => {
    expect(check(right)).toContain(message);
  });

  it("refuses more columns than rows", () => {
    const small = literalTable({ y: [1, 2], x: [1, 2], z: [1, 3] });
    const formula = drmFormula("y ~ x + z");
    const design = buildDesign(formula.dpars[0]!, buildFrame(formula, small));
    expect(errorOf(() => checkRank(design))).toContain(
      "aliased_design: mu has 3 columns ('(Intercept)', 'x', 'z') but only 2 rows",
    );
  });

  it("does not depend on units", () => {
    const unit = fc.double({ min: -9, max: 9, noNaN: true });
    fc.assert(
      fc.property(unit, unit, (p, q) => {
        const scaled = literalTable({
          y: x,
          x: x.map((value) => value * 10 ** p),
          z: [1, 3, 2, 5, 4, 4, 1, 0].map((value) => value * 10 ** q),
          s: x.map((value, i) => value + [1, 3, 2, 5, 4, 4, 1, 0][i]!),
        });
        const ok = drmFormula("y ~ x + z");
        const bad = drmFormula("y ~ x + z + s");
        checkRank(buildDesign(ok.dpars[0]!, buildFrame(ok, scaled)));
        const design = buildDesign(bad.dpars[0]!, buildFrame(bad, scaled));
        expect(errorOf(() => checkRank(design))).toContain("linear combination of 'x', 'z'");
      }),
    );
  });
});
