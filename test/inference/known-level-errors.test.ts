import { describe, expect, it } from "vitest";
import { type DrmOptions, drm, gaussian } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { predict } from "../../src/inference/predict";
import { ranef } from "../../src/inference/ranef";
import { fromJSON } from "../../src/report/json/from-json";
import { toJSON } from "../../src/report/json/to-json";
import { solve } from "../fit/plain-problem";
import { randomFrom } from "../fit/random-problem";

const SAME = 1e-9;
type Matrix = readonly (readonly number[])[];

/** One equation a row: the location design over beta, the levels over u. */
interface Whole {
  readonly X: Matrix;
  readonly Z: Matrix;
  /** V + R, divided by the weights */
  readonly D: Matrix;
  readonly omega2: readonly number[];
}

/**
 * (x, z)' C (x, z) with C the inverse of Henderson's mixed model equations, for rows of X and Z:
 * [X'D^-1 X, X'D^-1 Z; Z'D^-1 X, Z'D^-1 Z + G^-1]. Also X's block of C.
 */
function henderson({ X, Z, D, omega2 }: Whole): {
  error: (x: readonly number[], z: readonly number[]) => number;
  beta: number[][];
} {
  const T = X.map((row, i) => [...row, ...Z[i]!]);
  const width = T[0]!.length;
  const p = X[0]!.length;
  const DT = Array.from({ length: width }, (_, j) =>
    solve(
      D,
      T.map((row) => row[j]!),
    ),
  );
  const M = Array.from({ length: width }, (_, j) =>
    Array.from({ length: width }, (__, k) => {
      const cross = T.reduce((sum, row, i) => sum + row[j]! * DT[k]![i]!, 0);
      return cross + (j === k && j >= p ? 1 / omega2[j - p]! : 0);
    }),
  );
  const unit = (j: number) => Array.from({ length: width }, (_, k) => (k === j ? 1 : 0));
  return {
    error(x, z) {
      const w = [...x, ...z];
      return Math.sqrt(solve(M, w).reduce((sum, value, j) => sum + value * w[j]!, 0));
    },
    beta: Array.from({ length: p }, (_, j) => solve(M, unit(j)).slice(0, p)),
  };
}

function wholeOf(fit: Fit, V: Matrix): Whole {
  const outcomes = Object.keys(fit.response);
  const places = Array.from({ length: fit.nobs }, (_, i) => outcomes.map((key, o) => ({ i, key, o })))
    .flat()
    .filter(({ i, key }) => !Number.isNaN(fit.response[key]!.values[i]!));
  const X = places.map(({ i, key }) =>
    outcomes.flatMap((other) => {
      const { values, nrow, names } = fit.designs[other]!;
      return names.map((_, j) => (other === key ? values[j * nrow + i]! : 0));
    }),
  );
  const Z = places.map(({ i, o }) =>
    fit.random!.flatMap(({ dpar, codes, levels }) =>
      levels.map((_, j) => (codes[i] === j && dpar.startsWith("sd2(") === (o === 1) ? 1 : 0)),
    ),
  );
  const sigma = ({ i, key }: { i: number; key: string }) => fit.fitted[`sigma${key.slice(2)}`]![i]!;
  const stride = outcomes.length;
  const D = places.map((a) =>
    places.map((b) => {
      let sum = V[fit.rows[a.i]! * stride + a.o]![fit.rows[b.i]! * stride + b.o]!;
      if (a.i === b.i) sum += sigma(a) * sigma(b) * (a.o === b.o ? 1 : fit.fitted.rho12![a.i]!);
      return sum / (fit.weights === null ? 1 : fit.weights[a.i]!);
    }),
  );
  return { X, Z, D, omega2: fit.random!.flatMap(({ sd }) => Array.from(sd, (omega) => omega ** 2)) };
}

