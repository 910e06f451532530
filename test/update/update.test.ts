import { describe, expect, it } from "vitest";
import { type DrmOptions, drm, gaussian } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { robust } from "../../src/inference/robust/robust";
import { anova } from "../../src/report/anova";
import { fromJSON } from "../../src/report/json/from-json";
import { toJSON } from "../../src/report/json/to-json";
import { update } from "../../src/update/update";
import { listCases, loadCase } from "../cases";
import { jobOf, type MaCase } from "../fit/ma-case";

const restoration = loadCase("drm-a-restoration");
const OPTIONS = { data: restoration.data, factors: restoration.factors } as unknown as DrmOptions;
const FORMULAS = ["yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"];
const fitOf = (formulas: readonly string[], options: Partial<DrmOptions> = {}) =>
  drm(drmFormula(...formulas), { ...OPTIONS, ...options });

/** The same fit, found again from the same numbers. */
function same(seen: Fit, wanted: Fit) {
  expect(seen.formulas.length).toBe(wanted.formulas.length);
  expect(seen.logLik).toBe(wanted.logLik);
  expect(seen.vcov).toEqual(wanted.vcov);
  expect(seen.coefficients).toEqual(wanted.coefficients);
  expect(seen.rows).toEqual(wanted.rows);
  expect(seen.dropped).toEqual(wanted.dropped);
}

describe("update()", () => {
  const fit = fitOf(FORMULAS);

  it("fits changed formulas to the rows of the fit", () => {
    same(update(fit, { formula: "~ . - duration" }), fitOf(["yi ~ habitat + meta_V(V = vi)", FORMULAS[1]!]));
    same(update(fit, { formula: "sigma ~ 1" }), fitOf([FORMULAS[0]!, "sigma ~ 1"]));
    same(
      update(fit, { formula: ["~ . + habitat:duration", "sigma ~ . + duration"] }),
      fitOf(["yi ~ habitat * duration + meta_V(V = vi)", "sigma ~ habitat + duration"]),
    );
    expect(anova(fit, update(fit, { formula: "~ . - duration" })).df).toBe(1);
  });

  it("changes the method and what is held", () => {
    same(update(fit, { method: "REML" }), fitOf(FORMULAS, { method: "REML" }));
    const common = fitOf([FORMULAS[0]!], { fixed: { sigma: 0 } });
    same(
      update(common, { formula: "~ . - duration" }),
      fitOf(["yi ~ habitat + meta_V(V = vi)"], { fixed: { sigma: 0 } }),
    );
    same(update(common, { fixed: {} }), fitOf([FORMULAS[0]!]));
    // a formula frees it
    same(update(common, { formula: "sigma ~ habitat" }), fit);
  });

  it("takes new data, with the levels in their order", () => {
    const { data } = restoration;
    const fewer = Object.fromEntries(Object.entries(data).map(([name, cells]) => [name, cells.slice(5)]));
    const seen = update(fit, { data: fewer as DrmOptions["data"] });
    expect(seen.nobs).toBe(75);
    expect(seen.coefficients[1]!.term).toBe("habitatforest");
    same(seen, fitOf(FORMULAS, { data: fewer as DrmOptions["data"] }));
    const more = { ...data, habitat: data.habitat!.map((cell, i) => (i % 9 === 0 ? "bog" : cell)) };
    expect(update(fit, { data: more as DrmOptions["data"] }).coefficients.map(({ term }) => term)).toEqual([
      "(Intercept)",
      "habitatforest",
      "habitatbog",
      "duration",
      "(Intercept)",
      "habitatforest",
      "habitatbog",
    ]);
    const extra = { ...data, x: data.yi!.map((_, i) => Math.sin(i)) };
    expect(update(fit, { formula: "~ . + x", data: extra as DrmOptions["data"] }).df).toBe(6);
    expect(() => update(fit, { formula: "~ . + x" })).toThrow(
      /column 'x' not in data[\s\S]*The fit keeps only the columns that it used \(yi, .*\): pass data/,
    );
  });

  it("keeps weights with their rows", () => {
    const weights = restoration.data.yi!.map((_, i) => 1 + (i % 3));
    const weighted = fitOf(FORMULAS, { weights });
    same(update(weighted, { formula: "sigma ~ 1" }), fitOf([FORMULAS[0]!, "sigma ~ 1"], { weights }));
    expect(update(weighted, { weights: null }).logLik).toBe(fit.logLik);
    expect(() => update(weighted, { data: OPTIONS.data })).toThrow("give them with the data");
  });

  it("numbers rows as the data do", () => {
    const data = {
      yi: [0.1, null, 0.4, 0.2, 0.6, 0.3, 0.5, 0.9],
      vi: [0.01, 0.02, 0.02, 0.01, 0.03, 0.02, 0.01, 0.02],
      x: [1, 2, 3, null, 5, 4, 2, 1],
    };
    const gaps = drm("yi ~ x + meta_V(V = vi)", { data });
    const seen = update(gaps, { formula: "~ . - x" });
    expect([...seen.rows]).toEqual([0, 2, 4, 5, 6, 7]);
    expect(seen.dropped).toEqual(gaps.dropped);
    expect(update(gaps, { formula: "~ . - x", data }).nobs).toBe(7);
    expect(() => update(gaps, { formula: "log(yi - 0.35) ~ ." })).toThrow("Rows are counted among the 6");
  });

  it("drops robust errors, and takes a fit that was saved", () => {
    const errors = robust(fit, { cluster: fit.response.mu!.values.map((_, i) => i % 20) });
    const again = update(errors);
    expect(again.robust).toBeUndefined();
    same(again, fit);
    same(update(fromJSON(JSON.stringify(toJSON(fit, { full: true })))), fit);
  });
});

describe("update() without changes is the same fit", () => {
  const cases = listCases("v")
    .map((id) => loadCase<MaCase>(id))
    .filter((given) => given.kind !== "escalc" && !("R" in given) && given.data.n <= 200);

  it.for(cases)("$id", (given) => {
    const { formulas, options } = jobOf(given, "ML");
    const family = formulas[0]!.startsWith("mu1") ? [gaussian(), gaussian()] : gaussian();
    const fit = drm(drmFormula(...formulas), { ...options, family });
    const again = update(fit);
    expect(Math.abs(again.logLik - fit.logLik)).toBeLessThan(1e-9 * Math.max(1, Math.abs(fit.logLik)));
    expect(again.coefficients.map(({ dpar, term }) => `${dpar}:${term}`)).toEqual(
      fit.coefficients.map(({ dpar, term }) => `${dpar}:${term}`),
    );
    expect(again.knownV.kind).toBe(fit.knownV.kind);
    expect(again.rows).toEqual(fit.rows);
  });

  it("keeps a stacked V of two outcomes, given as a matrix", () => {
    const data = {
      a: [0.1, 0.4, 0.2, 0.6, -0.1, 0.3],
      b: [0.2, 0.3, null, 0.7, 0.1, 0.2],
    };
    const V = Array.from({ length: 12 }, (_, i) =>
      Array.from({ length: 12 }, (__, j) => (i === j ? 0.02 + 0.001 * i : i >> 1 === j >> 1 ? 0.005 : 0)),
    );
    const fit = drm(drmFormula("mu1 = a ~ 1 + meta_V(V = V)", "mu2 = b ~ 1"), {
      data,
      matrices: { V },
      family: [gaussian(), gaussian()],
    });
    const again = update(fit);
    expect(again.logLik).toBe(fit.logLik);
    expect(again.knownV).toEqual(fit.knownV);
  });
});
