import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drm } from "../../src/drm";
import { drmFormula } from "../../src/formula/formula";
import { aic, bic } from "../../src/inference/information-criteria";
import { listCases, loadCase } from "../cases";
import { expectClose, slopes } from "./closeness";
import {
  denseEngineForJob,
  type EngineAnswer,
  engineForJob,
  jobOfProblem,
  type TestEngine,
} from "./engine-for";
import { type CheckPoint, type Job, jobOf, type MaCase } from "./ma-case";
import { type PlainProblem, textbookGls, textbookLogLik, times } from "./plain-problem";
import { jobOfStudies, randomStudies, STUDY_STRUCTURES, tiedTogether } from "./plain-studies";
import { randomFrom, randomProblem, V_KINDS } from "./random-problem";
import { STRUCTURES, structuredProblem } from "./structured-problem";

/** Only rounding separates two programs at a fixed point. */
const POINT = 1e-9;
/** Their correlation is tanh(eta), ours 0.999999 tanh(eta): eta is converted, a moderator of rho12 only nearly. */
const RHO_WITH_MODERATOR = 1e-5;
/** The textbook's X' S^-1 X comes from differences of a quadratic. */
const TEXTBOOK = 1e-10;
/** Central differences of fourth order; the scale of a comparison is the largest entry. */
const DIFFERENCES = 1e-7;
/** Two kernels on the same model. */
const KERNEL = 1e-10;

const settings = { numRuns: 200, seed: 20260401 };

const reml = ({ formulas, options }: Job): Job => ({ formulas, options: { ...options, method: "REML" } });

/** Away from any optimum. */
function pointFor(seed: number, q: number): number[] {
  const random = randomFrom(seed + 1);
  return Array.from({ length: q }, () => -0.2 + 0.4 * random.normal());
}

function withEngine(
  job: Job,
  seed: number,
  run: (engine: TestEngine, at: Float64Array, answer: EngineAnswer) => void,
  make = engineForJob,
  moved: Readonly<Record<number, number>> = {},
): void {
  const engine = make(reml(job));
  try {
    const at = engine.thetaOf(pointFor(seed, engine.q).map((value, k) => value + (moved[k] ?? 0)));
    const answer = engine.at(at);
    expect(answer.defined).toBe(true);
    run(engine, at, answer);
  } finally {
    engine.dispose();
  }
}

/** log|X'X| / 2 by the triangular matrix that makes X orthogonal. */
function halfLogDetXtX({ model: { location, rows }, p }: TestEngine): number {
  let sum = 0.5 * p * Math.log(rows);
  for (let j = 0; j < p; j++) sum -= Math.log(location.toOriginal[j * (p + 1)]!);
  return sum;
}

/** The textbook's profiled log-likelihood + p/2 log 2 pi - 1/2 log|X' S^-1 X|. */
function textbookRestricted(problem: PlainProblem, theta: readonly number[]): number {
  const mu = times(problem.X, textbookGls(problem, theta));
  const at = (...columns: readonly number[]): number =>
    textbookLogLik(
      problem,
      mu.map((value, i) => value + columns.reduce((sum, j) => sum + problem.X[i]![j]!, 0)),
      theta,
    );
  const A = problem.X[0]!.map((_, j) => problem.X[0]!.map((_, k) => at(j) + at(k) - at() - at(j, k)));
  let value = at();
  // elimination
  for (let j = 0; j < A.length; j++) {
    value += 0.5 * (Math.log(2 * Math.PI) - Math.log(A[j]![j]!));
    for (let i = j + 1; i < A.length; i++) {
      for (let k = A.length - 1; k >= j; k--) A[i]![k]! -= (A[i]![j]! / A[j]![j]!) * A[j]![k]!;
    }
  }
  return value;
}

interface Given {
  readonly job: Job;
  readonly problem: PlainProblem;
  readonly seed: number;
}

const plain = fc
  .record({
    seed: fc.nat(),
    rows: fc.integer({ min: 6, max: 16 }),
    p: fc.integer({ min: 1, max: 3 }),
    q: fc.integer({ min: 1, max: 3 }),
    kind: fc.constantFrom(...V_KINDS),
  })
  .map((shape): Given => {
    const problem = randomProblem({ ...shape, weighted: false });
    return { job: jobOfProblem(problem), problem, seed: shape.seed };
  });
const structured = fc
  .tuple(fc.nat(), fc.constantFrom(...STRUCTURES))
  .map(([seed, structure]): Given => ({ ...structuredProblem(seed, structure), seed }));
const model = fc.oneof(plain, structured);
const unweighted = STUDY_STRUCTURES.filter((structure) => !structure.startsWith("weights"));
const studies = fc
  .tuple(fc.nat(), fc.constantFrom(...unweighted))
  .map(([seed, structure]) => ({ seed, job: jobOfStudies(randomStudies(randomFrom(seed), structure)) }));

