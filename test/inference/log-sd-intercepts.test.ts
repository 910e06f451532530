import { describe, expect, it } from "vitest";
import { drm, gaussian } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { coefficientTable } from "../../src/inference/coefficient-table";
import { coefficientName } from "../../src/inference/coefficients";
import { confint } from "../../src/inference/confint";
import { logSdIntercepts } from "../../src/inference/log-sd-intercepts";
import { waldTest } from "../../src/inference/wald-test";
import { anova } from "../../src/report/anova";
import { toJSON } from "../../src/report/json/to-json";
import { summary } from "../../src/report/summary";
import { termTests } from "../../src/report/term-tests";
import { tidy } from "../../src/report/tidy";
import { randomStream } from "../../src/stats/random";
import { update } from "../../src/update/update";

/** 120 rows in 40 labs; f and g are crossed, x runs from -1 to 1, d is 0 or 1. `unit` is that of the effect sizes. */
function rows(unit = 1) {
  const { normal } = randomStream(11);
  const shared = Array.from({ length: 40 }, normal);
  const levels = (names: string, i: number) => names[i % names.length]!;
  return Array.from({ length: 120 }, (_, i) => {
    const lab = Math.floor(i / 3);
    const [f, g, x] = [levels("ab", lab), levels("pqr", Math.floor(lab / 2)), ((i * 7) % 21) / 10 - 1];
    const sd = 0.3 * Math.exp(0.4 * x + (f === "a" ? 0 : 0.5));
    const yi = unit * (0.2 + 0.3 * x + 0.5 * shared[lab]! + sd * normal() + 0.15 * normal());
    const own = { f, g, x, d: f === "a" ? 0 : 1, lab: `l${lab}`, size: (lab % 5) - 2 };
    return { ...own, yi, vi: 0.0225 * unit ** 2, y1: yi, y2: unit * (sd * normal() + 0.15 * normal()) };
  });
}

function fitOf(formulas: readonly string[], unit = 1): Fit {
  const two = formulas[0]!.startsWith("mu1");
  const options = { data: rows(unit), ...(two && { family: [gaussian(), gaussian()] as const }) };
  return drm(drmFormula(...formulas), options as { data: ReturnType<typeof rows> });
}

const flagged = (fit: Fit) => {
  const which = logSdIntercepts(fit);
  return fit.coefficients.filter((_, i) => which[i] === 1).map(coefficientName);
};

const MEAN = "yi ~ x + meta_V(V = vi)";

/** formulas beside the mean's, and which coefficients are log-SDs rather than differences of them */
const SCALES: readonly (readonly [string, readonly string[]])[] = [
  ["sigma ~ 1", ["(Intercept)"]],
  ["sigma ~ f + x", ["(Intercept)"]],
  ["sigma ~ x + I(x^2)", ["(Intercept)"]],
  ["sigma ~ 0 + f", ["fa", "fb"]],
  ["sigma ~ 0 + f:g", ["fa:gp", "fb:gp", "fa:gq", "fb:gq", "fa:gr", "fb:gr"]],
  ["sigma ~ 0 + f + f:x", ["fa", "fb"]],
  ["sigma ~ 0 + x + f", ["fa", "fb"]],
  ["sigma ~ 0 + f + g", ["fa", "fb"]],
  ["sigma ~ 0 + f + f:g", ["fa", "fb"]],
  ["sigma ~ 0 + d + I(1 - d)", ["d", "I(1 - d)"]],
  ["sigma ~ 0 + x + d + I(1 - d)", ["d", "I(1 - d)"]],
];

