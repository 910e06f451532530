import { describe, expect, it } from "vitest";
import { drm, drmFormula, type Fit, gaussian, report } from "../../src/index";
import { estimateText, number } from "../../src/report/words/numbers";
import { listFits, loadCase } from "../cases";
import { jobOf, type MaCase } from "../fit/ma-case";
import { restorationFit } from "../fit-literal";

function caseFit(id: string): Fit {
  const { formulas, options } = jobOf(loadCase<MaCase>(id), "ML");
  return drm(drmFormula(...formulas), options);
}

const every = listFits("v");

describe("report", () => {
  it("tells the restoration example", () => {
    expect(report(restorationFit())).toBe(
      [
        "A location-scale meta-regression of yi (moderators: mu on habitat and duration; sigma on habitat) was fitted to 80 effect sizes by maximum likelihood. The sampling variances (vi) were taken as known.",
        "Where habitat = grassland and duration = 0, the estimated mean is 0.146 (95% CI 0.068 to 0.223, z = 3.68, p < 0.001). For habitat, the estimated difference in the mean, forest minus grassland, is 0.26 (95% CI 0.11 to 0.42, z = 3.30, p < 0.001). The estimated difference in the mean per unit of duration is 0.103 (95% CI 0.033 to 0.174, z = 2.87, p = 0.004). Together, the moderators of mu give QM(2) = 18.90, p < 0.001.",
        "Where habitat = grassland, the SD of true effects (sigma) is estimated as 0.138 (95% CI 0.014 to 0.235, profile likelihood). For habitat, the estimated ratio of SDs of true effects, forest to grassland, is 2.74 (95% CI 1.31 to 5.74, z = 2.68, p = 0.007). Cochran's test of residual heterogeneity: QE(77) = 238.70, p < 0.001.",
      ].join("\n\n"),
    );
  });

  it("says first that a fit did not converge", () => {
    const fit = restorationFit();
    const text = report({ ...fit, optim: { ...fit.optim, code: 1, message: "evaluation limit reached." } });
    expect(text).toMatch(
      /^The fit did not converge \(evaluation limit reached\): the numbers below are where the search stopped, not estimates to report\.\n\n/,
    );
  });

  it("describes an interval that includes 0, or a ratio of 1, as such", () => {
    const text = report(caseFit("v07-ls-curtis"));
    expect(text).toContain(
      "other minus GC, is -0.017 (95% CI -0.102 to 0.068, z = -0.39, p = 0.696); the interval includes 0.",
    );
    expect(text).toContain(
      "other to GC, is 1.27 (95% CI 0.73 to 2.21, z = 0.84, p = 0.400); the interval includes 1.",
    );
    expect(report(caseFit("v01-re-intercept-bcg"))).not.toContain("includes");
  });

  it("has the prediction interval of a mean without moderators: metafor's predict(), as v01", () => {
    const text = report(caseFit("v01-re-intercept-bcg"));
    expect(text).toContain("prediction interval for the true effect in a new study is -1.80 to 0.38");
    expect(text).toContain(
      "The SD of true effects (sigma) is estimated as 0.529 (95% CI 0.324 to 0.913, profile likelihood). " +
        "The variance of true effects (tau^2) is 0.280 (95% CI 0.105 to 0.834, profile likelihood). " +
        "I^2 is 91.4% (95% CI 79.9% to 96.9%, profile likelihood). Cochran's test of heterogeneity: Q(12) = 152.23",
    );
  });

  it("says that a heterogeneity at zero is estimated at zero, and one that is held was not estimated", () => {
    const zero = report(caseFit("v12-boundary-hine"));
    expect(zero).toContain(
      "(sigma) is estimated at zero, its boundary (95% CI 0 to 0.034, profile likelihood), and has no standard error. " +
        "I^2 is 0.0% (95% CI 0.0% to 51.5%, profile likelihood).",
    );
    expect(zero).toContain("Check scale_boundary:");
    expect(zero).not.toContain("prediction interval");
    const held = report(caseFit("v10-fixed-effect-bcg"));
    expect(held).toContain("A common-effect meta-regression");
    expect(held).toContain("was not estimated but held at 0. I^2 is 65.7%, computed from Q.");
    expect(report(caseFit("v08-ls-boundary-bakdash"))).toContain(
      "is estimated at zero for 24 of 453 rows and as 0.105 to 0.271 for the others",
    );
  });

  it("tells levels and their shares apart", () => {
    const text = report(caseFit("v15-multilevel-konstantopoulos"));
    expect(text).toContain("56 effect sizes with random intercepts for district (11 levels)");
    expect(text).toContain("The SD of true effects within groups (sigma) is estimated as 0.18");
    expect(text).toContain("The SD between levels of district (sd(district)) is estimated as 0.24");
    expect(text).toMatch(/5\.2% is sampling error, 34\.4% is sigma and 60\.4% is sd\(district\)\./);
  });

  it("is of two outcomes and their residual correlation", () => {
    const { formulas, options } = jobOf(loadCase<MaCase>("v28-bivariate-missing-outcomes-riley"), "ML");
    const text = report(drm(drmFormula(...formulas), { ...options, family: [gaussian(), gaussian()] }));
    expect(text).toContain("17 studies had both outcomes, 25 studies only y1 and 39 studies only y2.");
    expect(text).toContain("The estimated mean of y2 is 1.64");
    expect(text).toMatch(/The residual correlation of y1 and y2 \(rho12\) is estimated as -?\d\.\d\d/);
    expect(report(caseFit("v29-bivariate-rho-boundary-kalaian"))).toMatch(
      /\(rho12\) is estimated as -1\.00, at its boundary/,
    );
    // differences of correlations are not estimated: only on their own scale
    expect(report(caseFit("v36-bivariate-rho12-formula-ishak"))).toContain(
      "difference in the residual correlation on the atanh scale per unit of base10 is -0.7",
    );
  });

  it("counts what was left out, in the singular too", () => {
    expect(report(caseFit("v14-missing-rows-bangertdrowns"))).toContain(
      "5 rows were left out for missing values (feedback in 1, info in 2 and length in 2).",
    );
    const dropped = { count: 1, rows: [{ row: 4, columns: ["yi"] }], byColumn: { yi: 1 } };
    expect(report(restorationFit({ dropped }))).toContain("1 row was left out for missing values (yi in 1).");
  });

  it("does not extrapolate to year 0", () => {
    const text = report(caseFit("v26-ls-calendar-year-konstantopoulos"));
    expect(text).not.toContain("year = 0");
    expect(text).toMatch(/The fitted means range from 0\.\d+ to 0\.\d+\./);
    expect(text).toMatch(/\(sigma\) is estimated as 0\.\d+ to 0\.\d+, depending on its moderators\./);
  });

  it("follows the test asked for", () => {
    const { formulas, options } = jobOf(loadCase<MaCase>("v03-metareg-bcg"), "REML");
    const text = report(drm(drmFormula(...formulas), options), { test: "knha", level: 0.9 });
    expect(text).toContain("by restricted maximum likelihood");
    expect(text).toContain("those of Knapp and Hartung");
    expect(text).toMatch(/90% CI -?\d+\.\d+ to -?\d+\.\d+, t\(8\) = /);
    expect(text).toMatch(/Together, the moderators of mu give F\(4, 8\) = /);
  });

  it("says that sigma holds the sampling errors where there is no V", () => {
    const { data } = loadCase("drm-a-restoration");
    const text = report(drm("yi ~ duration", { data: data as Parameters<typeof drm>[1]["data"] }));
    expect(text).toContain("A regression of yi (moderators: mu on duration) was fitted");
    expect(text).toContain("The SD of effect sizes around their means (sigma) is estimated as 0.377");
    expect(text).toContain("No sampling variances were given: sigma holds the sampling errors too.");
  });

  it.each(every)("%s: whole sentences, no claims", (id) => {
    const text = report(caseFit(id));
    expect(text).not.toMatch(/NaN|undefined|null|Infinity|infinite|\(\)| {2}|\.\.|,\./);
    expect(text).not.toMatch(
      /significan|caus|because|leads? to|due to|influenc|affect|increase|decrease|\beffect of\b|prove/i,
    );
    for (const paragraph of text.split("\n\n")) expect(paragraph).toMatch(/^[A-Z].*[.}]$/);
    expect(text).not.toMatch(/\b1 (rows|levels|studies|clusters)\b/);
  });
});

