import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectClose, slopes } from "./closeness";
import { denseEngineForJob, type EngineAnswer, engineForJob } from "./engine-for";
import { type ExactProblem, exactProfile } from "./exact-profile";
import type { Job } from "./ma-case";
import { randomFrom } from "./random-problem";

/** Two kernels, or a kernel and exact arithmetic, at the same point: relative to the largest entry. */
const SAME = 1e-9;
/** Differences of fourth order of exact values, and of the gradient. */
const SLOPE = 1e-7;
const settings = { numRuns: 100, seed: 20261130 };

const DESIGNS = ["two", "three", "nested in crossed", "few levels", "a level a row"] as const;
type Design = (typeof DESIGNS)[number];

interface Crossed {
  readonly job: Job;
  readonly kinds: readonly Kind[];
  /** the textbook's model at these coefficients of sigma and sd */
  exactAt(theta: readonly number[]): ExactProblem;
}

/** What a coefficient of sigma or an SD is: the first one, or that of a moderator. */
type Kind = "sigma" | "first" | "others" | "moderator";

interface Options {
  /** "ones" are weights that change nothing, but leave no row to the dense kernel */
  readonly weights?: "random" | "ones";
  readonly method?: "ML" | "REML";
  /** V up to a multiplier, with a moderator */
  readonly multiplied?: boolean;
  /** multiplies the number of rows */
  readonly size?: number;
}

