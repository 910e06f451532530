import { describe, expect, it } from "vitest";
import { contrasts } from "../../src/effects/contrasts";
import { marginalMeans } from "../../src/effects/marginal-means";
import {
  coef,
  coefficientTable,
  drm,
  drmFormula,
  predict,
  robust,
  standardErrors,
  vcov,
  waldTest,
} from "../../src/index";
import { boundaryFit } from "../fit-literal";
import { cases, data, factors, fitOf } from "./emmeans";

/** Least squares on both sides; but metafor's location-scale optimizer stops at about 1e-6. */
const tolerance = (fixed: boolean) => (fixed ? 1e-9 : 2e-5);

function expectClose(actual: readonly number[], wanted: readonly number[], within: number): void {
  expect(actual.length).toBe(wanted.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - wanted[i]!)).toBeLessThanOrEqual(within * Math.max(1, Math.abs(wanted[i]!)));
  });
}

describe.each(
  cases.map((one, i) => ({ name: `${i + 1}: ${one.dpar}, ${[one.formulas].flat().at(-1)}`, one })),
)("emmeans, case $name", ({ one }) => {
  const within = tolerance(one.fixed);
  // emmeans knows Wald limits only
  const confint = "wald" as const;
  const options = { by: one.by, dpar: one.dpar, at: one.at ?? {}, weights: one.weights, confint };
  const means = marginalMeans(fitOf(one), options);

  it("has its means, standard errors and limits", () => {
    expect(means.means.map(({ at }) => Object.values(at).map(String))).toEqual(
      one.estimate.map((_, i) =>
        [one.by]
          .flat()
          .map((name) => String(one.levels[name]![i]).replace(/TRUE|FALSE/, (found) => found.toLowerCase())),
      ),
    );
    expectClose(
      means.means.map(({ estimate }) => estimate),
      one.estimate,
      within,
    );
    expectClose(
      means.means.map(({ stdError }) => stdError),
      one.stdError,
      within,
    );
    expectClose(
      means.means.map(({ lower }) => lower),
      one.lower,
      within,
    );
    expectClose(
      means.means.map(({ upper }) => upper),
      one.upper,
      within,
    );
  });

  it("has its means on the link scale", () => {
    const link = marginalMeans(fitOf(one), { ...options, scale: "link" });
    expectClose(
      link.means.map(({ estimate }) => estimate),
      one.link.estimate,
      within,
    );
    expectClose(
      link.means.map(({ stdError }) => stdError),
      one.link.stdError,
      within,
    );
  });

  it("has its contrasts", () => {
    const { method, within: by, adjust } = one.contrasts;
    const { contrasts: rows } = contrasts(means, { method, adjust, ...(by !== null && { by }) });
    expectClose(
      rows.map(({ estimate }) => estimate),
      one.contrasts.estimate,
      within,
    );
    expectClose(
      rows.map(({ stdError }) => stdError),
      one.contrasts.stdError,
      within,
    );
    expectClose(
      rows.map(({ statistic }) => statistic),
      one.contrasts.statistic,
      10 * within,
    );
    expectClose(
      rows.map(({ pValue }) => pValue),
      one.contrasts.pValue,
      10 * within,
    );
    expectClose(
      rows.map(({ pAdjusted }) => pAdjusted),
      one.contrasts.pAdjusted,
      10 * within,
    );
    expectClose(
      rows.map(({ lower }) => lower),
      one.contrasts.lower,
      10 * within,
    );
    expectClose(
      rows.map(({ upper }) => upper),
      one.contrasts.upper,
      10 * within,
    );
  });
});

const rows = data as Readonly<Record<string, readonly (number | string)[]>>;
const values = ({ means }: ReturnType<typeof marginalMeans>) => means.map(({ estimate }) => estimate);

