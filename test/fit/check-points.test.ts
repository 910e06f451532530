import { describe, expect, it } from "vitest";
import { listCases, loadCase } from "../cases";
import { engineFor } from "./engine-for";
import type { CheckPoint, MaCase } from "./ma-case";
import { type PlainProblem, textbookLogLik, times } from "./plain-problem";

/** The likelihood at fixed points far from the optimum: no optimizer, so only rounding separates two programs. */
const VALUE = 1e-9;
/** The reference's scale gradient is at its own mu; the textbook's differences tie it to ours (step 1e-3, order 4). */
const GRADIENT = 1e-8;

/** Cases that one mean and one sigma describe; sd(group) and two outcomes need other designs. */
const CASES = listCases("v")
  .map((id) => loadCase<MaCase>(id))
  .filter(({ kind }) => kind !== "escalc")
  .filter(({ model }) => Object.keys(model.design ?? { none: null }).every((dpar) => dpar === "mu" || dpar === "sigma"));

const POINTS = CASES.flatMap((given) =>
  given.check_points.map((point, i) => ({ id: given.id, point, label: `${given.id} point ${i + 1}`, given })),
);

function problemOf({ data, V, model }: MaCase): PlainProblem {
  const n = data.n;
  const dense = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  let clusters: number[][] = [];
  if (V.kind === "diagonal") {
    for (let i = 0; i < n; i++) dense[i]![i] = data.columns[V.column]![i] as number;
  } else if (V.kind === "blocks") {
    for (const { rows, matrix } of V.blocks) {
      rows.forEach((row, a) => rows.forEach((column, b) => {
        dense[row]![column] = matrix[a]![b]!;
      }));
    }
    clusters = V.blocks.map(({ rows }) => [...rows]).filter((rows) => rows.length > 1);
  }
  const { weights } = model.formula;
  return {
    y: data.columns.yi as number[],
    X: model.design!.mu!.rows,
    W: model.design!.sigma?.rows ?? null,
    V: dense,
    clusters,
    weights: weights === undefined ? null : (data.columns[weights] as number[]),
  };
}

function expectClose(seen: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number, what: string): void {
  const scale = Math.max(1, ...Array.from(wanted, Math.abs));
  expect(seen.length, what).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    const error = Math.abs(seen[i]! - wanted[i]!) / scale;
    if (!(error <= tolerance)) expect.fail(`${what}[${i}]: ${seen[i]}, wanted ${wanted[i]} (error ${error.toExponential(1)})`);
  }
}

function logSigmaAt(problem: PlainProblem, gamma: readonly number[]): number[] {
  if (problem.W === null) return problem.y.map(() => Number.NEGATIVE_INFINITY);
  return times(problem.W, gamma);
}

function scaleOf(point: CheckPoint): number[] {
  return Object.values(point.scale);
}

describe("check points", () => {
  it("cover 16 cases", () => expect(CASES.length).toBeGreaterThanOrEqual(16));

  it.each(POINTS)("$label: the textbook's joint value and gradient", ({ given, point }) => {
    const problem = problemOf(given);
    const mu = times(problem.X, Object.values(point.mu));
    const gamma = scaleOf(point);
    const value = (at: readonly number[]) => textbookLogLik(problem, mu, logSigmaAt(problem, at));
    expectClose([value(gamma)], [point.logLik_at_mu_and_scale], VALUE, "logLik");
    if (point.gradient_scale !== undefined) {
      const gradient = gamma.map((_, k) => {
        // a raw calendar year in sigma: its coefficient moves log sigma 2,000 times as far
        const h = 1e-3 / Math.max(...problem.W!.map((row) => Math.abs(row[k]!)));
        const at = (step: number) => value(gamma.map((g, l) => (l === k ? g + step * h : g)));
        return (at(-2) - 8 * at(-1) + 8 * at(1) - at(2)) / (12 * h);
      });
      expectClose(gradient, point.gradient_scale, GRADIENT, "gradient");
    }
  });

  const profiled = POINTS.filter(({ point }) => point.profile_ML_logLik_at_scale !== undefined);
  it.each(profiled)("$label: the engine's profiled value, mean and gradient", ({ given, point }) => {
    const problem = problemOf(given);
    const engine = engineFor(problem);
    try {
      const gamma = scaleOf(point);
      const theta = engine.thetaOf(gamma);
      const answer = engine.at(theta);
      const mu = times(problem.X, point.profile_ML_mu!);
      expect(answer.defined).toBe(true);
      expectClose([answer.logLik], [point.profile_ML_logLik_at_scale!], VALUE, "logLik");
      expectClose(answer.mu, mu, VALUE, "mu");

      // with mu held at its GLS value, the textbook's slope is the profiled one
      const h = 1e-3;
      const slopes = Array.from(theta, (_, k) => {
        const at = (step: number) => {
          const moved = Float64Array.from(theta);
          moved[k]! += step * h;
          return -textbookLogLik(problem, mu, engine.logSigma(moved));
        };
        return (at(-2) - 8 * at(-1) + 8 * at(1) - at(2)) / (12 * h);
      });
      expectClose(answer.gradient, slopes, GRADIENT, "gradient");
    } finally {
      engine.dispose();
    }
  });
});