/** Rows in random order; sd(a) and sd(b) have moderators that are constant within a and b. */
function crossed(
  seed: number,
  design: Design,
  { weights: kind, method = "ML", multiplied = false, size = 1 }: Options = {},
): Crossed {
  const random = randomFrom(seed);
  const rows = size * (18 + random.integer(10));
  const levels = design === "few levels" ? 3 : design === "a level a row" ? rows : Math.ceil(rows / 4);
  const draw = (letter: string, count: number) =>
    Array.from(
      { length: rows },
      (_, i) => `${letter}${i < 4 ? (i >> (letter === "a" ? 0 : 1)) & 1 : random.integer(count)}`,
    );
  const a = draw("a", levels);
  const b = draw("b", Math.max(3, Math.ceil(levels / 2)));
  const c = draw("c", 4);
  const columns =
    design === "three"
      ? [a, b, c]
      : design === "nested in crossed"
        ? [a, a.map((l, i) => `${l}:${c[i]}`), b]
        : [a, b];
  const bar =
    design === "three" ? ["a", "b", "c"] : design === "nested in crossed" ? ["a/c", "b"] : ["a", "b"];
  const x = a.map(() => random.normal());
  const w = a.map(() => random.normal());
  const z = a.map((label) => 0.3 * (Number(label.slice(1)) % 3));
  const u = b.map((label) => 0.4 * (Number(label.slice(1)) % 2));
  const v = a.map(() => 0.02 + random.uniform() ** 2);
  const y = x.map((xi) => 0.4 * xi + random.normal());
  const weights =
    kind === undefined
      ? null
      : a.map(() => (kind === "ones" ? 1 : random.uniform() < 0.2 ? 0 : 0.3 + 2 * random.uniform()));
  const data = { a, b, c, x, w, z, u, v, y };
  const formulas = [
    `y ~ x + ${bar.map((g) => `(1 | ${g})`).join(" + ")} + meta_V(V = v${multiplied ? ', scale = "proportional"' : ""})`,
    ...(multiplied ? ["phi ~ x"] : []),
    "sigma ~ w",
    "sd(a) ~ z",
    "sd(b) ~ u",
  ];
  const moderators = columns.map((column) => (column === a ? z : column === b ? u : null));
  const kinds = columns.flatMap((column, t): Kind[] => {
    const own = column === a ? "first" : "others";
    return moderators[t] === null ? [own] : [own, "moderator"];
  });
  /** of each SD's first coefficient */
  const places = columns.map(
    (_, t) => 2 + moderators.slice(0, t).reduce((sum, one) => sum + (one ? 2 : 1), 0),
  );
  return {
    job: { formulas, options: { data, weights, method } },
    kinds: [...(multiplied ? (["moderator", "moderator"] as const) : []), "sigma", "moderator", ...kinds],
    exactAt: (theta) => ({
      y,
      X: x.map((xi) => [1, xi]),
      v,
      weights,
      sigma: w.map((wi) => Math.exp(theta[0]! + theta[1]! * wi)),
      levels: columns.flatMap((column, t) =>
        [...new Set(column)].map((level) => {
          const members = column.flatMap((label, i) => (label === level ? [i] : []));
          const [at, moderator] = [places[t]!, moderators[t]];
          const log = theta[at]! + (moderator ? theta[at + 1]! * moderator[members[0]!]! : 0);
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

const KEYS = ["mu", "gradient", "hessian", "locationHessian", "crossHessian", "thetaHessian"] as const;

/** Log SDs. exp(-400)^2 is zero in double precision. */
const LOG_SIGMA = { ordinary: -0.5, tiny: Math.log(1e-8), zero: -400 } as const;
const LOG_OMEGA = { ordinary: -0.3, tiny: Math.log(1e-8), zero: -400, huge: Math.log(1e6) } as const;

interface Where {
  readonly sigma: keyof typeof LOG_SIGMA;
  /** of a */
  readonly first: keyof typeof LOG_OMEGA;
  readonly others: keyof typeof LOG_OMEGA;
}

const ORDINARY: Where = { sigma: "ordinary", first: "ordinary", others: "ordinary" };

function coefficientsAt(kinds: readonly Kind[], seed: number, { sigma, first, others }: Where): number[] {
  const random = randomFrom(seed + 7);
  const at = { sigma: LOG_SIGMA[sigma], first: LOG_OMEGA[first], others: LOG_OMEGA[others], moderator: 0 };
  return kinds.map((kind) => at[kind] + 0.3 * random.normal());
}

const model = fc.record({ seed: fc.nat(), design: fc.constantFrom(...DESIGNS) });

describe("the sparse kernel", () => {
  it("is the one that ran, and the dense kernel is not", () => {
    for (const design of DESIGNS) {
      const { job } = crossed(1, design);
      const [sparse, dense] = [engineForJob(job), denseEngineForJob(job)];
      expect([sparse.layout.sparseRows > 0, sparse.layout.nestedRows], design).toEqual([true, 0]);
      expect([dense.layout.sparseRows, dense.layout.clusterSizes.length], design).toEqual([0, 3]);
      sparse.dispose();
      dense.dispose();
    }
  });

  it.each([
    { method: "ML", size: 1 },
    { method: "REML", size: 1 },
    { method: "ML", size: 8 },
    { method: "REML", size: 8 },
  ] as const)("answers as the dense kernel does: $method, $size times the rows", ({ method, size }) => {
    fc.assert(
      fc.property(model, ({ seed, design }) => {
        const { job, kinds } = crossed(seed, design, { method, size });
        const at = coefficientsAt(kinds, seed, ORDINARY);
        const [sparse, dense] = [answerOf(job, at), answerOf(job, at, denseEngineForJob)];
        expectClose([sparse.logLik], [dense.logLik], SAME, "logLik");
        for (const key of KEYS) expectClose(sparse[key], dense[key], SAME, key);
      }),
      { ...settings, numRuns: size > 1 ? 30 : 100 },
    );
  });

  it("answers as the dense kernel does where rows are in some of the intercepts only: two outcomes", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { job } = crossed(seed, "three", { size: 3 });
        const data = job.options.data as Record<string, (number | string)[]>;
        // the last rows have both outcomes, and a level of their own in each grouping
        const isBoth = (i: number) => i >= data.y!.length - 6;
        const one = (outcome: number, values: readonly (number | string)[]) =>
          values.map((value, i) => (isBoth(i) || i % 2 === outcome ? value : null));
        const apart = (label: string) =>
          data[label]!.map((value, i) => (isBoth(i) ? `${label}${i}own` : value));
        const both = {
          formulas: [
            "mu1 = y1 ~ x + (1 | a) + (1 | b) + meta_V(V = meta_vcov_bivariate(v1, v2))",
            "mu2 = y2 ~ x + (1 | a) + (1 | c)",
            "sigma1 = ~ w",
          ],
          options: {
            data: {
              ...data,
              ...{ a: apart("a"), b: apart("b"), c: apart("c") },
              ...{ y1: one(0, data.y!), y2: one(1, data.y!), v1: one(0, data.v!), v2: one(1, data.v!) },
            },
          },
        } as unknown as Job;
        const engine = engineForJob(both);
        expect([
          engine.layout.sparseRows > 0,
          engine.layout.pairRows + engine.layout.clusterSizes.length > 0,
        ]).toEqual([true, true]);
        engine.dispose();
        const random = randomFrom(seed);
        const at = Array.from({ length: engine.q }, () => -0.5 + 0.3 * random.normal());
        const [sparse, dense] = [answerOf(both, at), answerOf(both, at, denseEngineForJob)];
        expectClose([sparse.logLik], [dense.logLik], SAME, "logLik");
        for (const key of KEYS) expectClose(sparse[key], dense[key], SAME, key);
      }),
      { ...settings, numRuns: 30 },
    );
  });

  it.each(["ML", "REML"] as const)(
    "answers as the dense kernel does where V has multipliers: %s",
    (method) => {
      fc.assert(
        fc.property(model, ({ seed, design }) => {
          const { job, kinds } = crossed(seed, design, { method, multiplied: true, size: 2 });
          const at = coefficientsAt(kinds, seed, ORDINARY);
          const [sparse, dense] = [answerOf(job, at), answerOf(job, at, denseEngineForJob)];
          expectClose([sparse.logLik], [dense.logLik], SAME, "logLik");
          for (const key of KEYS) expectClose(sparse[key], dense[key], SAME, key);
        }),
        { ...settings, numRuns: 40 },
      );
    },
  );

  it.each([
    { sigma: "zero", first: "ordinary", others: "ordinary" },
    { sigma: "ordinary", first: "tiny", others: "ordinary" },
    { sigma: "ordinary", first: "zero", others: "tiny" },
    { sigma: "zero", first: "ordinary", others: "zero" },
  ] as const)("answers as the dense kernel does by REML: sigma $sigma, SDs $first and $others", (where) => {
    fc.assert(
      fc.property(model, ({ seed, design }) => {
        const { job, kinds } = crossed(seed, design, { method: "REML", size: 2 });
        const at = coefficientsAt(kinds, seed, where);
        const [sparse, dense] = [answerOf(job, at), answerOf(job, at, denseEngineForJob)];
        expectClose([sparse.logLik], [dense.logLik], SAME, "logLik");
        for (const key of KEYS) expectClose(sparse[key], dense[key], SAME, key);
      }),
      { ...settings, numRuns: 30 },
    );
  });

  it("is right to the last digits when SDs are tiny, zero or one of them huge", () => {
    const extremes = fc.record({
      where: fc.record({
        sigma: fc.constantFrom("ordinary" as const, "zero" as const),
        first: fc.constantFrom("ordinary" as const, "tiny" as const, "zero" as const, "huge" as const),
        others: fc.constantFrom("ordinary" as const, "tiny" as const, "zero" as const),
      }),
      weights: fc.constantFrom("random" as const, "ones" as const),
    });
    fc.assert(
      fc.property(model, extremes, ({ seed, design }, { where, weights }) => {
        const { job, kinds, exactAt } = crossed(seed, design, { weights });
        const engine = engineForJob(job);
        try {
          const at = engine.thetaOf(coefficientsAt(kinds, seed, where));
          const exactLogLik = (x: Float64Array) => [-exactProfile(exactAt(engine.coefficientsOf(x))).logLik];
          const { defined, logLik, gradient, hessian } = engine.at(at);
          expect(defined).toBe(true);
          expectClose([-logLik], exactLogLik(at), SAME, "logLik");
          const size = Math.max(1, Math.abs(logLik));
          const scaled = (values: ArrayLike<number>) => Array.from(values, (value) => value / size);
          const first = slopes(exactLogLik, at, 1e-3).map(([slope]) => slope!);
          expectClose(scaled(gradient), scaled(first), SLOPE, "gradient");
          const second = slopes((x) => engine.at(x).gradient, at, 1e-3).flat();
          expectClose(scaled(hessian), scaled(second), SLOPE, "Hessian");
        } finally {
          engine.dispose();
        }
      }),
      { ...settings, numRuns: 40 },
    );
  });

  it("does not depend on the order of rows, nor on the names of levels", () => {
    fc.assert(
      fc.property(model, ({ seed, design }) => {
        const { job, kinds } = crossed(seed, design, { size: 4 });
        const at = coefficientsAt(kinds, seed, ORDINARY);
        const data = job.options.data as Record<string, (string | number)[]>;
        const random = randomFrom(seed + 1);
        const order = data.y!.map((_, i) => i);
        for (let i = order.length - 1; i > 0; i--) {
          const k = random.integer(i + 1);
          [order[i], order[k]] = [order[k]!, order[i]!];
        }
        // names that sort the other way round
        const renamed = (value: string | number) =>
          typeof value === "string" ? `${value[0]}${1e6 - Number(value.slice(1))}` : value;
        const moved = Object.entries(data).map(([name, column]) => [
          name,
          order.map((i) => renamed(column[i]!)),
        ]);
        const other = { ...job, options: { ...job.options, data: Object.fromEntries(moved) } };
        const [one, two] = [answerOf(job, at), answerOf(other, at)];
        expectClose([two.logLik], [one.logLik], 1e-12, "logLik");
        for (const key of ["gradient", "hessian", "crossHessian"] as const)
          expectClose(two[key], one[key], SAME, key);
      }),
      { ...settings, numRuns: 40 },
    );
  });
});
