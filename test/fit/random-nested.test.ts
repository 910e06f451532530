import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectClose } from "./closeness";
import { denseEngineForJob, type EngineAnswer, engineForJob } from "./engine-for";
import { type ExactProblem, exactProfile } from "./exact-profile";
import type { Job } from "./ma-case";
import { randomFrom } from "./random-problem";

/** Two kernels, or a kernel and exact arithmetic, at the same point: relative to the largest entry. */
const SAME = 1e-9;
/** Differences of fourth order of exact values, and of the gradient. */
const SLOPE = 1e-7;
const settings = { numRuns: 150, seed: 20260201 };

const LAYOUTS = [
  "one level up",
  "two levels up",
  "three levels up",
  "one giant study",
  "mostly singletons",
] as const;
type Layout = (typeof LAYOUTS)[number];

interface Grouped {
  readonly job: Job;
  /** the textbook's model at these coefficients of sigma and sd */
  exactAt(theta: readonly number[]): ExactProblem;
}

/** Rows in random order; sd(a) has a moderator that is constant within a. */
function grouped(seed: number, layout: Layout, weighted: boolean): Grouped {
  const random = randomFrom(seed);
  const rows = 10 + random.integer(9);
  const draw = (): number => {
    if (layout === "one giant study") return random.uniform() < 0.8 ? 0 : 1 + random.integer(3);
    return random.integer(layout === "mostly singletons" ? 3 * rows : 4);
  };
  // the first rows make sure of two levels, of one with two rows, and of groupings that differ
  const first = { a: [0, 0, 1, 0, 0], b: [0, 0, 0, 0, 1], c: [0, 0, 0, 1, 0] };
  const a = Array.from({ length: rows }, (_, i) => `a${first.a[i] ?? draw()}`);
  const b = a.map((_, i) => `b${first.b[i] ?? random.integer(3)}`);
  const c = a.map((_, i) => `c${first.c[i] ?? random.integer(2)}`);
  const x = a.map(() => random.normal());
  const w = a.map(() => random.normal());
  const z = a.map((label) => 0.3 * (Number(label.slice(1)) % 3));
  const v = a.map(() => 0.02 + random.uniform() ** 2);
  const y = x.map((xi) => 0.4 * xi + random.normal());
  const weights = weighted ? a.map(() => (random.uniform() < 0.25 ? 0 : 0.3 + 2 * random.uniform())) : null;

  const depth = layout === "two levels up" ? 2 : layout === "three levels up" ? 3 : 1;
  const labels = [
    a,
    a.map((label, i) => `${label}:${b[i]}`),
    a.map((label, i) => `${label}:${b[i]}:${c[i]}`),
  ].slice(0, depth);
  const bar = ["a", "a/b", "a/b/c"][depth - 1];
  const formulas = [`y ~ x + (1 | ${bar}) + meta_V(V = v)`, "sigma ~ w", "sd(a) ~ z"];
  return {
    job: { formulas, options: { data: { a, b, c, x, w, z, v, y }, weights } },
    exactAt: (theta) => ({
      y,
      X: x.map((xi) => [1, xi]),
      v,
      weights,
      sigma: w.map((wi) => Math.exp(theta[0]! + theta[1]! * wi)),
      levels: labels.flatMap((own, t) =>
        [...new Set(own)].map((level) => {
          const members = own.flatMap((label, i) => (label === level ? [i] : []));
          const log = t === 0 ? theta[2]! + theta[3]! * z[members[0]!]! : theta[3 + t]!;
          return { rows: members, omega: Math.exp(log) };
        }),
      ),
    }),
  };
}

function answerOf(job: Job, coefficients: readonly number[], make = engineForJob): EngineAnswer {
  const engine = make(job);
  try {
    const answer = engine.at(engine.thetaOf(coefficients));
    expect(answer.defined).toBe(true);
    return answer;
  } finally {
    engine.dispose();
  }
}

function countOf(job: Job): number {
  const engine = engineForJob(job);
  engine.dispose();
  return engine.q;
}

/** By differences of fourth order in the engine's own coordinates. */
function slopes(f: (at: Float64Array) => ArrayLike<number>, at: Float64Array, h: number): number[][] {
  return Array.from(at, (_, k) => {
    const moved = (step: number): number[] => {
      const x = Float64Array.from(at);
      x[k]! += step * h;
      return Array.from(f(x));
    };
    const [p, q, r, s] = [moved(-2), moved(-1), moved(1), moved(2)];
    return p.map((_, i) => (p[i]! - 8 * q[i]! + 8 * r[i]! - s[i]!) / (12 * h));
  });
}

