import { describe, expect, it } from "vitest";
import { type DrmOptions, drm } from "../../src/drm";
import { drmFormula } from "../../src/formula/formula";
import { parameterRanges } from "../../src/report/parameter-ranges";
import { summary } from "../../src/report/summary";
import { loadCase } from "../cases";
import { jobOf, type MaCase } from "../fit/ma-case";
import { bivariateFit, boundaryFit, restorationFit, SD_OF_STUDY } from "../fit-literal";

describe("summary", () => {
  it("prints the restoration example", () => {
    expect(String(summary(restorationFit()))).toBe(
      `Meta-analysis by distributional regression, ML
  yi ~ habitat + duration + meta_V(V = vi)
  sigma ~ habitat
Known sampling covariance: vi (diagonal)

                      estimate  std_error     z p_value     2.5 %   97.5 %
mu:(Intercept)       0.1455572 0.03952993 3.682  0.0002  0.068080  0.22303
mu:habitatforest     0.2622845 0.07954686 3.297  0.0010  0.106376  0.41819
mu:duration          0.1033285 0.03595270 2.874  0.0041  0.032862  0.17379
sigma:(Intercept)   -1.9804860 0.34097406     -       - -2.648783 -1.31219
sigma:habitatforest  1.0093595 0.37667019 2.680  0.0074  0.271099  1.74762
Limits: Wald, estimate -+ 1.96 std_error
Log-SD intercepts have no z or p: 0 there is an SD of 1. Test of heterogeneity: QE below, p < 1e-16

Distributional, random-effect, scale, and correlation parameters:
                        component  dpar         term  estimate   minimum   maximum    scale
fitted:sigma distributional-scale sigma fitted range 0.2583292 0.1380022 0.3786562 response

Residual heterogeneity: QE(df = 77) = 238.6967, p < 1e-16
Moderators of mu: QM(df = 2) = 18.9035, p = 7.86e-05
Moderators of sigma: QM(df = 1) = 7.1807, p = 0.0074

logLik: -24.77
AIC: 59.55  BIC: 71.46  AICc: 60.36
df: 5  nobs: 80
convergence: 0`,
    );
  });

  it("is plain data beside its text", () => {
    const report = summary(restorationFit());
    expect(Object.keys(report)).not.toContain("toString");
    expect(structuredClone(report)).toEqual(report);
    expect(report.parameters[0].maximum).toBeCloseTo(0.3786562488492511, 12);
  });

  it("says which rows were dropped and why", () => {
    const rows = Array.from({ length: 12 }, (_, i) => ({ row: i + 3, columns: ["yi"] }));
    const text = String(
      summary(restorationFit({ dropped: { count: 12, rows, byColumn: { yi: 12, duration: 1 } } })),
    );
    expect(text).toContain(
      "dropped rows: 12 (missing yi: 12, duration: 1; rows 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, ...)",
    );
  });

  it("prints a boundary as -Inf without a standard error", () => {
    const text = String(summary(boundaryFit()));
    expect(text).toMatch(/^sigma:\(Intercept\) +-Inf +- +- +- +- +-$/m);
    expect(text).toContain(
      "At the boundary, without a standard error: sigma:(Intercept), sigma:habitatforest",
    );
  });

  it("lists every scale parameter of a bivariate fit, and held ones", () => {
    expect(summary(bivariateFit()).parameters.map(({ name, component }) => [name, component])).toEqual([
      ["fitted:sigma1", "distributional-scale"],
      ["fitted:sigma2", "distributional-scale"],
      ["fitted:rho12", "residual-correlation"],
    ]);
    const fit = restorationFit();
    const zero = { ...fit.fitted, sigma: new Float64Array(80) };
    const common = { ...fit, fixed: { sigma: 0 }, coefficients: fit.coefficients.slice(0, 3), fitted: zero };
    expect(summary(common).parameters).toMatchObject([{ term: "held value", estimate: 0, maximum: 0 }]);
  });

  it("reports random intercepts by level", () => {
    const sd = Float64Array.of(0.2, 0.4);
    const random = [
      {
        dpar: "sd(study)",
        group: "study",
        term: "(Intercept)",
        levels: ["a", "b"],
        codes: new Int32Array(80),
        sd,
        estimate: sd,
        stdError: sd,
      },
    ];
    const fit = restorationFit({ random });
    const coefficients = [
      ...fit.coefficients,
      { dpar: "sd(study)", term: "(Intercept)", estimate: -1, stdError: 0.1, atBoundary: false },
    ];
    const dpars = [...fit.dpars, SD_OF_STUDY];
    // no model stands behind these numbers that could be profiled
    const optim = { ...fit.optim, code: 1 as const };
    expect(parameterRanges({ ...fit, dpars, coefficients, optim })[1]).toMatchObject({
      name: "fitted:sd(study)",
      component: "random-effect-scale",
      minimum: 0.2,
      maximum: 0.4,
    });
  });

  it("has the lines that metafor's users look for: dat.bcg, R 4.2.2 and metafor 3.8-1", () => {
    const { formulas, options } = jobOf(loadCase<MaCase>("v01-re-intercept-bcg"), "ML");
    const ml = String(summary(drm(drmFormula(...formulas), options)));
    expect(ml).toContain(
      "\ntau^2: 0.2800 (tau: 0.5292)  I^2: 91.38 %  H^2: 11.60\n" +
        "95 % limits by profile likelihood: tau^2 0.1051 to 0.8339, tau 0.3242 to 0.9132, " +
        "I^2 79.91 to 96.93 %, H^2 4.98 to 32.56\nHeterogeneity: Q(df = 12) = 152.2330, p < 1e-16\n",
    );
    const common = String(summary(drm("yi ~ 1 + meta_V(V = vi)", { ...options, fixed: { sigma: 0 } })));
    expect(common).toContain("\nI^2: 92.12 %  H^2: 12.69 (from Q)\nHeterogeneity: Q(df = 12) = 152.2330");
    // rma(yi, vi, mods = ~ ablat + year, method = "REML")
    const reml = String(summary(drm("yi ~ ablat + year + meta_V(V = vi)", { ...options, method: "REML" })));
    expect(reml).toContain("\ntau^2: 0.1108 (tau: 0.3328)  I^2: 71.98 %  H^2: 3.57\n");
    expect(reml).toContain("\nResidual heterogeneity: QE(df = 10) = 28.3251, p = 0.0016\n");
    // 12.204251 there, where the search for tau^2 stops a little early
    expect(reml).toContain("\nModerators of mu: QM(df = 2) = 12.204");
  });

  it("has no test where a coefficient is at its boundary, and no tau2 where there is none or several", () => {
    const { tests } = summary(boundaryFit());
    expect(tests.heterogeneity).toBeNull();
    expect(String(summary(boundaryFit()))).toContain(
      "Moderators of sigma: no test, a coefficient has no standard error",
    );
    const { data } = loadCase("drm-a-restoration");
    const bare = summary(drm("yi ~ duration", { data: data as DrmOptions["data"] }));
    expect(bare.tests).toMatchObject({ heterogeneity: null, q: null });
    expect(bare.tests.moderators).toHaveLength(1);
  });

  it("tells the reason when it did not converge", () => {
    const fit = restorationFit();
    const optim = { ...fit.optim, code: 1 as const, message: "evaluation limit reached" };
    expect(String(summary({ ...fit, optim }))).toContain("convergence: 1 (evaluation limit reached)");
  });
});
