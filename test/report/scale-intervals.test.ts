import { describe, expect, it } from "vitest";
import { type DrmOptions, drm, gaussian } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { confint } from "../../src/inference/confint";
import { predict } from "../../src/inference/predict";
import { sdRatio } from "../../src/inference/sd-ratio";
import { type ScaleInterval, scaleIntervals } from "../../src/report/scale-intervals";
import { type DrmCase, listCases, loadCase } from "../cases";
import { jobOf, type MaCase } from "../fit/ma-case";

function fitOf(formulas: readonly string[], options: DrmOptions): Fit {
  const family = formulas[0]!.startsWith("mu1") ? [gaussian(), gaussian()] : gaussian();
  return drm(drmFormula(...formulas), { ...options, family });
}

function caseFit(id: string, method: "ML" | "REML" = "ML", formula?: string): Fit {
  const { formulas, options } = jobOf(loadCase<MaCase>(id), method);
  return fitOf(formula === undefined ? formulas : [formula], options);
}

const restoration = (method: "ML" | "REML" = "ML", sigma = "sigma ~ habitat") => {
  const { data, factors } = loadCase("drm-a-restoration");
  return fitOf(["yi ~ habitat + duration + meta_V(V = vi)", sigma], { data, factors, method } as DrmOptions);
};

const find = (intervals: readonly ScaleInterval[], dpar: string, quantity: ScaleInterval["quantity"]) =>
  intervals.find((one) => one.dpar === dpar && one.quantity === quantity)!;

function closeTo(one: ScaleInterval, [estimate, lower, upper]: readonly number[], tolerance: number): void {
  expect(Math.abs(one.estimate / estimate! - 1)).toBeLessThan(tolerance);
  expect(Math.abs(one.lower / lower! - 1)).toBeLessThan(tolerance);
  expect(Math.abs(one.upper / upper! - 1)).toBeLessThan(tolerance);
}

describe("metafor's confint() of REML fits", () => {
  // metafor 3.8, rma.mv(method = "REML"), confint(control = list(tol = 1e-10)); its optimizer leaves the estimate at 1e-6
  const METAFOR = 3e-5;

  it.each([
    ["v03-metareg-bcg", "yi ~ ablat + meta_V(V = vi)", [0.0763479643038, 0.00580663474067, 0.443215965134]],
    [
      "v20-multilevel-boundary-hackshaw",
      "yi ~ 1 + meta_V(V = vi)",
      [0.022394506311, 0.00150302065778, 0.0727973069234],
    ],
  ] as const)("tau^2 and tau: %s, %s", (id, formula, tau2) => {
    const { intervals } = scaleIntervals(caseFit(id, "REML", formula));
    closeTo(find(intervals, "sigma", "variance"), tau2, METAFOR);
    closeTo(find(intervals, "sigma", "sd"), tau2.map(Math.sqrt), METAFOR);
    expect(intervals.map(({ status }) => status)).toEqual(["ok", "ok"]);
  });

  it("three levels", () => {
    const { intervals } = scaleIntervals(caseFit("v15-multilevel-konstantopoulos", "REML"));
    closeTo(
      find(intervals, "sd(district)", "variance"),
      [0.0650619442753, 0.0222396906884, 0.207241619223],
      METAFOR,
    );
    closeTo(
      find(intervals, "sigma", "variance"),
      [0.0327365170279, 0.016265255017, 0.0628275803301],
      METAFOR,
    );
  });

  it("two outcomes, the correlation at its upper end", () => {
    const { intervals } = scaleIntervals(caseFit("v23-bivariate-berkey", "REML"));
    closeTo(
      find(intervals, "sigma1", "variance"),
      [0.0326514436906, 0.00949644574149, 0.206776600914],
      METAFOR,
    );
    closeTo(find(intervals, "sigma2", "variance"), [0.0117331439423, 5.46766490377e-5, 0.111439625313], 1e-3);
    const rho = find(intervals, "rho12", "correlation");
    expect(rho.estimate).toBeCloseTo(0.608796250432, 4);
    expect(rho.lower).toBeCloseTo(-0.599618181469, 4);
    expect(rho.upper).toBe(0.999999);
    expect(rho.status).toBe("upper limit at boundary");
  });
});

