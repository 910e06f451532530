import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DrmOptions } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { engineFor } from "./engine-for";
import { type PlainProblem, textbookLogLik } from "./plain-problem";
import { randomFrom, randomProblem, V_KINDS } from "./random-problem";
import { type Columns, coefficient, estimate, fitTo, simulated } from "./simulated";

/** The log-likelihood is flat at its maximum: what is left is the order of summation. */
const LOG_LIK = 1e-10;
/** The search leaves an estimate within 2e-9 standard errors of the optimum. */
const ESTIMATE = 1e-7;
/** The same model in another arithmetic order at the same point. */
const SAME = 1e-10;
const settings = { numRuns: 25, seed: 20260102 };
const seed = fc.nat();

const FORMULAS = ["yi ~ x + f + meta_V(V = vi)", "sigma ~ x + f"];

/** An SD at zero in one way of writing the model (-Infinity) is at zero in the other. */
function expectClose(seen: number, wanted: number, tolerance: number, what: string): void {
  if (seen === wanted) return;
  const error = Math.abs(seen - wanted) / Math.max(1, Math.abs(wanted));
  if (!(error <= tolerance))
    expect.fail(`${what}: ${seen}, wanted ${wanted} (error ${error.toExponential(1)})`);
}

/** The same fitted values, row by row, and log-likelihood; `rows[i]` is where row i of `fit` is in `other`. */
function expectSameFit(
  fit: Fit,
  other: Fit,
  rows: readonly number[] = [...fit.rows.keys()],
  factor = 1,
): void {
  expect(fit.optim.code, fit.optim.message).toBe(0);
  expect(other.optim.code, other.optim.message).toBe(0);
  expectClose(other.logLik + fit.nobs * Math.log(factor), fit.logLik, LOG_LIK, "logLik");
  for (const [i, row] of rows.entries()) {
    expectClose(other.fitted.mu![row]! / factor, fit.fitted.mu![i]!, ESTIMATE, `mu of row ${i}`);
    expectClose(other.fitted.sigma![row]! / factor, fit.fitted.sigma![i]!, ESTIMATE, `sigma of row ${i}`);
  }
}

/** Standard errors agree, and so does what has none. */
function expectSameError(
  fit: Fit,
  other: Fit,
  dpar: string,
  term: string,
  factor = 1,
  otherTerm = term,
): void {
  const { stdError: wanted, atBoundary } = coefficient(fit, dpar, term);
  const { stdError, atBoundary: alsoAtBoundary } = coefficient(other, dpar, otherTerm);
  const seen = stdError / factor;
  expect(alsoAtBoundary).toBe(atBoundary);
  if (atBoundary) expect([seen, wanted]).toEqual([Number.NaN, Number.NaN]);
  else if (!(Math.abs(seen / wanted - 1) <= ESTIMATE))
    expect.fail(`standard error of ${dpar}:${term}: ${seen}, wanted ${wanted}`);
}

function permuted(columns: Columns, order: readonly number[]): Columns {
  return Object.fromEntries(
    Object.entries(columns).map(([name, values]) => [name, order.map((i) => values[i])]),
  ) as unknown as Columns;
}

