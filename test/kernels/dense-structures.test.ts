import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createProblem, Order, type ProblemInput, type ResultField, Status } from "../../bindings/kernel";
import { expectClose, slopes } from "../fit/closeness";
import { randomFrom } from "../fit/random-problem";
import {
  type DenseProblem,
  type DenseShape,
  denseProblem,
  plainAnswer,
  plainInverse,
  plainSigma,
  STRUCTURES,
  type TermShape,
} from "./dense-problem";

/** Two orders of summation, Cholesky beside Gauss-Jordan. */
const SAME = 1e-9;
/** Central differences of fourth order, beside the largest entry. */
const DIFFERENCES = 1e-7;

const settings = { numRuns: 100, seed: 20261130 };

const term: fc.Arbitrary<TermShape> = fc.record({
  structure: fc.constantFrom(null, ...STRUCTURES),
  slope: fc.boolean(),
  moderator: fc.boolean(),
  rows: fc.constantFrom("all" as const, "some" as const, "each" as const),
});

const shape: fc.Arbitrary<DenseShape> = fc
  .record({
    seed: fc.nat(),
    clusters: fc.array(fc.integer({ min: 2, max: 14 }), { minLength: 1, maxLength: 3 }),
    terms: fc.array(term, { minLength: 1, maxLength: 4 }),
    shared: fc.boolean(),
    logSd: fc.constant(-0.4),
    pairs: fc.boolean(),
    multipliers: fc.boolean(),
    weights: fc.boolean(),
    reml: fc.boolean(),
  })
  // X has two columns, and weights do not go with REML
  .map((one) => ({ ...one, clusters: [6, ...one.clusters], weights: one.weights && !one.reml }));

const ofTerms = (terms: readonly TermShape[], more: Partial<DenseShape> = {}): DenseShape => ({
  ...{ seed: 1, clusters: [9, 5], terms, shared: false, logSd: -0.4 },
  ...{ pairs: false, multipliers: false, weights: false, reml: false },
  ...more,
});

interface Answer {
  readonly status: Status;
  readonly value: number;
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  read(field: ResultField, count: number): Float64Array;
}

function withProblem<T>(
  input: ProblemInput,
  q: number,
  use: (at: (theta: ArrayLike<number>) => Answer) => T,
): T {
  const problem = createProblem(input);
  const read = (field: ResultField, count: number) => problem.read(field, new Float64Array(count));
  try {
    return use((theta) => ({
      status: problem.evaluate(Float64Array.from(theta), Order.Hessian),
      value: problem.value,
      gradient: read("gradient", q),
      hessian: read("hessian", q * q),
      read,
    }));
  } finally {
    problem.dispose();
  }
}

function pointOf({ q }: DenseProblem, seed: number): Float64Array {
  const random = randomFrom(seed + 1);
  return Float64Array.from({ length: q }, () => 0.3 * random.normal());
}

function check(given: DenseShape): void {
  const problem = denseProblem(given);
  const { input, q } = problem;
  const theta = pointOf(problem, given.seed);
  withProblem(input, q, (at) => {
    const answer = at(theta);
    expect(answer.status).toBe(Status.Ok);
    expectClose([answer.value], [plainAnswer(problem, theta).value], SAME, "value");
    const first = slopes((x) => [plainAnswer(problem, x).value], theta, 2e-3).map(([slope]) => slope!);
    expectClose(answer.gradient, first, DIFFERENCES, "gradient");
    const second = slopes((x) => at(x).gradient, theta, 1e-3).flat();
    expectClose(answer.hessian, second, DIFFERENCES, "Hessian");
  });
}

/** d/dtheta of -X' S^-1 (y - X beta) at fixed beta, p x q. */
function plainCross(problem: DenseProblem, theta: Float64Array): number[] {
  const { input, clusters } = problem;
  const { beta } = plainAnswer(problem, theta);
  const slope = (x: Float64Array) => {
    const { weighted } = plainAnswer(problem, x);
    return [0, 1].map((j) => {
      let sum = 0;
      for (const [c, B] of weighted.entries())
        for (const [i, row] of B.entries())
          for (const [k, value] of row.entries()) {
            const at = clusters[c]!.row + k;
            const r = input.y[at]! - beta[0]! * input.X[at]! - beta[1]! * input.X[input.rows + at]!;
            sum -= input.X[j * input.rows + clusters[c]!.row + i]! * value * r;
          }
      return sum;
    });
  };
  const byTheta = slopes(slope, theta, 2e-3);
  return [0, 1].flatMap((j) => byTheta.map((row) => row[j]!));
}