describe("kinds of fits", () => {
  it("a random intercept's SD by its own moderators", () => {
    const study = rows.year!.map((_, i) => `s${Math.floor(i / 3)}`);
    const wet = study.map((name) => (Number(name.slice(1)) % 2 === 0 ? "dry" : "wet"));
    const fit = drm(drmFormula("yi ~ habitat + (1 | study) + meta_V(V = vi)", "sd(study) ~ wet"), {
      data: { ...rows, study, wet },
    });
    const gamma = coef(fit, "sd(study)");
    const means = marginalMeans(fit, { dpar: "sd(study)", by: "wet" });
    expectClose(
      values(means),
      [Math.exp(gamma["(Intercept)"]!), Math.exp(gamma["(Intercept)"]! + gamma.wetwet!)],
      1e-13,
    );
    const [ratio] = contrasts(means, { method: "consecutive" }).contrasts;
    expect(ratio!.contrast).toBe("wet / dry");
    expect(ratio!.estimate).toBeCloseTo(Math.exp(gamma.wetwet!), 12);
    expect(ratio!.stdError).toBeCloseTo(
      Math.exp(gamma.wetwet!) * standardErrors(fit, "sd(study)").wetwet!,
      12,
    );
  });

  it("two outcomes: each its own formula, and their correlation", () => {
    const y2 = rows.yi!.map((y, i) => (i % 7 === 0 ? null : 0.2 * Number(y) + ((i * 37) % 11) / 8));
    const fit = drm(
      drmFormula(
        "mu1 = yi ~ habitat + meta_V(V = meta_vcov_bivariate(vi, vi, cor12 = 0.2))",
        "mu2 = y2 ~ habitat + duration",
        "rho12 = ~ region",
      ),
      { data: { ...rows, y2 }, factors },
    );
    const duration = rows.duration!.reduce<number>((sum, x) => sum + Number(x), 0) / rows.duration!.length;
    const wanted = predict(
      fit,
      { habitat: factors.habitat!, duration: [duration, duration, duration] },
      { dpar: "mu2" },
    );
    expectClose(
      values(marginalMeans(fit, { dpar: "mu2", by: "habitat" })),
      Array.from(wanted.estimate),
      1e-12,
    );
    const rho = marginalMeans(fit, { dpar: "rho12", by: "region" });
    expect(rho.response).toBe("yi and y2");
    expectClose(
      values(rho),
      Array.from(predict(fit, { region: ["north", "south"] }, { dpar: "rho12" }).estimate),
      1e-12,
    );
    // a difference of correlations is tested where they are estimated
    const [difference] = contrasts(rho, { method: "consecutive" }).contrasts;
    expect(difference!.estimate).toBeCloseTo(coef(fit, "rho12").regionsouth!, 12);
    expect(() => marginalMeans(fit, { dpar: "mu" })).toThrow("dpar 'mu' is not in this model");
  });

  it("an offset is part of the grid", () => {
    const fit = drm("yi ~ habitat + offset(off) + meta_V(V = vi)", { data: rows, factors });
    const off = rows.off!.reduce<number>((sum, x) => sum + Number(x), 0) / rows.off!.length;
    const [grassland] = values(marginalMeans(fit, { by: "habitat" }));
    expect(grassland).toBeCloseTo(coef(fit, "mu")["(Intercept)"]! + off, 12);
    expect(values(marginalMeans(fit, { by: "habitat", at: { off: 0 } }))[0]).toBeCloseTo(
      grassland! - off,
      12,
    );
  });

  it("a likelihood weight of two is two rows, and one of zero none", () => {
    const w = rows.yi!.map((_, i) => i % 3);
    const twice = [...w.keys()].flatMap((i) => new Array<number>(w[i]!).fill(i));
    const repeated = Object.fromEntries(
      Object.entries(rows).map(([name, column]) => [name, twice.map((i) => column[i]!)]),
    );
    const weighted = drm("yi ~ habitat * region + duration + meta_V(V = vi)", {
      data: { ...rows, w },
      weights: "w",
      factors,
    });
    const whole = drm("yi ~ habitat * region + duration + meta_V(V = vi)", { data: repeated, factors });
    const options = { by: "habitat", weights: "proportional" } as const;
    expectClose(values(marginalMeans(weighted, options)), values(marginalMeans(whole, options)), 1e-7);
  });

  it("REML and saved fits", () => {
    const fit = drm("yi ~ habitat + meta_V(V = vi)", { data: rows, factors, method: "REML" });
    const { means } = marginalMeans(structuredClone(fit), { by: "habitat" });
    const V = vcov(fit, "mu").matrix;
    expect(means[2]!.stdError).toBeCloseTo(Math.sqrt(V[0]![0]! + 2 * V[0]![2]! + V[2]![2]!), 12);
  });
});

