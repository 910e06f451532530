import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomEffects } from "../../src/fit/random-effects";
import { choleskyFactor } from "../../src/linalg/cholesky";
import { choleskyInverse } from "../../src/linalg/inverse";
import { expectClose, slopes } from "./closeness";
import { denseEngineForJob, engineForJob, type TestEngine } from "./engine-for";
import { type ExactProblem, exactProfile } from "./exact-profile";
import { randomFrom } from "./random-problem";
import { STRUCTURE_KINDS } from "./random-structures";
import { DESIGNS, type Place, type Structured, structured } from "./structured-terms";

/*
 * Slopes and known structures in the sparse kernel: no formula is needed, since a term supplies both to any model. Sigma is
 * written out from omega, z and K in exact arithmetic.
 */

/** Beside exact arithmetic, relative to the largest. */
const SAME = 1e-9;
/** Differences of fourth order of exact values, and of the gradient. */
const SLOPE = 1e-7;

/** Log SDs. exp(-400)^2 is zero in double precision. */
const LOG_SIGMA = { ordinary: -0.5, zero: -400 } as const;
const LOG_OMEGA = { ordinary: -0.3, tiny: -40, zero: -400, huge: 12 } as const;

interface Where {
  readonly sigma: keyof typeof LOG_SIGMA;
  readonly first: keyof typeof LOG_OMEGA;
  readonly others: keyof typeof LOG_OMEGA;
}

const ORDINARY: Where = { sigma: "ordinary", first: "ordinary", others: "ordinary" };

function coefficientsAt(places: readonly Place[], seed: number, { sigma, first, others }: Where): number[] {
  const random = randomFrom(seed + 7);
  const at = { sigma: LOG_SIGMA[sigma], first: LOG_OMEGA[first], others: LOG_OMEGA[others], moderator: 0 };
  return places.map((place) => at[place] + 0.3 * random.normal());
}

function withEngine<Result>({ job, change }: Structured, use: (engine: TestEngine) => Result): Result {
  const engine = engineForJob(job, change);
  try {
    expect([
      engine.layout.sparseRows > 0,
      engine.layout.nestedRows,
      engine.layout.clusterSizes.length,
    ]).toEqual([true, 0, 0]);
    return use(engine);
  } finally {
    engine.dispose();
  }
}

/** log|X'X|, X with two columns. */
function gramLogDet(X: ExactProblem["X"]): number {
  const sum = (f: (row: readonly number[]) => number) => X.reduce((total, row) => total + f(row), 0);
  const [aa, ab, bb] = [sum(([a]) => a! * a!), sum(([a, b]) => a! * b!), sum(([, b]) => b! * b!)];
  return Math.log(aa * bb - ab * ab);
}

function exactLogLik(model: Structured, coefficients: readonly number[]): number {
  const problem = model.exactAt(coefficients);
  const { logLik, locationLogDet } = exactProfile(problem);
  if (model.job.options.method !== "REML") return logLik;
  return logLik + Math.log(2 * Math.PI) - 0.5 * locationLogDet + 0.5 * gramLogDet(problem.X);
}

/** Value by exact arithmetic, gradient by differences of that, Hessian by differences of the gradient. */
function expectExact(model: Structured, seed: number, where: Where): void {
  withEngine(model, (engine) => {
    const at = engine.thetaOf(coefficientsAt(model.places, seed, where));
    const exactAt = (theta: Float64Array) => [-exactLogLik(model, engine.coefficientsOf(theta))];
    const { defined, logLik, gradient, hessian } = engine.at(at);
    expect(defined).toBe(true);
    expectClose([-logLik], exactAt(at), SAME, "logLik");
    const size = Math.max(1, Math.abs(logLik));
    const scaled = (values: ArrayLike<number>) => Array.from(values, (value) => value / size);
    const first = slopes(exactAt, at, 1e-3).map(([slope]) => slope!);
    expectClose(scaled(gradient), scaled(first), SLOPE, "gradient");
    const second = slopes((theta) => engine.at(theta).gradient, at, 1e-3).flat();
    expectClose(scaled(hessian), scaled(second), SLOPE, "Hessian");
  });
}