describe("a dense cluster with slopes and correlated levels", () => {
  it("has the plain likelihood, and the derivatives that differences give", () => {
    fc.assert(fc.property(shape, check), settings);
  });

  it("has them in clusters that are factored in blocks, with more levels than rows", () => {
    const tree = { structure: "tree", slope: false, moderator: true, rows: "each" } as const;
    const slope = { structure: "any", slope: true, moderator: false, rows: "each" } as const;
    const plain = { structure: null, slope: true, moderator: false, rows: "all" } as const;
    for (const reml of [false, true]) check(ofTerms([tree, plain, slope], { clusters: [40, 7], reml }));
  });

  it("has the second derivatives in beta and theta that plain differences give", () => {
    fc.assert(
      fc.property(shape, (given) => {
        const problem = denseProblem(given);
        const theta = pointOf(problem, given.seed);
        withProblem(problem.input, problem.q, (at) => {
          const cross = at(theta).read("crossHessian", 2 * problem.q);
          expectClose(cross, plainCross(problem, theta), DIFFERENCES, "cross");
        });
      }),
      { ...settings, numRuns: 60 },
    );
  });

  it("leaves behind what predictions of effects are made of", () => {
    fc.assert(
      fc.property(shape, (given) => {
        const problem = denseProblem(given);
        const { input, clusters, q } = problem;
        const theta = pointOf(problem, given.seed);
        withProblem(input, q, (at) => {
          const answer = at(theta);
          const { beta, inverses } = plainAnswer(problem, theta);
          const score: number[] = [];
          const own: number[] = [];
          const solved: number[] = [];
          for (const [c, { rows, row, levels, terms }] of clusters.entries()) {
            const x = (i: number, j: number) => input.X[j * input.rows + row + i]!;
            const r = (i: number) => input.y[row + i]! - beta[0]! * x(i, 0) - beta[1]! * x(i, 1);
            const product = (a: (i: number) => number, b: (i: number) => number) => {
              let sum = 0;
              for (let i = 0; i < rows; i++)
                for (let k = 0; k < rows; k++) sum += a(i) * inverses[c]![i]![k]! * b(k);
              return sum;
            };
            for (let u = 0; u < levels; u++) {
              const z = (i: number) =>
                terms.reduce((sum, { levels: of, z }) => sum + (of[i] === u ? z[i]! : 0), 0);
              score.push(product(z, r));
              own.push(product(z, z));
              for (const j of [0, 1]) solved.push(product(z, (i) => x(i, j)));
            }
          }
          const count = input.levels.count;
          expectClose(answer.read("levelScore", count), score, SAME, "scores");
          expectClose(answer.read("levelInverse", count), own, SAME, "inverse");
          expectClose(answer.read("levelSolved", 2 * count), solved, SAME, "solved");
        });
      }),
      { ...settings, numRuns: 60 },
    );
  });

  it("gives the prediction of an effect that covaries with others", () => {
    const tree = { structure: "tree", slope: true, moderator: true, rows: "all" } as const;
    const problem = denseProblem(ofTerms([tree, { ...tree, structure: null }], { clusters: [11] }));
    const { input, clusters, q } = problem;
    const theta = pointOf(problem, 5);
    const [{ rows, levels, terms }] = clusters as [(typeof clusters)[0]];
    const { levels: levelOf, z, K } = terms[0]!;
    // textbook: u ~ N(0, K), cov(u_l, y_i) = K_l,l(i) omega z_i, u_hat = cov S^-1 r
    const omega = (u: number) => {
      const k = input.levels.logSdOffset[u]!;
      return Math.exp(
        Array.from({ length: 4 }, (_, j) => input.levels.U[j * levels + u]! * theta[2 + j]!).reduce(
          (a, b) => a + b,
          k,
        ),
      );
    };
    const { inverse } = plainInverse(plainSigma(problem, clusters[0]!, theta));
    withProblem(input, q, (at) => {
      const answer = at(theta);
      const score = answer.read("levelScore", levels);
      const beta = answer.read("beta", 2);
      const own = [...new Set(levelOf)];
      for (const l of own) {
        const cov = levelOf.map((u, i) => K![l]![u]! * omega(u) * z[i]!);
        let mean = 0;
        for (let i = 0; i < rows; i++)
          for (let k = 0; k < rows; k++)
            mean += cov[i]! * inverse[i]![k]! * (input.y[k]! - beta[0]! - beta[1]! * input.X[rows + k]!);
        const byLevel = own.reduce((sum, u) => sum + K![l]![u]! * omega(u) * score[u]!, 0);
        expectClose([byLevel], [mean], SAME, `level ${l}`);
      }
    });
  });

  it("is a cluster of independent intercepts where z is 1 and K the identity", () => {
    fc.assert(
      fc.property(shape, (given) => {
        const plain = {
          ...given,
          terms: given.terms.map((one) => ({ ...one, structure: null, slope: false })),
        };
        const problem = denseProblem(plain);
        const { input, clusters, q } = problem;
        const { terms } = input.clusters;
        const theta = pointOf(problem, given.seed);
        const isSame = ({ levels }: (typeof clusters)[0]["terms"][0], i: number, k: number) =>
          levels[i]! >= 0 && levels[i] === levels[k] ? 1 : 0;
        const structured = given.terms.flatMap((_, t) => (t % 2 === given.seed % 2 ? [t] : []));
        const same: ProblemInput = {
          ...input,
          clusters: {
            ...input.clusters,
            z: new Float64Array(input.rows * terms).fill(1),
            structured: Int32Array.from(structured),
            correlations: Float64Array.from(
              clusters.flatMap(({ rows, terms: own }) =>
                structured.flatMap((t) =>
                  Array.from({ length: rows }, (_, i) =>
                    Array.from({ length: i + 1 }, (__, k) => isSame(own[t]!, i, k)),
                  ).flat(),
                ),
              ),
            ),
          },
        };
        const fields: [ResultField, number][] = [
          ["beta", 2],
          ["gradient", q],
          ["hessian", q * q],
          ["thetaHessian", q * q],
          ["crossHessian", 2 * q],
          ["locationHessian", 4],
          ["levelScore", input.levels.count],
          ["levelInverse", input.levels.count],
          ["levelSolved", 2 * input.levels.count],
        ];
        const all = (from: ProblemInput) =>
          withProblem(from, q, (at) => {
            const answer = at(theta);
            return [[answer.value], ...fields.map(([field, count]) => [...answer.read(field, count)])];
          });
        const [wanted, seen] = [all(input), all(same)];
        seen.forEach((values, f) => {
          expectClose(values, wanted[f]!, 1e-10, fields[f - 1]?.[0] ?? "value");
        });
      }),
      settings,
    );
  });

  it.each([
    { logSd: Math.log(1e-8), what: "tiny" },
    { logSd: -400, what: "zero" },
    { logSd: 2.5, what: "large" },
    // of levels with correlations of 1 the Hessian has lost seven digits there: structured-entries.ts
    { logSd: 4, what: "huge, and correlations below 1" },
  ])("keeps its value and derivatives where SDs are $what", ({ logSd }) => {
    fc.assert(
      fc.property(shape, (given) => {
        fc.pre(logSd !== 4 || given.terms.every(({ structure }) => structure !== "ones"));
        const problem = denseProblem({ ...given, logSd });
        const theta = pointOf(problem, given.seed);
        withProblem(problem.input, problem.q, (at) => {
          const answer = at(theta);
          expect(answer.status).toBe(Status.Ok);
          expectClose([answer.value], [plainAnswer(problem, theta).value], 1e-7, "value");
          const first = slopes((x) => [at(x).value], theta, 2e-3).map(([slope]) => slope!);
          expectClose(answer.gradient, first, DIFFERENCES, "gradient");
          const second = slopes((x) => at(x).gradient, theta, 1e-3).flat();
          expectClose(answer.hessian, second, DIFFERENCES, "Hessian");
        });
      }),
      { ...settings, numRuns: 40 },
    );
  });

  it("says nothing of a slope's SD where x is 0 in all rows", () => {
    const slope = { structure: null, slope: true, moderator: false, rows: "all" } as const;
    for (const structure of [null, "tree"] as const) {
      const problem = denseProblem(
        ofTerms([
          { ...slope, structure },
          { ...slope, slope: false },
        ]),
      );
      const { input, q } = problem;
      const z = input.clusters.z!.map((value, at) => (at % 2 === 0 ? 0 : value));
      withProblem({ ...input, clusters: { ...input.clusters, z } }, q, (at) => {
        const { gradient, hessian, status } = at(pointOf(problem, 3));
        expect(status).toBe(Status.Ok);
        expect(gradient[2]).toBe(0);
        for (let k = 0; k < q; k++) expect([hessian[2 * q + k], hessian[k * q + 2]]).toEqual([0, 0]);
        expect(gradient[3]).not.toBe(0);
      });
    }
  });

  it("takes a term that has no level in some of the clusters, and structures in any order", () => {
    const tree = { structure: "tree", slope: false, moderator: false, rows: "some" } as const;
    const given = ofTerms([tree, { ...tree, structure: null }, { ...tree, structure: "any" }], {
      clusters: [2, 8, 2],
    });
    for (let seed = 0; seed < 10; seed++) check({ ...given, seed });
    const problem = denseProblem(given);
    const { input, clusters, q } = problem;
    const theta = pointOf(problem, 2);
    let at = 0;
    const swapped = clusters.flatMap(({ rows }) => {
      const size = (rows * (rows + 1)) / 2;
      const [one, two] = [at, at + size].map((from) => [
        ...input.clusters.correlations.subarray(from, from + size),
      ]);
      at += 2 * size;
      return [...two!, ...one!];
    });
    const other = {
      ...input.clusters,
      structured: Int32Array.of(2, 0),
      correlations: Float64Array.from(swapped),
    };
    const value = (from: ProblemInput) => withProblem(from, q, (x) => x(theta).value);
    expect(value({ ...input, clusters: other })).toBe(value(input));
  });
});
