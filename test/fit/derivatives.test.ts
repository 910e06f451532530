import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { slopes } from "./closeness";
import { type EngineAnswer, engineForJob, jobOfProblem, type TestEngine } from "./engine-for";
import type { Job } from "./ma-case";
import type { PlainProblem } from "./plain-problem";
import { textbookGls, textbookLogLik, times } from "./plain-problem";
import { randomFrom, randomProblem, type Shape, V_KINDS } from "./random-problem";
import { STRUCTURES, structuredProblem } from "./structured-problem";

/** Values and means are two orders of summation of the same numbers. */
const VALUE = 1e-11;
/**
 * Central differences of fourth order with step h: truncation h^4, rounding 1e-16 / h times the size of the value. The
 * scale of a comparison is the largest entry, since a small one carries the rounding of the large ones.
 */
const GRADIENT = 1e-7;
const HESSIAN = 1e-7;
/** second differences of values: rounding 1e-16 / h^2 */
const JOINT = 1e-6;
const RUNS = 300;

/** The same model twice: as drm() reads it and as the textbook does. */
interface Given {
  readonly job: Job;
  readonly problem: PlainProblem;
  readonly seed: number;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  seed: fc.nat(),
  rows: fc.integer({ min: 5, max: 16 }),
  p: fc.integer({ min: 1, max: 3 }),
  q: fc.integer({ min: 1, max: 3 }),
  kind: fc.constantFrom(...V_KINDS),
  weighted: fc.boolean(),
});

const plain = shape.map((given): Given => {
  const problem = randomProblem(given);
  return { job: jobOfProblem(problem), problem, seed: given.seed };
});

const structured = fc
  .tuple(fc.nat(), fc.constantFrom(...STRUCTURES))
  .map(([seed, structure]): Given => ({ ...structuredProblem(seed, structure), seed }));

const model = fc.oneof(plain, structured);
const settings = { numRuns: RUNS, seed: 20260101 };

/** A point away from any optimum: user's coefficients about -0.5 and 0, so that the SDs are near the data's spread. */
function pointFor(seed: number, q: number): Float64Array {
  const random = randomFrom(seed + 1);
  return Float64Array.from({ length: q }, () => -0.2 + 0.4 * random.normal());
}

function largest(values: ArrayLike<number>): number {
  let size = 0;
  for (let i = 0; i < values.length; i++) size = Math.max(size, Math.abs(values[i]!));
  return size;
}

function expectClose(
  seen: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  const scale = Math.max(1, largest(wanted));
  expect(seen.length, what).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    const error = Math.abs(seen[i]! - wanted[i]!) / scale;
    if (!(error <= tolerance))
      expect.fail(`${what}[${i}]: ${seen[i]}, wanted ${wanted[i]} (error ${error.toExponential(1)})`);
  }
}

function withEngine(
  given: Given,
  run: (engine: TestEngine, at: Float64Array, answer: EngineAnswer) => void,
): void {
  const engine = engineForJob(given.job);
  try {
    const at = engine.thetaOf([...pointFor(given.seed, engine.q)]);
    const answer = engine.at(at);
    expect(answer.defined).toBe(true);
    run(engine, at, answer);
  } finally {
    engine.dispose();
  }
}

describe("the profiled log-likelihood", () => {
  it("is the textbook's at the textbook's GLS mean", () => {
    fc.assert(
      fc.property(model, (given) => {
        withEngine(given, (engine, at, answer) => {
          const { problem } = given;
          const theta = engine.coefficientsOf(at);
          const mu = times(problem.X, textbookGls(problem, theta));
          expectClose(answer.mu, mu, 100 * VALUE, "mu");
          expectClose([answer.logLik], [textbookLogLik(problem, mu, theta)], VALUE, "logLik");
        });
      }),
      settings,
    );
  });

  it("has the gradient that its differences give", () => {
    fc.assert(
      fc.property(model, (given) => {
        withEngine(given, (engine, at, { gradient, locationGradient }) => {
          const differences = slopes((x) => [-engine.at(x).logLik], at, 2e-3).map(([slope]) => slope!);
          expectClose(gradient, differences, GRADIENT, "gradient");
          // beta is at its optimum: the derivative in it is rounding alone
          expectClose(locationGradient, new Float64Array(engine.p), 1e-10, "gradient in beta");
        });
      }),
      settings,
    );
  });

  it("has the Hessian that the differences of its gradient give", () => {
    fc.assert(
      fc.property(model, (given) => {
        withEngine(given, (engine, at, { hessian }) => {
          const differences = slopes((x) => engine.at(x).gradient, at, 1e-3).flat();
          expectClose(hessian, differences, HESSIAN, "Hessian");
        });
      }),
      settings,
    );
  });
});

describe("the joint Hessian of beta and the scale coefficients", () => {
  it("is that of the textbook's joint log-likelihood", () => {
    fc.assert(
      fc.property(model, (given) => {
        withEngine(given, (engine, at, answer) => {
          const { problem } = given;
          const { p, q } = engine;
          const joint = (x: Float64Array): number =>
            -textbookLogLik(problem, engine.muOf(x.subarray(0, p)), engine.coefficientsOf(x.subarray(p)));
          const gradient = (x: Float64Array): number[] =>
            slopes((z) => [joint(z)], x, 4e-3).map(([slope]) => slope!);
          const whole = slopes(gradient, Float64Array.of(...answer.beta, ...at), 4e-3);
          const block = (from: number, rows: number, to: number, columns: number): number[] =>
            whole.slice(from, from + rows).flatMap((row) => row.slice(to, to + columns));
          expectClose(answer.locationHessian, block(0, p, 0, p), JOINT, "location");
          expectClose(answer.crossHessian, block(0, p, p, q), JOINT, "cross");
          expectClose(answer.thetaHessian, block(p, q, p, q), JOINT, "scale");
        });
      }),
      settings,
    );
  });
});
