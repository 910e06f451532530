import { describe, expect, it } from "vitest";
import { influence } from "../../src/diagnostics/influence";
import type { BivariateFit, Fit, UnivariateFit } from "../../src/fit/fit";
import { hatvalues, residuals } from "../../src/inference/residuals";
import { solve } from "../fit/plain-problem";
import { fitTo } from "../fit/simulated";
import { fitScenario, SCENARIOS, simulatedData } from "./scenarios";

/** Whole matrices against sums over clusters. */
const SAME = 1e-8;
/** Two searches for the same optimum from different starts. */
const OPTIMUM = 1e-5;

type Matrix = readonly (readonly number[])[];
const transpose = (A: Matrix): number[][] => A[0]!.map((_, j) => A.map((row) => row[j]!));
const product = (A: Matrix, B: Matrix): number[][] => {
  const columns = transpose(B);
  return A.map((row) => columns.map((column) => row.reduce((sum, value, k) => sum + value * column[k]!, 0)));
};
const inverse = (A: Matrix): number[][] =>
  transpose(
    A.map((_, k) =>
      solve(
        A,
        Array.from(A, (_row, i) => (i === k ? 1 : 0)),
      ),
    ),
  );
const minus = (A: Matrix, B: Matrix) => A.map((row, i) => row.map((value, j) => value - B[i]![j]!));
function determinant(A: Matrix): number {
  if (A.length === 1) return A[0]![0]!;
  return A[0]!.reduce(
    (sum, value, j) =>
      sum + (j % 2 ? -1 : 1) * value * determinant(A.slice(1).map((row) => row.filter((_, k) => k !== j))),
    0,
  );
}

/** The effect sizes of a fit as one long vector: row, dpar, response less offset, design row. */
function stacked(fit: Fit) {
  const locations = Object.keys(fit.response);
  const p = locations.reduce((sum, key) => sum + fit.designs[key]!.names.length, 0);
  const entries: { row: number; outcome: number; y: number; x: number[] }[] = [];
  for (let row = 0; row < fit.nobs; row++) {
    let first = 0;
    locations.forEach((key, outcome) => {
      const { values, names, nrow } = fit.designs[key]!;
      const { values: y, offset } = fit.response[key]!;
      const x = new Array<number>(p).fill(0);
      names.forEach((_, j) => {
        x[first + j] = values[j * nrow + row]!;
      });
      first += names.length;
      if (!Number.isNaN(y[row]!)) entries.push({ row, outcome, y: y[row]! - (offset?.[row] ?? 0), x });
    });
  }
  return entries;
}

/** Sigma of all effect sizes from what the fit reports, and the inverse W that the likelihood weights by. */
function wholeSigma(fit: Fit): { Sigma: number[][]; W: number[][] } {
  const entries = stacked(fit);
  const places = Object.keys(fit.response).length;
  const V = new Map<string, number>();
  const { blocks, variances } = fit.knownV;
  let at = 0;
  let first = 0;
  for (const size of blocks?.sizes ?? []) {
    for (let a = 0; a < size; a++) {
      for (let b = 0; b <= a; b++, at++) {
        const [i, k] = [blocks!.rows[first + a]!, blocks!.rows[first + b]!];
        V.set(`${i},${k}`, blocks!.values[at]!).set(`${k},${i}`, blocks!.values[at]!);
      }
    }
    first += size;
  }
  const sigma = ({ row, outcome }: (typeof entries)[number]) =>
    (fit.fitted[places === 1 ? "sigma" : `sigma${outcome + 1}`] as Float64Array)[row]!;
  const covariance = (weighted: boolean) =>
    entries.map((a) =>
      entries.map((b) => {
        const place = ({ row, outcome }: typeof a) => places * row + outcome;
        let own = a === b ? variances[place(a)]! + sigma(a) ** 2 : (V.get(`${place(a)},${place(b)}`) ?? 0);
        if (a !== b && a.row === b.row) own += fit.fitted.rho12![a.row]! * sigma(a) * sigma(b);
        if (weighted) own /= fit.weights?.[a.row] ?? 1;
        for (const { dpar, codes, sd } of fit.random ?? []) {
          const outcome = dpar.startsWith("sd2(") ? 1 : 0;
          if (a.outcome !== outcome || b.outcome !== outcome || codes[a.row] !== codes[b.row]) continue;
          own += sd[codes[a.row]!]! ** 2;
        }
        return own;
      }),
    );
  return { Sigma: covariance(false), W: inverse(covariance(true)) };
}

