import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectClose, slopes } from "./closeness";
import { denseEngineForJob, type EngineAnswer, engineForJob } from "./engine-for";
import type { Job } from "./ma-case";
import { randomFrom } from "./random-problem";

/** Two orders of summation of the same numbers. */
const VALUE = 1e-9;
/** Two kernels, relative to the largest entry. */
const KERNEL = 1e-8;
/** Central differences of fourth order. */
const DIFFERENCES = 1e-6;

const settings = { numRuns: 60, seed: 20261130 };

const KINDS = ["rows", "nested", "crossed", "blocks", "pairs", "tied pairs"] as const;
type Kind = (typeof KINDS)[number];

interface Given {
  readonly kind: Kind;
  readonly reml: boolean;
  readonly weighted: boolean;
  readonly sigma: "estimated" | "held at 0";
  readonly seed: number;
}

const given: fc.Arbitrary<Given> = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    reml: fc.boolean(),
    weighted: fc.boolean(),
    sigma: fc.constantFrom("estimated" as const, "held at 0" as const),
    seed: fc.nat(),
  })
  .map((one) => ({
    ...one,
    weighted: one.weighted && !one.reml && ["rows", "nested", "pairs"].includes(one.kind),
  }));

interface Textbook {
  readonly job: Job;
  /** Sigma at the user's coefficients of phi, sigma, sd and rho12, in their order */
  sigmaAt(coefficients: readonly number[]): number[][];
  readonly y: readonly number[];
  readonly X: readonly (readonly number[])[];
}

function textbook({ kind, reml, weighted, sigma, seed }: Given): Textbook {
  return kind === "pairs" || kind === "tied pairs"
    ? pairs(kind, reml, weighted, sigma, seed)
    : rows(kind, reml, weighted, sigma, seed);
}

function rows(kind: Kind, reml: boolean, weighted: boolean, sigma: Given["sigma"], seed: number): Textbook {
  const random = randomFrom(seed);
  const n = 9 + random.integer(8);
  const each = <T>(f: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => f(i));
  const a = each((i) => `a${[0, 0, 1, 1, 2][i] ?? random.integer(3)}`);
  const b = each((i) => `b${[0, 0, 0, 1, 1][i] ?? random.integer(2)}`);
  const c = each((i) => `c${[0, 1, 1, 0, 1][i] ?? random.integer(2)}`);
  const x = each(() => random.normal());
  const w = each(() => random.normal());
  const vi = each(() => 0.1 + random.uniform());
  const y = x.map((xi) => 0.4 * xi + random.normal());
  // clusters of V are not those of the levels
  const cluster = each((i) => (kind === "blocks" ? Math.min(random.integer(4), i) : i));
  const V = each((i) =>
    each((k) => (i === k ? vi[i]! : cluster[i] === cluster[k] ? 0.4 * Math.sqrt(vi[i]! * vi[k]!) : 0)),
  );
  const bar = { nested: "a/b", crossed: "a) + (1 | c", blocks: "a", rows: "" }[kind as "nested"];
  const labels: string[][] = {
    nested: [a, a.map((label, i) => `${label}:${b[i]}`)],
    crossed: [a, c],
    blocks: [a],
    rows: [],
  }[kind as "nested"];
  const formulas = [
    `y ~ x ${bar === "" ? "" : `+ (1 | ${bar})`} + meta_V(V = V, scale = "proportional")`,
    "phi ~ x",
    ...(sigma === "estimated" ? ["sigma ~ w"] : []),
  ];
  const weights = weighted ? each(() => 0.3 + 2 * random.uniform()) : null;
  const q = sigma === "estimated" ? 4 : 2;
  return {
    job: {
      formulas,
      options: {
        data: { a, b, c, x, w, y },
        matrices: { V },
        method: reml ? "REML" : "ML",
        weights,
        ...(sigma === "held at 0" && { fixed: { sigma: 0 } }),
      },
    },
    y,
    X: x.map((xi) => [1, xi]),
    sigmaAt: (theta) => {
      const m = x.map((xi) => Math.exp(0.5 * (theta[0]! + theta[1]! * xi)));
      const sigmas = w.map((wi) => (q === 4 ? Math.exp(theta[2]! + theta[3]! * wi) : 0));
      return each((i) =>
        each((k) => {
          let sum = m[i]! * m[k]! * V[i]![k]! + (i === k ? sigmas[i]! ** 2 : 0);
          for (const [t, own] of labels.entries()) if (own[i] === own[k]) sum += Math.exp(2 * theta[q + t]!);
          return sum;
        }),
      );
    },
  };
}