interface MetaforInterval {
  readonly names: readonly string[];
  readonly estimate: readonly number[];
  readonly lb: readonly (number | null)[];
  readonly ub: readonly (number | null)[];
}

describe("metafor's profile intervals of the cases, ML and REML", () => {
  interface Inference {
    readonly confint_tau2_PL?: MetaforInterval;
    readonly confint_PL?: readonly MetaforInterval[];
  }
  type Inferred = MaCase & { readonly inference?: Readonly<Record<string, Inference | undefined>> };
  const given = listCases("v").flatMap((id) => {
    const { inference } = loadCase<Inferred>(id);
    return (["ML", "REML"] as const).flatMap((method) => {
      const { confint_tau2_PL: one, confint_PL: several } = inference?.[method] ?? {};
      return one === undefined && several === undefined ? [] : [{ id, method, wanted: several ?? [one!] }];
    });
  });
  it("are many", () => expect(given.length).toBeGreaterThanOrEqual(19));

  it.for(given)("$id, $method", ({ id, method, wanted }) => {
    const { intervals } = scaleIntervals(caseFit(id, method));
    for (const { names, estimate, lb, ub } of wanted) {
      // found by its estimate: metafor numbers its components as it likes
      const quantity = names[0] === "rho" ? "correlation" : "variance";
      const error = (one: ScaleInterval) => Math.abs(one.estimate / estimate[0]! - 1);
      const [own] = intervals.filter((one) => one.quantity === quantity).sort((a, b) => error(a) - error(b));
      expect(error(own!), names[0]).toBeLessThan(1e-4);
      for (const [seen, limit] of [
        [own!.lower, lb[0]],
        [own!.upper, ub[0]],
      ] as const) {
        if (limit === null) continue;
        const scale = Math.max(Math.abs(limit!), 0.01 * own!.estimate);
        expect(Math.abs(seen - limit!) / scale, `${names[0]}: ${seen}, wanted ${limit}`).toBeLessThan(1e-4);
      }
    }
  });
});

describe("the case's limits", () => {
  type WithProfile = DrmCase & {
    readonly expected: { readonly profile_95: readonly { target: string; lower: number; upper: number }[] };
  };
  const { profile_95 } = loadCase<WithProfile>("drm-a-restoration").expected;
  it.each(["sigma ~ habitat", "sigma ~ 0 + habitat"])("SDs of groups, whatever the coding: %s", (formula) => {
    const { intervals } = scaleIntervals(restoration("ML", formula));
    for (const habitat of ["grassland", "forest"]) {
      const wanted = profile_95.find(({ target }) => target === `sigma at ${habitat}`)!;
      const [sd, variance] = intervals.filter(({ at }) => at.habitat === habitat);
      expect(Math.abs(sd!.lower - wanted.lower)).toBeLessThan(1e-6);
      expect(Math.abs(sd!.upper - wanted.upper)).toBeLessThan(1e-6);
      expect(variance!.upper).toBeCloseTo(sd!.upper ** 2, 14);
    }
  });
});

const CHI_SQUARED_95 = 3.841458820694124;

describe("a limit of a group's SD is where the deviance is the chi-squared quantile", () => {
  // the same likelihood with the group's sigma held: its rows get that variance in V, the others are fitted
  it.each(["ML", "REML"] as const)("%s", (method) => {
    const fit = restoration(method);
    const { data } = loadCase("drm-a-restoration");
    const columns = data as Record<string, (number | string)[]>;
    const forest = find(
      scaleIntervals(fit).intervals.filter(({ at }) => at.habitat === "forest"),
      "sigma",
      "sd",
    );
    for (const limit of [forest.lower, forest.upper]) {
      const isForest = columns.habitat!.map((level) => (level === "forest" ? 1 : 0));
      const vi = columns.vi!.map((v, i) => (v as number) + isForest[i]! * limit ** 2);
      const deviance = (logSigma: number) => {
        const V = vi.map((v, i) => v + (1 - isForest[i]!) * Math.exp(2 * logSigma));
        const held = fitOf(["yi ~ habitat + duration + meta_V(V = V)"], {
          data: { ...columns, V },
          factors: { habitat: ["grassland", "forest"] },
          method,
          fixed: { sigma: 0 },
        } as DrmOptions);
        return 2 * (fit.logLik - held.logLik);
      };
      expect(Math.abs(smallest(deviance, -6, 0) - CHI_SQUARED_95)).toBeLessThan(1e-8);
    }
  });
});

