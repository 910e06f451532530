import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectClose, slopes } from "./closeness";
import { type EngineAnswer, engineForJob, type TestEngine } from "./engine-for";
import {
  jobOfStudies,
  type PlainStudies,
  parametersOf,
  plainStudiesLogLik,
  randomStudies,
  STUDY_STRUCTURES,
  tiedTogether,
} from "./plain-studies";
import { randomFrom } from "./random-problem";

/** Two orders of summation of the same numbers. */
const VALUE = 1e-11;
/** Central differences of fourth order; the scale of a comparison is the largest entry. */
const DIFFERENCES = 1e-7;
/** The mean's derivative at its optimum, by differences of the textbook's value. */
const AT_OPTIMUM = 1e-7;
/** The closed form against a factorization. */
const KERNEL = 1e-10;

const settings = { numRuns: 120, seed: 20260103 };
const studies = fc
  .tuple(fc.nat(), fc.constantFrom(...STUDY_STRUCTURES))
  .map(([seed, structure]) => ({ seed, structure, problem: randomStudies(randomFrom(seed), structure) }));

/** Away from any optimum. */
function pointFor(seed: number, q: number): number[] {
  const random = randomFrom(seed + 1);
  return Array.from({ length: q }, () => -0.2 + 0.4 * random.normal());
}

function withEngine(
  problem: PlainStudies,
  seed: number,
  run: (engine: TestEngine, at: Float64Array, answer: EngineAnswer) => void,
): void {
  const engine = engineForJob(jobOfStudies(problem));
  try {
    const at = engine.thetaOf(pointFor(seed, engine.q));
    const answer = engine.at(at);
    expect(answer.defined).toBe(true);
    run(engine, at, answer);
  } finally {
    engine.dispose();
  }
}

describe("two outcomes in the engine", () => {
  it("have the textbook's log-likelihood, at the mean that maximizes it", () => {
    fc.assert(
      fc.property(studies, ({ problem, seed }) => {
        withEngine(problem, seed, (engine, at, answer) => {
          const parameters = parametersOf(problem, engine.coefficientsOf(at));
          const value = (mu: ArrayLike<number>) => plainStudiesLogLik(problem, parameters, mu);
          expectClose([answer.logLik], [value(answer.mu)], VALUE, "logLik");
          const [slope] = slopes((beta) => [value(engine.muOf(beta))], answer.beta, 1e-3).map(([d]) => [d!]);
          expectClose(slope!, [0], AT_OPTIMUM, "slope in beta");
        });
      }),
      settings,
    );
  });

  it("have the gradient and the Hessian that differences give", () => {
    fc.assert(
      fc.property(studies, ({ problem, seed }) => {
        withEngine(problem, seed, (engine, at, { gradient, hessian }) => {
          const first = slopes((x) => [-engine.at(x).logLik], at, 2e-3).map(([slope]) => slope!);
          expectClose(gradient, first, DIFFERENCES, "gradient");
          expectClose(hessian, slopes((x) => engine.at(x).gradient, at, 1e-3).flat(), DIFFERENCES, "Hessian");
        });
      }),
      settings,
    );
  });
});

describe("the pair kernel", () => {
  const blocks = fc
    .tuple(fc.nat(), fc.constantFrom("blocks", "blocks, outcomes missing"))
    .map(([seed, structure]) => ({ seed, problem: randomStudies(randomFrom(seed), structure as "blocks") }));

  it("answers as the dense kernel does on the same studies in one cluster", () => {
    fc.assert(
      fc.property(blocks, ({ seed, problem }) => {
        withEngine(problem, seed, (_, at, pair) => {
          withEngine({ ...problem, V: tiedTogether(problem.V) }, seed, (engine) => {
            const dense = engine.at(at);
            expectClose([pair.logLik], [dense.logLik], KERNEL, "logLik");
            for (const field of [
              "gradient",
              "hessian",
              "beta",
              "mu",
              "locationHessian",
              "crossHessian",
              "thetaHessian",
            ] as const) {
              expectClose(pair[field], dense[field], KERNEL, field);
            }
          });
        });
      }),
      settings,
    );
  });
});
