import { describe, expect, it } from "vitest";
import { listCases, loadCase } from "../cases";
import { expectClose } from "./closeness";
import { engineFor, engineForJob } from "./engine-for";
import { type CheckPoint, jobOf, type MaCase } from "./ma-case";
import { type PlainProblem, textbookLogLik, times } from "./plain-problem";

/** The likelihood at fixed points far from the optimum: no optimizer, so only rounding separates two programs. */
const VALUE = 1e-9;
/** Central differences of fourth order with step 1e-3. */
const GRADIENT = 1e-8;
/** Their correlation is tanh(eta), ours 0.999999 tanh(eta): eta is converted, a moderator of rho12 only nearly. */
const RHO_WITH_MODERATOR = 1e-5;

/** All but those with a correlation matrix of the random effects. */
const CASES = listCases("v")
  .map((id) => loadCase<MaCase>(id))
  .filter(({ kind, model }) => kind !== "escalc" && !model.formula.mu?.includes("relmat("));

interface Point {
  readonly label: string;
  readonly given: MaCase;
  readonly point: CheckPoint;
}

const POINTS: readonly Point[] = CASES.flatMap((given) =>
  given.check_points.map((point, i) => ({ label: `${given.id} point ${i + 1}`, given, point })),
);

/** One mean and one sigma describe it: sd(group) and two outcomes need other designs. */
const PLAIN = POINTS.filter(({ given: { model } }) =>
  Object.keys(model.design ?? { none: null }).every((dpar) => dpar === "mu" || dpar === "sigma"),
);

function problemOf({ data, V, model }: MaCase): PlainProblem {
  const n = data.n;
  const dense = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  let clusters: number[][] = [];
  if (V.kind === "diagonal") {
    for (let i = 0; i < n; i++) dense[i]![i] = data.columns[V.column]![i] as number;
  } else if (V.kind === "blocks") {
    for (const { rows, matrix } of V.blocks) {
      for (const [a, row] of rows.entries()) {
        for (const [b, column] of rows.entries()) dense[row]![column] = matrix[a]![b]!;
      }
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

/** The point's parameters of these dpars in this order, rho12 as ours. */
function scaleOf({ scale }: CheckPoint): number[] {
  const names = Object.keys(scale);
  const ofDpar = (prefix: string) => names.filter((name) => name.startsWith(prefix));
  const rho = ofDpar("rho12");
  const exact = rho.length === 1;
  return [...ofDpar("sigma"), ...ofDpar("sd("), ...rho].map((name) =>
    exact && name === rho[0] ? Math.atanh(Math.tanh(scale[name]!) / 0.999999) : scale[name]!,
  );
}

describe("check points", () => {
  it("are those of 31 cases, 18 of them plain", () => {
    expect(CASES.length).toBeGreaterThanOrEqual(31);
    expect(new Set(PLAIN.map(({ given }) => given.id)).size).toBeGreaterThanOrEqual(17);
  });

  it.each(PLAIN)("$label: the textbook's joint value and gradient", ({ given, point }) => {
    const problem = problemOf(given);
    const mu = times(problem.X, Object.values(point.mu));
    const gamma = scaleOf(point);
    const value = (at: readonly number[]) => textbookLogLik(problem, mu, at);
    expectClose([value(gamma)], [point.logLik_at_mu_and_scale], VALUE, "logLik");
    if (point.gradient_scale === undefined) return;
    const gradient = gamma.map((_, k) => {
      // a raw calendar year in sigma: its coefficient moves log sigma 2,000 times as far
      const h = 1e-3 / Math.max(...problem.W!.map((row) => Math.abs(row[k]!)));
      const at = (step: number) => value(gamma.map((g, l) => (l === k ? g + step * h : g)));
      return (at(-2) - 8 * at(-1) + 8 * at(1) - at(2)) / (12 * h);
    });
    expectClose(gradient, point.gradient_scale, GRADIENT, "gradient");
  });

  it.each(PLAIN.filter(({ point }) => point.profile_ML_mu !== undefined))(
    "$label: the engine's profiled mean and gradient",
    ({ given, point }) => {
      const problem = problemOf(given);
      const engine = engineFor(problem);
      try {
        const theta = engine.thetaOf(scaleOf(point));
        const answer = engine.at(theta);
        const mu = times(problem.X, point.profile_ML_mu!);
        expect(answer.defined).toBe(true);
        expectClose(answer.mu, mu, VALUE, "mu");

        // with mu held at its GLS value, the textbook's slope is the profiled one
        const h = 1e-3;
        const slopes = Array.from(theta, (_, k) => {
          const at = (step: number) => {
            const moved = Float64Array.from(theta);
            moved[k]! += step * h;
            return -textbookLogLik(problem, mu, engine.coefficientsOf(moved));
          };
          return (at(-2) - 8 * at(-1) + 8 * at(1) - at(2)) / (12 * h);
        });
        expectClose(answer.gradient, slopes, GRADIENT, "gradient");
      } finally {
        engine.dispose();
      }
    },
  );

  it.each(POINTS.filter(({ point }) => point.profile_ML_logLik_at_scale !== undefined))(
    "$label: the engine's profiled value",
    ({ given, point }) => {
      const engine = engineForJob(jobOf(given, "ML"));
      try {
        const { defined, logLik } = engine.at(engine.thetaOf(scaleOf(point)));
        const moderated = Object.keys(point.scale).filter((name) => name.startsWith("rho12")).length > 1;
        expect(defined).toBe(true);
        expectClose(
          [logLik],
          [point.profile_ML_logLik_at_scale!],
          moderated ? RHO_WITH_MODERATOR : VALUE,
          "logLik",
        );
      } finally {
        engine.dispose();
      }
    },
  );
});