/** Beside the textbook's matrices: Sigma = D + X K X' over all levels, with x = omega z scale in X. */
function expectPredictions(model: Structured, engine: TestEngine, seed: number): void {
  const { layout, model: standard, p } = engine;
  const { problem } = engine.engine;
  const coefficients = coefficientsAt(model.places, seed, ORDINARY);
  const theta = engine.thetaOf(coefficients);
  expect(engine.at(theta).defined).toBe(true);
  const { y, X, v, sigma, structured: terms } = model.exactAt(coefficients);
  const section = layout.sparse!;
  const n = y.length;
  const levels = section.levels;
  const K = levelCovariances(engine);
  const Z = new Float64Array(n * levels);
  const omegaOf = new Float64Array(levels).fill(1);
  terms!.forEach(({ x }, t) => {
    const { index, structure, z } = standard.random[t]!;
    for (let u = 0; u < levels; u++) {
      if (section.term[u] !== t) continue;
      for (let i = 0; i < n; i++) {
        if (index[i] !== section.levelInTerm[u]) continue;
        Z[i * levels + u] = x[i]! * (structure?.scale[index[i]!] ?? 1);
        if (z === null || z[i] !== 0) omegaOf[u] = x[i]! / (z?.[i] ?? 1);
      }
    }
  });
  const ZK = product(Z, K, n, levels, levels);
  const S = product(ZK, transposed(Z, n, levels), n, levels, n);
  for (let i = 0; i < n; i++) S[i * n + i]! += v[i]! + sigma[i]! ** 2;
  const B = inverseOf(S, n);
  const design = Float64Array.from(X.flat());
  const BX = product(B, design, n, n, 2);
  const A = inverseOf(product(transposed(design, n, 2), BX, 2, n, 2), 2);
  const beta = product(A, product(transposed(BX, n, 2), Float64Array.from(y), 2, n, 1), 2, 2, 1);
  const residual = product(design, beta, n, 2, 1).map((fitted, i) => y[i]! - fitted);
  const q = product(B, residual, n, n, 1);
  const effects = product(transposed(ZK, n, levels), q, levels, n, 1);

  const read = (field: Parameters<typeof problem.read>[0], count: number) =>
    problem.read(field, new Float64Array(count));
  const found = read("sparseEffects", levels * (p + 1));
  const score = read("levelScore", levels);
  expectClose(
    Array.from({ length: levels }, (_, u) => found[u * (p + 1) + p]!),
    effects,
    SAME,
    "effects",
  );
  // G = K - K Z' B Z K
  const BZK = product(B, ZK, n, n, levels);
  const G = product(transposed(ZK, n, levels), BZK, levels, n, levels).map((told, at) => K[at]! - told);
  expectClose(
    read("sparseVariances", levels),
    Array.from({ length: levels }, (_, u) => G[u * levels + u]!),
    SAME,
    "variances",
  );
  const edges = section.precision?.levels ?? new Int32Array(0);
  const covariances = read("sparseCovariances", edges.length / 2);
  // of models without related levels there are none
  if (covariances.length > 0)
    expectClose(
      covariances,
      Array.from(covariances, (_, e) => G[edges[2 * e]! * levels + edges[2 * e + 1]!]!),
      SAME,
      "covariances",
    );
  const ofLevels = product(transposed(Z, n, levels), q, levels, n, 1);
  // z'B r, in units of the engine
  expectClose(
    score,
    ofLevels.map((sum, u) => (standard.unit * sum) / omegaOf[u]!),
    SAME,
    "scores",
  );
  const inverse = read("levelInverse", levels);
  const BZ = product(B, Z, n, n, levels);
  for (let u = 0; u < levels; u++) {
    const covaries = standard.random[section.term[u]!]!.structure !== null;
    let sum = 0;
    for (let i = 0; i < n; i++) sum += Z[i * levels + u]! * BZ[i * levels + u]!;
    const wanted = (standard.unit / omegaOf[u]!) ** 2 * sum;
    if (!covaries) expectClose([inverse[u]!], [wanted], SAME, "z'B z");
  }
  const shared = read("rowShared", n + (n & 1));
  const { modelRow } = layout;
  for (let i = 0; i < n; i++) {
    const row = modelRow![i]!;
    const a = 1 / (v[row]! + sigma[row]! ** 2);
    const h = shared[i]! * standard.unit ** 2;
    expectClose([a - a * a * h], [B[row * n + row]!], SAME, "diagonal of the inverse");
  }
}