function randomOrder(seedOfOrder: number, n: number): number[] {
  const random = randomFrom(seedOfOrder);
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

describe("what a fit does not depend on", () => {
  it("the order of the rows", () => {
    fc.assert(
      fc.property(seed, (s) => {
        const data = simulated(s);
        const order = randomOrder(s, data.yi.length);
        const fit = fitTo(data, FORMULAS, { factors: { f: ["a", "b", "c"] } });
        const other = fitTo(permuted(data, order), FORMULAS, { factors: { f: ["a", "b", "c"] } });
        expectSameFit(
          fit,
          other,
          [...order.keys()].map((i) => order.indexOf(i)),
        );
        for (const { dpar, term } of fit.coefficients) expectSameError(fit, other, dpar, term);
      }),
      settings,
    );
  });

  it("the unit of the effect: mu scales, log sigma shifts", () => {
    fc.assert(
      fc.property(seed, fc.double({ min: -12, max: 12, noNaN: true }), (s, log) => {
        const k = Math.exp(log);
        const data = simulated(s);
        const scaled = { ...data, yi: data.yi.map((y) => k * y), vi: data.vi.map((v) => k * k * v) };
        const fit = fitTo(data, FORMULAS);
        const other = fitTo(scaled, FORMULAS);
        expectSameFit(fit, other, undefined, k);
        expectClose(estimate(other, "sigma") - Math.log(k), estimate(fit, "sigma"), ESTIMATE, "sigma");
        expectClose(estimate(other, "sigma", "x"), estimate(fit, "sigma", "x"), ESTIMATE, "sigma:x");
        expectSameError(fit, other, "mu", "x", k);
        expectSameError(fit, other, "sigma", "x");
      }),
      settings,
    );
  });

  it("a constant added to every effect", () => {
    fc.assert(
      fc.property(seed, fc.double({ min: -100, max: 100, noNaN: true }), (s, shift) => {
        const data = simulated(s);
        const fit = fitTo(data, FORMULAS);
        const other = fitTo({ ...data, yi: data.yi.map((y) => y + shift) }, FORMULAS);
        expectClose(other.logLik, fit.logLik, LOG_LIK, "logLik");
        expectClose(estimate(other, "mu") - shift, estimate(fit, "mu"), ESTIMATE, "mu");
        for (const { dpar, term } of fit.coefficients) expectSameError(fit, other, dpar, term);
      }),
      settings,
    );
  });

  it("how a moderator is coded: centred, scaled, a calendar year", () => {
    fc.assert(
      fc.property(seed, fc.double({ min: 0.001, max: 1000, noNaN: true }), (s, unit) => {
        const data = simulated(s);
        const formulas = ["yi ~ x + year + meta_V(V = vi)", "sigma ~ year"];
        const fit = fitTo({ ...data, year: data.year.map((year) => (year - 2000) / 10) }, formulas);
        const other = fitTo({ ...data, x: data.x.map((x) => 5 + unit * x) }, formulas);
        expectSameFit(fit, other);
        expectClose(
          10 * estimate(other, "sigma", "year"),
          estimate(fit, "sigma", "year"),
          ESTIMATE,
          "sigma:year",
        );
        expectSameError(fit, other, "sigma", "year", 0.1);
        expectSameError(fit, other, "mu", "x", 1 / unit);
      }),
      settings,
    );
  });

  it("which level is the reference", () => {
    fc.assert(
      fc.property(seed, (s) => {
        const data = simulated(s);
        const fit = fitTo(data, FORMULAS, { factors: { f: ["a", "b", "c"] } });
        const other = fitTo(data, FORMULAS, { factors: { f: ["c", "b", "a"] } });
        expectSameFit(fit, other);
        for (const dpar of ["mu", "sigma"]) {
          expectClose(estimate(other, dpar, "fa"), -estimate(fit, dpar, "fc"), ESTIMATE, `${dpar}:fa`);
          expectSameError(fit, other, dpar, "fc", 1, "fa");
        }
      }),
      settings,
    );
  });

  it("whether levels or an intercept and differences are written", () => {
    fc.assert(
      fc.property(seed, (s) => {
        const data = simulated(s);
        const fit = fitTo(data, ["yi ~ f + meta_V(V = vi)", "sigma ~ f"]);
        const other = fitTo(data, ["yi ~ 0 + f + meta_V(V = vi)", "sigma ~ 0 + f"]);
        expectSameFit(fit, other);
        expectClose(
          estimate(other, "sigma", "fb"),
          estimate(fit, "sigma") + estimate(fit, "sigma", "fb"),
          ESTIMATE,
          "fb",
        );
        expectSameError(fit, other, "sigma", "(Intercept)", 1, "fa");
      }),
      settings,
    );
  });
});

describe("weights", () => {
  it("of 2 are rows given twice, of 1 are no weights", () => {
    fc.assert(
      fc.property(seed, (s) => {
        const data = simulated(s);
        const twice = permuted(
          data,
          [...data.yi.keys(), ...data.yi.keys()].sort((a, b) => a - b),
        );
        const fit = fitTo(twice, FORMULAS);
        const other = fitTo(data, FORMULAS, { weights: data.yi.map(() => 2) });
        expectClose(other.logLik, fit.logLik, LOG_LIK, "logLik");
        for (const { dpar, term } of fit.coefficients) {
          expectClose(estimate(other, dpar, term), estimate(fit, dpar, term), ESTIMATE, `${dpar}:${term}`);
          expectSameError(fit, other, dpar, term);
        }
        expect([fit.nobs, other.nobs]).toEqual([72, 36]);
        expectSameFit(fitTo(data, FORMULAS), fitTo(data, FORMULAS, { weights: data.yi.map(() => 1) }));
      }),
      settings,
    );
  });

  it("of 0 are rows left out, but for the count", () => {
    fc.assert(
      fc.property(seed, (s) => {
        const data = simulated(s, 45);
        const weights = data.yi.map((_, i) => (i % 5 === 0 ? 0 : 1));
        const left = permuted(
          data,
          [...data.yi.keys()].filter((i) => weights[i] === 1),
        );
        const fit = fitTo(left, FORMULAS);
        const other = fitTo(data, FORMULAS, { weights });
        expectClose(other.logLik, fit.logLik, LOG_LIK, "logLik");
        for (const { dpar, term } of fit.coefficients) {
          expectClose(estimate(other, dpar, term), estimate(fit, dpar, term), ESTIMATE, `${dpar}:${term}`);
          expectSameError(fit, other, dpar, term);
        }
        expect([fit.nobs, other.nobs]).toEqual([36, 45]);
      }),
      settings,
    );
  });
});

describe("ways to write the same V", () => {
  type Matrices = NonNullable<DrmOptions["matrices"]>;
  const formulas = ["y ~ x + meta_V(V = V)", "sigma ~ x"];
  const kinds = fc.constantFrom("blocks" as const, "mixed" as const, "dense" as const, "singular" as const);

  function columnsOf({ y, X }: PlainProblem): Record<string, number[]> {
    return { y: [...y], x: X.map((row) => row[1]!) };
  }

  function waysToWrite({ V, clusters }: PlainProblem): Record<string, Matrices[string]> {
    const tied = new Set(clusters.flat());
    const alone = V.map((_, i) => i).filter((i) => !tied.has(i));
    const row: number[] = [];
    const column: number[] = [];
    const value: number[] = [];
    for (const [i, cells] of V.entries()) {
      for (const [j, cell] of cells.entries()) {
        if (cell === 0) continue;
        row.push(i);
        column.push(j);
        value.push(cell);
      }
    }
    const blocks = [...clusters, ...alone.map((i) => [i])].map((rows) => ({
      rows: [...rows],
      matrix: rows.map((i) => rows.map((j) => V[i]![j]!)),
    }));
    return {
      dense: V.map((cells) => [...cells]),
      flat: Float64Array.from(V.flat()),
      blocks: { blocks },
      "blocks in reverse": { blocks: [...blocks].reverse() },
      sparse: { n: V.length, row, column, value },
    };
  }

  it("agree, and so does a permuted one", () => {
    fc.assert(
      fc.property(seed, kinds, (s, kind) => {
        const problem = randomProblem({ seed: s, rows: 24, p: 2, q: 2, kind, weighted: false });
        const data = columnsOf(problem);
        const [first, ...others] = Object.values(waysToWrite(problem)).map((V) =>
          fitTo(data, formulas, { matrices: { V } }),
        );
        for (const other of others) expectSameFit(first!, other);

        const order = randomOrder(s, 24);
        const V = order.map((i) => order.map((j) => problem.V[i]![j]!));
        const moved = { y: order.map((i) => data.y![i]!), x: order.map((i) => data.x![i]!) };
        expectSameFit(
          first!,
          fitTo(moved, formulas, { matrices: { V } }),
          [...order.keys()].map((i) => order.indexOf(i)),
        );
      }),
      settings,
    );
  });

  it("a diagonal in the dense kernel is the scalar kernel's problem", () => {
    fc.assert(
      fc.property(
        seed,
        fc.constantFrom(...V_KINDS.slice(0, 3)),
        fc.boolean(),
        fc.integer({ min: 2, max: 40 }),
        (s, kind, half, rows) => {
          const scalar = randomProblem({ seed: s, rows: rows + 4, p: 3, q: 3, kind, weighted: false });
          // V says nothing about these rows together, yet they go as one cluster
          const cluster = scalar.y.map((_, i) => i).filter((i) => !half || i % 3 > 0);
          const random = randomFrom(s + 1);
          const at = Float64Array.from({ length: 3 }, () => 0.4 * random.normal());
          const [a, b] = [undefined, cluster].map((rows) => {
            const engine = engineFor(scalar, rows);
            const answer = engine.at(at);
            engine.dispose();
            return answer;
          });
          for (const [key, value] of Object.entries(a!)) {
            const wanted =
              typeof value === "number" ? [value] : value === true ? [1] : [...(value as Float64Array)];
            const other = b![key as keyof typeof b] as unknown;
            const seen =
              typeof other === "number" ? [other] : other === true ? [1] : [...(other as Float64Array)];
            const scale = Math.max(1, ...wanted.map(Math.abs));
            expect(seen.length).toBe(wanted.length);
            for (const [i, cell] of wanted.entries())
              expectClose(seen[i]! / scale, cell / scale, SAME, `${key}[${i}]`);
          }
        },
      ),
      { ...settings, numRuns: 200 },
    );
  });

  it("weights of a correlated cluster multiply its joint log-likelihood", () => {
    fc.assert(
      fc.property(seed, kinds, (s, kind) => {
        const problem = randomProblem({ seed: s, rows: 24, p: 2, q: 2, kind, weighted: true });
        const matrices = { V: problem.V.map((row) => [...row]) };
        const weights = [...problem.weights!];
        const fit = fitTo(columnsOf(problem), formulas, { matrices, weights });
        expect(fit.optim.code, fit.optim.message).toBe(0);
        // each row's own log sigma; exp(-400)^2 is zero beside V
        const identity = problem.y.map((_, i) => problem.y.map((_, j) => (i === j ? 1 : 0)));
        const logSigma = [...fit.fitted.sigma!].map((sigma) => Math.max(Math.log(sigma), -400));
        const wanted = textbookLogLik({ ...problem, W: identity }, fit.fitted.mu!, logSigma);
        expectClose(fit.logLik, wanted, LOG_LIK, "logLik");
      }),
      settings,
    );
  });
});