function expectClose(seen: number, wanted: number, tolerance: number, what: string): void {
  const error = Math.abs(seen - wanted) / Math.max(1, Math.abs(wanted));
  // NaN where neither exists, at a boundary
  if (!(error <= tolerance) && !Object.is(seen, wanted)) expect.fail(`${what}: ${seen}, wanted ${wanted}`);
}

const flat = (
  values: Float64Array | { mu1: Float64Array; mu2: Float64Array },
  row: number,
  outcome: number,
) => (values instanceof Float64Array ? values[row]! : (outcome === 0 ? values.mu1 : values.mu2)[row]!);

describe("worked out with whole matrices and fits without the rows", () => {
  it.each(Object.keys(SCENARIOS))("%s", (name) => {
    // at seeds where no SD runs to zero, so that the whole matrices can be written down
    const data = simulatedData(name === "moderated SD" ? 30 : 21);
    const fit = fitScenario(SCENARIOS[name]!, data);
    const entries = stacked(fit);
    const { Sigma, W } = wholeSigma(fit);
    const X = entries.map(({ x }) => x);
    const p = X[0]!.length;
    const A = product(transpose(X), product(W, X));
    const H = product(product(X, inverse(A)), product(transpose(X), W));
    const rest = minus(
      X.map((_, i) => X.map((_row, k) => (i === k ? 1 : 0))),
      H,
    );
    const errors = product(product(rest, Sigma), transpose(rest));
    const hat = hatvalues(fit);
    const standardized = residuals(fit, { type: "rstandard" });
    const raw = residuals(fit);
    const deleted = residuals(fit, { type: "rstudent" });
    const { rows } = influence(fit);
    let trace = 0;
    entries.forEach(({ row, outcome }, i) => {
      const what = `row ${row + 1}, outcome ${outcome + 1}`;
      trace += flat(hat, row, outcome);
      expectClose(flat(hat, row, outcome), H[i]![i]!, SAME, `hat of ${what}`);
      const wanted = flat(raw, row, outcome) / Math.sqrt(errors[i]![i]!);
      expectClose(flat(standardized, row, outcome), wanted, SAME, `rstandard of ${what}`);
    });
    expectClose(trace, p, SAME, "sum of leverages");
    const weights = W.map((row, i) => row[i]!);
    const total = weights.reduce((sum, w) => sum + w, 0);

    for (const left of [0, 9, 31]) {
      const kept = [...data.yi!.keys()].filter((i) => i !== left);
      const without = fitScenario(SCENARIOS[name]!, data, kept);
      const own = [...entries.keys()].filter((i) => entries[i]!.row === left);
      const change = Array.from(
        { length: p },
        (_, j) => fit.coefficients[j]!.estimate - without.coefficients[j]!.estimate,
      );
      // the same covariance at the parameters of the fit without the row
      const there = wholeSigma(atParametersOf(fit, without));
      const others = wholeSigma(without);
      const Xkept = stacked(without).map(({ x }) => x);
      const vbKept = inverse(product(transpose(Xkept), product(others.W, Xkept)));
      const vbThere = inverse(product(transpose(X), product(there.W, X)));
      const r = own.map(
        (i) => entries[i]!.y - X[i]!.reduce((sum, x, j) => sum + x * without.coefficients[j]!.estimate, 0),
      );
      const C = own.map((i) =>
        own.map((k) => there.Sigma[i]![k]! + product(product([X[i]!], vbKept), transpose([X[k]!]))[0]![0]!),
      );
      const row = rows[left]!;
      const what = `${name}, row ${left + 1}`;
      own.forEach((i, a) => {
        expectClose(
          flat(deleted, left, entries[i]!.outcome),
          r[a]! / Math.sqrt(C[a]![a]!),
          OPTIMUM,
          `rstudent of ${what}`,
        );
      });
      expectClose(
        row.chiSquared,
        r.reduce((sum, value, a) => sum + value * solve(C, r)[a]!, 0),
        OPTIMUM,
        `X2 of ${what}`,
      );
      expectClose(
        row.cooksDistance,
        product(product([change], A), transpose([change]))[0]![0]!,
        OPTIMUM,
        `Cook of ${what}`,
      );
      expectClose(row.covRatio, determinant(vbKept) * determinant(A), OPTIMUM, `covRatio of ${what}`);
      expectClose(
        row.leverage,
        own.reduce((sum, i) => sum + H[i]![i]!, 0),
        SAME,
        `leverage of ${what}`,
      );
      expectClose(
        row.weight,
        own.reduce((sum, i) => sum + (100 * weights[i]!) / total, 0),
        SAME,
        `weight of ${what}`,
      );
      fit.coefficients.forEach(({ estimate, stdError }, j) => {
        const se = j < p ? Math.sqrt(vbThere[j]![j]!) : stdError;
        expectClose(
          row.dfbetas[j]!,
          (estimate - without.coefficients[j]!.estimate) / se,
          OPTIMUM,
          `DFBETAS ${j} of ${what}`,
        );
      });
      if (own.length > 1) {
        expect([row.rstudent, row.dffits]).toEqual([Number.NaN, Number.NaN]);
        continue;
      }
      const [i] = own as [number];
      const fitted = product(product([X[i]!], inverse(A)), transpose([X[i]!]))[0]![0]!;
      const shift = X[i]!.reduce((sum, x, j) => sum + x * change[j]!, 0);
      const dffits = shift / Math.sqrt((fitted * there.Sigma[i]![i]!) / Sigma[i]![i]!);
      expectClose(row.dffits, dffits, OPTIMUM, `DFFITS of ${what}`);
    }
  });
});

