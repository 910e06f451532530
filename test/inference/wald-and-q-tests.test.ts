import { describe, expect, it } from "vitest";
import { type DrmOptions, drm, gaussian } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { coefficientTable } from "../../src/inference/coefficient-table";
import { qTest } from "../../src/inference/q-test";
import { waldTest } from "../../src/inference/wald-test";
import { listCases, loadCase } from "../cases";
import { jobOf, type MaCase } from "../fit/ma-case";
import { boundaryFit, restorationFit } from "../fit-literal";

interface Raw {
  readonly QE: number;
  readonly QEp: number;
  readonly QM: number;
  readonly QMp: number;
  readonly QMdf: readonly [number, number | null];
}
type WithRaw = Omit<MaCase, "fits"> & {
  readonly fits: readonly { readonly method: "ML" | "REML"; readonly raw?: Raw }[];
};

const CASES = listCases("v")
  .map((id) => loadCase<WithRaw>(id))
  .filter(
    (given) => given.fits?.[0]?.raw?.QE !== undefined && !("R" in given) && !given.model.formula.weights,
  );

function fitCase(given: WithRaw): Fit {
  const { formulas, options } = jobOf(given as unknown as MaCase, "ML");
  const family = formulas[0]!.startsWith("mu1") ? [gaussian(), gaussian()] : gaussian();
  return drm(drmFormula(...formulas), { ...options, family });
}

/** Sums of squares from the same numbers: what differs is rounding. */
const EXACT = 1e-9;

describe("qTest()", () => {
  it.for(CASES)("$id", (given) => {
    const { QE, QEp } = given.fits[0]!.raw!;
    const seen = qTest(fitCase(given));
    expect(Math.abs(seen.statistic / QE - 1)).toBeLessThan(EXACT);
    expect(Math.abs(seen.pValue / QEp - 1)).toBeLessThan(1e-7);
  });

  it("covers diagonal and blocked V, one outcome and two", () => expect(CASES.length).toBeGreaterThan(20));

  it("needs sampling errors, and no weights", () => {
    const fit = restorationFit();
    const { knownV } = fit;
    expect(() => qTest({ ...fit, knownV: { ...knownV, kind: "none" } })).toThrow("has no meta_V()");
    expect(() => qTest({ ...fit, weights: new Float64Array(80).fill(1) })).toThrow("likelihood weights");
    const zero = { ...knownV, variances: knownV.variances.map((v, i) => (i === 3 ? 0 : v)) };
    expect(() => qTest({ ...fit, knownV: zero })).toThrow("V is singular");
  });
});