function pairs(kind: Kind, reml: boolean, weighted: boolean, sigma: Given["sigma"], seed: number): Textbook {
  const random = randomFrom(seed);
  const studies = 6 + random.integer(5);
  const each = <T>(f: (i: number) => T): T[] => Array.from({ length: studies }, (_, i) => f(i));
  const x = each(() => random.normal());
  const lab = each((i) => `l${[0, 0, 1, 1][i] ?? random.integer(3)}`);
  const y1 = each((i) => (i === 1 ? null : random.normal()));
  const y2 = each((i) => (i === 2 ? null : random.normal()));
  const v = each(() => [0.1 + random.uniform(), 0.1 + random.uniform()]);
  const r = each(() => 0.8 * (random.uniform() - 0.5));
  const places = each((i) =>
    [0, 1].filter((o) => (o === 0 ? y1 : y2)[i] !== null).map((o) => [i, o] as const),
  ).flat();
  const vOf = (i: number, o: number, p: number) =>
    o === p ? v[i]![o]! : r[i]! * Math.sqrt(v[i]![0]! * v[i]![1]!);
  const full = Array.from({ length: 2 * studies }, (_, a) =>
    Array.from({ length: 2 * studies }, (__, b) => (a >> 1 === b >> 1 ? vOf(a >> 1, a & 1, b & 1) : 0)),
  );
  const tied = kind === "tied pairs";
  const isHeld = sigma === "held at 0";
  const formulas = [
    `mu1 = y1 ~ 1 ${tied ? "+ (1 | lab)" : ""} + meta_V(V = V, scale = "proportional")`,
    "mu2 = y2 ~ 1",
    "phi1 ~ x",
    ...(isHeld ? [] : ["sigma2 ~ x", "rho12 ~ x"]),
  ];
  const weights = weighted ? each(() => 0.3 + 2 * random.uniform()) : null;
  return {
    job: {
      formulas,
      options: {
        data: { x, lab, y1, y2 } as never,
        matrices: { V: full },
        method: reml ? "REML" : "ML",
        weights,
        ...(isHeld && { fixed: { sigma1: 0, sigma2: 0 } }),
      },
    },
    y: places.map(([i, o]) => (o === 0 ? y1 : y2)[i]!),
    X: places.map(([, o]) => (o === 0 ? [1, 0] : [0, 1])),
    sigmaAt: (theta) => {
      const phi = [(i: number) => Math.exp(theta[0]! + theta[1]! * x[i]!), () => Math.exp(theta[2]!)];
      const sigmas = [() => Math.exp(theta[3]!), (i: number) => Math.exp(theta[4]! + theta[5]! * x[i]!)];
      const omega = Math.exp(theta[isHeld ? 3 : 6]!);
      const eta = isHeld ? [0, 0] : theta.slice(tied ? 7 : 6);
      return places.map(([i, o]) =>
        places.map(([k, p]) => {
          let sum = tied && o === 0 && p === 0 && lab[i] === lab[k] ? omega ** 2 : 0;
          if (i !== k) return sum;
          sum += Math.sqrt(phi[o]!(i) * phi[p]!(i)) * vOf(i, o, p);
          if (isHeld) return sum;
          const rho = o === p ? 1 : 0.999999 * Math.tanh(eta[0]! + eta[1]! * x[i]!);
          return sum + rho * sigmas[o]!(i) * sigmas[p]!(i);
        }),
      );
    },
  };
}

/** In plain loops: the profiled log-likelihood, or with REML the restricted one with + log|X'X| / 2. */
function logLikOf(
  y: readonly number[],
  X: readonly (readonly number[])[],
  S: readonly (readonly number[])[],
  reml: boolean,
) {
  const n = y.length;
  const p = X[0]!.length;
  const L = cholesky(S);
  const Z = X[0]!.map((_, j) =>
    lower(
      L,
      X.map((row) => row[j]!),
    ),
  );
  const z = lower(L, y);
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, ai, i) => sum + ai * b[i]!, 0);
  const A = cholesky(Z.map((a) => Z.map((b) => dot(a, b))));
  const half = lower(
    A,
    Z.map((a) => dot(a, z)),
  );
  const quadratic = dot(z, z) - dot(half, half);
  const logDet = (M: readonly (readonly number[])[]) =>
    2 * M.reduce((sum, row, i) => sum + Math.log(row[i]!), 0);
  const value = -0.5 * (logDet(L) + quadratic);
  if (!reml) return value - (n / 2) * Math.log(2 * Math.PI);
  const G = cholesky(
    X[0]!.map((_, j) => X[0]!.map((__, k) => X.reduce((sum, row) => sum + row[j]! * row[k]!, 0))),
  );
  return value - ((n - p) / 2) * Math.log(2 * Math.PI) - 0.5 * logDet(A) + 0.5 * logDet(G);
}

function cholesky(S: readonly (readonly number[])[]): number[][] {
  const L = S.map((row) => row.map(() => 0));
  for (let i = 0; i < S.length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = S[i]![j]!;
      for (let k = 0; k < j; k++) sum -= L[i]![k]! * L[j]![k]!;
      L[i]![j] = i === j ? Math.sqrt(sum) : sum / L[j]![j]!;
    }
  }
  return L;
}