describe("the restricted likelihood", () => {
  it("is the textbook's, with + log|X'X| / 2", () => {
    fc.assert(
      fc.property(model, ({ job, problem, seed }) => {
        withEngine(job, seed, (engine, at, { logLik }) => {
          const wanted = textbookRestricted(problem, engine.coefficientsOf(at));
          expectClose([logLik - halfLogDetXtX(engine)], [wanted], TEXTBOOK, "logLik");
        });
      }),
      settings,
    );
  });

  it.each([
    ["one outcome", model],
    ["two outcomes", studies],
  ])(
    "has the gradient and the Hessian that differences give: %s",
    (_, jobs: fc.Arbitrary<{ job: Job; seed: number }>) => {
      fc.assert(
        fc.property(jobs, ({ job, seed }) => {
          withEngine(job, seed, (engine, at, { gradient, hessian }) => {
            const first = slopes((x) => [-engine.at(x).logLik], at, 2e-3).map(([slope]) => slope!);
            expectClose(gradient, first, DIFFERENCES, "gradient");
            expectClose(
              hessian,
              slopes((x) => engine.at(x).gradient, at, 1e-3).flat(),
              DIFFERENCES,
              "Hessian",
            );
          });
        }),
        settings,
      );
    },
  );
});

describe("two kernels give the same answer", () => {
  const FIELDS = ["gradient", "hessian", "mu", "locationHessian", "crossHessian", "thetaHessian"] as const;
  const expectSame = (seen: EngineAnswer, wanted: EngineAnswer): void => {
    expectClose([seen.logLik], [wanted.logLik], KERNEL, "logLik");
    for (const field of FIELDS) expectClose(seen[field], wanted[field], KERNEL, field);
  };
  const diagonal = plain.filter(({ problem: { clusters } }) => clusters.length === 0);
  const nested = fc
    .tuple(
      fc.nat(),
      fc.constantFrom("intercept" as const, "intercept, sd moderated" as const, "nested" as const),
    )
    .map(([seed, structure]): Given => ({ ...structuredProblem(seed, structure), seed }));

  it.each([
    ["scalar", diagonal],
    ["nested", nested],
  ] as const)("%s and dense", (kernel, jobs) => {
    fc.assert(
      fc.property(jobs, ({ job, seed }) => {
        withEngine(job, seed, (engine, _, fast) => {
          expect(engine.layout[kernel === "scalar" ? "scalarRows" : "nestedRows"]).toBeGreaterThan(0);
          withEngine(
            job,
            seed,
            (dense, _, slow) => {
              expect(dense.layout.clusterSizes.length).toBe(3);
              expectSame(fast, slow);
            },
            denseEngineForJob,
          );
        });
      }),
      settings,
    );
  });

  // the first coefficients of sigma and of sd(g): all SDs of the kind are about 1e-8 or, squared, exactly zero
  it.each([
    ["scalar", "sigma tiny", diagonal, { 0: -18 }],
    ["scalar", "sigma zero", diagonal, { 0: -400 }],
    ["nested", "sigma zero", nested, { 0: -400 }],
    ["nested", "sd tiny", nested, { 2: -18 }],
    ["nested", "sd zero", nested, { 2: -400 }],
  ] as const)("%s and dense, %s", (_, __, jobs, moved) => {
    fc.assert(
      fc.property(jobs, ({ job, problem: { V }, seed }) => {
        fc.pre(V.every((row, i) => row[i]! > 0));
        withEngine(
          job,
          seed,
          (_, __, fast) =>
            withEngine(job, seed, (_, __, slow) => expectSame(fast, slow), denseEngineForJob, moved),
          engineForJob,
          moved,
        );
      }),
      settings,
    );
  });

  it("pair and dense", () => {
    const blocks = fc.tuple(
      fc.nat(),
      fc.constantFrom("blocks" as const, "blocks, outcomes missing" as const),
    );
    fc.assert(
      fc.property(blocks, ([seed, structure]) => {
        const problem = randomStudies(randomFrom(seed), structure);
        withEngine(jobOfStudies(problem), seed, (engine, _, pair) => {
          expect(engine.layout.pairRows).toBeGreaterThan(0);
          const tied = jobOfStudies({ ...problem, V: tiedTogether(problem.V) });
          withEngine(tied, seed, (_, __, dense) => expectSame(pair, dense));
        });
      }),
      settings,
    );
  });
});

const CASES = listCases("v")
  .map((id) => loadCase<MaCase>(id))
  .filter(({ kind, model }) => kind !== "escalc" && !model.formula.mu?.includes("relmat("));

