import { describe, expect, it } from "vitest";
import { buildDesign } from "../../src/design/design";
import { applyDesign, type DesignRecipe } from "../../src/design/recipe";
import { drmFormula } from "../../src/formula/formula";
import { buildFrame } from "../../src/frame/frame";
import { literalTable } from "../frame/literal-table";
import fromR from "./fixtures/model-matrix.json" with { type: "json" };

// relative to max(1, |x|); the fixtures carry 17 digits, so what is left is the order of summation
const TOLERANCE = 1e-12;

const table = literalTable({ ...fromR.data, yi: fromR.data.x });
const newTable = literalTable(fromR.new);
const options = { factors: { o: fromR.levels.o }, ordered: new Set(["o"]) };

function largestDifference(values: Float64Array, expected: readonly number[]): number {
  expect(values.length).toBe(expected.length);
  return expected.reduce(
    (worst, x, i) => Math.max(worst, Math.abs(values[i]! - x) / Math.max(1, Math.abs(x))),
    0,
  );
}

describe("design matrices equal R's model.matrix", () => {
  it.each(fromR.cases)("$formula", ({ formula, names, assign, values, new: newValues }) => {
    const parsed = drmFormula(`yi ${formula}`);
    const design = buildDesign(parsed.dpars[0]!, buildFrame(parsed, table, options));
    expect(design.names).toEqual(names);
    expect(design.assign).toEqual(assign);
    expect(largestDifference(design.values, values)).toBeLessThan(TOLERANCE);
    // the recipe survives JSON, and gives R's columns on new data
    const recipe = JSON.parse(JSON.stringify(design.recipe)) as DesignRecipe;
    const applied = applyDesign(recipe, newTable);
    expect(applied.names).toEqual(names);
    expect(largestDifference(applied.values, newValues)).toBeLessThan(TOLERANCE);
  });
});
