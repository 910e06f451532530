import { describe, expect, it } from "vitest";
import type { DrmOptions } from "../../src/drm";
import { DrmError } from "../../src/errors";
import type { Fit } from "../../src/fit/fit";
import { checkDrm } from "../../src/report/checks/check-drm";
import { toJSON } from "../../src/report/json/to-json";
import { summary } from "../../src/report/summary";
import { loadCase } from "../cases";
import { jobOf, type MaCase } from "./ma-case";
import { randomFrom } from "./random-problem";
import { coefficient, estimate, fitTo } from "./simulated";

/** The log-likelihood is flat at its maximum: what is left is the order of summation. */
const LOG_LIK = 1e-10;
/** The search leaves an estimate within 2e-9 standard errors of the optimum. */
const ESTIMATE = 1e-6;

const MU = "yi ~ x + (1 | study) + meta_V(V = vi)";

function simulated(seed = 1, studies = 12, rows = 3) {
  const random = randomFrom(seed);
  const n = studies * rows;
  const column = <T>(f: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => f(i));
  const effects = Array.from({ length: studies }, () => 0.5 * random.normal());
  const vi = column(() => 0.02 + 0.05 * random.uniform());
  const x = column(() => random.normal());
  return {
    study: column((i) => `s${Math.floor(i / rows)}`),
    lab: column((i) => `L${(i * 7) % 5}`),
    district: column((i) => `d${Math.floor(i / rows) % 4}`),
    habitat: column((i) => (Math.floor(i / rows) % 2 === 0 ? "grass" : "forest")),
    x,
    vi,
    yi: column(
      (i) => 0.2 * x[i]! + effects[Math.floor(i / rows)]! + Math.sqrt(vi[i]! + 0.05) * random.normal(),
    ),
  };
}

function close(seen: number, wanted: number, tolerance: number, what = ""): void {
  const error = Math.abs(seen - wanted) / Math.max(1, Math.abs(wanted));
  if (!(error <= tolerance)) expect.fail(`${what}: ${seen}, wanted ${wanted}`);
}

/** Finite numbers everywhere, but where a coefficient is said to be at its boundary. */
function expectSound(fit: Fit): Fit {
  expect(fit.optim.code, fit.optim.message).toBe(0);
  expect(Number.isFinite(fit.logLik)).toBe(true);
  for (const { dpar, term, estimate: value, stdError, atBoundary } of fit.coefficients) {
    expect(Number.isFinite(value), `${dpar}:${term}`).toBe(!atBoundary);
    expect(stdError > 0, `standard error of ${dpar}:${term}`).toBe(!atBoundary);
  }
  for (const { sd, estimate: u, stdError } of fit.random!) {
    for (const values of [sd, u, stdError])
      expect(values.every((value) => Number.isFinite(value))).toBe(true);
  }
  return fit;
}

