import { describe, expect, it } from "vitest";
import { Order } from "../../bindings/kernel";
import { search } from "../../src/fit/optimise";
import { minimise, type Objective } from "../../src/fit/trust-region";
import { engineForJob, type TestEngine } from "./engine-for";
import type { Job } from "./ma-case";
import { randomFrom } from "./random-problem";
import { STRUCTURE_KINDS } from "./random-structures";
import { DESIGNS, structured } from "./structured-terms";

/** Data of the model itself: crossed intercepts, and a third of `others` levels that has no effect. */
function crossed(rows: number, studies: number, labs: number, method: "ML" | "REML", others = 0): Job {
  const random = randomFrom(rows + studies);
  const effects = (count: number, sd: number) => Array.from({ length: count }, () => sd * random.normal());
  const [ofStudy, ofLab] = [effects(studies, 0.3), effects(labs, 0.2)];
  const code = (count: number) => Array.from({ length: rows }, () => random.integer(count));
  const [study, lab, other] = [code(studies), code(labs), code(Math.max(1, others))];
  const vi = study.map(() => 0.02 + 0.06 * random.uniform());
  const x = study.map(() => random.normal());
  const yi = study.map(
    (s, i) => 0.2 + ofStudy[s]! + ofLab[lab[i]!]! + random.normal() * Math.sqrt(vi[i]! + 0.04),
  );
  const labels = (letter: string, codes: readonly number[]) => codes.map((k) => `${letter}${k}`);
  const data = { yi, vi, x, study: labels("s", study), lab: labels("l", lab), other: labels("o", other) };
  const third = others > 0 ? " + (1 | other)" : "";
  return {
    formulas: [`yi ~ x + (1 | study) + (1 | lab)${third} + meta_V(V = vi)`, "sigma ~ x"],
    options: { data, method },
  };
}

function withEngine<Result>(job: Job, use: (engine: TestEngine) => Result): Result {
  const engine = engineForJob(job);
  try {
    return use(engine);
  } finally {
    engine.dispose();
  }
}

describe("the approximate Hessian of the sparse section", () => {
  it.each(DESIGNS)("comes with what is exact: %s", (design) => {
    for (const method of ["ML", "REML"] as const) {
      STRUCTURE_KINDS.forEach((kind, seed) => {
        const { job, change } = structured(seed, design, kind, { method, size: 3 });
        const engine = engineForJob(job, change);
        const { problem } = engine.engine;
        const { p, q } = engine;
        const theta = Float64Array.from({ length: q }, (_, k) => -0.4 + 0.1 * k);
        const results = (order: Order) => {
          expect(problem.evaluate(theta, order)).toBe(0);
          const read = (field: Parameters<typeof problem.read>[0], n: number) => [
            ...problem.read(field, new Float64Array(n)),
          ];
          const exact = [problem.value, read("beta", p), read("gradient", q), read("crossHessian", p * q)];
          return { exact, hessian: read("hessian", q * q) };
        };
        const [one, other] = [results(Order.Hessian), results(Order.Average)];
        expect(other.exact).toEqual(one.exact);
        expect(other.hessian).not.toEqual(one.hessian);
        expect(other.hessian.every(Number.isFinite)).toBe(true);
        engine.dispose();
      });
    }
  });

  it.each(["ML", "REML"] as const)(
    "is the exact one within a few percent for data of the model: %s",
    (method) => {
      withEngine(crossed(3000, 600, 60, method), ({ engine, thetaOf, q }) => {
        // where the data are from, and away from there
        for (const { at, off } of [
          { at: [Math.log(0.2), 0, Math.log(0.3), Math.log(0.2)], off: 0.03 },
          { at: [-1.2, 0.1, -1.6, -1.2], off: 0.2 },
          { at: [-2, -0.1, -1, -2], off: 0.2 },
        ]) {
          const theta = thetaOf(at);
          const [exact, near] = [Order.Hessian, Order.Average].map((order) => {
            engine.problem.evaluate(theta, order);
            return engine.problem.read("hessian", new Float64Array(q * q));
          });
          for (let k = 0; k < q; k++) {
            for (let l = 0; l < q; l++) {
              const scale = Math.sqrt(Math.abs(exact![k * q + k]! * exact![l * q + l]!));
              expect(Math.abs(near![k * q + l]! - exact![k * q + l]!) / scale).toBeLessThan(off);
            }
          }
        }
      });
    },
  );
});