describe("rounding", () => {
  it("never shows a number that is not zero as zero", () => {
    expect(estimateText({ estimate: 0.15, lower: 0.0004, upper: 0.3 }, 0.95)).toBe(
      "0.1500 (95% CI 0.0004 to 0.3000)",
    );
    expect(estimateText({ estimate: 0.0001, lower: -0.2, upper: 0.2 }, 0.95)).toBe(
      "0.0001 (95% CI -0.2000 to 0.2000)",
    );
  });
  it("follows the width of the interval", () => {
    expect(estimateText({ estimate: -27.846, lower: -30.27, upper: -25.43 }, 0.95)).toBe(
      "-27.85 (95% CI -30.27 to -25.43)",
    );
    expect(estimateText({ estimate: 1234.5, lower: 834.4, upper: 1634.6 }, 0.9)).toBe(
      "1235 (90% CI 834 to 1635)",
    );
    expect(estimateText({ estimate: 0.01234, lower: 0.01111, upper: 0.01357 }, 0.95)).toBe(
      "0.0123 (95% CI 0.0111 to 0.0136)",
    );
    expect([number(0.0123456), number(595.2), number(-0.00004, 2), number(2e-9)]).toEqual([
      "0.0123",
      "595",
      "0.00",
      "2.00e-9",
    ]);
  });
});
