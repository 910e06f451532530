import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { withEngine } from "../../src/fit/engine";
import {
  checkDrm,
  type DataInput,
  type DrmOptions,
  drm,
  drmFormula,
  type Fit,
  gaussian,
  influence,
  parseCsv,
} from "../../src/index";
import { openFit } from "../../src/opened/open-fit";
import { expectSound } from "./edge-expectations";

/** Values known to six decimals or more; a supremum is approached by an SD of zero exactly. */
const LOG_LIK = 2e-6;

interface Case {
  readonly formulas: readonly [string, ...string[]];
  readonly data: DataInput;
  readonly matrices: DrmOptions["matrices"];
  readonly options: Pick<DrmOptions, "method">;
  readonly audit: { readonly better_logLik: number };
}

const FOURTH = 3;

function table(path: string, keep: (row: number) => boolean = () => true): DataInput {
  const lines = readFileSync(new URL(path, import.meta.url), "utf8")
    .trim()
    .split("\n");
  return parseCsv(lines.filter((_, line) => line === 0 || keep(line - 1)).join("\n"));
}

function load(path: string): Case {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as Case;
}

function fitOf({ formulas, data, matrices, options }: Case, more: Partial<DrmOptions> = {}): Fit {
  const family = formulas[0].startsWith("mu1") ? ([gaussian(), gaussian()] as const) : gaussian();
  return drm(drmFormula(...formulas), { family, data, ...(matrices && { matrices }), ...options, ...more });
}

describe("the edge is a candidate", () => {
  it("tau^2 = 0 where the likelihood has a hump inside that is lower", () => {
    const fit = drm(drmFormula("yi ~ 1 + meta_V(V = vi)"), {
      family: gaussian(),
      data: table("fixtures/tau2-at-zero.csv"),
    });
    expectSound(fit);
    expect(fit.logLik).toBeCloseTo(-1.289586, 6);
    expect(fit.fitted.sigma!.every((sigma) => sigma === 0)).toBe(true);
    expect(fit.coefficients[0]!.estimate).toBeCloseTo(0.2717, 4);
    expect(fit.coefficients[0]!.stdError).toBeCloseTo(0.0307, 4);
    // the hump is told of, and one start finds the edge too
    expect(fit.optim.optima.map((value) => Number(value.toFixed(4)))).toEqual([-1.2896, -2.3255]);
    const formula = drmFormula("yi ~ 1 + meta_V(V = vi)");
    const data = table("fixtures/tau2-at-zero.csv");
    expect(drm(formula, { family: gaussian(), data, starts: 1 }).logLik).toBe(fit.logLik);
  });

  it("in every deletion: trials of tuberculosis vaccines without the fourth", () => {
    const data = table("../../examples/bcg.csv");
    const formula = drmFormula("yi ~ ablat + alloc + meta_V(V = vi)");
    const fourth = influence(drm(formula, { family: gaussian(), data })).rows[FOURTH]!;
    expect(fourth).toMatchObject({ status: "at boundary", influential: true, spreads: { sigma: 0 } });
    expect(fourth.cooksDistance).toBeCloseTo(3.453, 3);
    expect(fourth.dffits).toBeCloseTo(-2.429, 3);
    expect(fourth.covRatio).toBeCloseTo(0.0228, 4);
    expect(fourth.rstudent).toBeCloseTo(-1.4437, 4);
    const without = table("../../examples/bcg.csv", (row) => row !== FOURTH);
    expect(drm(formula, { family: gaussian(), data: without }).logLik).toBeCloseTo(-7.203468, 6);
  });

  it.each([
    ["ML", [0.5827, -0.2571, 4.383], [0.00293, 0.1005, 13.65], -3.892959],
    [
      "ML",
      [0.5518080293396258, 0.5766214227527446, -1.0698203463972054, -1.2323866495840567, 0.43534583969226287],
      [
        0.00006946207464958998, 0.0011949111443374546, 0.2179092561478027, 0.48998762197763435,
        0.00011477855794234958,
      ],
      -5.352538,
    ],
  ] as const)("nor does the edge hide a hump inside that is higher: %s, %j", (method, yi, vi, logLik) => {
    const data = { yi: [...yi], vi: [...vi] };
    for (const starts of [undefined, 1]) {
      const fit = drm(drmFormula("yi ~ 1 + meta_V(V = vi)"), {
        family: gaussian(),
        data,
        method,
        ...(starts && { starts }),
      });
      expect(Math.abs(fit.logLik - logLik)).toBeLessThan(LOG_LIK);
      expect(fit.fitted.sigma![0]).toBeGreaterThan(0);
    }
  });

  it("a row of variance 0 in a study is bounded: its sigma at 0 leaves it the study's variance", () => {
    const fit = fitOf(load("fixtures/zero-variance-in-a-study.json"));
    expectSound(fit);
    expect(Math.abs(fit.logLik - -13.406030654322)).toBeLessThan(1e-9);
    expect(fit.fitted.sigma![5]).toBe(0);
    expect(fit.optim.kernel).toContain("dense");
  });

  describe("suprema at infinity, in small data", () => {
    const names = readdirSync(new URL("suprema/", import.meta.url));
    it.each(names)("%s", (name) => {
      const one = load(`suprema/${name}`);
      const fit = fitOf(one);
      expect(fit.optim.code).toBe(0);
      expect(fit.logLik).toBeGreaterThan(one.audit.better_logLik - 2e-5);
      // fitting twice is no luck
      expect(fitOf(one).logLik).toBe(fit.logLik);
      // residuals and influence are those of this supremum
      const { standard, theta } = openFit(fit);
      const value = withEngine(standard, ({ objective }) => objective.valueAt(theta));
      const again = standard.logLikConstant - value;
      expect(Math.abs(again - fit.logLik)).toBeLessThan(1e-6);
    });
  });
});