/** By level of the section: identity, or the inverse of the structure's precision. */
function levelCovariances({ layout, model }: TestEngine): Float64Array {
  const { levels, term, levelInTerm } = layout.sparse!;
  const out = new Float64Array(levels * levels);
  model.random.forEach(({ structure }, t) => {
    const m = structure?.levels ?? 0;
    const P = new Float64Array(m * m);
    structure?.values.forEach((value, e) => {
      P[structure.rows[e]! * m + structure.columns[e]!] = value;
      P[structure.columns[e]! * m + structure.rows[e]!] = value;
    });
    const K = structure === null ? null : inverseOf(P, m);
    for (let a = 0; a < levels; a++) {
      for (let b = 0; b < levels; b++) {
        if (term[a] !== t || term[b] !== t) continue;
        const one = K === null ? Number(a === b) : K[levelInTerm[a]! * m + levelInTerm[b]!]!;
        out[a * levels + b] = one;
      }
    }
  });
  return out;
}

function inverseOf(A: Float64Array, n: number): Float64Array {
  return Float64Array.from(choleskyInverse(choleskyFactor(A, n)!, n));
}

/** A B, A rows x inner, B inner x columns, row-major. */
function product(
  A: Float64Array,
  B: Float64Array,
  rows: number,
  inner: number,
  columns: number,
): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      for (let j = 0; j < columns; j++) out[i * columns + j]! += A[i * inner + k]! * B[k * columns + j]!;
    }
  }
  return out;
}

function transposed(A: Float64Array, rows: number, columns: number): Float64Array {
  return Float64Array.from(
    { length: rows * columns },
    (_, at) => A[(at % rows) * columns + Math.floor(at / rows)]!,
  );
}

const models = fc.record({
  seed: fc.nat(),
  design: fc.constantFrom(...DESIGNS),
  kind: fc.constantFrom(...STRUCTURE_KINDS),
});
const settings = { numRuns: 40, seed: 20261130 };