const model = fc.record({ seed: fc.nat(), layout: fc.constantFrom(...LAYOUTS) });

/** Log SDs. exp(-400)^2 is zero in double precision; sigma is never huge beside y, but omega may be. */
const LOG_SIGMA = { ordinary: -0.5, tiny: Math.log(1e-8), zero: -400 } as const;
const LOG_OMEGA = { ordinary: -0.3, tiny: Math.log(1e-8), zero: -400, huge: Math.log(1e8) } as const;
const omega = fc.constantFrom("ordinary" as const, "tiny" as const, "zero" as const, "huge" as const);
const extremes = fc.record({
  sigma: fc.constantFrom("ordinary" as const, "tiny" as const, "zero" as const),
  outer: omega,
  inner: omega,
  weighted: fc.boolean(),
});

interface Where {
  readonly sigma: keyof typeof LOG_SIGMA;
  readonly outer: keyof typeof LOG_OMEGA;
  readonly inner: keyof typeof LOG_OMEGA;
}

function coefficientsAt(q: number, seed: number, { sigma, outer, inner }: Where): number[] {
  const random = randomFrom(seed + 7);
  const jitter = () => 0.3 * random.normal();
  const rest = Array.from({ length: q - 4 }, () => LOG_OMEGA[inner] + jitter());
  return [LOG_SIGMA[sigma] + jitter(), jitter(), LOG_OMEGA[outer] + jitter(), jitter(), ...rest];
}

describe("the nested kernel", () => {
  it("is the one that ran, and the dense kernel is not", () => {
    const { job } = grouped(1, "three levels up", false);
    const [nested, dense] = [engineForJob(job), denseEngineForJob(job)];
    expect([nested.q, dense.q]).toEqual([6, 6]);
    expect([nested.layout.nestedRows > 0, nested.layout.clusterSizes.length]).toEqual([true, 0]);
    expect([dense.layout.nestedRows, dense.layout.clusterSizes.length]).toEqual([0, 3]);
    nested.dispose();
    dense.dispose();
  });

  it("answers as the dense kernel does", () => {
    fc.assert(
      fc.property(model, ({ seed, layout }) => {
        const { job } = grouped(seed, layout, false);
        const at = coefficientsAt(countOf(job), seed, {
          sigma: "ordinary",
          outer: "ordinary",
          inner: "ordinary",
        });
        const [nested, dense] = [answerOf(job, at), answerOf(job, at, denseEngineForJob)];
        expectClose([nested.logLik], [dense.logLik], SAME, "logLik");
        for (const key of [
          "mu",
          "gradient",
          "hessian",
          "locationHessian",
          "crossHessian",
          "thetaHessian",
        ] as const) {
          expectClose(nested[key], dense[key], SAME, key);
        }
      }),
      settings,
    );
  });

  it("is right to the last digits when an SD is tiny, zero or huge", () => {
    fc.assert(
      fc.property(model, extremes, ({ seed, layout }, { weighted, ...where }) => {
        const { job, exactAt } = grouped(seed, layout, weighted);
        const engine = engineForJob(job);
        try {
          const at = engine.thetaOf(coefficientsAt(engine.q, seed, where));
          const exactLogLik = (x: Float64Array) => [-exactProfile(exactAt(engine.coefficientsOf(x))).logLik];
          const { defined, logLik, gradient, hessian } = engine.at(at);
          const huge = where.outer === "huge" || where.inner === "huge";
          expect(defined).toBe(true);
          expectClose([-logLik], exactLogLik(at), SAME, "logLik");
          const size = Math.max(1, Math.abs(logLik));
          const scaled = (values: ArrayLike<number>) => Array.from(values, (value) => value / size);
          const first = slopes(exactLogLik, at, 1e-3).map(([slope]) => slope!);
          expectClose(scaled(gradient), scaled(first), SLOPE, "gradient");
          if (huge) return;
          const second = slopes((x) => engine.at(x).gradient, at, 1e-3).flat();
          expectClose(scaled(hessian), scaled(second), SLOPE, "Hessian");
        } finally {
          engine.dispose();
        }
      }),
      settings,
    );
  });
});