describe("tests", () => {
  const fit = drm("yi ~ habitat + meta_V(V = vi)", { data: rows, factors, method: "REML" });
  const study = rows.yi!.map((_, i) => `s${i % 17}`);

  it.each(["z", "t", "knha"] as const)(
    "%s: means and contrasts that are coefficients have their rows",
    (test) => {
      const [intercept, forest, marsh] = coefficientTable(fit, 0.9, "wald", test);
      const means = marginalMeans(fit, { by: "habitat", level: 0.9, test });
      const { stdError, lower, upper, df } = intercept!;
      expect(means.means[0]!.df).toBe(df);
      expectClose(
        [means.means[0]!.stdError, means.means[0]!.lower, means.means[0]!.upper],
        [stdError, lower, upper],
        1e-12,
      );
      const compared = contrasts(means, { method: "reference", adjust: "none" }).contrasts;
      [forest!, marsh!].forEach((row, k) => {
        const { estimate, stdError: se, statistic, pValue, lower: low, upper: high } = compared[k]!;
        expectClose(
          [estimate, se, statistic, pValue, low, high],
          [row.estimate, row.stdError, row.statistic, row.pValue, row.lower, row.upper],
          1e-12,
        );
        expect(compared[k]!.df).toBe(row.df);
      });
      expect(String(contrasts(means))).toContain(test === "z" ? " z " : " t df ");
    },
  );

  it("robust errors bring their own, and CR2 degrees of freedom for each mean", () => {
    const robustFit = robust(drm("yi ~ habitat + meta_V(V = vi)", { data: { ...rows, study }, factors }), {
      cluster: study,
      type: "CR2",
    });
    const [intercept] = coefficientTable(robustFit);
    const means = marginalMeans(robustFit, { by: "habitat" });
    expectClose([means.means[0]!.df, means.means[0]!.lower], [intercept!.df, intercept!.lower], 1e-8);
    // the mean of forests is a combination of two coefficients
    const { ddf } = waldTest(robustFit, { dpar: "mu", matrix: [[1, 1, 0]] });
    expect(means.means[1]!.df).toBeCloseTo(ddf!, 8);
    // and so is each comparison
    const compared = contrasts(means).contrasts;
    const pairs = [
      [0, -1, 0],
      [0, 0, -1],
      [0, 1, -1],
    ];
    pairs.forEach((row, k) => {
      const test = waldTest(robustFit, { dpar: "mu", matrix: [row] });
      expectClose([compared[k]!.df, compared[k]!.pValue], [test.ddf!, test.pValue], 1e-9);
    });
    expect(() => contrasts(structuredClone(means))).toThrow("these means are a copy");
    const normal = contrasts(marginalMeans(robustFit, { by: "habitat", test: "z" }), { method: "reference" });
    expect(normal.contrasts[0]!.stdError).toBeCloseTo(standardErrors(robustFit, "mu").habitatforest!, 12);
  });
});

describe("invariance", () => {
  it("does not depend on the order of the rows or the unit of a moderator", () => {
    const options = { by: "habitat", dpar: "sigma" } as const;
    const formula = drmFormula("yi ~ habitat + meta_V(V = vi)", "sigma ~ habitat + region * duration");
    const fit = drm(formula, { data: rows, factors });
    const order = rows.yi!.map((_, i) => (i * 23) % rows.yi!.length);
    const permuted = Object.fromEntries(
      Object.entries(rows).map(([name, column]) => [name, order.map((i) => column[i]!)]),
    );
    const days = { ...permuted, duration: permuted.duration!.map((x) => 365 * Number(x)) };
    const other = marginalMeans(drm(formula, { data: days, factors }), options);
    expectClose(values(other), values(marginalMeans(fit, options)), 1e-7);
    const se = (means: typeof other) => means.means.map(({ stdError }) => stdError);
    expectClose(se(other), se(marginalMeans(fit, options)), 1e-6);
  });
});

