import { describe, expect, it } from "vitest";
import { drm, gaussian } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { type ConfidenceInterval, confint } from "../../src/inference/confint";
import { profile } from "../../src/inference/profile";
import { fromJSON } from "../../src/report/json/from-json";
import { toJSON } from "../../src/report/json/to-json";
import { summary } from "../../src/report/summary";
import { tidy } from "../../src/report/tidy";
import { type DrmCase, listCases, loadCase } from "../cases";
import { type CaseNumber, jobOf, type MaCase, numberOf, type Polished } from "../fit/ma-case";

/** The case files solve their limits to about 1e-7 of a log-likelihood, which is 1e-6 in most parameters. */
const LIMIT = 1e-5;

type WithProfile = Polished & { readonly profile_ci95?: Readonly<Record<string, readonly CaseNumber[]>> };
type DrmWithProfile = DrmCase & {
  readonly expected: {
    readonly profile_95?: readonly { target: string; link_lower: number; link_upper: number }[];
  };
};

function fitCase(formulas: readonly string[], options: Parameters<typeof drm>[1]): Fit {
  const family = formulas[0]!.startsWith("mu1") ? [gaussian(), gaussian()] : gaussian();
  return drm(drmFormula(...formulas), { ...options, family });
}

function drmFit({ formulas, data, factors, weights, matrices }: DrmCase): Fit {
  const options = { data, weights, ...(factors && { factors }), ...(matrices && { matrices }) };
  return fitCase(formulas, options as unknown as Parameters<typeof drm>[1]);
}

function closeLimit(seen: number, wanted: number, what: string, tolerance = LIMIT): void {
  if (!Number.isFinite(wanted)) return void expect(seen, what).toBe(wanted);
  const error = Math.abs(seen - wanted) / Math.max(1, Math.abs(wanted));
  if (!(error <= tolerance))
    expect.fail(`${what}: ${seen}, wanted ${wanted} (error ${error.toExponential(1)})`);
}

const named = (intervals: readonly ConfidenceInterval[]) =>
  new Map(intervals.map((one) => [`${one.dpar}:${one.term}`, one]));

describe("profile intervals of the drm- cases", () => {
  const cases = listCases("drm-").map((id) => loadCase<DrmWithProfile>(id));
  it.for(cases.filter(({ expected }) => expected.profile_95))("$id", ({ expected, ...given }) => {
    const seen = named(confint(drmFit({ expected, ...given }), { method: "profile" }));
    for (const { target, link_lower, link_upper } of expected.profile_95!) {
      const one = seen.get(target === "sigma" ? "sigma:(Intercept)" : target);
      if (one === undefined) continue; // sigma at a level: not a coefficient
      closeLimit(one.lower, link_lower, `lower ${target}`);
      closeLimit(one.upper, link_upper, `upper ${target}`);
      expect(one.status).toBe("ok");
    }
  });
});

/**
 * Limits for which the case files hold another, lower branch of the profile (v20: with the SD of country held at its
 * boundary, which it leaves as sigma or mu moves; v36: with rho12 inside). The profile is the maximum over everything else: the next test shows by fits with
 * sigma held that ours is right.
 */
const OTHER_BRANCH: Readonly<Record<string, readonly string[]>> = {
  "v20-multilevel-boundary-hackshaw": [
    "lower sigma:(Intercept)",
    "lower mu:(Intercept)",
    "upper mu:(Intercept)",
  ],
  "v36-bivariate-rho12-formula-ishak": [
    "lower sigma2:(Intercept)",
    // points with rho12 at +-1 by study have a higher likelihood than the optimum, and the status says so
    "lower rho12:(Intercept)",
    "upper rho12:(Intercept)",
    "lower rho12:base10",
    "upper rho12:base10",
  ],
};

