import { describe, expect, it } from "vitest";
import { type DrmOptions, drm, gaussian } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { confint } from "../../src/inference/confint";
import { predictionInterval } from "../../src/inference/prediction-interval";
import { ranef } from "../../src/inference/ranef";
import { checkDrm } from "../../src/report/checks/check-drm";
import { toJSON } from "../../src/report/json/to-json";
import { report } from "../../src/report/report";
import { summary } from "../../src/report/summary";
import { update } from "../../src/update/update";
import { listProportional, loadCase } from "../cases";
import { errorOf } from "../frame/literal-table";
import { expectClose } from "./closeness";
import { engineForJob } from "./engine-for";
import { byName, type CheckPoint, jobOf, type MaCase, numberOf } from "./ma-case";
import { randomFrom } from "./random-problem";

/** Two programs' arithmetic of the same numbers. */
const SAME = 1e-9;
const ESTIMATE = 1e-6;
const PROFILE = 1e-5;
/** Estimates of thousands of rows from their truth, in standard errors. */
const FAR = 4;

const CASES = listProportional().map((id) => ({ id, given: loadCase<MaCase & Extra>(id) }));

interface Extra {
  readonly independent_checks?: {
    readonly lm_weights?: {
      readonly coef: Readonly<Record<string, number>>;
      readonly se: readonly number[] | Readonly<Record<string, number>>;
      readonly sigma2_is_REML_phi: number;
      readonly ML_phi: number;
      readonly p: readonly number[] | Readonly<Record<string, number>>;
      readonly conf_t: readonly (readonly number[])[];
      readonly logLik: number;
    };
  };
}

function fitOf(formulas: readonly string[], options: DrmOptions): Fit {
  const two = formulas[0]!.startsWith("mu1");
  return drm(drmFormula(...formulas), { ...options, family: two ? [gaussian(), gaussian()] : gaussian() });
}

const coefficient = (fit: Fit, name: string) => byName(fit).get(name)!;

describe("phi alone is lm(weights = 1 / vi), unrestricted weighted least squares", () => {
  const withLm = CASES.filter(({ given }) => given.independent_checks?.lm_weights !== undefined);

  it.each(withLm)("$id", ({ given }) => {
    const lm = given.independent_checks!.lm_weights!;
    const ml = fitOf(jobOf(given, "ML").formulas, jobOf(given, "ML").options);
    const reml = fitOf(jobOf(given, "REML").formulas, jobOf(given, "REML").options);
    const means = reml.coefficients.filter(({ dpar }) => dpar === "mu");
    expectClose(
      means.map(({ estimate }) => estimate),
      Object.values(lm.coef),
      SAME,
      "coefficients",
    );
    expectClose(
      means.map(({ stdError }) => stdError),
      Object.values(lm.se),
      SAME,
      "standard errors",
    );
    expectClose(
      [Math.exp(coefficient(reml, "phi:(Intercept)").estimate)],
      [lm.sigma2_is_REML_phi],
      SAME,
      "phi",
    );
    expectClose([Math.exp(coefficient(ml, "phi:(Intercept)").estimate)], [lm.ML_phi], SAME, "phi, ML");
    expectClose([ml.logLik], [lm.logLik], SAME, "logLik");
    const rows = summary(reml, { test: "t" }).coefficients.filter(({ dpar }) => dpar === "mu");
    expectClose(
      rows.map(({ pValue }) => pValue),
      Object.values(lm.p),
      SAME,
      "p",
    );
    expectClose(
      rows.flatMap(({ lower, upper }) => [lower, upper]),
      lm.conf_t.flat(),
      SAME,
      "limits",
    );
  });

  it("is not what likelihood weights 1 / vi give, nor the additive model", () => {
    const { columns } = CASES[0]!.given.data;
    const data = { ...columns, w: (columns.vi as number[]).map((v) => 1 / v) } as DrmOptions["data"];
    const proportional = fitOf(['yi ~ 1 + meta_V(w = w, scale = "proportional")'], {
      data,
      fixed: { sigma: 0 },
      method: "REML",
    });
    const weighted = fitOf(["yi ~ 1"], { data, weights: "w" });
    const additive = fitOf(["yi ~ 1 + meta_V(V = vi)"], { data, method: "REML" });
    const [a, b, c] = [proportional, weighted, additive].map((fit) => coefficient(fit, "mu:(Intercept)"));
    // the same mean as with weights, whose log-likelihoods count as many times over: no error of it can be had from them
    expect(a!.estimate).toBeCloseTo(b!.estimate, 9);
    expect(a!.stdError / b!.stdError).toBeGreaterThan(2);
    expect(Math.abs(a!.estimate - c!.estimate)).toBeGreaterThan(0.03);
  });
});

