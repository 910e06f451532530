import { describe, expect, it } from "vitest";
import { type DrmOptions, drm, gaussian } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { coefficientTable } from "../../src/inference/coefficient-table";
import { confint } from "../../src/inference/confint";
import { predict } from "../../src/inference/predict";
import { type TestStatistic, testBasis } from "../../src/inference/test-basis";
import { waldTest } from "../../src/inference/wald-test";
import { glance } from "../../src/report/glance";
import { toJSON } from "../../src/report/json/to-json";
import { summary } from "../../src/report/summary";
import { tidy } from "../../src/report/tidy";
import { listCases, loadCase } from "../cases";
import { jobOf, type MaCase } from "../fit/ma-case";

type Method = "ML" | "REML";
interface TestedCoefficients {
  readonly beta: readonly number[];
  readonly se: readonly number[];
  readonly stat: readonly number[];
  readonly pval: readonly number[];
  readonly ci_lb: readonly number[];
  readonly ci_ub: readonly number[];
  readonly vcov?: readonly (readonly number[])[];
  readonly ddf: readonly number[];
}
interface OmnibusTest {
  readonly QM: number;
  readonly QMdf: readonly [number, number];
  readonly QMp: number;
}
type Tested = ({ readonly coef: TestedCoefficients } & Partial<OmnibusTest>) | TestedCoefficients;
type WithTests = MaCase & {
  readonly inference: Readonly<Record<string, Readonly<Record<string, Tested>>>>;
};

const KEYS: Readonly<Record<string, TestStatistic>> = {
  test_knha: "knha",
  test_adhoc: "adhoc",
  test_t: "t",
  test_t_residual_df: "t",
};

interface Named {
  readonly name: string;
  readonly given: WithTests;
  readonly method: Method;
  readonly test: TestStatistic;
  readonly wanted: TestedCoefficients;
  readonly omnibus: OmnibusTest | null;
}

/** metafor's tests in the reference cases. */
const TESTED: Named[] = listCases("v").flatMap((id) => {
  const given = loadCase<WithTests>(id);
  return (["ML", "REML"] as const).flatMap((method) =>
    Object.entries(KEYS).flatMap(([key, test]) => {
      const found = given.inference?.[method]?.[key];
      if (found === undefined) return [];
      const wanted = "coef" in found ? found.coef : found;
      const omnibus = "QM" in found ? (found as OmnibusTest) : null;
      return [{ name: `${id} ${method} ${test}`, given, method, test, wanted, omnibus }];
    }),
  );
});

function fitCase(given: MaCase, method: Method): Fit {
  const { formulas, options } = jobOf(given, method);
  const family = formulas[0]!.startsWith("mu1") ? [gaussian(), gaussian()] : gaussian();
  return drm(drmFormula(...formulas), { ...options, family });
}

/** Of a number of the cases, whose fits are good to about 1e-7. */
const CLOSE = 1e-5;
const near = (seen: number, wanted: number) =>
  expect(Math.abs(seen - wanted)).toBeLessThan(CLOSE * Math.max(1e-3, Math.abs(wanted)));

/** metafor's own rows of a bivariate fit alternate outcomes; ours have mu1's first. */
function order(fit: Fit, wanted: TestedCoefficients): number[] {
  return wanted.beta.map((beta) => {
    const distance = fit.coefficients.map(({ dpar, estimate }) =>
      dpar.startsWith("mu") ? Math.abs(estimate - beta) : Number.POSITIVE_INFINITY,
    );
    return distance.indexOf(Math.min(...distance));
  });
}

