import { describe, expect, it } from "vitest";
import { drm, gaussian } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { confint } from "../../src/inference/confint";
import { ranef } from "../../src/inference/ranef";
import { simulate } from "../../src/inference/simulate";
import { anova } from "../../src/report/anova";
import { checkDrm } from "../../src/report/checks/check-drm";
import { fromJSON } from "../../src/report/json/from-json";
import { toJSON } from "../../src/report/json/to-json";
import { update } from "../../src/update/update";
import { loadCase } from "../cases";
import { jobOf, type MaCase, numberOf } from "./ma-case";

/** The rows of p35 with their variances alone: the supremum's covariance is singular, and no correlation is +-1. */
function singular(levels: readonly string[], method: "ML" | "REML" = "ML"): Fit {
  const { data } = loadCase<MaCase>("next/p35-structures-simulated");
  return drm("yi ~ 0 + outcome + x + us(0 + outcome | study) + meta_V(V = vi)", {
    data: data.columns as Record<string, number[]>,
    factors: { outcome: levels },
    fixed: { sigma: 0 },
    method,
  });
}

const LEVELS = ["t1", "t2", "t3", "t4"];

function correlationsOf(fit: Fit): Map<string, Fit["coefficients"][number]> {
  return new Map(
    fit.coefficients
      .filter(({ dpar }) => dpar.startsWith("cor("))
      .map((one) => [one.term.split(",").sort().join(), one]),
  );
}

describe("a singular covariance without a correlation of +-1", () => {
  it.for(["ML", "REML"] as const)("is the same supremum for any order of the levels, %s", (method) => {
    const fit = singular(LEVELS, method);
    expect(fit.optim.message).toMatch(/^converged at the boundary/);
    const seen = correlationsOf(fit);
    for (const order of [
      ["t4", "t3", "t2", "t1"],
      ["t2", "t4", "t1", "t3"],
    ]) {
      const other = singular(order, method);
      expect(Math.abs(other.logLik - fit.logLik)).toBeLessThan(1e-9);
      for (const [pair, { estimate, stdError }] of correlationsOf(other)) {
        expect(Math.abs(estimate - seen.get(pair)!.estimate), pair).toBeLessThan(1e-5);
        expect(Math.abs(stdError / seen.get(pair)!.stdError - 1), pair).toBeLessThan(1e-4);
      }
    }
  });

  it("is told of, though each correlation is a number", () => {
    const fit = singular(LEVELS);
    for (const { estimate, atBoundary } of correlationsOf(fit).values()) {
      expect([Number.isFinite(estimate), atBoundary]).toEqual([true, false]);
    }
    expect(checkDrm(fit).find(({ check }) => check === "random_effect_correlations")!.status).toBe("warning");
  });
});

describe("profile limits of correlations", () => {
  it.for(["r05-slope-sigma-formula-blockV", "r06-bivariate-p-study-missing"])("are those of %s", (id) => {
    const given = loadCase<MaCase>(`next/${id}`);
    const { polished } = given.fits[0]!;
    const { formulas, options } = jobOf(given, "ML");
    const bivariate = formulas[0]!.startsWith("mu1");
    const fit = drm(drmFormula(...formulas), {
      ...options,
      family: bivariate ? [gaussian(), gaussian()] : gaussian(),
    } as Parameters<typeof drm>[1]);
    const [name, wanted] = Object.entries(polished.profile_ci95!).find(([key]) => key.startsWith("cor("))!;
    const { lower, upper } = confint(fit, { method: "profile", parm: name })[0]!;
    expect(Math.abs(lower - numberOf(wanted[0]))).toBeLessThan(1e-5);
    expect(Math.abs(upper - numberOf(wanted[1]))).toBeLessThan(1e-5);
  });

  it("of several correlations are those of the same with the levels in another order", () => {
    const parm = (a: string, b: string) => ({
      method: "profile" as const,
      parm: `cor(outcome | study):${a},${b}`,
    });
    const fit = confint(singular(LEVELS), parm("t1", "t4"))[0]!;
    const other = confint(singular(["t4", "t1", "t3", "t2"]), parm("t4", "t1"))[0]!;
    expect(fit.status).toBe("ok");
    expect(Math.abs(fit.lower - other.lower)).toBeLessThan(1e-5);
    expect(Math.abs(fit.upper - other.upper)).toBeLessThan(1e-5);
  });
});