describe("an unbounded likelihood", () => {
  it("is not what an overshoot says: two outcomes without known variances, with moderators of both sigmas", () => {
    const data = table("fixtures/two-outcomes-no-V.csv");
    const formula = drmFormula(
      "mu1 = y1 ~ x",
      "mu2 = y2 ~ x",
      "sigma1 = ~ z1",
      "sigma2 = ~ z2",
      "rho12 = ~ 1",
    );
    const fit = drm(formula, { family: [gaussian(), gaussian()], data });
    expectSound(fit);
    expect(Math.abs(fit.logLik - -274.991782)).toBeLessThan(LOG_LIK);
    const estimate = (dpar: string, term: string) =>
      fit.coefficients.find((one) => one.dpar === dpar && one.term === term)!.estimate;
    expect(estimate("mu2", "x")).toBeCloseTo(-0.3593, 3);
    expect(estimate("sigma2", "z2")).toBeCloseTo(-0.2852, 3);
  });

  it("is told of where it rises elsewhere: a row of variance 0 that the mean can meet, by ML and not by REML", () => {
    const data = {
      yi: [0.35, 0.017, -0.161, -0.125, 0.6, 0.137, 0.511, 0.026, 0.754],
      v: [0, 0.04, 0.181, 0.303, 0.0152, 0.0202, 0.0443, 0.0356, 0.0321],
    };
    const check = (method: "ML" | "REML") => {
      const fit = drm(drmFormula("yi ~ 1 + meta_V(V = v)"), { family: gaussian(), data, method });
      expect(fit.optim.code).toBe(0);
      return checkDrm(fit).find((one) => one.check === "unbounded_likelihood")?.status;
    };
    expect(check("ML")).toBe("note");
    expect(check("REML")).toBeUndefined();
  });

  it.each([
    ["where its rise ends in rounding, with a sigma of 3e-17", "rise-by-rounding", -23.551627],
    ["where sigma and a random effect's SD lose a row its variance together", "rise-at-two-edges", 5.680524],
  ])("is not taken for a maximum %s", (_, name, logLik) => {
    const fit = fitOf(load(`fixtures/${name}.json`));
    expect(fit.optim.code).toBe(0);
    expect(fit.optim.unboundedElsewhere).toBe(true);
    expect(Math.abs(fit.logLik - logLik)).toBeLessThan(LOG_LIK);
  });

  it("is said where rows are fitted perfectly and nothing else gives them a variance", () => {
    const yi = [1, 1, 1, 0.3, 0.9, -0.4, 0.2, 1.1];
    const g = ["a", "a", "a", "b", "b", "b", "b", "b"];
    const fit = drm(drmFormula("yi ~ g", "sigma ~ g"), { family: gaussian(), data: { yi, g } });
    expect(fit.optim.code).toBe(2);
    expect(fit.optim.message).toMatch(/unbounded/);
  });
});
