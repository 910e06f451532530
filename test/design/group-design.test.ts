import { describe, expect, it } from "vitest";
import { buildGroupDesign } from "../../src/design/group-design";
import { drmFormula } from "../../src/formula/formula";
import { buildFrame } from "../../src/frame/frame";
import { errorOf, literalTable } from "../frame/literal-table";

const table = literalTable({
  y: [1, 2, 3, 4, 5, null],
  study: [10, 9, 10, 9, 2, 2],
  school: ["b", "a", "a", "a", "b", "c"],
  h: ["f", "g", "f", "g", "g", "f"],
  x: [1, 2, 1, 2.5, 3, 3],
  one: ["s", "s", "s", "s", "s", "s"],
});

function groupDesign(...texts: string[]) {
  const formula = drmFormula(...texts);
  const sd = formula.dpars.filter((dpar) => dpar.kind === "sd");
  return buildGroupDesign(sd[sd.length - 1]!, buildFrame(formula, table));
}

describe("buildGroupDesign", () => {
  it("has a row for each level, numbers in their order", () => {
    const design = groupDesign("y ~ (1 | study)", "sd(study) ~ h");
    expect(design).toMatchObject({ key: "sd(study)", names: ["(Intercept)", "hg"], nrow: 3 });
    expect(design.levels).toEqual(["2", "9", "10"]);
    expect(design.index).toEqual(Int32Array.of(2, 1, 2, 1, 0));
    expect(design.counts).toEqual(Int32Array.of(1, 2, 2));
    expect(design.values).toEqual(Float64Array.of(1, 1, 1, 1, 1, 0));
  });

  it("labels nested levels, those that occur", () => {
    const design = groupDesign("y ~ (1 | study/school)");
    expect(design.key).toBe("sd(study:school)");
    expect(design.levels).toEqual(["2:b", "9:a", "10:a", "10:b"]);
    expect(design.index).toEqual(Int32Array.of(3, 1, 2, 1, 0));
  });

  it("refuses a predictor that varies within a level", () => {
    expect(errorOf(() => groupDesign("y ~ (1 | study)", "sd(study) ~ log(x)"))).toContain(
      "bad_term: sd(study): 'x' differs within level '9', in rows 2 and 4 (2 and 2.5): a predictor of sd(study) needs one value a level",
    );
  });

  it("refuses a group with one level", () => {
    expect(errorOf(() => groupDesign("y ~ (1 | one)"))).toContain(
      "'one' has one level ('s') in the rows used",
    );
  });

  it("leaves rows without the outcome out of the groups", () => {
    const pairs = literalTable({ y1: [1, null, 3, 4], y2: [1, 2, 3, 4], g: ["a", "b", "c", "a"] });
    const formula = drmFormula("mu1 = y1 ~ (1 | g)", "mu2 = y2 ~ 1");
    const sd1 = formula.dpars.find((dpar) => dpar.key === "sd1(g)")!;
    const design = buildGroupDesign(sd1, buildFrame(formula, pairs));
    expect(design.levels).toEqual(["a", "c"]);
    expect(design.index).toEqual(Int32Array.of(0, -1, 1, 0));
  });
});
