import { describe, expect, it } from "vitest";
import { summary } from "../../src/report/summary";
import { bivariateFit, boundaryFit, restorationFit } from "../fit-literal";

describe("summary", () => {
  it("prints the restoration example", () => {
    expect(String(summary(restorationFit()))).toBe(
      `Meta-analysis by distributional regression, ML
  yi ~ habitat + duration + meta_V(V = vi)
  sigma ~ habitat
Known sampling covariance: vi (diagonal)

                      estimate  std_error      z  p_value     2.5 %   97.5 %
mu:(Intercept)       0.1455572 0.03952993  3.682   0.0002  0.068080  0.22303
mu:habitatforest     0.2622845 0.07954686  3.297   0.0010  0.106376  0.41819
mu:duration          0.1033285 0.03595270  2.874   0.0041  0.032862  0.17379
sigma:(Intercept)   -1.9804860 0.34097406 -5.808 6.31e-09 -2.648783 -1.31219
sigma:habitatforest  1.0093595 0.37667019  2.680   0.0074  0.271099  1.74762

Distributional, random-effect, scale, and correlation parameters:
                        component  dpar         term  estimate   minimum   maximum    scale
fitted:sigma distributional-scale sigma fitted range 0.2583292 0.1380022 0.3786562 response

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
    expect(summary({ ...fit, coefficients, vcov: new Float64Array(36) }).parameters[1]).toMatchObject({
      name: "fitted:sd(study)",
      component: "random-effect-scale",
      minimum: 0.2,
      maximum: 0.4,
    });
  });

  it("tells the reason when it did not converge", () => {
    const fit = restorationFit();
    const optim = { ...fit.optim, code: 1 as const, message: "evaluation limit reached" };
    expect(String(summary({ ...fit, optim }))).toContain("convergence: 1 (evaluation limit reached)");
  });
});
