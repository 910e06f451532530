import { splitKind, type PlainProblem, rowsOf } from "./plain-problem";
import type { Design } from "../../src/design/design";
import { createEngine } from "../../src/fit/engine";
import { standardModel } from "../../src/fit/standard-model";
import { addProduct, project } from "../../src/fit/standardise";
import type { Model } from "../../src/model/model";

/** What the engine says at one value of the scale coefficients; everything in its own (standardised) coordinates. */
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
  /** fitted means in the user's units, offset left out */
  readonly mu: Float64Array;
}

/** The only place in these tests that reaches below drm(): a problem in the engine, without an optimizer. */
export interface TestEngine {
  readonly p: number;
  readonly q: number;
  at(theta: Float64Array): EngineAnswer;
  /** theta for the user's coefficients of the scale design */
  thetaOf(gamma: readonly number[]): Float64Array;
  /** log sigma by row in the user's units */
  logSigma(theta: Float64Array): Float64Array;
  /** slopes of the user's gamma (`[k][l]` = d gamma_k / d theta_l), to carry gradients over */
  readonly gammaSlopes: number[][];
  /** fitted means, in the user's units, of the engine's coefficients `beta` */
  muOf(beta: Float64Array): Float64Array;
  beta(): Float64Array;
  dispose(): void;
}

export function engineFor(problem: PlainProblem): TestEngine {
  const model = modelOf(problem);
  const standard = standardModel(model);
  const engine = createEngine(standard);
  const { locationBasis, scaleBasis, leastSquares, unit } = standard;
  const p = locationBasis.columns;
  const q = scaleBasis.columns;
  const read = (field: Parameters<typeof engine.problem.read>[0], n: number) =>
    engine.problem.read(field, new Float64Array(n));
  const muOf = (beta: Float64Array): Float64Array => {
    const mu = new Float64Array(model.rows);
    addProduct(locationBasis, beta.map((value, j) => leastSquares[j]! + unit * value), mu);
    return mu;
  };
  return {
    p,
    q,
    at(theta) {
      const defined = engine.objective.evaluate(theta);
      return {
        defined,
        logLik: standard.logLikConstant - engine.objective.value,
        gradient: Float64Array.from(engine.objective.gradient),
        hessian: Float64Array.from(engine.objective.hessian),
        locationGradient: read("locationGradient", p),
        locationHessian: read("locationHessian", p * p),
        crossHessian: read("crossHessian", p * q),
        thetaHessian: read("thetaHessian", q * q),
        mu: muOf(read("beta", p)),
      };
    },
    thetaOf(gamma) {
      const eta = new Float64Array(model.rows);
      for (let i = 0; i < eta.length; i++) {
        for (let k = 0; k < gamma.length; k++) eta[i]! += gamma[k]! * problem.W![i]![k]!;
      }
      return project(scaleBasis, eta);
    },
    logSigma(theta) {
      const eta = standard.logSigmaOffset.map((offset) => offset + Math.log(unit));
      addProduct(scaleBasis, theta, eta);
      return eta;
    },
    gammaSlopes: Array.from({ length: q }, (_, k) =>
      Array.from({ length: q }, (_, l) => scaleBasis.toOriginal[k * q + l]!),
    ),
    muOf,
    beta: () => read("beta", p),
    dispose: () => engine.dispose(),
  };
}

export function modelOf(problem: PlainProblem): Model {
  const { y, X, W, weights } = problem;
  const rows = y.length;
  return {
    method: "ML",
    rows,
    y: Float64Array.from(y),
    offset: null,
    responseLabel: "y",
    location: designOf("mu", X),
    scale: W === null ? null : designOf("sigma", W),
    fixedLogSigma: W === null ? Number.NEGATIVE_INFINITY : Number.NaN,
    knownV: { kind: splitKind(problem), label: "V", ...rowsOf(problem) },
    weights: weights === null ? null : Float64Array.from(weights),
  };
}

/** Only names, values and their size matter below the design stage. */
function designOf(key: string, matrix: readonly (readonly number[])[]): Design {
  const nrow = matrix.length;
  const columns = matrix[0]?.length ?? 0;
  const values = new Float64Array(nrow * columns);
  matrix.forEach((row, i) => row.forEach((value, j) => {
    values[j * nrow + i] = value;
  }));
  const names = Array.from({ length: columns }, (_, j) => `x${j}`);
  return { key, nrow, names, values, assign: names.map((_, j) => j), present: null } as unknown as Design;
}