describe("reference cases", () => {
  const points = CASES.flatMap(({ id, given }) =>
    given.check_points.map((point, i) => ({ label: `${id} point ${i + 1}`, given, point })),
  );

  it.each(points)(
    "$label: the engine's value at a point, and its gradient by the user's coefficients",
    ({ given, point }) => {
      for (const method of ["ML", "REML"] as const) {
        const engine = engineForJob(jobOf(given, method));
        const at = scaleOf(point);
        const value = (theta: readonly number[]) => engine.at(engine.thetaOf(theta)).logLik;
        // without + log|X'X| / 2
        if (method === "ML") expectClose([value(at)], [point.profile_ML_logLik_at_scale!], SAME, "logLik");
        const names = Object.keys(point.scale);
        const wanted =
          method === "REML" ? point.REML_gradient_scale! : (point.profile_ML_gradient_scale ?? []);
        const slopes = order(names).map((k) => {
          const h = 1e-4;
          const moved = (step: number) =>
            value(order(names).map((l, i) => at[i]! + (l === k ? step * h : 0)));
          return (moved(-2) - 8 * moved(-1) + 8 * moved(1) - moved(2)) / (12 * h);
        });
        if (wanted.length > 0)
          expectClose(
            slopes,
            order(names).map((k) => wanted[k]!),
            1e-8,
            `${method} gradient`,
          );
        engine.dispose();
      }
    },
  );

  const profiled = CASES.flatMap(({ id, given }) =>
    given.fits.flatMap(({ method, polished }) =>
      Object.entries(polished.profile_ci95 ?? {}).map(([name, limits]) => ({
        id,
        method,
        name,
        limits,
        given,
      })),
    ),
  );

  it.each(profiled)("$id $method: profile limits of $name", ({ given, method, name, limits }) => {
    const job = jobOf(given, method);
    const fit = fitOf(job.formulas, job.options);
    const row = confint(fit, { method: "profile", parm: name }).find(
      ({ dpar, term }) => `${dpar}:${term}` === name,
    )!;
    const [lower, upper] = limits.map(numberOf);
    for (const [seen, wanted] of [
      [row.lower, lower!],
      [row.upper, upper!],
    ] as const) {
      if (Number.isFinite(wanted)) expectClose([seen], [wanted], PROFILE, name);
      else expect(seen).toBe(wanted);
    }
  });

  it("r07: predicted random intercepts", () => {
    const { given } = CASES.find(({ id }) => id.includes("r07"))!;
    for (const { method, ranef: wanted } of given.fits as unknown as readonly {
      method: "ML" | "REML";
      ranef: Readonly<Record<string, { levels: readonly string[]; blup: readonly number[] }>>;
    }[]) {
      const job = jobOf(given, method);
      const { levels, blup } = wanted["sd(study)"]!;
      const seen = new Map(ranef(fitOf(job.formulas, job.options)).map((row) => [row.level, row.estimate]));
      expectClose(
        levels.map((level) => seen.get(level)!),
        blup,
        ESTIMATE,
        `${method} BLUPs`,
      );
    }
  });
});

