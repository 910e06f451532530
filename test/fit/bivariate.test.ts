import { describe, expect, it } from "vitest";
import { metaVcovBivariate } from "../../src/covariance/meta-vcov-bivariate";
import { toDense } from "../../src/covariance/to-dense";
import { type DrmOptions, drm, gaussian } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { loadCase } from "../cases";
import { tiedTogether } from "./plain-studies";
import { randomFrom } from "./random-problem";

/** The same model in another arithmetic order: the log-likelihood is flat at its maximum, the estimates are not. */
const LOG_LIK = 1e-10;
const ESTIMATE = 1e-7;

const CASE = loadCase("drm-f-bivariate-habitat");
const REST = ["mu2 = y2 ~ habitat", "sigma1 = ~ habitat", "sigma2 = ~ habitat", "rho12 = ~ habitat"];
const COLUMNS = "mu1 = y1 ~ habitat + meta_V(V = meta_vcov_bivariate(v1, v2, cor12 = cor12))";
const NAMED = "mu1 = y1 ~ habitat + meta_V(V = V)";

type Data = Record<string, (number | string | null)[]>;
const DATA = CASE.data as Data;
const numbers = (name: string) => DATA[name] as number[];
const N = DATA.y1!.length;

function fitTo(formulas: readonly string[], more: Partial<DrmOptions> = {}): Fit {
  const data = (more.data ?? DATA) as DrmOptions["data"];
  return drm(drmFormula(...formulas), { factors: CASE.factors!, ...more, data });
}

function expectClose(seen: number, wanted: number, tolerance: number, what: string): void {
  if (Object.is(seen, wanted)) return;
  const error = Math.abs(seen - wanted) / Math.max(1, Math.abs(wanted));
  if (!(error <= tolerance))
    expect.fail(`${what}: ${seen}, wanted ${wanted} (error ${error.toExponential(1)})`);
}

/** `as` renames the dpars of `fit`. */
function expectSame(fit: Fit, wanted: Fit, as = (dpar: string): string => dpar): void {
  expect(fit.optim.code, fit.optim.message).toBe(0);
  expectClose(fit.logLik, wanted.logLik, LOG_LIK, "logLik");
  expect(fit.coefficients).toHaveLength(wanted.coefficients.length);
  for (const { dpar, term, estimate, stdError, atBoundary } of fit.coefficients) {
    const other = wanted.coefficients.find((one) => one.dpar === as(dpar) && one.term === term)!;
    expectClose(estimate, other.estimate, ESTIMATE, `${dpar}:${term}`);
    expectClose(stdError, other.stdError, ESTIMATE, `standard error of ${dpar}:${term}`);
    expect(atBoundary).toBe(other.atBoundary);
  }
}

const V = metaVcovBivariate({ v1: numbers("v1"), v2: numbers("v2"), cor12: numbers("cor12") });
const FIT = fitTo([COLUMNS, ...REST]);

/** As though studies 2, 5, 8, ... lacked one or the other outcome. */
const withoutSome = (values: readonly (number | string | null)[], other: number) =>
  values.map((value, i) => (i % 3 === 1 && i % 2 === other ? null : value));

describe("the ways to give V", () => {
  const dense = CASE.matrices!.Vb!;
  const blocks = Array.from({ length: N }, (_, i) => ({
    rows: [2 * i, 2 * i + 1],
    matrix: [
      [V.v1[i]!, V.cov12[i]!],
      [V.cov12[i]!, V.v2[i]!],
    ],
  }));

  it("columns are the full stacked matrix of the case", () => {
    const stacked = toDense(V);
    for (const [i, row] of dense.entries()) {
      for (const [j, value] of row.entries()) expect(stacked[i]![j]).toBeCloseTo(value, 14);
    }
  });
  it.each<[string, NonNullable<DrmOptions["matrices"]>[string]]>([
    ["metaVcovBivariate()", V],
    ["a full matrix", dense],
    ["blocks", { blocks }],
  ])("%s", (_, matrix) => {
    const fit = fitTo([NAMED, ...REST], { matrices: { V: matrix } });
    expect(fit.optim.kernel).toBe("pair");
    expectSame(fit, FIT);
    expect([...fit.knownV.covariances!].map((c, i) => Math.abs(c - V.cov12[i]!) < 1e-15)).not.toContain(
      false,
    );
  });
  it("a full matrix with the smallest of ties between studies goes to the dense kernel", () => {
    const fit = fitTo([NAMED, ...REST], { matrices: { V: tiedTogether(dense) } });
    expect(fit.optim.kernel).toBe("dense");
    expectSame(fit, FIT);
  });
  it("one variance column per outcome is a stacked vector of variances", () => {
    const columns = fitTo([COLUMNS.replace(", cor12 = cor12", ""), ...REST]);
    const stacked = numbers("v1").flatMap((v1, i) => [v1, numbers("v2")[i]!]);
    const vector = fitTo([NAMED, ...REST], { matrices: { V: stacked } });
    const zero = fitTo([COLUMNS.replace("cor12 = cor12", "cor12 = 0"), ...REST]);
    expect(columns.knownV.kind).toBe("diagonal");
    expectSame(vector, columns);
    expectSame(zero, columns);
    expect(columns.logLik).not.toBeCloseTo(FIT.logLik, 2);
  });
});