/** The fit with the scale parameters of another: fitted SDs and correlations of all its rows. */
function atParametersOf(fit: Fit, other: Fit): Fit {
  const linear = (key: string) => {
    const design = fit.designs[key]!;
    const own = other.coefficients.filter(({ dpar }) => dpar === key);
    return Float64Array.from({ length: design.nrow }, (_, i) =>
      own.reduce((sum, { estimate }, j) => sum + estimate * design.values[j * design.nrow + i]!, 0),
    );
  };
  const fitted = { ...fit.fitted };
  for (const key of Object.keys(fitted)) {
    if (key.startsWith("sigma") && fit.designs[key]) fitted[key] = linear(key).map(Math.exp);
    if (key === "rho12") fitted[key] = linear(key).map((eta) => 0.999999 * Math.tanh(eta));
  }
  const random = (fit.random ?? []).map((one) => ({ ...one, sd: linear(one.dpar).map(Math.exp) }));
  return { ...fit, fitted, random };
}

describe("invariance", () => {
  it("units of the effect and of the moderators, and a far-off origin, do not matter", () => {
    const data = simulatedData(22);
    const fit = fitTo(data, ["yi ~ x + meta_V(V = vi)", "sigma ~ x"]);
    const scaled = {
      yi: data.yi!.map((y) => 1e4 * (y as number)),
      vi: data.vi!.map((v) => 1e8 * (v as number)),
      x: data.x!.map((x) => 2000 + 1e-2 * (x as number)),
    };
    const other = influence(fitTo(scaled, ["yi ~ x + meta_V(V = vi)", "sigma ~ x"])).rows;
    influence(fit).rows.forEach((row, i) => {
      for (const key of [
        "rstudent",
        "dffits",
        "cooksDistance",
        "covRatio",
        "leverage",
        "weight",
        "qDeleted",
      ] as const)
        expectClose(other[i]![key], row[key], OPTIMUM, `${key} of ${i + 1}`);
      expectClose(other[i]!.dfbetas[1]!, row.dfbetas[1]!, OPTIMUM, "DFBETAS of the slope");
    });
  });
});