/** The fit with the covariance of beta that Henderson's equations have: that of known SDs, as a REML fit has it. */
function withHendersonErrors(fit: Fit, beta: Matrix): Fit {
  const k = fit.coefficients.length;
  const vcov = fit.vcov.slice();
  beta.forEach((row, i) => {
    row.forEach((value, j) => {
      vcov[i * k + j] = value;
    });
  });
  return { ...fit, vcov };
}

const diagonal = (v: readonly number[]): Matrix => v.map((vi, i) => v.map((_, j) => (i === j ? vi : 0)));

function expectHenderson(fit: Fit, V: Matrix): void {
  expect(fit.optim.code).toBe(0);
  const whole = wholeOf(fit, V);
  expect(whole.omega2.every((variance) => variance > 0.01)).toBe(true);
  const { error, beta } = henderson(whole);
  const given = withHendersonErrors(fit, beta);
  if (fit.method === "REML") {
    beta.flat().forEach((value, at) => {
      const [i, j] = [Math.floor(at / beta.length), at % beta.length];
      const error = fit.vcov[i * fit.coefficients.length + j]! - value;
      expect(Math.abs(error) / Math.sqrt(beta[i]![i]! * beta[j]![j]!)).toBeLessThan(1e-8);
    });
  }
  let row = 0;
  const predictions = Object.keys(fit.response).map((dpar) =>
    predict(given, undefined, { dpar, groups: "known" }),
  );
  for (let i = 0; i < fit.nobs; i++) {
    predictions.forEach(({ dpar, stdError, estimate, lower }) => {
      if (Number.isNaN(fit.response[dpar]!.values[i]!)) return;
      const wanted = error(whole.X[row]!, whole.Z[row]!);
      expect(Math.abs(stdError[i]! / wanted - 1), `row ${i} of ${dpar}`).toBeLessThan(SAME);
      expect(lower[i]).toBeCloseTo(estimate[i]! - 1.959963984540054 * wanted, 9);
      row++;
    });
  }
}

const random = randomFrom(21);
const n = 24;
const normals = (count: number, sd = 1) => Array.from({ length: count }, () => sd * random.normal());
const [ofA, ofB, ofC, ofRow] = [normals(4), normals(8), normals(3), normals(n, 0.4)];
const DATA = {
  a: Array.from({ length: n }, (_, i) => "pqrs"[Math.floor(i / 6)]!),
  b: Array.from({ length: n }, (_, i) => `${Math.floor(i / 3)}`),
  c: Array.from({ length: n }, (_, i) => "xyz"[i % 3]!),
  x: normals(n),
  vi: Array.from({ length: n }, () => 0.02 + 0.1 * random.uniform()),
  within: ofRow.map((e, i) => 0.5 * e + ofA[Math.floor(i / 6)]! + ofB[Math.floor(i / 3)]!),
  yi: ofRow.map((e, i) => e + ofA[Math.floor(i / 6)]! + ofB[Math.floor(i / 3)]! + ofC[i % 3]!),
};
const fitTo = (formulas: readonly string[], options: Partial<DrmOptions> = {}) =>
  drm(drmFormula(...formulas), { data: DATA, ...options } as DrmOptions);