describe("the formulas", () => {
  it("come in any order, and those left out are intercepts", () => {
    expectSame(fitTo([...REST].reverse().concat(COLUMNS)), FIT);
    const short = fitTo([COLUMNS, "mu2 = y2 ~ 1"]);
    expectSame(short, fitTo(["rho12 = ~ 1", "sigma2 = ~ 1", "mu2 = y2 ~ 1", "sigma1 = ~ 1", COLUMNS]));
    expect(short.coefficients.map(({ dpar, term }) => `${dpar}:${term}`)).toEqual([
      "mu1:(Intercept)",
      "mu1:habitatforest",
      "mu2:(Intercept)",
      "sigma1:(Intercept)",
      "sigma2:(Intercept)",
      "rho12:(Intercept)",
    ]);
  });
  it("imply the family, which may be given", () => {
    const fit = drm(drmFormula(COLUMNS, ...REST), {
      data: DATA as unknown as Record<string, number[]>,
      factors: CASE.factors!,
      family: [gaussian(), gaussian()],
    });
    // the type follows the family
    expect(fit.family satisfies "biv_gaussian").toBe("biv_gaussian");
    expectSame(fit, FIT);
    expect(() => fitTo([COLUMNS, ...REST], { family: gaussian() })).toThrow("[gaussian(), gaussian()]");
  });

  const MU2 = "mu2 = y2 ~ habitat";
  it.each<[string, readonly string[], string]>([
    ["no mu2", [COLUMNS], "mu1 has one, mu2 has none"],
    ["no mu1", [MU2], "mu2 has one, mu1 has none"],
    ["rho12 alone", ["y1 ~ 1", "rho12 = ~ 1"], "rho12 is the residual correlation of two outcomes"],
    ["a formula without a name", [COLUMNS, MU2, "y1 ~ 1"], "a bivariate model has mu1 and mu2"],
    [
      "V in mu2",
      ["mu1 = y1 ~ 1", "mu2 = y2 ~ 1 + meta_V(V = V)"],
      "stands in the formula of mu1; move it there",
    ],
    ["V in both", [COLUMNS, "mu2 = y2 ~ 1 + meta_V(V = v2)"], "mu1 and mu2 both have a V term"],
    ["V twice", ["mu1 = y1 ~ meta_V(V = v1) + meta_V(V = v2)", MU2], "two known V terms"],
    ["V in sigma1", [COLUMNS, MU2, "sigma1 = ~ meta_V(V = v1)"], "V belongs in the location formula"],
    ["sigma", [COLUMNS, MU2, "sigma ~ habitat"], "write sigma1 ~ x and sigma2 ~ x"],
    ["a random effect in rho12", [COLUMNS, MU2, "rho12 = ~ (1 | study)"], "only in the location formula"],
    ["one row a study", [COLUMNS, "mu2 = y2 ~ (1 | study)"], "sd2(study) and sigma2 cannot be told apart"],
    ["cor12 and cov12", [COLUMNS.replace("cor12 = cor12", "cor12 = cor12, cov12 = v1"), MU2], "both given"],
    ["one variance of two", [COLUMNS.replace(", v2, cor12 = cor12", ""), MU2], "needs two variances"],
    ["rho12 twice", [COLUMNS, MU2, "rho12 = ~ 1", "rho12 = ~ habitat"], "rho12 has 2 formulas"],
    ["one variance column", ["mu1 = y1 ~ meta_V(V = v1)", MU2], "meta_vcov_bivariate(v1, v2)"],
    ["cor12 of 1", ["mu1 = y1 ~ meta_V(V = meta_vcov_bivariate(v1, v2, cor12 = 1))", MU2], "study 1: cov12"],
    [
      "sd(g) for neither",
      ["mu1 = y1 ~ (1 | habitat)", "mu2 = y2 ~ 1", "sd(habitat) ~ 1"],
      "write sd1(habitat) ~ x",
    ],
  ])("%s is an error", (_, formulas, message) => {
    expect(() => fitTo(formulas)).toThrow(message);
  });
});