describe("logSdIntercepts()", () => {
  it.each(SCALES)("%s", (scale, terms) => {
    expect(flagged(fitOf([MEAN, scale]))).toEqual(terms.map((term) => `sigma:${term}`));
  });

  it.each([["sigma ~ 0 + x"], ["sigma ~ 0 + x + I(x^2)"], ["sigma ~ 0 + f:x"]])(
    "%s: slopes through an SD of 1, whose 0 is a hypothesis",
    (scale) => {
      const fit = fitOf([MEAN, scale]);
      expect(flagged(fit)).toEqual([]);
      expect(coefficientTable(fit).every(({ pValue }) => Number.isFinite(pValue))).toBe(true);
    },
  );

  // the definition: what another unit of the effect sizes moves, up to how closely the two optima agree
  const ALL = [
    ...SCALES.map(([scale]) => [MEAN, scale]),
    ["yi ~ x + (1 | lab) + meta_V(V = vi)", "sd(lab) ~ size"],
    ["yi ~ x + (1 | lab) + meta_V(V = vi)", "sd(lab) ~ 0 + f", "sigma ~ f"],
    ["mu1 = y1 ~ x", "mu2 = y2 ~ 1", "sigma1 ~ 0 + f", "sigma2 ~ x", "rho12 ~ 1"],
  ];
  it.each(ALL.map((formulas) => [formulas.join(", "), formulas] as const))(
    "moves with the unit: %s",
    (_, formulas) => {
      const [one, ten] = [fitOf(formulas), fitOf(formulas, 10)];
      const scale = one.coefficients.flatMap(({ dpar }, i) => (dpar.startsWith("mu") ? [] : [i]));
      const which = logSdIntercepts(one);
      expect(scale.length).toBeGreaterThan(0);
      for (const i of scale) {
        const moved = ten.coefficients[i]!.estimate - one.coefficients[i]!.estimate;
        expect(moved, coefficientName(one.coefficients[i]!)).toBeCloseTo(
          which[i] === 1 ? Math.log(10) : 0,
          4,
        );
      }
    },
  );
});

describe("tables without the tests of log-SD intercepts", () => {
  const fit = fitOf([MEAN, "sigma ~ f"]);

  it("keep estimate, error and limits, and the tests of everything else", () => {
    const [intercept, contrast] = coefficientTable(fit).filter(({ dpar }) => dpar === "sigma");
    expect(intercept).toMatchObject({ statistic: Number.NaN, pValue: Number.NaN });
    expect(intercept!.upper - intercept!.lower).toBeCloseTo(2 * 1.959963984540054 * intercept!.stdError, 12);
    expect(contrast!.statistic).toBe(contrast!.estimate / contrast!.stdError);
    expect(confint(fit, { parm: "sigma:(Intercept)" })[0]).toMatchObject({ lower: intercept!.lower });
    expect(tidy(fit).map((row) => row.statistic === null)).toEqual([false, false, true, false]);
    expect(tidy(fit).map((row) => row["p.value"] === null)).toEqual([false, false, true, false]);
    const json = toJSON(fit).coefficients;
    expect(json.map(({ p_value, statistic }) => [p_value, statistic].includes(null))).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });

  it("say what tests heterogeneity", () => {
    const why = "Log-SD intercepts have no z or p: 0 there is an SD of 1";
    expect(String(summary(fit))).toContain(`${why}. Test of heterogeneity: QE below, p < 1e-16`);
    const levels = fitOf(["yi ~ 1 + (1 | lab) + meta_V(V = vi)"]);
    expect(String(summary(levels))).toContain(
      `${why}. Test of all SDs together: Q below, p < 1e-16; of one SD: anova() with the fit without it`,
    );
    expect(String(summary(fitOf(["yi ~ x", "sigma ~ f"])))).toContain(`${why}\n`);
    const weighted = drm(drmFormula(MEAN, "sigma ~ f"), { data: rows(), weights: new Array(120).fill(1) });
    expect(String(summary(weighted))).toContain(
      `${why}. Test of heterogeneity: anova(update(fit, { fixed: { sigma: 0 } }), fit)`,
    );
    // and what it names works, although sigma has a formula
    const test = anova(update(weighted, { fixed: { sigma: 0 } }), weighted);
    expect(test.df).toBe(2);
    expect(test.statistic).toBeGreaterThan(100);
  });

  it("are silent about slopes alone, and about SDs at zero", () => {
    expect(String(summary(fitOf([MEAN, "sigma ~ 0 + x"])))).not.toContain("Log-SD intercepts");
    const alike = { yi: [0.2, 0.23, 0.21, 0.19], vi: [0.1, 0.12, 0.09, 0.1] };
    expect(String(summary(drm("yi ~ 1 + meta_V(V = vi)", { data: alike })))).not.toContain("Log-SD");
  });

  it("leave a term of cell means without a test, while waldTest() answers who asks", () => {
    const cells = fitOf([MEAN, "sigma ~ 0 + f + x"]);
    const { tests, notes } = termTests(cells, { dpar: "sigma" });
    expect(
      tests.map(({ term, statistic, pValue }) => [term, Number.isNaN(statistic), Number.isNaN(pValue)]),
    ).toEqual([
      ["f", true, true],
      ["x", false, false],
      ["all moderators", true, true],
    ]);
    expect(notes).toEqual([
      expect.stringMatching(/^sigma: no test of f, log-SDs that are 0 where an SD is 1: compare/),
    ]);
    expect(waldTest(cells, { dpar: "sigma", term: "f" }).pValue).toBeLessThan(1e-6);
  });
});