describe("standard errors of means of known groups are those of Henderson's equations", () => {
  for (const method of ["REML", "ML"] as const) {
    it(`nested, ${method}`, () => {
      expectHenderson(fitTo(["within ~ x + (1 | a/b) + meta_V(V = vi)"], { method }), diagonal(DATA.vi));
    });

    it(`crossed, with moderators of both SDs, ${method}`, () => {
      const fit = fitTo(["yi ~ x + (1 | b) + (1 | c) + meta_V(V = vi)", "sigma ~ x"], { method });
      expect(fit.optim.kernel).toBe("sparse");
      expectHenderson(fit, diagonal(DATA.vi));
    });

    it(`correlated sampling errors across studies, ${method}`, () => {
      const V = DATA.vi.map((v, i) =>
        DATA.vi.map((w, j) =>
          i === j ? v : Math.floor(i / 4) === Math.floor(j / 4) ? 0.5 * Math.sqrt(v * w) : 0,
        ),
      );
      expectHenderson(fitTo(["yi ~ x + (1 | a) + meta_V(V = V)"], { method, matrices: { V } }), V);
    });

    it(`two outcomes, one missing here and there, ${method}`, () => {
      // both absent in row 18, which is dropped
      const y1 = ofRow.map((e, i) => (i % 7 === 3 ? null : ofA[Math.floor(i / 6)]! + e));
      const y2 = ofRow.map((e, i) => (i % 5 === 2 ? null : ofC[i % 3]! + 0.5 * e + ofRow[(i + 5) % n]!));
      const fit = drm(
        drmFormula(
          "mu1 = y1 ~ x + (1 | a) + meta_V(V = meta_vcov_bivariate(vi, vi, cor12 = r))",
          "mu2 = y2 ~ 1 + (1 | c)",
        ),
        {
          family: [gaussian(), gaussian()],
          data: { ...DATA, y1, y2, r: DATA.vi.map(() => 0.4) },
          method,
        } as DrmOptions,
      );
      const V = Array.from({ length: 2 * n }, (_, k) =>
        Array.from({ length: 2 * n }, (__, l) => {
          const v = DATA.vi[k >> 1]!;
          return k === l ? v : k >> 1 === l >> 1 ? 0.4 * v : 0;
        }),
      );
      expectHenderson(fit, V);
    });
  }

  it("weights", () => {
    const weights = DATA.yi.map((_, i) => 1 + (i % 3));
    expectHenderson(fitTo(["within ~ x + (1 | a/b) + meta_V(V = vi)"], { weights }), diagonal(DATA.vi));
  });
});

describe("new rows of known groups", () => {
  const fit = fitTo(["yi ~ x + (1 | b) + (1 | c) + meta_V(V = vi)"], { method: "REML" });
  const whole = wholeOf(fit, diagonal(DATA.vi));
  const { error } = henderson(whole);
  const z = (...names: string[]) =>
    fit.random!.flatMap(({ levels }) => levels.map((level) => (names.includes(level) ? 1 : 0)));

  it("one known level, a combination that was not seen, and none", () => {
    const newdata = { x: [0.5, -1, 2], b: ["3", "7", "99"], c: ["new", "x", "new"] };
    const { stdError } = predict(fit, newdata, { dpar: "mu", groups: "known" });
    expect(stdError[0]! / error([1, 0.5], z("3"))).toBeCloseTo(1, 9);
    expect(stdError[1]! / error([1, -1], z("7", "x"))).toBeCloseTo(1, 9);
    expect(stdError[2]).toBe(predict(fit, newdata, { dpar: "mu" }).stdError[2]);
  });

  it("survive saving and reopening", () => {
    const reopened = fromJSON(JSON.stringify(toJSON(fit, { full: true })));
    expect(predict(reopened, undefined, { dpar: "mu", groups: "known" })).toEqual(
      predict(fit, undefined, { dpar: "mu", groups: "known" }),
    );
  });

  it("of an SD of 0 have the population's error, and ranef()'s where beta has no part", () => {
    const even = { ...DATA, yi: DATA.yi.map((_, i) => 0.1 * (i % 2)) };
    const flat = drm("yi ~ x + (1 | a) + meta_V(V = vi)", { data: even } as DrmOptions);
    expect(flat.random![0]!.sd[0]).toBe(0);
    const population = predict(flat, undefined, { dpar: "mu" }).stdError;
    const known = predict(flat, undefined, { dpar: "mu", groups: "known" }).stdError;
    known.forEach((se, i) => {
      expect(se / population[i]!).toBeCloseTo(1, 12);
    });
    for (const { group, level, stdError } of ranef(fit)) {
      expect(stdError / error([0, 0], z(level))).toBeCloseTo(1, 8);
      expect(["b", "c"]).toContain(group);
    }
  });
});