describe("profile intervals of the meta-analysis cases", () => {
  const cases = listCases("v").map((id) => loadCase<MaCase>(id));
  const withProfile = cases.flatMap((given) => {
    const polished = given.fits?.find(({ method }) => method === "ML")?.polished as WithProfile | undefined;
    // a known correlation matrix of random effects is not supported
    if (!polished?.profile_ci95 || given.capabilities.includes("phylogenetic") || "R" in given) return [];
    return [{ id: given.id, given, limits: polished.profile_ci95 }];
  });
  it("are all there", () => expect(withProfile.length).toBeGreaterThanOrEqual(28));

  it.for(withProfile)("$id", ({ id, given, limits }) => {
    const { formulas, options } = jobOf(given, "ML");
    const seen = named(confint(fitCase(formulas, options), { method: "profile" }));
    const rhoModerated = Object.keys(limits).filter((name) => name.startsWith("rho12")).length > 1;
    for (const [name, [lower, upper]] of Object.entries(limits)) {
      const one = seen.get(name)!;
      for (const [side, value] of [
        ["lower", lower],
        ["upper", upper],
      ] as const) {
        if (value === null || OTHER_BRANCH[id]?.includes(`${side} ${name}`)) continue;
        let wanted = numberOf(value);
        // the files' correlation is tanh(eta), ours 0.999999 tanh(eta)
        if (name.startsWith("rho12") && !rhoModerated && Number.isFinite(wanted))
          wanted = Math.atanh(Math.tanh(wanted) / 0.999999);
        closeLimit(one[side], wanted, `${side} ${name} (${one.status})`, rhoModerated ? 1e-4 : LIMIT);
      }
    }
  });
});

describe("a limit is where a fit with the coefficient held has lost the chi-squared quantile", () => {
  const CHI_SQUARED_95 = 3.841458820694124;
  it.for([
    ["v36-bivariate-rho12-formula-ishak", "sigma2"],
    ["v36-bivariate-rho12-formula-ishak", "sigma1"],
    ["v17-multilevel-blockV-assink", "sigma"],
    ["v20-multilevel-boundary-hackshaw", "sigma"],
  ] as const)("%s %s", ([id, dpar]) => {
    const { formulas, options } = jobOf(loadCase<MaCase>(id), "ML");
    const fit = fitCase(formulas, options);
    const [interval] = confint(fit, { method: "profile", parm: dpar });
    const others = formulas.filter((formula) => !formula.startsWith(dpar));
    for (const limit of [interval!.lower, interval!.upper]) {
      const held = fitCase(others, { ...options, fixed: { [dpar]: Math.exp(limit) } });
      const lost = 2 * (fit.logLik - held.logLik);
      if (limit === Number.NEGATIVE_INFINITY) expect(lost).toBeLessThan(CHI_SQUARED_95);
      else expect(Math.abs(lost - CHI_SQUARED_95)).toBeLessThan(1e-8);
    }
  });
});

describe("confint(fit, { method: 'profile' })", () => {
  const restoration = drmFit(loadCase("drm-a-restoration"));

  it("selects, takes a level, and nests", () => {
    const wide = confint(restoration, { method: "profile", parm: "sigma", level: 0.99 });
    const usual = confint(restoration, { method: "profile", parm: "sigma" });
    expect(wide.map(({ dpar }) => dpar)).toEqual(["sigma", "sigma"]);
    wide.forEach(({ lower, upper }, i) => {
      expect(lower).toBeLessThan(usual[i]!.lower);
      expect(upper).toBeGreaterThan(usual[i]!.upper);
    });
  });

  it("works on a fit that was saved and reopened, its V included", () => {
    for (const id of ["drm-c-dense-block-V", "drm-f-bivariate-habitat", "drm-h-weights-diag-V"]) {
      const fit = drmFit(loadCase(id));
      const reopened = fromJSON(JSON.stringify(toJSON(fit, { full: true })));
      const wanted = confint(fit, { method: "profile" });
      expect(wanted.every(({ lower, estimate, upper }) => lower < estimate && estimate < upper)).toBe(true);
      expect(confint(reopened, { method: "profile" })).toEqual(wanted);
    }
  });

  it("is symmetric where the likelihood is quadratic: the common-effect model", () => {
    const { data } = loadCase("drm-m-bcg-ablat");
    const fit = drm("yi ~ 1 + meta_V(V = vi)", {
      data: data as Record<string, number[]>,
      fixed: { sigma: 0 },
    });
    const [wald] = confint(fit);
    const [profile] = confint(fit, { method: "profile" });
    expect(profile!.lower).toBeCloseTo(wald!.lower, 10);
    expect(profile!.upper).toBeCloseTo(wald!.upper, 10);
  });

  it("has an infinite limit, and says so, where the likelihood never drops enough", () => {
    const { formulas, options } = jobOf(loadCase<MaCase>("v13-small-k-cannon"), "ML");
    const [interval] = confint(fitCase(formulas, options), { method: "profile", parm: "sigma" });
    expect(interval).toMatchObject({ lower: Number.NEGATIVE_INFINITY, status: "lower limit at boundary" });
  });

  it("needs a fit that converged", () => {
    const failed = { ...restoration, optim: { ...restoration.optim, code: 1 as const, message: "stuck" } };
    expect(() => confint(failed, { method: "profile" })).toThrow(/that converged: stuck/);
  });
});