describe("what a fit does not depend on", () => {
  it("which outcome is called the first", () => {
    const swapped = fitTo([
      "mu1 = y2 ~ habitat + meta_V(V = meta_vcov_bivariate(v2, v1, cor12 = cor12))",
      "mu2 = y1 ~ habitat",
      ...REST.slice(1),
    ]);
    const other = (dpar: string) => dpar.replace(/^(mu|sigma)(\d)$/, (_, stem, d) => stem + (3 - Number(d)));
    expectSame(swapped, FIT, other);
    for (const [dpar, values] of Object.entries(FIT.fitted)) {
      values.forEach((value, i) => {
        expectClose(swapped.fitted[other(dpar)]![i]!, value, ESTIMATE, dpar);
      });
    }
  });

  it("the order of the studies, outcomes missing", () => {
    const data: Data = { ...DATA, y1: withoutSome(DATA.y1!, 0), y2: withoutSome(DATA.y2!, 1) };
    const order = Array.from({ length: N }, (_, i) => (i * 7) % N);
    const moved = Object.fromEntries(
      Object.entries(data).map(([name, values]) => [name, order.map((i) => values[i]!)]),
    );
    const fit = fitTo([COLUMNS, ...REST], { data });
    const permuted = fitTo([COLUMNS, ...REST], { data: moved });
    expectSame(permuted, fit);
    for (const [i, from] of order.entries()) {
      for (const dpar of Object.keys(fit.fitted)) {
        expectClose(permuted.fitted[dpar]![i]!, fit.fitted[dpar]![from]!, ESTIMATE, dpar);
      }
    }
  });

  it("the units of the outcomes", () => {
    const times = (name: string, k: number) => numbers(name).map((value) => k * value);
    const data: Data = {
      ...DATA,
      y1: times("y1", 1000),
      v1: times("v1", 1e6),
      y2: times("y2", 0.01),
      v2: times("v2", 1e-4),
    };
    const fit = fitTo([COLUMNS, ...REST], { data });
    expectClose(fit.logLik + N * Math.log(1000 * 0.01), FIT.logLik, LOG_LIK, "logLik");
    fit.fitted.rho12!.forEach((rho, i) => {
      expectClose(rho, FIT.fitted.rho12![i]!, ESTIMATE, "rho12");
    });
    fit.fitted.sigma2!.forEach((sd, i) => {
      expectClose(100 * sd, FIT.fitted.sigma2![i]!, ESTIMATE, "sigma2");
    });
  });

  it("a weight of 2 is the study twice", () => {
    const weights = Array.from({ length: N }, (_, i) => 1 + (i % 2));
    const twice = Object.fromEntries(
      Object.entries(DATA).map(([name, values]) => [
        name,
        values.flatMap((value, i) => (i % 2 === 1 ? [value, value] : [value])),
      ]),
    );
    const fit = fitTo([COLUMNS, ...REST], { weights });
    expectSame(fit, fitTo([COLUMNS, ...REST], { data: twice }));
  });
});

