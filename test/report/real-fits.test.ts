import { describe, expect, it } from "vitest";
import type { ColumnInput } from "../../src/data/column-from";
import { type DrmOptions, drm } from "../../src/drm";
import { drmFormula } from "../../src/formula/formula";
import { coef, standardErrors } from "../../src/inference/coefficients";
import { predict } from "../../src/inference/predict";
import { checkDrm } from "../../src/report/checks/check-drm";
import { fromJSON } from "../../src/report/json/from-json";
import { toJSON } from "../../src/report/json/to-json";
import { summary } from "../../src/report/summary";
import { varianceComponents } from "../../src/report/variance-components";
import { loadCase } from "../cases";

/** Estimates of a converged fit against the polished optimum. */
const OPTIMUM = 7;
/** These likelihoods have one maximum. */
const starts = 1;

interface RealData {
  readonly data: {
    readonly columns: Readonly<Record<string, ColumnInput>>;
    readonly levels?: Readonly<Record<string, readonly string[]>>;
  };
  readonly fits: readonly {
    readonly polished: { readonly estimates: Readonly<Record<string, number | string>> };
  }[];
}

function fitCase(id: string) {
  const { formulas, data, factors, matrices } = loadCase(id);
  const options: DrmOptions = { data: data as Record<string, ColumnInput>, factors: factors ?? {}, starts };
  return drm(drmFormula(...formulas), matrices === null ? options : { ...options, matrices });
}

function fitReal(id: string, formulas: readonly string[], fixed: Record<string, number> = {}) {
  const reference = loadCase<RealData>(id);
  const { columns, levels } = reference.data;
  const fit = drm(drmFormula(...formulas), { data: columns, factors: levels ?? {}, fixed, starts });
  return { fit, estimates: reference.fits[0].polished.estimates };
}

describe("the restoration example", () => {
  const fit = fitCase("drm-a-restoration");
  it("reports the polished estimates and standard errors", () => {
    for (const { dpar, term, estimate, std_error } of loadCase("drm-a-restoration").expected.coefficients) {
      expect(coef(fit, dpar)[term]).toBeCloseTo(estimate, OPTIMUM);
      expect(standardErrors(fit, dpar)[term]).toBeCloseTo(std_error, OPTIMUM);
    }
  });
  it("passes every check", () => {
    expect(checkDrm(fit).filter(({ status }) => status !== "ok")).toEqual([]);
  });
  it("survives JSON and structuredClone", () => {
    expect(fromJSON(JSON.stringify(toJSON(fit, { full: true })))).toEqual(fit);
    expect(String(summary(structuredClone(fit)))).toBe(String(summary(fit)));
  });
});

it.each(["drm-c-dense-block-V", "drm-i-offset-mu", "drm-j-missing-rows", "drm-k-interaction-I-log"])(
  "%s: predictions on the rows used are the fitted values",
  (id) => {
    const fit = fitCase(id);
    for (const [dpar, { estimate }] of Object.entries(predict(fit))) {
      estimate.forEach((value, i) => {
        expect(value).toBeCloseTo(fit.fitted[dpar][i], 10);
      });
    }
  },
);

describe("boundaries", () => {
  it("one level's sigma at zero: reported, flagged, and 0 in predictions", () => {
    const formulas = ["yi ~ measure + meta_V(V = vi)", "sigma ~ measure"];
    const { fit, estimates } = fitReal("v08-ls-boundary-bakdash", formulas);
    expect(coef(fit)["sigma:measureSABARS"]).toBe(Number.NEGATIVE_INFINITY);
    expect(coef(fit)["sigma:measureSAGAT"]).toBeCloseTo(estimates["sigma:measureSAGAT"] as number, 5);
    const flagged = checkDrm(fit).filter(({ status }) => status === "warning");
    expect(flagged.map(({ check, value }) => [check, value])).toEqual([
      ["scale_boundary", "sigma:measureSABARS"],
    ]);
    const { sigma } = predict(fit, { measure: ["SABARS", "MARS"] });
    expect([...sigma.estimate]).toEqual([0, expect.closeTo(Math.exp(coef(fit)["sigma:(Intercept)"]), 12)]);
    expect(sigma.stdError[1]).toBeGreaterThan(0);
    expect(String(varianceComponents(fit, { by: "measure" }))).toMatch(/^SABARS +24 +0\.\d+ +\S+ +0\.0+ /m);
  });

  it("sigma at zero altogether", () => {
    const { fit, estimates } = fitReal("v12-boundary-hine", ["yi ~ 1 + meta_V(V = vi)"]);
    expect(coef(fit, "mu")["(Intercept)"]).toBeCloseTo(estimates["mu:(Intercept)"] as number, OPTIMUM);
    expect(toJSON(fit).coefficients[1]).toMatchObject({ estimate: null, std_error: null });
    expect(fromJSON(toJSON(fit, { full: true }))).toEqual(fit);
  });

  it("a common-effect model holds sigma at 0", () => {
    const { fit } = fitReal("v12-boundary-hine", ["yi ~ 1 + meta_V(V = vi)"], { sigma: 0 });
    expect(summary(fit).parameters).toMatchObject([{ dpar: "sigma", term: "held value", maximum: 0 }]);
    expect(checkDrm(fit).find(({ check }) => check === "positive_scale")?.status).toBe("note");
  });
});