describe("after the fit", () => {
  const { data } = loadCase<MaCase>("next/p32-random-slope-obrien");
  const columns = data.columns as Record<string, number[]>;
  const slope = drm("yi ~ bmi + (1 + bmi | study) + meta_V(V = vi)", { data: columns });

  it("a saved fit says the same", () => {
    const again = fromJSON(toJSON(slope, { full: true }));
    expect(ranef(again)).toEqual(ranef(slope));
    expect(confint(again, { method: "profile", parm: "cor(study):(Intercept),bmi" })).toEqual(
      confint(slope, { method: "profile", parm: "cor(study):(Intercept),bmi" }),
    );
  });

  it("update() keeps a block whole", () => {
    expect(update(slope, { formula: "~ ." }).formulas).toEqual(slope.formulas);
    expect(update(slope, { formula: "~ . - (1 + bmi | study) + (1 | study)" }).formulas[0]).toBe(
      "yi ~ bmi + (1 | study) + meta_V(V = vi)",
    );
  });

  it("effects of levels within a group are named by level and group", () => {
    const rows = ranef(singular(LEVELS));
    expect(rows[0]).toMatchObject({ dpar: "sd(outcome | study)", group: "study", term: "t1", level: "s01" });
  });

  it("draws have the fitted covariance", () => {
    // two rows of one study, over many draws
    const draws = simulate(slope, 4000, { seed: 3 }) as readonly Float64Array[];
    const codes = slope.random![0]!.codes;
    const [i, k] = [...codes.keys()].filter((row) => codes[row] === codes[0]).slice(0, 2) as [number, number];
    const mean = slope.fitted.mu!;
    let product = 0;
    for (const y of draws) product += ((y[i]! - mean[i]!) * (y[k]! - mean[k]!)) / draws.length;
    const [a, b] = [slope.random![0]!.sd[0]!, slope.random![1]!.sd[0]!];
    const r = Math.tanh(slope.coefficients.find(({ dpar }) => dpar === "cor(study)")!.estimate);
    const [x, z] = [columns.bmi![i]!, columns.bmi![k]!];
    const wanted = a * a + r * a * b * (x + z) + b * b * x * z;
    expect(Math.abs(product / wanted - 1)).toBeLessThan(0.1);
  });

  it("likelihood ratios test nested structures, and refuse others", () => {
    const { data: p35 } = loadCase<MaCase>("next/p35-structures-simulated");
    const fitted = (fn: string) =>
      drm(`yi ~ 0 + outcome + ${fn}(0 + outcome | study) + meta_V(V = vi)`, {
        data: p35.columns as Record<string, number[]>,
        factors: { outcome: LEVELS },
        fixed: { sigma: 0 },
      });
    const [cs, ar, us] = [fitted("cs"), fitted("ar"), fitted("us")];
    expect(anova(cs, us).df).toBe(8);
    expect(anova(ar, us).df).toBe(8);
    expect(() => anova(ar, fitted("hcs"))).toThrow(
      /correlations as in ar\(\) are not a special case of those of cs\(\)/,
    );
  });

  it("what cannot be told apart, or held, is refused with what to do", () => {
    const { data: p35 } = loadCase<MaCase>("next/p35-structures-simulated");
    const options = { data: p35.columns as Record<string, number[]>, factors: { outcome: LEVELS } };
    expect(() => drm("yi ~ 0 + outcome + us(0 + outcome | study) + meta_V(V = vi)", options)).toThrow(
      /sd\(outcome \| study\) and sigma cannot be told apart: hold sigma at 0/,
    );
    expect(() =>
      drm("yi ~ bmi + (1 + bmi | study) + meta_V(V = vi)", {
        data: columns,
        fixed: { "sd(bmi | study)": 0.3 },
      }),
    ).toThrow(/sd\(bmi \| study\) is of effects that are correlated with others/);
    expect(() => drm("yi ~ us(0 + bmi | study) + meta_V(V = vi)", { data: columns })).toThrow(
      /'bmi' is a column of numbers, and us\(\) has an effect for each level of a category/,
    );
  });
});