describe("studies with one outcome", () => {
  const y2 = withoutSome(DATA.y2!, 1);
  const missing = fitTo([COLUMNS, ...REST], { data: { ...DATA, y2 } });
  const lost = y2.filter((value) => value === null).length;

  it("are kept, whatever makes the outcome incomplete", () => {
    expect(missing.nobs).toBe(N);
    expect(missing.dropped.count).toBe(0);
    const x = Array.from({ length: N }, (_, i) => Math.sin(i));
    const own = x.map((value, i) => (y2[i] === null ? null : value));
    const formulas = [COLUMNS, "mu2 = y2 ~ x", ...REST.slice(1)];
    const reference = fitTo(formulas, { data: { ...DATA, y2, x } });
    expectSame(fitTo(formulas, { data: { ...DATA, x: own } }), reference);
    expectSame(fitTo([COLUMNS, ...REST], { data: { ...DATA, v2: withoutSome(DATA.v2!, 1) } }), missing);
  });

  it("have no fitted value, response or variance of the other, whatever makes it incomplete", () => {
    const v2 = withoutSome(DATA.v2!, 1);
    const fit = fitTo([COLUMNS, ...REST], { data: { ...DATA, v2 } });
    for (const i of [0, 1, 7]) {
      const absent = v2[i] === null;
      for (const values of [
        fit.response.mu2!.values,
        fit.fitted.mu2!,
        fit.fitted.sigma2!,
        fit.fitted.rho12!,
      ]) {
        expect(Number.isNaN(values[i])).toBe(absent);
      }
      expect(fit.fitted.mu1![i]).not.toBeNaN();
      expect(Number.isNaN(fit.knownV.covariances![i])).toBe(absent);
    }
    expect(fit.response.mu2!.values.filter(Number.isNaN)).toHaveLength(lost);
  });

  it("lose their rows of a full V, whose cells there may be anything", () => {
    const dense = CASE.matrices!.Vb!.map((row, i) =>
      row.map((value, j) =>
        i !== j && [i, j].some((k) => k % 2 === 1 && y2[k >> 1] === null) ? Number.NaN : value,
      ),
    );
    expectSame(fitTo([NAMED, ...REST], { data: { ...DATA, y2 }, matrices: { V: dense } }), missing);
  });

  it("without either outcome are dropped, and told", () => {
    const y1 = DATA.y1!.map((value, i) => (i === 1 || i === 7 ? null : value));
    const fit = fitTo([COLUMNS, ...REST], { data: { ...DATA, y1, y2 } });
    const both = [1, 7].filter((i) => y2[i] === null);
    expect(fit.dropped.rows.map(({ row }) => row - 1)).toEqual(both);
    expect(fit.nobs).toBe(N - both.length);
  });

  it("alone are no bivariate model", () => {
    const half = (values: (number | string | null)[], other: number) =>
      values.map((v, i) => ((i >> 1) % 2 === other ? v : null));
    const data: Data = { ...DATA, y1: half(DATA.y1!, 0), y2: half(DATA.y2!, 1) };
    expect(() => fitTo([COLUMNS, ...REST], { data })).toThrow("no row has both outcomes");
    const none: Data = { ...DATA, y2: DATA.y2!.map(() => null) };
    expect(() => fitTo([COLUMNS, "mu2 = y2 ~ 1"], { data: none })).toThrow("no row has both outcomes");
  });
});

describe("random intercepts", () => {
  const random = randomFrom(11);
  const columns = {
    g: [] as string[],
    y1: [] as number[],
    y2: [] as number[],
    v: [] as number[],
    lab: [] as string[],
  };
  for (let g = 0; g < 40; g++) {
    const [u1, u2] = [0.5 * random.normal(), 0.3 * random.normal()];
    for (let k = 0; k < 4; k++) {
      const [a, b] = [random.normal(), random.normal()];
      columns.g.push(`g${g}`);
      columns.lab.push(g % 2 ? "x" : "y");
      columns.v.push(0.02 + 0.03 * random.uniform());
      columns.y1.push(0.2 + u1 + 0.4 * a + 0.2 * random.normal());
      columns.y2.push(-0.1 + u2 + 0.4 * (0.6 * a + 0.8 * b) + 0.2 * random.normal());
    }
  }
  const MODEL = [
    "mu1 = y1 ~ 1 + (1 | g) + meta_V(V = meta_vcov_bivariate(v, v, cor12 = 0.3))",
    "mu2 = y2 ~ 1 + (1 | g)",
  ];
  const fitColumns = (formulas: readonly string[]) => drm(drmFormula(...formulas), { data: columns });

  it("have an SD for each outcome, with formulas of their own", () => {
    const plain = fitColumns(MODEL);
    expect(plain.random!.map(({ dpar }) => dpar)).toEqual(["sd1(g)", "sd2(g)"]);
    expect(plain.random![0]!.sd[0]).toBeGreaterThan(plain.random![1]!.sd[0]!);
    expectSame(fitColumns([...MODEL, "sd1(g) = ~ 1", "sd2(g) = ~ 1"]), plain);
    const moderated = fitColumns([...MODEL, "sd2(g) ~ lab"]);
    expect(moderated.logLik).toBeGreaterThan(plain.logLik);
    expect(moderated.df).toBe(plain.df + 1);
  });

  it("may stand in one outcome", () => {
    const one = fitColumns([MODEL[0]!, "mu2 = y2 ~ 1"]);
    expect(one.random!.map(({ dpar }) => dpar)).toEqual(["sd1(g)"]);
    expect(one.logLik).toBeLessThan(fitColumns(MODEL).logLik);
  });
});
