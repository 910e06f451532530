import { BlockCovariance } from "../../src/covariance/block-covariance";
import { type MatrixInput, missingRows } from "../../src/covariance/known-v";
import { tableFrom } from "../../src/data/table-from";
import { addProduct, toOriginal } from "../../src/design/basis";
import type { DrmOptions } from "../../src/drm";
import { createEngine, type Engine } from "../../src/fit/engine";
import { type StandardModel, standardModel } from "../../src/fit/standard-model";
import { thetaBlocks } from "../../src/fit/theta-blocks";
import { drmFormula } from "../../src/formula/formula";
import { buildFrame } from "../../src/frame/frame";
import { buildModel, type ModelOptions } from "../../src/model/build-model";
import type { Model } from "../../src/model/model";
import type { Job } from "./ma-case";
import type { PlainProblem } from "./plain-problem";

/** What the engine says at one theta; derivatives in its own (standardised) coordinates. */
export interface EngineAnswer {
  readonly defined: boolean;
  /** in the user's units, all constants included */
  readonly logLik: number;
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  readonly locationGradient: Float64Array;
  readonly locationHessian: Float64Array;
  /** p x q, row-major */
  readonly crossHessian: Float64Array;
  readonly thetaHessian: Float64Array;
  readonly beta: Float64Array;
  /** fitted means in the user's units, offset left out */
  readonly mu: Float64Array;
}

/** The only place in these tests that reaches below drm(): a problem in the engine, without an optimizer. */
export interface TestEngine {
  readonly p: number;
  readonly q: number;
  readonly model: StandardModel;
  /** which rows each kernel has */
  readonly layout: Engine["layout"];
  /** with the results of the last evaluation */
  readonly engine: Engine;
  /** what `model` was made of */
  readonly given: Model;
  at(theta: Float64Array): EngineAnswer;
  /** the engine's theta for the user's coefficients of sigma, sd and rho12 */
  thetaOf(coefficients: readonly number[]): Float64Array;
  /** the user's coefficients, SDs in the user's units */
  coefficientsOf(theta: Float64Array): number[];
  /** fitted means, in the user's units, of the engine's coefficients `beta` */
  muOf(beta: Float64Array): Float64Array;
  dispose(): void;
}

/** `oneCluster`: rows that go to the dense kernel as one cluster, though V may say nothing about them together. */
export function engineFor(problem: PlainProblem, oneCluster?: readonly number[]): TestEngine {
  const model = modelOf(jobOfProblem(problem));
  return engineOf(oneCluster === undefined ? model : { ...model, V: asCluster(problem, oneCluster) });
}

/** @param change makes of the job's model one that no formula has */
export function engineForJob(job: Job, change = (model: Model) => model): TestEngine {
  return engineOf(change(modelOf(job)));
}

/** All rows in the dense kernel as one cluster, though V may say nothing about them together. */
export function denseEngineForJob(job: Job, change = (model: Model) => model): TestEngine {
  const model = change(modelOf(job));
  const n = model.rows;
  const values = new Float64Array((n * (n + 1)) / 2);
  for (let i = 0; i < n; i++) for (let k = 0; k <= i; k++) values[(i * (i + 1)) / 2 + k] = model.V.at(i, k);
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  const V = new BlockCovariance(model.V.variances, { sizes: Int32Array.of(n), rows, values });
  return engineOf({ ...model, V });
}

/** For what drives the search itself. */
export function standardFor(problem: PlainProblem): StandardModel {
  return standardModel(modelOf(jobOfProblem(problem)));
}

/** Stages 2 to 5, as in drm(). */
function modelOf({ formulas, options }: Job): Model {
  const formula = drmFormula(...formulas);
  const table = tableFrom(options.data, options.factors ? { factors: options.factors } : {});
  const [name, matrix] = Object.entries(options.matrices ?? {})[0] ?? ["", undefined];
  const missing = matrix === undefined ? null : missingRows(matrix as MatrixInput, table.nrow);
  const frame = buildFrame(formula, table, {
    factors: options.factors,
    weights: options.weights,
    matrixNames: new Set(Object.keys(options.matrices ?? {})),
    missingV: missing === null ? null : { name, rows: missing },
  });
  return buildModel(frame, options as ModelOptions).model;
}