describe("slopes and structures in the sparse kernel", () => {
  it.each([
    { name: "ML", options: {} },
    { name: "REML", options: { method: "REML" } },
    { name: "weights", options: { weights: true } },
    { name: "ML, multipliers of V", options: { multiplied: true } },
    { name: "REML, multipliers of V", options: { method: "REML", multiplied: true } },
  ] as const)("are right beside exact arithmetic: $name", ({ options }) => {
    fc.assert(
      fc.property(models, ({ seed, design, kind }) => {
        expectExact(structured(seed, design, kind, options), seed, ORDINARY);
      }),
      settings,
    );
  });

  it("are right where SDs are tiny, zero or one of them huge", () => {
    const extremes = fc.record({
      sigma: fc.constantFrom("ordinary" as const, "zero" as const),
      first: fc.constantFrom("ordinary" as const, "tiny" as const, "zero" as const, "huge" as const),
      others: fc.constantFrom("ordinary" as const, "tiny" as const, "zero" as const),
    });
    const methods = fc.constantFrom("ML" as const, "REML" as const);
    fc.assert(
      fc.property(models, extremes, methods, ({ seed, design, kind }, where, method) => {
        expectExact(structured(seed, design, kind, { method }), seed, where);
      }),
      { ...settings, numRuns: 80 },
    );
  });

  it("predict the effects of all levels, those without rows included", () => {
    fc.assert(
      fc.property(models, fc.constantFrom("ML" as const, "REML" as const), (at, method) => {
        const model = structured(at.seed, at.design, at.kind, { method });
        withEngine(model, (engine) => expectPredictions(model, engine, at.seed));
      }),
      { ...settings, numRuns: 80 },
    );
  });

  it.each([
    { name: "ML", options: {} },
    { name: "REML", options: { method: "REML" } },
    { name: "REML, multipliers of V", options: { method: "REML", multiplied: true } },
  ] as const)("are in the dense kernel what they are in the sparse one: $name", ({ options }) => {
    fc.assert(
      fc.property(models, ({ seed, design, kind }) => {
        const model = structured(seed, design, kind, { ...options, size: 2 });
        const dense = denseEngineForJob(model.job, model.change);
        try {
          withEngine(model, (sparse) => {
            expect([dense.layout.sparseRows, dense.layout.clusterSizes.length]).toEqual([0, 3]);
            const at = sparse.thetaOf(coefficientsAt(model.places, seed, ORDINARY));
            const [one, two] = [dense.at(at), sparse.at(at)];
            expectClose([one.logLik], [two.logLik], SAME, "logLik");
            for (const key of ["beta", "gradient", "hessian", "crossHessian", "thetaHessian"] as const)
              expectClose(one[key], two[key], SAME, key);
            const effects = [dense, sparse].map(({ given, engine }) => randomEffects(given, engine, at));
            effects[0]!.forEach(({ estimate, stdError }, t) => {
              expectClose(estimate, effects[1]![t]!.estimate, SAME, "BLUPs");
              expectClose(stdError, effects[1]![t]!.stdError, SAME, "their errors");
            });
          });
        } finally {
          dense.dispose();
        }
      }),
      settings,
    );
  });

  it("do not depend on the order of rows, nor on the names of levels", () => {
    fc.assert(
      fc.property(models, ({ seed, design, kind }) => {
        const [one, two] = [{}, { reversed: true }].map((other) => {
          const model = structured(seed, design, kind, { size: 3, ...other });
          return withEngine(model, (engine) =>
            engine.at(engine.thetaOf(coefficientsAt(model.places, seed, ORDINARY))),
          );
        });
        expectClose([two!.logLik], [one!.logLik], 1e-11, "logLik");
        for (const key of ["gradient", "hessian", "crossHessian"] as const)
          expectClose(two![key], one![key], SAME, key);
      }),
      settings,
    );
  });

  it("are what they were at a point after values elsewhere", () => {
    const fields = [
      ...(["beta", "locationHessian", "crossHessian", "thetaHessian", "gradient", "hessian"] as const),
      ...(["levelScore", "levelInverse", "levelSolved", "rowShared", "sparseEffects"] as const),
    ];
    fc.assert(
      fc.property(models, ({ seed, design, kind }) => {
        const model = structured(seed, design, kind, { method: "REML" });
        withEngine(model, ({ engine, layout, thetaOf, p, q }) => {
          const theta = thetaOf(coefficientsAt(model.places, seed, ORDINARY));
          const counts = [
            p,
            p * p,
            p * q,
            q * q,
            q,
            q * q,
            ...[1, 1, p].map((n) => n * layout.modelLevel.length),
          ];
          counts.push(layout.sparseRows, layout.sparse!.levels * (p + 1));
          const results = () =>
            fields.map((field, k) => engine.problem.read(field, new Float64Array(counts[k]!)));
          engine.settleAt(theta);
          const before = results();
          const evaluations = engine.evaluations();
          engine.objective.valueAt(theta.map((value) => value + 1));
          engine.settleAt(theta);
          expect(results()).toEqual(before);
          // the second value, and no Hessian
          expect(engine.evaluations()).toBe(evaluations + 2);
        });
      }),
      { ...settings, numRuns: 30 },
    );
  });
});