describe("tests of location coefficients are metafor's", () => {
  it("in many cases", () => {
    const count = (method: Method, test: TestStatistic) =>
      TESTED.filter((one) => one.method === method && one.test === test).length;
    expect(count("REML", "knha")).toBeGreaterThanOrEqual(4);
    expect(count("ML", "adhoc")).toBeGreaterThanOrEqual(4);
    expect(count("REML", "t")).toBeGreaterThanOrEqual(15);
    expect(TESTED.filter(({ omnibus }) => omnibus !== null).length).toBeGreaterThanOrEqual(15);
  });

  // an ML fit's own standard errors allow for the estimation of sigma, which metafor's do not: "t" below
  it.for(TESTED.filter(({ method, test }) => method === "REML" || test !== "t"))(
    "$name",
    ({ given, method, test, wanted, omnibus }) => {
      const fit = fitCase(given, method);
      const rows = coefficientTable(fit, 0.95, "wald", test);
      const { vcov, df } = testBasis(fit, test);
      const at = order(fit, wanted);
      at.forEach((i, j) => {
        const row = rows[i]!;
        near(row.estimate, wanted.beta[j]!);
        expect(Math.abs(row.stdError / wanted.se[j]! - 1)).toBeLessThan(CLOSE);
        near(row.statistic, wanted.stat[j]!);
        near(row.pValue, wanted.pval[j]!);
        near(row.lower, wanted.ci_lb[j]!);
        near(row.upper, wanted.ci_ub[j]!);
        expect(row.df).toBe(wanted.ddf[j] ?? wanted.ddf[0]);
        expect(df[i]).toBe(row.df);
        for (const [l, other] of at.entries()) {
          if (wanted.vcov === undefined) continue;
          near(vcov[i * rows.length + other]!, wanted.vcov[j]![l]!);
        }
      });
      if (omnibus === null || fit.family === "biv_gaussian") return;
      const seen = waldTest(fit, { test });
      near(seen.statistic, omnibus.QM);
      near(seen.pValue, omnibus.QMp);
      expect([seen.df, seen.ddf]).toEqual(omnibus.QMdf);
    },
  );

  it.for(TESTED.filter(({ method, test }) => method === "ML" && test === "t"))(
    "$name: degrees of freedom, with the errors of the joint information",
    ({ given, method, wanted }) => {
      const fit = fitCase(given, method);
      const z = coefficientTable(fit);
      coefficientTable(fit, 0.95, "wald", "t").forEach((row, i) => {
        expect(row.stdError).toBe(z[i]!.stdError);
        expect(row.statistic).toBe(z[i]!.statistic);
        // the choice of test is one for the location
        const width = (one: typeof row) => one.upper - one.lower;
        if (row.dpar === "mu") {
          expect(row.df).toBe(wanted.ddf[0]);
          expect(width(row)).toBeGreaterThan(width(z[i]!));
        } else expect(row).toEqual(z[i]);
      });
    },
  );
});

const restoration = (options: Partial<DrmOptions> = {}, ...formulas: string[]) => {
  const { data, factors } = loadCase("drm-a-restoration");
  const all =
    formulas.length > 0 ? formulas : ["yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"];
  return drm(drmFormula(...all), { data, factors, ...options } as DrmOptions);
};

