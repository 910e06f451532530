import { describe, expect, it } from "vitest";
import { randomTermOf } from "../../src/formula/dpar";
import { drmFormula } from "../../src/formula/formula";
import { updateFormulas } from "../../src/formula/update-formula";

/** Keys, groups, columns and texts of the SDs of a model. */
const sds = (...formulas: string[]) =>
  drmFormula(...formulas)
    .dpars.filter(({ kind }) => kind === "sd")
    .map(({ key, group, slope, structure }) => ({ key, group, slope, structure }));

describe("random slopes and known structures", () => {
  it.each([
    ["(0 + bmi | study)", "sd(bmi | study)", "study", "bmi", undefined],
    ["(bmi - 1 | study)", "sd(bmi | study)", "study", "bmi", undefined],
    ["(0 + log(dose) | a:b)", "sd(log(dose) | a:b)", "a:b", "log(dose)", undefined],
    ["phylo(1 | species, tree = tree)", "sd(phylo(species))", "phylo(species)", undefined, "tree = tree"],
    ["phylo(0 + x | species, tree = t)", "sd(x | phylo(species))", "phylo(species)", "x", "tree = t"],
    ["relmat(1 | g, K = A)", "sd(relmat(g))", "relmat(g)", undefined, "K = A"],
    ["relmat(Q = P, 1 | g)", "sd(relmat(g))", "relmat(g)", undefined, "Q = P"],
    [
      'phylo(1 | s, tree = t, branch = "grafen", scale = FALSE)',
      "sd(phylo(s))",
      "phylo(s)",
      undefined,
      'tree = t, scale = FALSE, branch = "grafen"',
    ],
  ])("%s", (term, key, group, slope, structure) => {
    expect(sds(`yi ~ ${term}`)).toEqual([{ key, group, slope, structure }]);
  });

  it("nested groupings of slopes expand", () => {
    expect(sds("yi ~ (0 + x | a/b)").map(({ key }) => key)).toEqual(["sd(x | a)", "sd(x | a:b)"]);
  });

  it("each SD takes a formula of its own", () => {
    const { dpars } = drmFormula(
      "yi ~ (1 | g) + (0 + x | g) + phylo(1 | g, tree = t) + phylo(0 + x | g, tree = t)",
      "sd(x | phylo(g)) ~ a",
      "sd(phylo(g)) ~ b",
      "sd(x | g) ~ c",
      "sd(g) ~ d",
    );
    const terms = dpars.filter(({ kind }) => kind === "sd").map((dpar) => [dpar.key, dpar.terms[0]!.label]);
    expect(terms).toEqual([
      ["sd(g)", "d"],
      ["sd(x | g)", "c"],
      ["sd(phylo(g))", "b"],
      ["sd(x | phylo(g))", "a"],
    ]);
    expect(dpars.map(randomTermOf).slice(2)).toEqual([
      "(1 | g)",
      "(0 + x | g)",
      "phylo(1 | g, tree = t)",
      "phylo(0 + x | g, tree = t)",
    ]);
  });

  it("a slope's column is one of the model's, and of no dot", () => {
    expect(drmFormula("yi ~ (0 + x | g)").dpars[0]!.variables).toEqual(["yi", "g", "x"]);
  });

  it("come and go by update()", () => {
    const moderators = () => ({ intercept: true, termLabels: [] });
    const old = drmFormula("yi ~ 1 + (1 | g) + phylo(1 | g, tree = t)", "sd(phylo(g)) ~ b");
    expect(updateFormulas(old, ["~ . + (0 + x | g)"], moderators)).toEqual([
      "yi ~ 1 + (1 | g) + phylo(1 | g, tree = t) + (0 + x | g)",
      "sd(phylo(g)) ~ b",
    ]);
    expect(updateFormulas(old, ["~ . - phylo(1 | g, tree = t)"], moderators)).toEqual(["yi ~ 1 + (1 | g)"]);
    expect(() => updateFormulas(old, ["~ . - (0 + x | g)"], moderators)).toThrow(
      "(0 + x | g) is not in the formula",
    );
  });
});