/** y, x0, x1, ..., w0, w1, ... as columns; random intercepts and pairs need formulas of their own. */
export function jobOfProblem({ y, X, W, V, clusters, weights }: PlainProblem): Job {
  const tied = new Set(clusters.flat());
  const alone = [...y.keys()].filter((i) => !tied.has(i)).map((i) => [i]);
  const blocks = [...clusters, ...alone].map((rows) => ({
    rows: [...rows],
    matrix: rows.map((i) => rows.map((j) => V[i]![j]!)),
  }));
  const data: Record<string, number[]> = { y: [...y] };
  const names = (matrix: readonly (readonly number[])[], letter: string) =>
    matrix[0]!.map((_, j) => {
      data[`${letter}${j}`] = matrix.map((row) => row[j]!);
      return `${letter}${j}`;
    });
  const formulas = [`y ~ 0 + ${names(X, "x").join(" + ")} + meta_V(V = V)`];
  if (W !== null) formulas.push(`sigma ~ 0 + ${names(W, "w").join(" + ")}`);
  const options: DrmOptions = {
    data,
    matrices: { V: { blocks } },
    weights: weights === null ? null : [...weights],
    ...(W === null ? { fixed: { sigma: 0 } } : {}),
  };
  return { formulas, options };
}

function asCluster({ V }: PlainProblem, rows: readonly number[]): BlockCovariance {
  const variances = Float64Array.from(V, (row, i) => row[i]!);
  return new BlockCovariance(variances, {
    sizes: Int32Array.of(rows.length),
    rows: Int32Array.from(rows),
    values: Float64Array.from(rows.flatMap((i, a) => rows.slice(0, a + 1).map((j) => V[i]![j]!))),
  });
}

function engineOf(given: Model): TestEngine {
  const model = standardModel(given);
  const engine = createEngine(model);
  const { location, leastSquares, unit } = model;
  const p = location.columns;
  const q = engine.objective.size;
  const read = (field: Parameters<typeof engine.problem.read>[0], n: number) =>
    engine.problem.read(field, new Float64Array(n));
  const muOf = (beta: Float64Array): Float64Array => {
    const mu = new Float64Array(model.rows);
    addProduct(
      location,
      beta.map((value, j) => leastSquares[j]! + unit * value),
      mu,
    );
    return mu;
  };
  return {
    p,
    q,
    model,
    layout: engine.layout,
    engine,
    given,
    at(theta) {
      const defined = engine.settleAt(theta);
      const beta = read("beta", p);
      return {
        defined,
        logLik: model.logLikConstant - engine.objective.value,
        gradient: Float64Array.from(engine.objective.gradient),
        hessian: Float64Array.from(engine.objective.hessian),
        locationGradient: read("locationGradient", p),
        locationHessian: read("locationHessian", p * p),
        crossHessian: read("crossHessian", p * q),
        thetaHessian: read("thetaHessian", q * q),
        beta,
        mu: muOf(beta),
      };
    },
    thetaOf(coefficients) {
      const theta = new Float64Array(q);
      // the basis is triangular in the user's columns: solve from the last one back
      for (const { basis, start } of thetaBlocks(model)) {
        const n = basis.columns;
        for (let i = n - 1; i >= 0; i--) {
          let sum = coefficients[start + i]!;
          for (let j = i + 1; j < n; j++) sum -= basis.toOriginal[i * n + j]! * theta[start + j]!;
          theta[start + i] = sum / basis.toOriginal[i * n + i]!;
        }
      }
      return theta;
    },
    coefficientsOf(theta) {
      return thetaBlocks(model).flatMap(({ basis, start }) => [...toOriginal(basis, theta, start)]);
    },
    muOf,
    dispose: () => engine.dispose(),
  };
}
