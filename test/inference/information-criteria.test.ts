import { describe, expect, it } from "vitest";
import type { Fit } from "../../src/fit/fit";
import { aic, aicc, bic, df, formulas, logLik, nobs } from "../../src/inference/information-criteria";
import { listCases, loadCase } from "../cases";
import { bivariateFit, restorationFit, SD_OF_STUDY } from "../fit-literal";

interface ReferenceFit {
  readonly method: "ML" | "REML";
  readonly polished: {
    readonly logLik: number;
    readonly npar: number;
    readonly estimates: Readonly<Record<string, number>>;
    readonly AIC?: number;
    readonly BIC?: number;
    readonly AICc?: number;
  };
}
interface ReferenceCase {
  readonly kind?: string;
  readonly data: { readonly n: number };
  readonly fits?: readonly ReferenceFit[];
}

/** As many effect sizes as the reference counts: metafor's k is rows, in bivariate models outcomes. */
function statisticsOnly(reference: ReferenceCase, { method, polished }: ReferenceFit): Fit {
  const coefficients = Object.keys(polished.estimates).map((name) => {
    const [dpar, term] = name.split(":");
    return { dpar, term, estimate: 0, stdError: 0, atBoundary: false };
  });
  const response = (n: number) => ({ label: "yi", values: new Float64Array(n), offset: null });
  const n = reference.data.n;
  const bivariate = coefficients.some(({ dpar }) => dpar === "mu1");
  const { dpars } = bivariate ? bivariateFit() : restorationFit();
  const others = new Set(
    coefficients.map(({ dpar }) => dpar).filter((key) => !dpars.some((one) => one.key === key)),
  );
  return restorationFit({
    dpars: [...dpars, ...[...others].map((key) => ({ ...SD_OF_STUDY, key }))],
    method,
    logLik: polished.logLik,
    df: polished.npar,
    nobs: n,
    coefficients,
    family: bivariate ? "biv_gaussian" : "gaussian",
    response: bivariate
      ? { mu1: response(Math.ceil(n / 2)), mu2: response(Math.floor(n / 2)) }
      : { mu: response(n) },
  });
}

describe("AIC, BIC, AICc", () => {
  const cases = listCases("v").map((id) => ({ id, reference: loadCase<ReferenceCase>(id) }));
  const withStatistics = cases.flatMap(({ id, reference }) =>
    (reference.fits ?? [])
      .filter(({ polished }) => polished?.BIC !== undefined)
      .map((fit) => ({ name: `${id} ${fit.method}`, reference, fit })),
  );

  it.runIf(withStatistics.length > 0).each(withStatistics)("$name follows metafor", ({ reference, fit }) => {
    const ours = statisticsOnly(reference, fit);
    const { polished } = fit;
    expect(aic(ours)).toBeCloseTo(polished.AIC!, 9);
    expect(bic(ours)).toBeCloseTo(polished.BIC!, 9);
    if (polished.AICc !== undefined) expect(aicc(ours)).toBeCloseTo(polished.AICc, 9);
  });

  it("has the restoration example's numbers", () => {
    const fit = restorationFit();
    expect(logLik(fit)).toBeCloseTo(-24.7731967194852, 12);
    expect(aic(fit)).toBeCloseTo(59.5464, 4);
    expect(bic(fit)).toBeCloseTo(71.4565, 4);
    expect([df(fit), nobs(fit)]).toEqual([5, 80]);
    expect(formulas(fit)).toEqual(["yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"]);
  });
});