describe("of a REML fit", () => {
  const { data, factors } = loadCase("drm-a-restoration");
  const fit = fitCase(["yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"], {
    data,
    factors,
    method: "REML",
  } as Parameters<typeof drm>[1]);

  it("the location coefficients have Wald limits and say so; asked for by name they are refused", () => {
    const wald = confint(fit);
    const intervals = confint(fit, { method: "profile" });
    intervals.slice(0, 3).forEach((one, i) => {
      expect(one).toEqual({ ...wald[i], status: "Wald limits (REML)" });
    });
    expect(intervals.slice(3).map(({ status }) => status)).toEqual(["ok", "ok"]);
    expect(() => confint(fit, { method: "profile", parm: ["sigma", "mu:duration"] })).toThrow(
      /mu:duration: the restricted likelihood integrates the coefficients of mu out .*method: "wald".*method: "ML"/,
    );
    expect(() => profile(fit, { parm: "mu" })).toThrow(/restricted likelihood/);
    expect(profile(fit, { points: 3 }).map(({ dpar }) => dpar)).toEqual(["sigma", "sigma"]);
    expect(String(summary(fit, { confint: "profile" }))).toContain("mu:duration: Wald limits (REML)");
  });

  it("a limit is where a fit with sigma held has lost the chi-squared quantile", () => {
    const { formulas, options } = jobOf(loadCase<MaCase>("v03-metareg-bcg"), "REML");
    const one = fitCase(formulas, options);
    const [interval] = confint(one, { method: "profile", parm: "sigma" });
    for (const limit of [interval!.lower, interval!.upper]) {
      const held = fitCase(formulas.slice(0, 1), { ...options, fixed: { sigma: Math.exp(limit) } });
      const lost = 2 * (one.logLik - held.logLik);
      if (Number.isFinite(limit)) expect(Math.abs(lost - 3.841458820694124)).toBeLessThan(1e-8);
      else expect(lost).toBeLessThan(3.841458820694124);
    }
  });
});