/** Ternary search. */
function smallest(f: (x: number) => number, from: number, to: number): number {
  let [a, b] = [from, to];
  while (b - a > 1e-6) {
    const third = (b - a) / 3;
    if (f(a + third) < f(b - third)) b -= third;
    else a += third;
  }
  return f((a + b) / 2);
}

describe("scaleIntervals()", () => {
  it("transforms the limits of a coefficient where there is one", () => {
    const fit = restoration("ML", "sigma ~ 1");
    const [interval] = confint(fit, { method: "profile", parm: "sigma" });
    const [sd, variance] = scaleIntervals(fit).intervals;
    expect(sd!.lower).toBeCloseTo(Math.exp(interval!.lower), 12);
    expect(variance!.upper).toBeCloseTo(Math.exp(2 * interval!.upper), 12);
  });

  it("Wald limits are those of predict()", () => {
    const fit = restoration();
    const { intervals } = scaleIntervals(fit, {
      method: "wald",
      newdata: [{ habitat: "forest" }],
      level: 0.9,
    });
    const { lower, upper } = predict(fit, [{ habitat: "forest" }], { dpar: "sigma", level: 0.9 });
    expect(intervals[0]).toEqual({
      dpar: "sigma",
      at: { habitat: "forest" },
      quantity: "sd",
      estimate: expect.closeTo(0.3786562488492511, 7),
      lower: expect.closeTo(lower[0]!, 12),
      upper: expect.closeTo(upper[0]!, 12),
    });
    expect(intervals[1]!.quantity).toBe("variance");
  });

  it("is for the levels of a study's moderator", () => {
    const { data, factors } = loadCase("drm-d-study-random-sd-habitat");
    const { formulas } = loadCase("drm-d-study-random-sd-habitat");
    const fit = fitOf(formulas, { data, factors } as DrmOptions);
    const { intervals } = scaleIntervals(fit, { dpar: "sd(study)" });
    const sds = intervals.filter(({ quantity }) => quantity === "sd");
    expect(sds.map(({ at }) => at.habitat)).toEqual(["grassland", "forest"]);
    expect(sds[0]!.lower).toBeCloseTo(Math.exp(-1.68591273787284), 5);
    expect(sds[0]!.upper).toBeCloseTo(Math.exp(-0.864609107668284), 5);
    expect(sds.every(({ lower, estimate, upper }) => lower < estimate && estimate < upper)).toBe(true);
    const ratio = sdRatio(fit, "habitatforest", { dpar: "sd(study)", method: "profile" });
    expect(ratio.sdLower).toBeCloseTo(Math.exp(0.281227570069593), 5);
    expect(ratio.varianceUpper).toBeCloseTo(Math.exp(2 * 1.32581289109628), 4);
    expect(ratio.status).toBe("ok");
  });

  it.each(["ML", "REML"] as const)("starts at 0 where the SD is estimated as 0, %s", (method) => {
    const fit = caseFit("v12-boundary-hine", method);
    const { intervals } = scaleIntervals(fit);
    expect(intervals[0]).toMatchObject({ estimate: 0, lower: 0, status: "lower limit at boundary" });
    expect(intervals[0]!.upper).toBeGreaterThan(0);
    const held = fitOf(["yi ~ 1 + meta_V(V = vi)"], {
      ...jobOf(loadCase<MaCase>("v12-boundary-hine"), method).options,
      fixed: { sigma: intervals[0]!.upper },
    });
    expect(Math.abs(2 * (fit.logLik - held.logLik) - CHI_SQUARED_95)).toBeLessThan(1e-8);
    const wald = scaleIntervals(fit, { method: "wald" }).intervals[0]!;
    expect([wald.estimate, wald.lower, wald.upper]).toEqual([0, Number.NaN, Number.NaN]);
  });

  it("of groups of which one has an SD of 0, whichever is the reference", () => {
    const f = Array.from({ length: 24 }, (_, i) => "ab"[i % 2]!);
    const vi = f.map((_, i) => 0.05 + 0.01 * (i % 5));
    const yi = f.map((level, i) => (level === "a" ? 0.02 : 0.9) * Math.sin(7 * i));
    const both = [
      ["a", "b"],
      ["b", "a"],
    ].map((levels) =>
      fitOf(["yi ~ 1 + meta_V(V = vi)", "sigma ~ f"], { data: { yi, vi, f }, factors: { f: levels } }),
    );
    const separate = fitOf(["yi ~ 1 + meta_V(V = vi)", "sigma ~ 0 + f"], { data: { yi, vi, f } });
    const [a, b] = ["a", "b"].map(
      (level) => confint(separate, { method: "profile", parm: `sigma:f${level}` })[0]!,
    );
    for (const fit of both) {
      const sds = scaleIntervals(fit).intervals.filter(({ quantity }) => quantity === "sd");
      const [ofA, ofB] = ["a", "b"].map((level) => sds.find(({ at }) => at.f === level)!);
      expect(ofA).toMatchObject({ estimate: 0, lower: 0, status: "lower limit at boundary" });
      expect(ofA!.upper).toBeCloseTo(Math.exp(a!.upper), 8);
      expect(ofB!.status).toBe("ok");
      expect(ofB!.lower).toBeCloseTo(Math.exp(b!.lower), 8);
      expect(ofB!.upper).toBeCloseTo(Math.exp(b!.upper), 8);
    }
  });

  it("needs values of a continuous moderator, and takes them", () => {
    const { data } = loadCase("drm-a-restoration");
    const fit = fitOf(["yi ~ 1 + meta_V(V = vi)", "sigma ~ duration"], { data } as DrmOptions);
    expect(() => scaleIntervals(fit)).toThrow(/moderators of sigma \(duration\).*newdata: \[\{ duration: /);
    const at = scaleIntervals(fit, { newdata: [{ duration: 0 }] }).intervals[0]!;
    const [intercept] = confint(fit, { method: "profile", parm: "sigma:(Intercept)" });
    expect(at.upper).toBeCloseTo(Math.exp(intercept!.upper), 10);
    expect(() => scaleIntervals(fit, { newdata: { duration: [1, Number.NaN] } })).toThrow(/row 2 of newdata/);
  });

  it("says what it is not for", () => {
    const fit = restoration();
    expect(() => scaleIntervals(fit, { dpar: "mu" })).toThrow(/'mu' is a mean/);
    expect(() => scaleIntervals(fit, { dpar: "sd(study)" })).toThrow(/not in this model/);
    const held = fitOf(["yi ~ 1 + meta_V(V = vi)"], {
      data: loadCase("drm-a-restoration").data,
      fixed: { sigma: 0.2 },
    } as DrmOptions);
    expect(scaleIntervals(held).intervals).toEqual([]);
    expect(() => scaleIntervals(held, { dpar: "sigma" })).toThrow(/sigma is held at 0.2/);
    expect(() => scaleIntervals(fit, { method: "exact" as "wald" })).toThrow(/"wald" or "profile"/);
  });

  it("a combination without any coefficient has no width", () => {
    const fit = fitOf(["yi ~ 1", "sigma ~ 0 + x"], {
      data: { yi: [1.1, -0.7, 0.4, -1.6, 0.2, 2.1], x: [0, 0, 0, 1, 1, 1] },
    });
    expect(scaleIntervals(fit).intervals[0]).toMatchObject({ at: { x: 0 }, estimate: 1, lower: 1, upper: 1 });
  });

  it("prints one line a quantity", () => {
    expect(String(scaleIntervals(restoration()))).toMatchInlineSnapshot(`
      "                                estimate      2.5 %   97.5 %
      sigma at habitat = grassland   0.1380022 0.01433453 0.234789
      sigma^2 at habitat = grassland 0.0190446 0.00020548 0.055126
      sigma at habitat = forest      0.3786562 0.28145513 0.510221
      sigma^2 at habitat = forest    0.1433806 0.07921699 0.260326
      Limits by profile likelihood"
    `);
    expect(String(scaleIntervals(caseFit("v12-boundary-hine")))).toContain(
      "  sigma: lower limit at boundary",
    );
  });
});
