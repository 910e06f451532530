import { describe, expect, test } from "vitest";
import { drmFormula } from "../../src/index";
import { type Choices, fitsTo, NO_CHOICES } from "../../web/model/choices";
import { type DataOverview, factorsFor } from "../../web/model/columns";
import { buildFormulas } from "../../web/model/formulas";
import { guessChoices } from "../../web/model/guess";

const yiVi = { effect: "yi", uncertainty: "vi", kind: "variance" } as const;
const some = (change: Partial<Choices>): Choices => ({ ...NO_CHOICES, first: yiVi, ...change });

function formulasOf(choices: Choices): readonly string[] {
  const built = buildFormulas(choices);
  if (!("formulas" in built)) throw new Error(built.message);
  drmFormula(...built.formulas); // the parser takes them
  return built.formulas;
}

describe("formulas from choices", () => {
  test("an effect and its variance", () => {
    expect(formulasOf(some({}))).toEqual(["yi ~ 1 + meta_V(V = vi)"]);
  });

  test("a standard error is squared visibly", () => {
    const first = { ...yiVi, uncertainty: "sei", kind: "se" } as const;
    expect(formulasOf(some({ first }))).toEqual(["yi ~ 1 + meta_V(V = sei^2)"]);
  });

  test("moderators of the mean and of sigma, in the order chosen", () => {
    expect(formulasOf(some({ moderators: ["b", "a"], scaleModerators: ["a"] }))).toEqual([
      "yi ~ b + a + meta_V(V = vi)",
      "sigma ~ a",
    ]);
  });

  test("a study, and sampling errors that go together within it", () => {
    expect(formulasOf(some({ study: "study" }))).toEqual(["yi ~ 1 + (1 | study) + meta_V(V = vi)"]);
    expect(formulasOf(some({ study: "study", correlation: "0.6" }))).toEqual([
      "yi ~ 1 + (1 | study) + meta_V(V = meta_vcov_cluster(vi, study, rho = 0.6))",
    ]);
  });

  test("two outcomes: moderators are of both", () => {
    const second = { effect: "harm", uncertainty: "se2", kind: "se" } as const;
    const both = some({ second, moderators: ["x"], scaleModerators: ["z"], correlation: "r 12" });
    expect(formulasOf(both)).toEqual([
      "mu1 = yi ~ x + meta_V(V = meta_vcov_bivariate(vi, se2^2, cor12 = `r 12`))",
      "mu2 = harm ~ x",
      "sigma1 = ~ z",
      "sigma2 = ~ z",
    ]);
  });

  test("names that R would quote are quoted", () => {
    expect(formulasOf(some({ moderators: ["sample size"], study: "lab no." }))).toEqual([
      "yi ~ `sample size` + (1 | `lab no.`) + meta_V(V = vi)",
    ]);
  });

  test("typed formulas count alone, without blank lines", () => {
    expect(formulasOf(some({ moderators: ["x"], typed: [" yi ~ z ", "", "sigma ~ z"] }))).toEqual([
      "yi ~ z",
      "sigma ~ z",
    ]);
  });

  test("what is missing is said where it is missing", () => {
    expect(buildFormulas(NO_CHOICES)).toMatchObject({ missing: "effect" });
    expect(buildFormulas(some({ first: { ...yiVi, uncertainty: "" } }))).toMatchObject({
      missing: "uncertainty",
    });
    const second = { effect: "", uncertainty: "", kind: "variance" } as const;
    expect(buildFormulas(some({ second }))).toMatchObject({ missing: "secondEffect" });
    expect(buildFormulas(some({ second: { ...second, effect: "y2" } }))).toMatchObject({
      missing: "secondUncertainty",
    });
    expect(buildFormulas(some({ typed: ["  "] }))).toMatchObject({ missing: "formula" });
  });
});

const overview = (...names: string[]): DataOverview => ({
  nrow: 3,
  columns: names.map((name) => ({ name, kind: "number", missing: 0, levels: null, problem: null })),
  notes: [],
});

describe("new data", () => {
  test("columns are told by the names that they usually have", () => {
    expect(guessChoices(overview("study", "yi", "vi")).first).toEqual(yiVi);
    expect(guessChoices(overview("SE", "Hedges_g")).first).toEqual({
      effect: "Hedges_g",
      uncertainty: "SE",
      kind: "se",
    });
    expect(guessChoices(overview("apples", "pears"))).toEqual(NO_CHOICES);
  });

  test("choices stay when all of their columns are there", () => {
    const choices = some({ moderators: ["x"], correlation: "0.6" });
    expect(fitsTo(choices, overview("yi", "vi", "x"))).toBe(true);
    expect(fitsTo(choices, overview("yi", "vi"))).toBe(false);
    expect(fitsTo({ ...choices, correlation: "r" }, overview("yi", "vi", "x"))).toBe(false);
    expect(fitsTo(NO_CHOICES, overview("yi", "vi"))).toBe(false);
  });
});

test("levels put the reference first, and make categories of numbers", () => {
  const data: DataOverview = {
    nrow: 4,
    notes: [],
    columns: [
      { name: "habitat", kind: "category", missing: 0, levels: ["forest", "grassland"], problem: null },
      { name: "dose", kind: "number", missing: 0, levels: ["1", "2", "5"], problem: null },
      { name: "year", kind: "number", missing: 0, levels: null, problem: null },
    ],
  };
  expect(factorsFor({ habitat: "grassland", dose: "2", year: "1990", gone: "a" }, data)).toEqual({
    habitat: ["grassland", "forest"],
    dose: ["2", "1", "5"],
  });
  // a level of older data
  expect(factorsFor({ habitat: "desert", dose: "7" }, data)).toEqual({ dose: ["1", "2", "5"] });
});