describe("profile()", () => {
  const restoration = drmFit(loadCase("drm-a-restoration"));

  it("has the estimate, the limits at its ends, and the deviance between", () => {
    for (const [i, trace] of profile(restoration, { level: 0.95 }).entries()) {
      const [limits] = confint(restoration, { method: "profile", parm: `${trace.dpar}:${trace.term}` });
      expect(trace.value).toHaveLength(22);
      expect(trace.estimate).toBe(restoration.coefficients[i]!.estimate);
      expect(trace.value[0]).toBeCloseTo(limits!.lower, 10);
      expect(trace.value.at(-1)).toBeCloseTo(limits!.upper, 10);
      expect(trace.deviance[0]).toBeCloseTo(3.841458820694124, 8);
      expect(trace.signedRoot[0]).toBeCloseTo(-1.959963984540054, 8);
      expect(trace.signedRoot.at(-1)).toBeCloseTo(1.959963984540054, 8);
      const at = trace.value.indexOf(trace.estimate);
      expect([trace.deviance[at], trace.signedRoot[at]]).toEqual([0, 0]);
      // no second branch here: it falls towards the estimate and rises after it
      expect([...trace.signedRoot]).toEqual([...trace.signedRoot].sort((a, b) => a - b));
      trace.logLik.forEach((logLik, k) => {
        expect(trace.deviance[k]).toBe(2 * (restoration.logLik - logLik));
      });
    }
  });

  it("agrees with fits that hold sigma, ML and REML", () => {
    for (const method of ["ML", "REML"] as const) {
      const { formulas, options } = jobOf(loadCase<MaCase>("v15-multilevel-konstantopoulos"), method);
      const fit = fitCase(formulas, options);
      const [trace] = profile(fit, { parm: "sigma", points: 5 });
      const others = formulas.filter((formula) => !formula.startsWith("sigma"));
      trace!.value.forEach((value, k) => {
        const held = fitCase(others, { ...options, fixed: { sigma: Math.exp(value) } });
        expect(Math.abs(trace!.logLik[k]! - held.logLik)).toBeLessThan(1e-8);
      });
    }
  });

  it("metafor's profile() of tau^2, REML", () => {
    // metafor 3.8: profile(rma.mv(yi, vi, mods = ~ ablat, random = ~ 1 | id)), sigma2 = 0.115 and 0.21
    const { options } = jobOf(loadCase<MaCase>("v03-metareg-bcg"), "REML");
    const fit = fitCase(["yi ~ ablat + meta_V(V = vi)"], options);
    expect(fit.logLik).toBeCloseTo(-8.08732005828, 8);
    for (const [tau2, logLik] of [
      [0.115, -8.17327146932],
      [0.21, -8.66556485507],
    ] as const) {
      const held = fitCase(["yi ~ ablat + meta_V(V = vi)"], {
        ...options,
        fixed: { sigma: Math.sqrt(tau2) },
      });
      expect(held.logLik).toBeCloseTo(logLik, 8);
    }
  });

  it("shows a side that levels off, whether the estimate is inside or at its boundary", () => {
    for (const id of ["v13-small-k-cannon", "v12-boundary-hine"]) {
      const { formulas, options } = jobOf(loadCase<MaCase>(id), "ML");
      const [trace] = profile(fitCase(formulas, options), { parm: "sigma" });
      expect(trace!.status).toBe("lower limit at boundary");
      expect(trace!.deviance.at(-1)).toBeCloseTo(6.634896601021213, 8);
      expect(trace!.deviance[0]).toBeLessThan(6.6);
      expect(trace!.value.every(Number.isFinite) && trace!.deviance.every((drop) => drop > -1e-9)).toBe(true);
    }
  });

  it("checks its options", () => {
    expect(() => profile(restoration, { points: 1 })).toThrow(/points = 1/);
    expect(() => profile(restoration, { parm: "tau" })).toThrow(/parm 'tau'/);
    expect(() => profile(restoration, { level: 1 })).toThrow(/level 1/);
  });
});

describe("reports with profile intervals", () => {
  const { formulas, options } = jobOf(loadCase<MaCase>("v13-small-k-cannon"), "ML");
  const fit = fitCase(formulas, options);

  it("say where a limit is infinite", () => {
    const text = String(summary(fit, { confint: "profile" }));
    expect(text).toContain("Limits by profile likelihood\n  sigma:(Intercept): lower limit at boundary");
    expect(String(summary(fit))).toContain("\nLimits: Wald, estimate -+ 1.96 std_error\n");
    const last = toJSON(fit, { confint: "profile" }).coefficients.at(-1)!;
    expect(last).toMatchObject({ conf_low: null, conf_status: "lower limit at boundary" });
    expect(toJSON(fit).coefficients.at(-1)).not.toHaveProperty("conf_status");
  });

  it("are in tidy() too", () => {
    const [limits] = confint(fit, { method: "profile", parm: "mu" });
    const rows = tidy(fit, { conf_method: "profile" });
    expect(rows[0]).toMatchObject({
      "conf.low": limits!.lower,
      "conf.high": limits!.upper,
      "conf.status": "ok",
    });
    expect(rows.at(-1)!["conf.status"]).toBe("lower limit at boundary");
    expect(tidy(fit, { conf_int: true })[0]).not.toHaveProperty("conf.status");
  });
});