function lower(L: readonly (readonly number[])[], b: readonly number[]): number[] {
  const x: number[] = [];
  for (const [i, bi] of b.entries()) {
    let sum = bi;
    for (let k = 0; k < i; k++) sum -= L[i]![k]! * x[k]!;
    x.push(sum / L[i]![i]!);
  }
  return x;
}

function pointOf(seed: number, q: number): number[] {
  const random = randomFrom(seed + 1);
  return Array.from({ length: q }, () => -0.2 + 0.4 * random.normal());
}

function withAnswer(
  one: Given,
  run: (
    engine: ReturnType<typeof engineForJob>,
    at: Float64Array,
    answer: EngineAnswer,
    book: Textbook,
  ) => void,
): void {
  const book = textbook(one);
  const engine = engineForJob(book.job);
  try {
    const at = engine.thetaOf(pointOf(one.seed, engine.q));
    const answer = engine.at(at);
    expect(answer.defined).toBe(true);
    run(engine, at, answer, book);
  } finally {
    engine.dispose();
  }
}

/** All of an answer, so that two engines can be compared at a glance. */
function compare(seen: EngineAnswer, wanted: EngineAnswer, tolerance: number): void {
  expectClose([seen.logLik], [wanted.logLik], tolerance, "logLik");
  for (const field of [
    "beta",
    "gradient",
    "hessian",
    "crossHessian",
    "thetaHessian",
    "locationHessian",
  ] as const)
    expectClose(seen[field], wanted[field], tolerance, field);
}

describe("a V known up to multipliers, in the engine", () => {
  it("has the textbook's log-likelihood", () => {
    fc.assert(
      fc.property(given, (one) => {
        if (one.weighted) return;
        withAnswer(one, (engine, at, { logLik }, { y, X, sigmaAt }) => {
          const wanted = logLikOf(y, X, sigmaAt(engine.coefficientsOf(at)), one.reml);
          expectClose([logLik], [wanted], VALUE, `${one.kind} logLik`);
        });
      }),
      settings,
    );
  });

  it("has the gradient and the Hessian that differences give", () => {
    fc.assert(
      fc.property(given, (one) => {
        withAnswer(one, (engine, at, { gradient, hessian }) => {
          const first = slopes((x) => [-engine.at(x).logLik], at, 2e-3).map(([slope]) => slope!);
          expectClose(gradient, first, DIFFERENCES, `${one.kind} gradient`);
          const second = slopes((x) => engine.at(x).gradient, at, 1e-3).flat();
          expectClose(hessian, second, DIFFERENCES, `${one.kind} Hessian`);
        });
      }),
      settings,
    );
  });

  it("is the same in the dense kernel", () => {
    fc.assert(
      fc.property(given, (one) => {
        if (one.weighted) return;
        withAnswer(one, (_, at, answer, { job }) => {
          const dense = denseEngineForJob(job);
          compare(answer, dense.at(at), KERNEL);
          dense.dispose();
        });
      }),
      settings,
    );
  });

  it("is the model of a known V where phi is held at 1", () => {
    fc.assert(
      fc.property(given, (one) => {
        const { job } = textbook(one);
        const formulas = job.formulas.filter((text) => !text.startsWith("phi"));
        const phis = one.kind.endsWith("pairs") ? { phi1: 1, phi2: 1 } : { phi: 1 };
        const held = engineForJob({
          formulas,
          options: { ...job.options, fixed: { ...job.options.fixed, ...phis } },
        });
        const known = engineForJob({
          formulas: formulas.map((text) => text.replace(', scale = "proportional"', "")),
          options: job.options,
        });
        const at = known.thetaOf(pointOf(one.seed, known.q));
        compare(held.at(at), known.at(at), KERNEL);
        held.dispose();
        known.dispose();
      }),
      settings,
    );
  });

  it("keeps its derivatives where phi or sigma is tiny or huge", () => {
    for (const kind of KINDS) {
      for (const reml of [false, true]) {
        for (const [phi, sigma] of [
          [-30, -0.3],
          [0.3, -25],
          [12, -0.3],
          [0.3, 6],
        ] as const) {
          const one: Given = { kind, reml, weighted: false, sigma: "estimated", seed: 7 };
          const { job } = textbook(one);
          const engine = engineForJob(job);
          const dense = denseEngineForJob(job);
          const bivariate = kind.endsWith("pairs");
          const coefficients = pointOf(7, engine.q);
          coefficients[0] = phi;
          if (bivariate) coefficients[2] = phi;
          coefficients[bivariate ? 3 : 2] = sigma;
          if (bivariate) coefficients[4] = sigma;
          const at = engine.thetaOf(coefficients);
          compare(engine.at(at), dense.at(at), 1e-7);
          engine.dispose();
          dense.dispose();
        }
      }
    }
  });
});