describe("testBasis()", () => {
  it("leaves sigma the normal distribution and its own errors", () => {
    const fit = restoration();
    const k = fit.coefficients.length;
    for (const test of ["t", "knha", "adhoc"] as const) {
      const { df, vcov } = testBasis(fit, test);
      expect([...df]).toEqual([77, 77, 77, Infinity, Infinity]);
      expect(vcov[4 * k + 4]).toBe(fit.vcov[4 * k + 4]);
    }
    expect([...testBasis(fit, "knha").vcov.slice(3, 5)]).toEqual([0, 0]);
  });

  it("keeps the normal distribution for scale coefficients of other models", () => {
    const multilevel = fitCase(loadCase("v15-multilevel-konstantopoulos"), "REML");
    expect([...testBasis(multilevel, "t").df]).toEqual([55, Infinity, Infinity]);
    const bivariate = fitCase(loadCase("v23-bivariate-berkey"), "REML");
    expect([...testBasis(bivariate, "t").df]).toEqual([8, 8, Infinity, Infinity, Infinity]);
  });

  it("never shrinks with adhoc, and grows with both where s2 is above 1", () => {
    const alike = { yi: [0.2, 0.23, 0.21, 0.19], vi: [0.1, 0.12, 0.09, 0.1] };
    const fit = drm("yi ~ 1 + meta_V(V = vi)", { data: alike, method: "REML" });
    expect(fit.coefficients[1]!.atBoundary).toBe(true);
    const seen = (test: TestStatistic) => coefficientTable(fit, 0.95, "wald", test)[0]!.stdError;
    const { factor } = testBasis(fit, "knha");
    expect(factor).toBeLessThan(0.01);
    expect(seen("knha")).toBeCloseTo(Math.sqrt(factor!) * seen("z"), 12);
    expect(seen("adhoc")).toBeCloseTo(seen("z"), 12);
    expect(testBasis(fit, "adhoc").factor).toBe(1);
    // the boundary's coefficient has no error by any test
    expect(coefficientTable(fit, 0.95, "wald", "knha")[1]).toMatchObject({
      stdError: Number.NaN,
      statistic: Number.NaN,
      pValue: Number.NaN,
    });
  });

  it("does not depend on units, offsets in disguise, or the order of rows", () => {
    const { data } = loadCase("drm-a-restoration") as { data: Record<string, number[]> };
    const fit = restoration();
    const scaled = restoration({
      data: { ...data, yi: data.yi!.map((y) => 1e6 * y), vi: data.vi!.map((v) => 1e12 * v) },
    } as never);
    const reversed = restoration({
      data: Object.fromEntries(Object.entries(data).map(([name, column]) => [name, [...column].reverse()])),
    } as never);
    const table = (one: Fit) => coefficientTable(one, 0.95, "wald", "knha").slice(0, 3);
    table(fit).forEach((row, i) => {
      expect(Math.abs(table(scaled)[i]!.statistic / row.statistic - 1)).toBeLessThan(1e-7);
      expect(Math.abs(table(reversed)[i]!.stdError / row.stdError - 1)).toBeLessThan(1e-7);
    });
    const shifted = restoration(
      {},
      "yi ~ habitat + duration + offset(3 * duration) + meta_V(V = vi)",
      "sigma ~ habitat",
    );
    table(shifted).forEach((row, i) => {
      expect(Math.abs(row.stdError / table(fit)[i]!.stdError - 1)).toBeLessThan(1e-7);
    });
  });

  it("allows the common-effect model, whose factor is Q over its degrees of freedom", () => {
    const given = loadCase<MaCase & { fits: { raw: { QE: number } }[] }>("v10-fixed-effect-bcg");
    const fit = fitCase(given, "ML");
    const { factor, df } = testBasis(fit, "knha");
    expect(factor! * df[0]!).toBeCloseTo(given.fits[0]!.raw.QE, 8);
  });

  it("counts rows of positive weight", () => {
    const { data } = loadCase("drm-a-restoration") as { data: Record<string, number[]> };
    const weights = data.yi!.map((_, i) => (i < 10 ? 0 : 1));
    const fit = restoration({ weights });
    expect(testBasis(fit, "t").df[0]).toBe(67);
    expect(() => testBasis(fit, "knha")).toThrow("likelihood weights");
  });

  it("refuses what is not defined", () => {
    const multilevel = fitCase(loadCase("v15-multilevel-konstantopoulos"), "REML");
    expect(() => testBasis(multilevel, "knha")).toThrow(
      'for one outcome with independent rows, and this fit has random effects (district): use test "t"',
    );
    expect(() => testBasis(fitCase(loadCase("v23-bivariate-berkey"), "REML"), "adhoc")).toThrow(
      "two outcomes",
    );
    expect(() => testBasis(fitCase(loadCase("v11-fixed-effect-blockV-berkey"), "ML"), "knha")).toThrow(
      "a V with covariances",
    );
    expect(() => testBasis(restoration(), "F" as TestStatistic)).toThrow('unknown test "F"');
    const two = { data: { yi: [1, 2], vi: [1, 1], x: [0, 1] }, fixed: { sigma: 0 } };
    const saturated = drm("yi ~ x + meta_V(V = vi)", two);
    expect(() => testBasis(saturated, "t")).toThrow(
      '2 effect sizes and 2 location coefficients leave no degrees of freedom for test "t"',
    );
    const fit = restoration();
    const zero = new Float64Array(80);
    const certain = {
      ...fit,
      knownV: { ...fit.knownV, variances: zero },
      fitted: { ...fit.fitted, sigma: zero },
    };
    expect(() => testBasis(certain, "knha")).toThrow("row 1 has neither sampling variance nor heterogeneity");
  });
});