/** f = size (-c w + w^2 / 2) in w = exp(2 x), whose minimum is at w = c: flat where w is 0. */
function flatBelow(c: number, curvature: (exact: number) => number, size = 1000) {
  const calls = { exact: 0, approximate: 0 };
  const gradient = new Float64Array(1);
  const hessian = new Float64Array(1);
  const at = ([x]: Float64Array, change: (exact: number) => number) => {
    const w = Math.exp(2 * x!);
    objective.value = size * (-c * w + (w * w) / 2);
    gradient[0] = 2 * size * w * (w - c);
    hessian[0] = size * change(4 * w * (2 * w - c));
    return true;
  };
  const objective = {
    size: 1,
    value: Number.NaN,
    gradient,
    hessian,
    valueAt: () => Number.NaN,
    evaluate: (theta: Float64Array) => {
      calls.exact++;
      return at(theta, (exact) => exact);
    },
    approximate: (theta: Float64Array) => {
      calls.approximate++;
      return at(theta, curvature);
    },
  } satisfies Objective;
  return { objective, calls };
}

describe("a search with approximate Hessians", () => {
  it("ends where the exact one does, with an exact Hessian", () => {
    for (const error of [0.999, 1.02, 1.5]) {
      const { objective, calls } = flatBelow(0.3, (exact) => error * exact);
      const run = minimise(objective, Float64Array.of(0), { maxEvaluations: 100 });
      expect(run.converged).toBe(true);
      expect(Math.abs(run.theta[0]! - 0.5 * Math.log(0.3))).toBeLessThan(1e-8);
      expect(Math.abs(run.hessian[0]! - 4000 * 0.3 ** 2)).toBeLessThan(1e-5);
      expect(calls.approximate).toBeGreaterThan(0);
      expect(calls.exact).toBeLessThan(error < 1.1 ? 2 : 4);
      expect(run.evaluations).toBe(calls.exact + calls.approximate);
    }
  });

  it("learns from its steps what the Hessian lacks", () => {
    for (const error of [0.7, 1.5]) {
      const { objective, calls } = flatBelow(0.3, (exact) => error * exact);
      const run = minimise(objective, Float64Array.of(-0.5), { maxEvaluations: 100 });
      expect(run.converged).toBe(true);
      // a share of 1/3 and 1/2 of the error would be left by each step
      expect(calls.approximate).toBeLessThan(9);
      expect(calls.exact).toBeLessThan(2);
    }
  });

  // a curvature that is much too small, and then much too large
  const past = (exact: number) => (exact > 0.5 ? 1e-3 : 1);

  it("comes back by what it learns where it ran past the minimum", () => {
    const { objective, calls } = flatBelow(0.3, past);
    const run = minimise(objective, Float64Array.of(0.2), { maxEvaluations: 100 });
    expect(run.converged).toBe(true);
    expect(Math.abs(run.theta[0]! - 0.5 * Math.log(0.3))).toBeLessThan(1e-8);
    expect(calls.exact).toBeLessThan(4);
  });

  it("starts again without them where it ran past the minimum, and steps promise too much to learn from", () => {
    const { objective, calls } = flatBelow(0.3, past, 1e6);
    const run = minimise(objective, Float64Array.of(0.2), { maxEvaluations: 100 });
    expect(run.converged).toBe(true);
    expect(Math.abs(run.theta[0]! - 0.5 * Math.log(0.3))).toBeLessThan(1e-8);
    expect([calls.approximate > 1, calls.exact > 3]).toEqual([true, true]);
  });

  it.each([
    { rows: 12_000, studies: 3000, labs: 150, others: 0, method: "ML" },
    { rows: 12_000, studies: 3000, labs: 150, others: 0, method: "REML" },
    { rows: 20_000, studies: 200, labs: 3000, others: 37, method: "ML" },
    { rows: 20_000, studies: 200, labs: 3000, others: 37, method: "REML" },
  ] as const)(
    "finds what one without finds: $rows rows, $others levels without an effect, $method",
    (size) => {
      const { rows, studies, labs, others, method } = size;
      const job = crossed(rows, studies, labs, method, others);
      const options = { maxEvaluations: 200, starts: undefined };
      const found = [true, false].map((isApproximate) =>
        withEngine(job, ({ engine }) => {
          const { model, objective } = engine;
          expect(objective.approximate === undefined).toBe(false);
          const exact = Object.create(objective, { approximate: { value: undefined } }) as Objective;
          return search({ model, objective: isApproximate ? objective : exact }, options).best;
        }),
      );
      const [one, other] = found;
      expect([one!.converged, one!.boundary === null]).toEqual([true, other!.boundary === null]);
      expect(Math.abs(one!.value - other!.value)).toBeLessThan(1e-9 * Math.abs(other!.value));
      const free = one!.boundary === null ? one!.theta.length : 0;
      for (let k = 0; k < free; k++) {
        // in standard errors
        const distance = Math.abs(one!.theta[k]! - other!.theta[k]!);
        expect(distance * Math.sqrt(other!.hessian[k * free + k]!)).toBeLessThan(1e-6);
      }
    },
  );
});