/** Positions of the names in the order of theta: phi, sigma, sd. */
function order(names: readonly string[]): number[] {
  const of = (prefix: string) => names.flatMap((name, k) => (name.startsWith(prefix) ? [k] : []));
  return [...of("phi"), ...of("sigma"), ...of("sd(")];
}

function scaleOf({ scale }: CheckPoint): number[] {
  const values = Object.values(scale);
  return order(Object.keys(scale)).map((k) => values[k]!);
}

describe("a V known up to a multiplier", () => {
  const { columns } = loadCase<MaCase>("next/p04-additive-and-proportional-curtis").data;
  const data = columns as unknown as Record<string, number[]>;
  const V = 'meta_V(V = vi, scale = "proportional")';

  it("held at 1 is a known V", () => {
    const held = fitOf([`yi ~ time100 + ${V}`], { data, fixed: { phi: 1 } });
    const known = fitOf(["yi ~ time100 + meta_V(V = vi)"], { data });
    expectClose([held.logLik], [known.logLik], SAME, "logLik");
    for (const { dpar, term, estimate, stdError } of known.coefficients) {
      const seen = coefficient(held, `${dpar}:${term}`);
      expectClose([seen.estimate, seen.stdError], [estimate, stdError], ESTIMATE, `${dpar}:${term}`);
    }
    expect(held.df).toBe(known.df);
    expect([...new Set(held.fitted.phi)]).toEqual([1]);
  });

  it("held at 2 is V doubled", () => {
    const held = fitOf([`yi ~ 1 + ${V}`], { data, fixed: { phi: 2 } });
    const doubled = fitOf(["yi ~ 1 + meta_V(V = 2 * vi)"], { data });
    expectClose([held.logLik], [doubled.logLik], SAME, "logLik");
  });

  it("gives phi between mu and sigma, on the log scale, and fitted multipliers", () => {
    const fit = fitOf([`yi ~ 1 + ${V}`, "sigma ~ time100", "phi ~ time100"], { data });
    const json = toJSON(fit, { fitted: true });
    expect(json.coefficients.map(({ dpar, term }) => `${dpar}:${term}`)).toEqual([
      "mu:(Intercept)",
      "phi:(Intercept)",
      "phi:time100",
      "sigma:(Intercept)",
      "sigma:time100",
    ]);
    const [a, b] = [json.coefficients[1]!.estimate!, json.coefficients[2]!.estimate!];
    expectClose(
      json.fitted!.phi as number[],
      data.time100!.map((x) => Math.exp(a + b * x)),
      SAME,
      "fitted phi",
    );
    expect(Object.keys(json.fitted!)).toEqual(["mu", "phi", "sigma"]);
  });

  it("does not depend on the unit of V: phi takes it up", () => {
    const plain = fitOf([`yi ~ 1 + ${V}`], { data });
    const times = fitOf(['yi ~ 1 + meta_V(V = 1e6 * vi, scale = "proportional")'], { data });
    expectClose([times.logLik], [plain.logLik], SAME, "logLik");
    const [a, b] = [plain, times].map((fit) => coefficient(fit, "phi:(Intercept)").estimate);
    expectClose([b! + Math.log(1e6)], [a!], ESTIMATE, "phi");
  });

  it("is updated, and taken back to a known V", () => {
    const fit = fitOf([`yi ~ 1 + ${V}`], { data });
    expect(update(fit, { formula: "phi ~ time100", data }).coefficients.map(({ dpar }) => dpar)).toEqual([
      "mu",
      "phi",
      "phi",
      "sigma",
    ]);
    expect(update(fit, { formula: "~ . + time100", data }).formulas[0]).toBe(`yi ~ time100 + ${V}`);
  });

  it("in words: multiplied variances, no I2 and no interval of true effects with phi alone", () => {
    const alone = fitOf([`yi ~ 1 + ${V}`], { data, fixed: { sigma: 0 } });
    expect(String(report(alone))).toMatch(/^An unrestricted weighted least squares meta-analysis of yi/);
    expect(String(report(alone))).toMatch(/The sampling variances were multiplied by phi = 7\.\d+ \(95% CI/);
    expect(String(summary(alone))).toContain("tau^2: -  I^2: -  H^2: -  (the heterogeneity is in phi alone)");
    expect(String(summary(alone))).toContain("not likelihood weights 1 / v");
    expect(predictionInterval(alone).lower[0]).toBeNaN();
    const both = fitOf([`yi ~ 1 + ${V}`], { data });
    const { estimate, stdError, lower } = predictionInterval(both, [{}], { v: [0.05] });
    const variance = stdError[0]! ** 2 + both.fitted.sigma![0]! ** 2 + 0.05 * both.fitted.phi![0]!;
    expect(lower[0]).toBeCloseTo(estimate[0]! - 1.959963984540054 * Math.sqrt(variance), 12);
    expect(checkDrm(both).find(({ check }) => check === "phi_sigma_separation")!.status).toBe("ok");
  });
});

describe("truth is recovered", () => {
  function simulated(n: number, seed: number) {
    const random = randomFrom(seed);
    const each = <T>(f: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => f(i));
    const x = each(() => random.normal());
    const vi = each(() => 0.02 + 0.5 * random.uniform() ** 3);
    const study = each((i) => `s${i >> 2}`);
    const effects = each(() => 0.3 * random.normal());
    return { random, each, x, vi, study, effects };
  }

  it("phi ~ x beside sigma, with random intercepts", () => {
    const { random, each, x, vi, study, effects } = simulated(4000, 1);
    const yi = each((i) => {
      const variance = Math.exp(0.7 - 0.4 * x[i]!) * vi[i]! + 0.2 ** 2;
      return 0.5 + effects[i >> 2]! + Math.sqrt(variance) * random.normal();
    });
    const fit = fitOf(['yi ~ 1 + (1 | study) + meta_V(V = vi, scale = "proportional")', "phi ~ x"], {
      data: { yi, vi, x, study },
    });
    expect(fit.optim.kernel).toBe("nested");
    expectNear(fit, {
      "mu:(Intercept)": 0.5,
      "phi:(Intercept)": 0.7,
      "phi:x": -0.4,
      "sigma:(Intercept)": Math.log(0.2),
      "sd(study):(Intercept)": Math.log(0.3),
    });
  });

  it("beside crossed intercepts, in the sparse kernel", () => {
    const { random, each, x, vi } = simulated(300, 3);
    const [lab, site] = [each((i) => `l${i % 17}`), each((i) => `s${(i * 7) % 13}`)];
    const [u, w] = [each(() => 0.4 * random.normal()), each(() => 0.3 * random.normal())];
    const yi = each((i) => u[i % 17]! + w[(i * 7) % 13]! + Math.sqrt(2 * vi[i]!) * random.normal());
    const fit = fitOf(['yi ~ 1 + (1 | lab) + (1 | site) + meta_V(V = vi, scale = "proportional")'], {
      data: { yi, vi, x, lab, site },
      fixed: { sigma: 0 },
    });
    expect(fit.optim.kernel).toBe("sparse");
    expectNear(fit, { "phi:(Intercept)": Math.log(2), "sd(lab):(Intercept)": Math.log(0.4) });
  });

  it("D V D of correlated errors", () => {
    const { random, each, x, vi, study } = simulated(2000, 2);
    const errors = each(() => random.normal());
    const shared = each(() => random.normal());
    const yi = each((i) => {
      const error = Math.sqrt(0.4) * shared[i >> 2]! + Math.sqrt(0.6) * errors[i]!;
      return 0.2 + Math.sqrt(Math.exp(0.5 + 0.3 * x[i]!) * vi[i]!) * error + 0.25 * random.normal();
    });
    const V = "meta_vcov_cluster(vi, study, rho = 0.4)";
    const fit = fitOf([`yi ~ 1 + meta_V(V = ${V}, scale = "proportional")`, "phi ~ x"], {
      data: { yi, vi, x, study },
    });
    expect(fit.optim.kernel).toBe("dense");
    expectNear(fit, { "phi:(Intercept)": 0.5, "phi:x": 0.3, "sigma:(Intercept)": Math.log(0.25) });
  });

  function expectNear(fit: Fit, truth: Readonly<Record<string, number>>): void {
    expect(fit.optim.code, fit.optim.message).toBe(0);
    for (const [name, wanted] of Object.entries(truth)) {
      const { estimate, stdError } = coefficient(fit, name);
      expect(Math.abs(estimate - wanted) / stdError, name).toBeLessThan(FAR);
    }
  }
});

describe("edges", () => {
  const random = randomFrom(5);
  const vi = Array.from({ length: 40 }, () => 0.01 + random.uniform() ** 2);
  const z = vi.map(() => random.normal());
  const f = vi.map((_, i) => (i % 2 === 0 ? "a" : "b"));
  const V = 'meta_V(V = vi, scale = "proportional")';

  it("sigma at 0 where errors are all there is: the fit with sigma held at 0", () => {
    // precise rows are nearer to the mean than their errors
    const data = { vi, yi: vi.map((v, i) => Math.sqrt(2) * v * z[i]!) };
    const fit = fitOf([`yi ~ 1 + ${V}`], { data });
    const held = fitOf([`yi ~ 1 + ${V}`], { data, fixed: { sigma: 0 } });
    expect(coefficient(fit, "sigma:(Intercept)")).toMatchObject({ atBoundary: true, estimate: -Infinity });
    expectClose([fit.logLik], [held.logLik], 1e-9, "logLik");
    const [a, b] = [fit, held].map((one) => coefficient(one, "phi:(Intercept)"));
    expectClose([a!.estimate, a!.stdError], [b!.estimate, b!.stdError], 1e-6, "phi");
  });

  it("phi at 0 where variances have nothing to do with v: the fit without V", () => {
    const data = { vi, yi: [...z].sort((a, b) => Math.abs(b) - Math.abs(a)), f };
    data.vi = [...vi].sort((a, b) => a - b);
    for (const method of ["ML", "REML"] as const) {
      const fit = fitOf([`yi ~ 1 + ${V}`], { data, method });
      const without = fitOf(["yi ~ 1"], { data, method });
      expect(coefficient(fit, "phi:(Intercept)").atBoundary, fit.optim.message).toBe(true);
      expect(fit.optim.message).toContain(
        "a multiplier of the sampling variances (phi) is estimated as zero",
      );
      expectClose([fit.logLik], [without.logLik], 1e-6, "logLik");
      expect(toJSON(fit).coefficients[1]).toMatchObject({ dpar: "phi", estimate: null, std_error: null });
      expect(checkDrm(fit).find(({ check }) => check === "sampling_variance_multiplier")!.status).toBe(
        "warning",
      );
      expect(String(report(fit))).toContain("is at its boundary");
    }
  });

  it("of one cell of phi", () => {
    const yi = vi.map((v, i) => (f[i] === "a" ? Math.sqrt(3 * v + 0.04) : 0.3) * z[i]!);
    const order = yi.flatMap((_, i) => (f[i] === "b" ? [i] : []));
    // in cell b large residuals have small variances
    const byResidual = [...order].sort((a, b) => Math.abs(yi[b]!) - Math.abs(yi[a]!));
    const byVariance = [...order].sort((a, b) => vi[a]! - vi[b]!);
    const moved = [...vi];
    byResidual.forEach((row, k) => {
      moved[row] = vi[byVariance[k]!]!;
    });
    const fit = fitOf([`yi ~ 1 + ${V}`, "phi ~ 0 + f"], { data: { yi, vi: moved, f } });
    expect(coefficient(fit, "phi:fb").atBoundary, fit.optim.message).toBe(true);
    expect(coefficient(fit, "phi:fa").atBoundary).toBe(false);
  });
});

describe("a row that is met", () => {
  const yi = [0.1, 0.5, 0.2, 0.9, -0.3, 0.4, 0.8, 0.3, 1.2];
  const vi = [0.1, 0.2, 0.15, 0.22, 0.1, 0.25, 0.12, 0.2, 0.11];
  const f = ["a", "a", "a", "a", "b", "b", "b", "b", "c"];
  const V = 'meta_V(V = vi, scale = "proportional")';

  it("with a phi of its own has no bound, and is told of", () => {
    const alone = fitOf([`yi ~ 1 + ${V}`, "phi ~ f"], { data: { yi, vi, f }, fixed: { sigma: 0 } });
    expect(alone.optim).toMatchObject({ code: 2 });
    expect(alone.optim.message).toContain("so their phi and sigma run to 0");
    const both = fitOf([`yi ~ 1 + ${V}`, "phi ~ f"], { data: { yi, vi, f } });
    expect(both.optim).toMatchObject({ code: 0, unboundedElsewhere: true });
    expect(both.optim.message).toContain("the likelihood has no bound where phi and sigma of a row are 0");
    // the restricted likelihood takes the rise of one row back
    const reml = fitOf([`yi ~ 1 + ${V}`, "phi ~ f"], { data: { yi, vi, f }, method: "REML" });
    expect(reml.optim.unboundedElsewhere).toBeUndefined();
  });

  it("is not seen where phi is one number", () => {
    const fit = fitOf([`yi ~ 1 + ${V}`], { data: { yi, vi } });
    expect(fit.optim.unboundedElsewhere).toBeUndefined();
    const constant = fitOf([`yi ~ 1 + ${V}`], { data: { yi: yi.map(() => 0.7), vi } });
    expect(constant.optim.code).toBe(2);
  });
});

describe("two outcomes", () => {
  const random = randomFrom(9);
  const each = <T>(g: (i: number) => T): T[] => Array.from({ length: 60 }, (_, i) => g(i));
  const [v1, v2] = [each(() => 0.05 + random.uniform()), each(() => 0.05 + random.uniform())];
  const y1 = v1.map((v, i) => (i === 3 ? null : 0.4 + Math.sqrt(3 * v) * random.normal()));
  const y2 = v2.map((v, i) => (i === 7 ? null : -0.2 + Math.sqrt(1.5 * v) * random.normal()));
  const x = each(() => random.normal());
  const data = { y1, y2, v1, v2, x } as unknown as DrmOptions["data"];
  const V = 'meta_V(V = meta_vcov_bivariate(v1, v2), scale = "proportional")';

  it("have phi1 and phi2, and with nothing that ties them are two fits", () => {
    const both = fitOf([`mu1 = y1 ~ 1 + ${V}`, "mu2 = y2 ~ 1", "phi2 ~ x"], {
      data,
      fixed: { sigma1: 0, sigma2: 0 },
    });
    const first = fitOf(['y1 ~ 1 + meta_V(V = v1, scale = "proportional")'], { data, fixed: { sigma: 0 } });
    const second = fitOf(['y2 ~ 1 + meta_V(V = v2, scale = "proportional")', "phi ~ x"], {
      data,
      fixed: { sigma: 0 },
    });
    expectClose([both.logLik], [first.logLik + second.logLik], SAME, "logLik");
    expect([...byName(both).keys()]).toEqual([
      "mu1:(Intercept)",
      "mu2:(Intercept)",
      "phi1:(Intercept)",
      "phi2:(Intercept)",
      "phi2:x",
    ]);
    const estimates = (fit: Fit, names: readonly string[]) =>
      names.flatMap((name) => [coefficient(fit, name).estimate, coefficient(fit, name).stdError]);
    expectClose(estimates(both, ["phi1:(Intercept)"]), estimates(first, ["phi:(Intercept)"]), 1e-6, "phi1");
    expectClose(
      estimates(both, ["phi2:(Intercept)", "phi2:x"]),
      estimates(second, ["phi:(Intercept)", "phi:x"]),
      1e-6,
      "phi2",
    );
    expect(Object.keys(both.fitted)).toEqual(["mu1", "mu2", "phi1", "phi2", "sigma1", "sigma2"]);
  });
});

describe("what cannot be", () => {
  const yi = [0.1, 0.5, 0.2, 0.9, -0.3, 0.4, 0.8, 0.3];
  const vi = [0.1, 0.2, 0.1, 0.2, 0.1, 0.2, 0.1, 0.2];
  const f = ["a", "b", "a", "b", "a", "b", "a", "b"];
  const refuse = (formulas: readonly string[], options: Omit<DrmOptions, "data"> & { data?: object } = {}) =>
    errorOf(() => fitOf(formulas, { data: { yi, vi, f }, ...options } as DrmOptions));
  const V = 'meta_V(V = vi, scale = "proportional")';

  it("phi beside sigma where v is the same within the cells of their formulas", () => {
    const data = { yi, vi: yi.map(() => 0.1), f };
    expect(refuse([`yi ~ 1 + ${V}`], { data })).toMatch(/^bad_term: phi and sigma cannot be told apart/);
    expect(refuse([`yi ~ 1 + ${V}`, "phi ~ f", "sigma ~ f"])).toMatch(
      /^bad_term: phi and sigma cannot be told apart/,
    );
    expect(refuse([`yi ~ 1 + ${V}`, "phi ~ f"])).toMatch(/^bad_term: phi and sigma cannot be told apart/);
    // two values of v are enough for two numbers
    expect(refuse([`yi ~ 1 + ${V}`])).toBe("no error");
    expect(refuse([`yi ~ 1 + ${V}`], { data, fixed: { sigma: 0 } })).toBe("no error");
    // covariances are scaled, sigma adds none
    const clustered = 'meta_V(V = meta_vcov_cluster(vi, f, rho = 0.5), scale = "proportional")';
    expect(refuse([`yi ~ 1 + ${clustered}`], { data })).toBe("no error");
  });

  it("weights and variances that are none", () => {
    const data = { yi, w: [1, 2, 3, 0, 5, 6, 7, 8], zero: yi.map(() => 0) };
    const w = 'meta_V(w = w, scale = "proportional")';
    expect(refuse([`yi ~ 1 + ${w}`], { data })).toMatch(/^bad_known_v: w = 0 in row 4/);
    expect(refuse(['yi ~ 1 + meta_V(V = zero, scale = "proportional")'], { data })).toMatch(
      /^bad_known_v: all sampling variances are 0/,
    );
    const some = { yi, vi: [0.1, 0.2, 0.1, 0, 0.3, 0.2, 0.1, 0.2] };
    expect(refuse([`yi ~ 1 + ${V}`], { data: some, fixed: { sigma: 0 } })).toMatch(
      /^not_positive_definite: row 4/,
    );
    expect(refuse([`yi ~ 1 + ${V}`], { data: some })).toBe("no error");
  });

  it("REML with weights, and phi held at 0", () => {
    const weights = yi.map((_, i) => 1 + (i % 3));
    expect(refuse([`yi ~ 1 + ${V}`], { weights, method: "REML" })).toMatch(
      /^not_supported: REML with weights/,
    );
    expect(refuse([`yi ~ 1 + ${V}`], { weights })).toBe("no error");
    expect(refuse([`yi ~ 1 + ${V}`], { fixed: { phi: 0 } })).toBe(
      "bad_option: fixed: phi = 0, but a multiplier is a finite number > 0",
    );
    expect(refuse(["yi ~ 1 + meta_V(V = vi)"], { fixed: { phi: 1 } })).toMatch(/only sigma can/);
  });
});