describe("boundaries and held values", () => {
  it("an SD at its boundary is 0 without a standard error, and so are its contrasts' tests", () => {
    const sigmas = marginalMeans(boundaryFit(), { dpar: "sigma", by: "habitat" });
    expect(sigmas.means[0]).toMatchObject({ estimate: 0, stdError: Number.NaN, lower: 0 });
    expect(sigmas.means[0]!.upper).toBeGreaterThan(0);
    expect(sigmas.means[1]!.estimate).toBeCloseTo(0.3786562488, 9);
    const wald = marginalMeans(boundaryFit(), { dpar: "sigma", by: "habitat", confint: "wald" });
    expect(wald.means[0]).toMatchObject({ estimate: 0, lower: Number.NaN, upper: Number.NaN });
    expect(sigmas.notes).toEqual(["estimated at its boundary, without a standard error"]);
    const [ratio] = contrasts(sigmas).contrasts;
    expect(ratio).toMatchObject({
      estimate: 0,
      statistic: Number.NaN,
      pValue: Number.NaN,
      pAdjusted: Number.NaN,
    });
  });
  it("a held SD is its value, without moderators", () => {
    const fit = drm("yi ~ habitat + meta_V(V = vi)", { data: rows, factors, fixed: { sigma: 0.25 } });
    const [held] = marginalMeans(fit, { dpar: "sigma" }).means;
    expectClose([held!.estimate, held!.lower, held!.upper, held!.stdError], [0.25, 0.25, 0.25, 0], 1e-15);
    expect(() => marginalMeans(fit, { dpar: "sigma", by: "habitat" })).toThrow("sigma is held at 0.25");
    expect(() => contrasts(marginalMeans(fit, { dpar: "sigma" }))).toThrow("nothing to compare");
  });
  it("a fit that did not converge says so", () => {
    const fit = fitOf(cases[0]!);
    const failed = { ...fit, optim: { ...fit.optim, code: 1 as const, message: "too many evaluations" } };
    expect(marginalMeans(failed).notes[0]).toBe("the fit did not converge: too many evaluations");
  });
});