describe("influence()", () => {
  it("marks an outlier, and the row that makes sigma what it is", () => {
    const data = simulatedData(23);
    const yi = data.yi!.map((y, i) => (i === 12 ? (y as number) + 6 : (y as number)));
    const { rows } = influence(fitTo({ ...data, yi }, ["yi ~ 1 + meta_V(V = vi)"]));
    expect(rows[12]!.influential).toBe(true);
    expect(rows[12]!.rstudent).toBeGreaterThan(4);
    expect(rows.filter(({ influential }) => influential)).toHaveLength(1);
  });

  it("a row that cannot be left out has a leverage and a reason, and no numbers", () => {
    const data = simulatedData(24);
    const f = data.f!.map((_, i) => (i === 6 ? "rare" : i % 2 ? "b" : "a"));
    const fit = fitTo({ ...data, f }, ["yi ~ f + meta_V(V = vi)"]) as UnivariateFit;
    const { rows } = influence(fit);
    expect(rows[6]).toMatchObject({
      status: "not estimable",
      rstudent: Number.NaN,
      cooksDistance: Number.NaN,
    });
    expect(rows[6]!.leverage).toBeCloseTo(1, 10);
    expect(residuals(fit, { type: "rstudent" })[6]).toBeNaN();
    expect(residuals(fit, { type: "rstudent" }).filter(Number.isNaN)).toHaveLength(1);
    expect(String(influence(fit))).toContain("without row 7: not estimable");
  });

  it("by study: sums of leverages, and joint residuals", () => {
    const data = simulatedData(25);
    const fit = fitScenario(SCENARIOS.nested!, data);
    const { rows, by } = influence(fit, { by: "study" });
    expect(by).toBe("study");
    expect(rows.reduce((sum, { effects }) => sum + effects, 0)).toBe(32);
    expect(rows.reduce((sum, { leverage }) => sum + leverage, 0)).toBeCloseTo(2, 10);
    expect(String(influence(fit, { by: "study" })).split("\n")[0]).toMatch(
      /^study effects chi_squared +cook_d/,
    );
  });

  it("at a boundary: the mean's diagnostics stand, sigma has none", () => {
    const data = simulatedData(26);
    const yi = data.yi!.map((_, i) => 0.2 + 0.05 * Math.sin(3 * i));
    const boundary = influence(fitTo({ ...data, yi }, ["yi ~ x + meta_V(V = vi)"])).rows;
    const held = influence(fitTo({ ...data, yi }, ["yi ~ x + meta_V(V = vi)"], { fixed: { sigma: 0 } })).rows;
    boundary.forEach((row, i) => {
      expect(row.status).toBe("at boundary");
      expectClose(row.rstudent, held[i]!.rstudent, SAME, "rstudent");
      expectClose(row.cooksDistance, held[i]!.cooksDistance, SAME, "Cook");
      expect(row.dfbetas[2]).toBeNaN();
    });
  });

  it("two outcomes: residuals of both, NaN where one is missing", () => {
    const data = simulatedData(27);
    const fit = fitScenario(SCENARIOS["two outcomes"]!, data) as BivariateFit;
    const { mu1, mu2 } = residuals(fit, { type: "rstudent" });
    expect(mu1.every(Number.isFinite)).toBe(true);
    expect([...mu2.keys()].filter((i) => Number.isNaN(mu2[i]))).toEqual([3, 10, 17, 24, 31]);
    expect([...hatvalues(fit).mu2.keys()].filter((i) => Number.isNaN(hatvalues(fit).mu2[i]))).toEqual([
      3, 10, 17, 24, 31,
    ]);
  });
});