describe("the test is in every report", () => {
  const fit = restoration({ method: "REML" });
  const row = coefficientTable(fit, 0.9, "wald", "knha")[1]!;

  it("confint()", () => {
    const [seen] = confint(fit, { parm: "mu:habitatforest", level: 0.9, test: "knha" });
    expect([seen!.lower, seen!.upper]).toEqual([row.lower, row.upper]);
    // among profiles the location of a REML fit has Wald limits
    const [mixed, , , sigma] = confint(fit, { level: 0.9, method: "profile", test: "knha" });
    expect(mixed).toMatchObject({ lower: coefficientTable(fit, 0.9, "wald", "knha")[0]!.lower });
    expect(sigma!.status).toBe("ok");
  });

  it.for(["v03-metareg-bcg", "v04-metareg-factor-bangertdrowns"])("predict() is metafor's in %s", (id) => {
    interface Predicted {
      readonly [key: string]: readonly number[];
    }
    const given = loadCase<
      MaCase & {
        readonly inference: {
          readonly REML: Record<string, Predicted>;
          readonly newdata: { columns: never };
        };
      }
    >(id);
    const fitted = fitCase(given, "REML");
    const { predict_knha, predict_z } = given.inference.REML;
    for (const [test, wanted] of [
      ["knha", predict_knha!],
      ["z", predict_z!],
    ] as const) {
      const { mu } = predict(fitted, given.inference.newdata.columns, { test });
      wanted.pred!.forEach((value, i) => {
        near(mu!.estimate[i]!, value);
        near(mu!.stdError[i]!, wanted.se![i]!);
        near(mu!.lower[i]!, wanted.ci_lb![i]!);
        near(mu!.upper[i]!, wanted.ci_ub![i]!);
      });
    }
  });

  it("tidy()", () => {
    const seen = tidy(fit, { conf_int: true, conf_level: 0.9, test: "knha" })[1]!;
    expect(seen).toMatchObject({
      "std.error": row.stdError,
      "p.value": row.pValue,
      "df.error": 77,
      "conf.low": row.lower,
    });
    expect(tidy(fit)[1]).not.toHaveProperty("df.error");
  });

  it("glance()", () => {
    const joint = waldTest(fit, { test: "knha" });
    expect(glance(fit, { test: "knha" })).toMatchObject({
      statistic: joint.statistic,
      "p.value": joint.pValue,
    });
    const plain = restoration({}, "yi ~ 1 + meta_V(V = vi)");
    expect(glance(plain)).toMatchObject({ statistic: null, "p.value": null });
  });

  it("toJSON()", () => {
    const seen = toJSON(fit, { level: 0.9, test: "knha" });
    expect(seen.test).toBe("knha");
    expect(seen.coefficients[1]).toMatchObject({
      std_error: row.stdError,
      statistic: row.statistic,
      p_value: row.pValue,
      conf_low: row.lower,
      conf_high: row.upper,
      df: 77,
    });
    expect(Math.sqrt(seen.vcov[1]![1]!)).toBe(row.stdError);
    expect(toJSON(fit)).not.toHaveProperty("test");
  });

  it("summary()", () => {
    const text = String(summary(fit, { test: "knha" }));
    expect(text).toMatch(/std_error +t +df +p_value/);
    expect(text).toMatch(
      /Tests: Knapp-Hartung, location variances times 0\.\d{4}|1\.\d{4}, t with residual df/,
    );
    expect(summary(fit, { test: "knha" }).tests.moderators[0]).toEqual(waldTest(fit, { test: "knha" }));
    expect(String(summary(fit, { test: "t" }))).toContain("Tests: t with residual df");
    expect(String(summary(fit))).not.toContain("Tests:");
  });
});