describe("waldTest()", () => {
  // with sigma held the joint covariance is metafor's
  it.for(["v10-fixed-effect-bcg", "v11-fixed-effect-blockV-berkey"])("is metafor's QM in %s", (id) => {
    const given = loadCase<WithRaw>(id);
    const { QM, QMp, QMdf } = given.fits[0]!.raw!;
    const seen = waldTest(fitCase(given));
    expect(Math.abs(seen.statistic / QM - 1)).toBeLessThan(EXACT);
    expect(Math.abs(seen.pValue / QMp - 1)).toBeLessThan(1e-6);
    expect(seen.df).toBe(QMdf[0]);
  });

  it("is the squared z of a single coefficient, of any dpar", () => {
    const fit = restorationFit();
    const rows = coefficientTable(fit);
    for (const [dpar, term] of [
      ["mu", "duration"],
      ["sigma", "habitat"],
      ["sigma", "habitatforest"],
      ["mu", "(Intercept)"],
    ] as const) {
      const row = rows.find((one) => one.dpar === dpar && one.term.startsWith(term))!;
      const seen = waldTest(fit, { dpar, term });
      expect(seen).toMatchObject({ dpar, terms: [row.term], df: 1, ddf: null });
      expect(seen.statistic).toBeCloseTo(row.statistic ** 2, 10);
      expect(seen.pValue).toBeCloseTo(row.pValue, 12);
    }
  });

  it("tests all moderators by default, two of them by hand", () => {
    const fit = restorationFit();
    const seen = waldTest(fit);
    expect(seen.terms).toEqual(["habitatforest", "duration"]);
    const [a, b] = [fit.coefficients[1]!.estimate, fit.coefficients[2]!.estimate];
    const [v11, v12, v22] = [fit.vcov[6]!, fit.vcov[7]!, fit.vcov[12]!];
    const byHand = (a * a * v22 - 2 * a * b * v12 + b * b * v11) / (v11 * v22 - v12 * v12);
    expect(seen.statistic).toBeCloseTo(byHand, 10);
    expect(waldTest(fit, { terms: ["duration", "habitat"] })).toEqual(seen);
  });

  it("is an F test with residual degrees of freedom", () => {
    const fit = restorationFit();
    const chi = waldTest(fit);
    const f = waldTest(fit, { test: "t" });
    expect(f).toMatchObject({ df: 2, ddf: 77, statistic: chi.statistic / 2 });
    expect(f.pValue).toBeGreaterThan(chi.pValue);
    expect(waldTest(fit, { dpar: "sigma", test: "t" })).toEqual(waldTest(fit, { dpar: "sigma" }));
  });

  it("tests the intercept of a model without moderators", () => {
    const { data } = loadCase("drm-m-bcg-ablat");
    const fit = drm("yi ~ 1 + meta_V(V = vi)", { data: data as unknown as DrmOptions["data"] });
    expect(waldTest(fit).terms).toEqual(["(Intercept)"]);
    expect(waldTest(fit, { dpar: "sigma" }).terms).toEqual(["(Intercept)"]);
  });

  it("takes any linear hypothesis", () => {
    const fit = restorationFit();
    expect(
      waldTest(fit, {
        dpar: "mu",
        matrix: [
          [0, 1, 0],
          [0, 0, 2],
        ],
      }),
    ).toMatchObject({
      dpar: "mu",
      terms: ["habitatforest", "duration"],
      df: 2,
    });
    expect(
      waldTest(fit, {
        dpar: "mu",
        matrix: [
          [0, 1, 0],
          [0, 1, 2],
        ],
      }).statistic,
    ).toBeCloseTo(waldTest(fit).statistic, 9);
    // a difference by hand, against a value, across dpars
    const [b1, b2] = [fit.coefficients[1]!.estimate, fit.coefficients[4]!.estimate];
    const variance = fit.vcov[6]! + fit.vcov[24]! - 2 * fit.vcov[9]!;
    const seen = waldTest(fit, { matrix: [[0, 1, 0, 0, -1]], rhs: [0.1] });
    expect(seen.statistic).toBeCloseTo((b1 - b2 - 0.1) ** 2 / variance, 10);
    expect(seen.terms).toEqual(["mu:habitatforest", "sigma:habitatforest"]);
    expect(() => waldTest(fit, { matrix: [[0, 1, 0, 0, -1]], test: "knha" })).toThrow(
      "Knapp-Hartung errors are of the location",
    );
  });

  it("refuses a matrix of another shape, or that says a thing twice", () => {
    const fit = restorationFit();
    const refused = (matrix: number[][], rhs?: number[]) => () =>
      waldTest(fit, { dpar: "mu", matrix, ...(rhs && { rhs }) });
    expect(refused([[1, 0]])).toThrow(
      "row 1 of matrix has 2 cells; mu has 3 coefficients: mu:(Intercept), mu:habitatforest, mu:duration",
    );
    expect(refused([])).toThrow("matrix has no rows");
    expect(
      refused([
        [0, 1, 0],
        [0, 2, 0],
      ]),
    ).toThrow("row 2 of the hypothesis matrix is a combination");
    expect(refused([[0, 0, 0]])).toThrow("row 1 of the hypothesis matrix is all zero");
    expect(refused([[0, Number.NaN, 0]])).toThrow("row 1 of matrix has a cell that is not a finite number");
    expect(refused([[0, 1, 0]], [1, 2])).toThrow("rhs: wanted 1 finite numbers");
    expect(() => waldTest(fit, { rhs: [1] })).toThrow("give both");
  });

  it("leaves coefficients without an error out of a hypothesis about others", () => {
    const fit = boundaryFit();
    const k = fit.coefficients.length;
    const row = new Float64Array(k);
    row[0] = 1;
    expect(waldTest(fit, { matrix: [row] }).statistic).toBeCloseTo(
      coefficientTable(fit)[0]!.statistic ** 2,
      9,
    );
  });

  it("has no value at a boundary", () => {
    expect(waldTest(boundaryFit(), { dpar: "sigma" })).toMatchObject({
      statistic: Number.NaN,
      pValue: Number.NaN,
    });
  });

  it("refuses what the model does not have", () => {
    const fit = restorationFit();
    expect(() => waldTest(fit, { dpar: "tau" })).toThrow("dpar 'tau' is not in this model");
    expect(() => waldTest(fit, { term: "habitt" })).toThrow(
      "no term 'habitt': the terms of mu are habitat, duration, (Intercept), habitatforest; did you mean 'habitat'?",
    );
    expect(() => waldTest(fit, { term: "habitat", terms: [] })).toThrow("one of term, terms and matrix");
    expect(() => waldTest(fit, { terms: [] })).toThrow("terms is empty");
    const { sigma: _, ...designs } = fit.designs;
    const held = { ...fit, designs, fixed: { sigma: 0 }, coefficients: fit.coefficients.slice(0, 3) };
    expect(() => waldTest(held, { dpar: "sigma" })).toThrow("held at a value");
  });
});