describe("check points of the cases", () => {
  const points = CASES.flatMap((given) =>
    given.check_points
      .filter((point) => point.REML_logLik_no_XtX_at_scale !== undefined)
      .map((point, i) => ({ label: `${given.id} point ${i + 1}`, given, point })),
  );
  it("are there", () => expect(points.length).toBeGreaterThanOrEqual(50));

  it.each(points)("$label", ({ given, point }) => {
    const engine = engineForJob(jobOf(given, "REML"));
    try {
      const { names, values, slopeOfRho } = scaleOf(point);
      const { defined, logLik, gradient } = engine.at(engine.thetaOf(values));
      expect(defined).toBe(true);
      const moderated = names.filter((name) => name.startsWith("rho12")).length > 1;
      const tolerance = moderated ? RHO_WITH_MODERATOR : POINT;
      expectClose(
        [logLik - halfLogDetXtX(engine)],
        [point.REML_logLik_no_XtX_at_scale!],
        tolerance,
        "logLik",
      );
      // theta is linear in the user's coefficients
      const slopes = names.map((name, k) => {
        const direction = engine.thetaOf(names.map((_, l) => (l === k ? 1 : 0)));
        const slope = direction.reduce((sum, d, j) => sum - d * gradient[j]!, 0);
        return name.startsWith("rho12") ? slope * slopeOfRho : slope;
      });
      const theirs = Object.keys(point.scale).map((name) => slopes[names.indexOf(name)]!);
      expectClose(theirs, point.REML_gradient_scale!, tolerance, "gradient");
    } finally {
      engine.dispose();
    }
  });
});

/** The point's scale parameters in the order of ours; of rho12 our eta, and d ours / d theirs. */
function scaleOf({ scale }: CheckPoint): { names: string[]; values: number[]; slopeOfRho: number } {
  const all = Object.keys(scale);
  const ofDpar = (prefix: string) => all.filter((name) => name.startsWith(prefix));
  const rho = ofDpar("rho12");
  const names = [...ofDpar("sigma"), ...ofDpar("sd("), ...rho];
  if (rho.length !== 1) return { names, values: names.map((name) => scale[name]!), slopeOfRho: 1 };
  const theirs = Math.tanh(scale[rho[0]!]!);
  const ours = theirs / 0.999999;
  const values = names.map((name) => (name === rho[0] ? Math.atanh(ours) : scale[name]!));
  return { names, values, slopeOfRho: (1 - theirs ** 2) / (0.999999 * (1 - ours ** 2)) };
}

describe("a REML fit", () => {
  const restoration = jobOf(loadCase<MaCase>("v05-ls-restoration"), "REML");
  const fit = drm(drmFormula(...restoration.formulas), restoration.options);

  it("says so, and has no covariance between location and scale", () => {
    expect(fit.method).toBe("REML");
    const k = fit.coefficients.length;
    for (const [i, a] of fit.coefficients.entries()) {
      for (const [j, b] of fit.coefficients.entries()) {
        if ((a.dpar === "mu") !== (b.dpar === "mu")) expect(fit.vcov[i * k + j]).toBe(0);
        else expect(fit.vcov[i * k + j]).not.toBe(0);
      }
    }
  });

  it("has metafor's information criteria", () => {
    for (const given of CASES) {
      const polished = given.fits.find(({ method }) => method === "REML")?.polished;
      if (polished?.AIC === undefined || polished.boundary !== undefined || given.model.formula.mu1) continue;
      const { formulas, options } = jobOf(given, "REML");
      const one = drm(drmFormula(...formulas), options);
      expectClose([aic(one), bic(one)], [polished.AIC, polished.BIC!], 1e-8, given.id);
    }
  });

  it("does not depend on the units, of which log L counts rows less coefficients", () => {
    const data = restoration.options.data as Record<string, number[]>;
    const times1000 = { ...data, yi: data.yi!.map((y) => 1000 * y), vi: data.vi!.map((v) => 1e6 * v) };
    const scaled = drm(drmFormula(...restoration.formulas), { ...restoration.options, data: times1000 });
    const p = fit.coefficients.filter(({ dpar }) => dpar === "mu").length;
    expectClose([scaled.logLik + (fit.nobs - p) * Math.log(1000)], [fit.logLik], 1e-10, "logLik");
  });

  it("with as many coefficients as effect sizes is an error", () => {
    const data = { y: [0.1, 0.5], v: [0.1, 0.2], x: ["a", "b"] };
    const job = () => drm("y ~ x + meta_V(V = v)", { data, method: "REML" });
    expect(job).toThrow("the data have 2 effect sizes and the mean has 2 coefficients");
  });

  it("with weights is an error that names ML", () => {
    const data = { y: [0.1, 0.5, 0.2], v: [0.1, 0.2, 0.1] };
    const job = () => drm("y ~ meta_V(V = v)", { data, method: "REML", weights: [1, 2, 1] });
    expect(job).toThrow('REML with weights is not supported: use method "ML"');
  });
});
