import { describe, expect, it } from "vitest";
import { type DrmOptions, drm } from "../../src/drm";
import { drmFormula } from "../../src/formula/formula";
import { waldTest } from "../../src/inference/wald-test";
import { termTests } from "../../src/report/term-tests";
import { loadCase } from "../cases";

const { data, factors } = loadCase("drm-a-restoration");
const fitOf = (...formulas: string[]) =>
  drm(drmFormula(...formulas), { data, factors } as unknown as DrmOptions);

describe("termTests()", () => {
  const fit = fitOf("yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat");

  it("has a row for each term of each dpar, and one for all of a dpar", () => {
    const { tests, notes } = termTests(fit);
    expect(tests.map(({ dpar, term, df, ddf }) => [dpar, term, df, ddf])).toEqual([
      ["mu", "habitat", 1, null],
      ["mu", "duration", 1, null],
      ["mu", "all moderators", 2, null],
      ["sigma", "habitat", 1, null],
    ]);
    expect(tests[2]!.statistic).toBe(waldTest(fit).statistic);
    expect(tests[3]!.pValue).toBe(waldTest(fit, { dpar: "sigma" }).pValue);
    expect(notes).toEqual([]);
    expect(String(termTests(fit)).split("\n")[0]).toMatch(/^dpar +term +test +statistic +df +p_value$/);
  });

  it("is of one dpar, and by F", () => {
    const { tests } = termTests(fit, { dpar: "sigma", test: "t" });
    // the choice of test is one for the location
    expect(tests).toMatchObject([{ dpar: "sigma", term: "habitat", df: 1, ddf: null }]);
    expect(String(termTests(fit, { test: "knha" }))).toMatch(/habitat +F +\d+\.\d{3} +1 +77 /);
  });

  it("says what a main effect beside its interaction is", () => {
    const crossed = fitOf("yi ~ habitat * duration + log(vi) + meta_V(V = vi)");
    expect(termTests(crossed).notes).toEqual([
      "mu: habitat, duration tested at the reference levels or at 0 of the moderators that they interact with",
    ]);
    expect(String(termTests(crossed))).toContain("\nnote: mu: habitat, duration tested");
  });

  it("refuses a model without moderators, and unknown dpars", () => {
    const plain = fitOf("yi ~ 1 + meta_V(V = vi)");
    expect(() => termTests(plain)).toThrow("the model has no moderators to test");
    expect(() => termTests(plain, { dpar: "sigma" })).toThrow("sigma has no moderators to test");
    expect(() => termTests(fit, { dpar: "tau" })).toThrow("dpar 'tau' is not in this model");
  });
});