function refusal(formulas: readonly string[], data: object, options: Partial<DrmOptions> = {}): string {
  try {
    fitTo(data as never, formulas, options);
  } catch (error) {
    if (error instanceof DrmError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "nothing was refused";
}

function flags(fit: Fit): string[] {
  return checkDrm(fit).flatMap(({ check, status }) => (status === "warning" ? [check] : []));
}

describe("ways to write the same random intercepts", () => {
  const data = simulated();
  const fit = expectSound(fitTo(data, ["yi ~ x + (1 | district/study) + meta_V(V = vi)"]));

  it("a/b is a and a:b, nested labels need no crossing", () => {
    for (const formula of [
      "(1 | district) + (1 | district:study)",
      "(1 | district:study) + (1 | district)",
      "(1 | district) + (1 | study)",
    ]) {
      const other = fitTo(data, [`yi ~ x + ${formula} + meta_V(V = vi)`]);
      close(other.logLik, fit.logLik, LOG_LIK);
      expect(other.optim.kernel).toBe("nested");
      close(estimate(other, "mu", "x"), estimate(fit, "mu", "x"), ESTIMATE);
    }
  });

  it("rows in any order, numbers or text for the groups", () => {
    const random = randomFrom(9);
    const order = data.yi
      .map((_, i) => ({ i, key: random.uniform() }))
      .sort((a, b) => a.key - b.key)
      .map(({ i }) => i);
    const moved = Object.fromEntries(
      Object.entries(data).map(([name, values]) => [name, order.map((i) => values[i]!)]),
    );
    const other = fitTo({ ...moved, study: order.map((i) => Number(data.study[i]!.slice(1))) }, [
      "yi ~ x + (1 | district/study) + meta_V(V = vi)",
    ]);
    close(other.logLik, fit.logLik, LOG_LIK);
    fit.coefficients.forEach(({ estimate: wanted, stdError }, j) => {
      if (!Number.isFinite(wanted)) return;
      close(other.coefficients[j]!.estimate, wanted, ESTIMATE);
      close(other.coefficients[j]!.stdError, stdError, ESTIMATE);
    });
    const [theirs, ours] = [other.random![1]!, fit.random![1]!];
    for (const [at, i] of order.entries()) {
      close(theirs.estimate[theirs.codes[at]!]!, ours.estimate[ours.codes[i]!]!, ESTIMATE);
    }
  });

  it("an SD formula of its own for each", () => {
    const own = fitTo(data, [
      "yi ~ x + (1 | district/study) + meta_V(V = vi)",
      "sd(district:study) ~ habitat",
    ]);
    expect(own.coefficients.map(({ dpar, term }) => `${dpar}:${term}`).slice(3)).toEqual([
      "sd(district):(Intercept)",
      "sd(district:study):(Intercept)",
      "sd(district:study):habitatgrass",
    ]);
  });

  it("crossed groupings are the sparse kernel's", () => {
    const crossed = fitTo(data, ["yi ~ x + (1 | study) + (1 | lab) + meta_V(V = vi)"]);
    expect(crossed.optim.kernel).toBe("sparse");
  });
});

describe("degenerate data", () => {
  const data = simulated();
  const vi = data.vi;
  const noise = randomFrom(4);

  it("no spread at all: both SDs are 0", () => {
    const fit = expectSound(fitTo({ ...data, yi: vi.map((v) => 0.2 * Math.sqrt(v) * noise.normal()) }, [MU]));
    expect(coefficient(fit, "sigma").atBoundary && coefficient(fit, "sd(study)").atBoundary).toBe(true);
    expect([...fit.random![0]!.estimate, ...fit.random![0]!.stdError].every((value) => value === 0)).toBe(
      true,
    );
    expect(flags(fit)).toEqual(["scale_boundary", "random_effect_sd_boundary"]);
    const common = fitTo({ ...data, yi: fit.response.mu!.values } as never, ["yi ~ x + meta_V(V = vi)"], {
      fixed: { sigma: 0 },
    });
    close(fit.logLik, common.logLik, 1e-8);
  });

  it("studies alike: omega is 0 and the rest is the model without it", () => {
    const yi = vi.map((v, i) => (i % 3 === 0 ? 1 : -0.5) * Math.sqrt(v + 0.3) + 0.01 * noise.normal());
    const fit = expectSound(fitTo({ ...data, yi }, [MU]));
    const without = fitTo({ ...data, yi }, ["yi ~ x + meta_V(V = vi)"]);
    expect(coefficient(fit, "sd(study)").estimate).toBe(Number.NEGATIVE_INFINITY);
    close(fit.logLik, without.logLik, 1e-8);
    close(coefficient(fit, "mu", "x").stdError, coefficient(without, "mu", "x").stdError, ESTIMATE);
    expect(checkDrm(fit).find(({ check }) => check === "scale_boundary")!.message).toContain(
      "or the random intercept",
    );
  });

  it("rows replicated within a study: sigma is 0", () => {
    const yi = data.study.map((s) => Math.sin(Number(s.slice(1))));
    const fit = expectSound(fitTo({ ...data, yi }, ["yi ~ 1 + (1 | study) + meta_V(V = vi)"]));
    expect(coefficient(fit, "sigma").atBoundary).toBe(true);
    expect(coefficient(fit, "sd(study)").atBoundary).toBe(false);
    expect(fit.fitted.sigma!.every((sd) => sd === 0)).toBe(true);
    const unbounded = fitTo({ ...data, yi }, ["yi ~ 1 + (1 | study)"]);
    expect(unbounded.optim.code).toBe(2);
    expect(unbounded.optim.message).toContain("sigma runs to 0");
  });

  it("one giant study and a few of one row", () => {
    const fit = expectSound(
      fitTo({ ...data, study: data.study.map((_, i) => (i < 30 ? "big" : `s${i}`)) }, [MU]),
    );
    expect(fit.optim.kernel).toBe("nested");
    expect(checkDrm(fit).find(({ check }) => check === "random_effect_replication")!.value).toBe(
      "study: 6 of 7",
    );
  });

  it("thousands of levels", () => {
    const many = simulated(2, 5000, 2);
    const fit = expectSound(fitTo(many, [MU, "sd(study) ~ habitat"]));
    expect(fit.random![0]!.levels).toHaveLength(5000);
    expect(Math.abs(estimate(fit, "sd(study)") - Math.log(0.5))).toBeLessThan(0.1);
    expect(checkDrm(fit).every(({ status }) => status === "ok")).toBe(true);
    expect(String(summary(fit))).toContain("Random intercepts: study (5000 levels)");
  });

  it("one habitat without study effects: its SD is 0, the other's is not", () => {
    const yi = data.yi.map((y, i) => (data.habitat[i] === "grass" ? y : 0.3 * ((i % 3) - 1)));
    const fit = fitTo({ ...data, yi }, ["yi ~ 1 + (1 | study) + meta_V(V = vi)", "sd(study) ~ habitat"], {
      factors: { habitat: ["grass", "forest"] },
    });
    expectSound(fit);
    expect(coefficient(fit, "sd(study)").atBoundary).toBe(false);
    expect(coefficient(fit, "sd(study)", "habitatforest").estimate).toBe(Number.NEGATIVE_INFINITY);
    expect([Math.min(...fit.random![0]!.sd), Math.max(...fit.random![0]!.sd) > 0.1]).toEqual([0, true]);
  });

  it("millionths and millions are units like others", () => {
    const fit = fitTo(data, [MU]);
    for (const unit of [1e-6, 1e6]) {
      const other = fitTo({ ...data, yi: data.yi.map((y) => y * unit), vi: vi.map((v) => v * unit ** 2) }, [
        MU,
      ]);
      close(estimate(other, "sd(study)") - Math.log(unit), estimate(fit, "sd(study)"), ESTIMATE);
      close(other.random![0]!.estimate[0]! / unit, fit.random![0]!.estimate[0]!, ESTIMATE);
      expect(flags(other)).toEqual([]);
    }
  });

  it("the boundary case of smoking and lung cancer", () => {
    const { formulas, options } = jobOf(loadCase<MaCase>("v20-multilevel-boundary-hackshaw"), "ML");
    const fit = expectSound(fitTo(options.data as never, formulas, options));
    expect(fit.optim.message).toContain("a random-effect SD is estimated as zero");
    expect(flags(fit)).toEqual(["scale_boundary", "random_effect_sd_boundary"]);
    expect(String(summary(fit))).toMatch(/^sd\(country\):\(Intercept\) +-Inf +- /m);
    expect(JSON.parse(JSON.stringify(toJSON(fit).random[0]))).toMatchObject({
      group: "country",
      sd: 0,
      estimate: 0,
      std_error: 0,
    });
  });
});

describe("refusals", () => {
  const data = simulated();
  it.each([
    [
      "an SD without its random intercept",
      [MU, "sd(lab) ~ 1"],
      {},
      "bad_formula: sd(lab) has a formula but there is no random intercept for lab: add (1 | lab)",
    ],
    [
      "one level",
      ["yi ~ x + (1 | one) + meta_V(V = vi)"],
      { one: data.yi.map(() => "a") },
      "bad_factor: 'one' has one level ('a') in the rows used, so sd(one) cannot be estimated: remove (1 | one)",
    ],
    [
      "one level, of slopes",
      ["yi ~ x + (0 + x | one) + meta_V(V = vi)"],
      { one: data.yi.map(() => "a") },
      "bad_factor: 'one' has one level ('a') in the rows used, so sd(x | one) cannot be estimated: remove (0 + x | one)",
    ],
    [
      "one row per level",
      ["yi ~ x + (1 | id) + meta_V(V = vi)"],
      { id: data.yi.map((_, i) => i) },
      "bad_term: every level of 'id' has one row, so sd(id) and sigma cannot be told apart: remove (1 | id); sigma is the heterogeneity between rows already",
    ],
    [
      "the same groups twice",
      ["yi ~ x + (1 | study) + (1 | copy) + meta_V(V = vi)"],
      { copy: data.study.map((s) => `c${s}`) },
      "bad_term: 'study' and 'copy' put the 36 rows into the same groups",
    ],
    [
      "a predictor that varies within a study",
      [MU, "sd(study) ~ z"],
      { z: data.yi.map((_, i) => (i === 4 ? 1 : 0)) },
      "bad_term: sd(study): 'z' differs within level 's1', in rows 4 and 5 (0 and 1): a predictor of sd(study) needs one value a level",
    ],
    [
      "slopes of a category",
      ["yi ~ x + (1 + letter | study) + meta_V(V = vi)"],
      { letter: data.yi.map((_, i) => "abc"[i % 3]!) },
      "not_supported: sd(letter | study): 'letter' is a category or has several columns (lettera, letterb, letterc); a random slope is of one numeric column, and effects of the levels of a category are us(0 + letter | study)",
    ],
    ["an unknown group", ["yi ~ x + (1 | stdy) + meta_V(V = vi)"], {}, "unknown_column: "],
  ])("%s", (_, formulas, more, message) => {
    expect(refusal(formulas, { ...data, ...more })).toContain(message);
  });

  describe("levels that a tree does not relate count as independent", () => {
    const tips = [...data.yi.keys()].map((i) => `t${i}`);
    const trees = {
      star: `(${tips.map((tip) => `${tip}:1`).join()});`,
      other: `((t0:1,t1:1):1,(${tips
        .slice(2)
        .map((tip) => `${tip}:2`)
        .join()}):0);`,
    };
    const nine = { ...data, id: tips, tip: tips.map((_, i) => `t${i % 9}`) };
    it.each([
      [
        "phylo(1 | id, tree = star)",
        "every level of 'phylo(id)' has one row and no two of them are related, so sd(phylo(id)) and sigma cannot be told apart: remove phylo(1 | id, tree = star)",
      ],
      [
        "(1 | tip) + phylo(1 | tip, tree = star)",
        "(1 | tip) and phylo(1 | tip, tree = star) have the same covariances but for a factor, so their SDs cannot be told apart",
      ],
    ])("%s", (terms, message) => {
      expect(() => fitTo(nine, [`yi ~ x + ${terms} + meta_V(V = vi)`], { trees })).toThrow(message);
    });

    it("two related tips are enough, and so is an SD that is held", () => {
      const of = (terms: string, fixed = {}) =>
        fitTo(nine, [`yi ~ x + ${terms} + meta_V(V = vi)`], { trees, fixed }).optim.code;
      expect(of("phylo(1 | id, tree = other)")).toBe(0);
      expect(of("(1 | tip) + phylo(1 | tip, tree = other)")).toBe(0);
      expect(of("phylo(1 | id, tree = star)", { "sd(phylo(id))": 0.1 })).toBe(0);
      expect(of("(1 | tip) + phylo(1 | tip, tree = star)", { "sd(tip)": 0.1 })).toBe(0);
    });
  });

  it("a predictor is looked at after rows are dropped", () => {
    const z = data.yi.map((_, i) => (i === 4 ? 1 : 0));
    const yi = data.yi.map((y, i) => (i === 4 ? null : y));
    expect(
      fitTo({ ...data, yi, z: z.map((value, i) => (i > 20 ? 2 : value)) }, [MU, "sd(study) ~ z"]).nobs,
    ).toBe(35);
  });

  it("a row without its group is dropped, and the fit says so", () => {
    const fit = expectSound(fitTo({ ...data, study: data.study.map((s, i) => (i === 3 ? null : s)) }, [MU]));
    expect(fit.dropped).toMatchObject({ count: 1, byColumn: { study: 1 } });
  });

  it("one row per level is no matter when sigma is held", () => {
    const id = data.yi.map((_, i) => i);
    const fit = fitTo({ ...data, id }, ["yi ~ x + (1 | id) + meta_V(V = vi)"], { fixed: { sigma: 0 } });
    const plain = fitTo(data, ["yi ~ x + meta_V(V = vi)"]);
    close(fit.logLik, plain.logLik, LOG_LIK);
    close(estimate(fit, "sd(id)"), estimate(plain, "sigma"), ESTIMATE);
  });
});