describe("refused", () => {
  const fit = drm(drmFormula("yi ~ habitat + duration + I(year > 2) + meta_V(V = vi)", "sigma ~ region"), {
    data: rows,
    factors,
  });
  it.each([
    [
      { by: "habitatt", at: { year: 1 } },
      "by: 'habitatt' is not in the formula of mu, whose moderators are habitat, duration, year; did you mean 'habitat'?",
    ],
    [
      { by: "habitat", dpar: "sigma" },
      "by: 'habitat' is not in the formula of sigma, whose moderators are region",
    ],
    [
      { by: "duration", at: { year: 1 } },
      "by: 'duration' is a number and has no levels; say at which values, at: { duration: [...] }",
    ],
    [{ by: "habitat" }, "say where 'year' is held, at: { year: ... }: the formula of mu compares it"],
    [
      { at: { year: 1, habitat: "swamp" } },
      "at: 'habitat' is \"swamp\"; wanted one of its levels (grassland, forest, marsh)",
    ],
    [{ at: { year: 1, duration: "long" } }, "at: 'duration' is \"long\"; wanted a number"],
    [{ at: { year: 1 }, level: 95 }, "level 95"],
    [{ at: { year: 1 }, weights: "cells" as "equal" }, "weights 'cells'"],
  ])("%j", (options, message) => {
    expect(() => marginalMeans(fit, options)).toThrow(message);
  });
  it("says which values lie outside the data", () => {
    const { notes } = marginalMeans(fit, { at: { year: 1, duration: [2, 50] } });
    expect(notes[0]).toMatch(/^duration = 50: outside the data \(/);
  });
});

it("prints the table with what it is averaged over and held at", () => {
  const means = marginalMeans(fitOf(cases[1]!), { by: "habitat" });
  expect(
    String(means)
      .split("\n")
      .map((line) => line.trimEnd()),
  ).toMatchInlineSnapshot(`
    [
      "Marginal means of mu (yi), response scale",
      "habitat    estimate  std_error   2.5 %  97.5 %",
      "grassland 0.4835056 0.07871945 0.32922 0.63779",
      "forest    0.5817521 0.05098947 0.48181 0.68169",
      "marsh     0.9593548 0.07656468 0.80929 1.10942",
      "averaged over region (equal weights)",
      "at duration = 3.94833",
    ]
  `);
  expect(String(contrasts(means))).toMatchInlineSnapshot(`
    "Contrasts of mu (yi), pairwise: differences
    contrast            difference  std_error      z  p_value p_adjusted    2.5 %   97.5 %
    grassland - forest -0.09824641 0.08820066 -1.114   0.2653     0.2653 -0.30940  0.11290
    grassland - marsh  -0.47584918 0.10525763 -4.521 6.16e-06   1.85e-05 -0.72783 -0.22386
    forest - marsh     -0.37760276 0.08662181 -4.359 1.31e-05   2.61e-05 -0.58497 -0.17023
    p_adjusted: holm; limits: Bonferroni, together at 95 %"
  `);
  expect(structuredClone({ ...means })).toEqual({ ...means });
});

describe("means taken back", () => {
  const fit = drm(drmFormula("yi ~ habitat + meta_V(V = vi)"), {
    data: {
      yi: [-0.9, -0.5, 0.1, -1.4, -0.2, 0.3, 0.4, -0.1],
      vi: [0.1, 0.2, 0.05, 0.3, 0.1, 0.2, 0.1, 0.05],
      habitat: ["forest", "forest", "forest", "forest", "heath", "heath", "heath", "heath"],
    },
  });
  const plain = marginalMeans(fit, { by: "habitat" });

  it("are the transformed means and limits, with errors by the delta method", () => {
    const back = marginalMeans(fit, { by: "habitat", transform: "exp" });
    expect([back.transform, back.label, plain.transform, plain.label]).toEqual([
      "exp",
      "exp(yi)",
      null,
      "yi",
    ]);
    back.means.forEach((mean, i) => {
      const { estimate, stdError, lower, upper } = plain.means[i]!;
      expect(mean.estimate).toBeCloseTo(Math.exp(estimate), 14);
      expect(mean.stdError).toBeCloseTo(Math.exp(estimate) * stdError, 14);
      expect(mean.lower).toBeCloseTo(Math.exp(lower), 14);
      expect(mean.upper).toBeCloseTo(Math.exp(upper), 14);
      expect(mean.linkEstimate).toBe(estimate);
    });
    expect(String(back)).toContain("Marginal means of mu (exp(yi)), exponential: of a log ratio the ratio");
  });

  it("make ratios of contrasts where differences are logs of ratios", () => {
    const [difference] = contrasts(plain).contrasts;
    const { contrasts: rows, scale } = contrasts(marginalMeans(fit, { by: "habitat", transform: "exp" }));
    expect(scale).toBe("ratio");
    expect(rows[0]!.contrast).toBe("forest / heath");
    expect(rows[0]!.estimate).toBeCloseTo(Math.exp(difference!.estimate), 14);
    expect(rows[0]!.stdError).toBeCloseTo(Math.exp(difference!.estimate) * difference!.stdError, 14);
    expect(rows[0]!.lower).toBeCloseTo(Math.exp(difference!.lower), 14);
    expect(rows[0]!.pValue).toBe(difference!.pValue);
  });

  it("leave contrasts on the scale of analysis where nothing becomes of a difference", () => {
    const back = contrasts(marginalMeans(fit, { by: "habitat", transform: "ipft", sampleSize: 30 }));
    expect(back.contrasts[0]!.estimate).toBe(contrasts(plain).contrasts[0]!.estimate);
    expect(back.notes).toEqual([
      "differences are on the scale of analysis: ipft(yi), n = 30 makes nothing of them",
    ]);
    expect(marginalMeans(fit, { transform: "ipft", sampleSize: 30 }).means[0]!.stdError).toBeNaN();
  });

  it("are means of effects only", () => {
    expect(() => marginalMeans(fit, { dpar: "sigma", transform: "exp" })).toThrow("not for means of sigma");
    expect(() => marginalMeans(fit, { scale: "link", transform: "exp" })).toThrow("not for scale 'link'");
    expect(() => marginalMeans(fit, { transform: "expp" as "exp" })).toThrow("did you mean 'exp'?");
    expect(() => marginalMeans(fit, { transform: "ipft" })).toThrow("sampleSize");
  });
});
