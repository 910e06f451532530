import { describe, expect, it } from "vitest";
import { blockOf, linearPredictor } from "../../src/fit/theta-blocks";
import { choleskyFactor } from "../../src/linalg/cholesky";
import { choleskyInverse } from "../../src/linalg/inverse";
import { expectClose, slopes } from "./closeness";
import { engineForJob, type TestEngine } from "./engine-for";
import type { Job } from "./ma-case";
import { randomFrom } from "./random-problem";

/*
 * Correlated random effects in the dense kernel beside plain loops: Sigma of all rows is written out from the data, theta and the
 * formula's meaning; the gradient is the difference of the value, the Hessian that of the gradient.
 */

const TIMES = [1, 2, 4.5, 7];
const ROWS = 40;
const STUDIES = 9;

interface Data {
  readonly y: number[];
  readonly vi: number[];
  readonly x: number[];
  readonly z: number[];
  readonly w: number[];
  readonly time: number[];
  readonly outcome: string[];
  readonly study: string[];
  readonly site: string[];
}

function dataOf(seed: number): Data {
  const random = randomFrom(seed);
  const rows = Array.from({ length: ROWS }, (_, i) => i);
  const level = rows.map((i) => (i * 7 + random.integer(2)) % 4);
  return {
    y: rows.map(() => random.normal()),
    vi: rows.map(() => 0.05 + 0.2 * random.uniform()),
    x: rows.map(() => random.normal()),
    z: rows.map(() => random.normal()),
    w: rows.map(() => random.normal()),
    time: level.map((k) => TIMES[k]!),
    outcome: level.map((k) => `t${k + 1}`),
    study: rows.map(() => `s${random.integer(STUDIES)}`),
    site: rows.map(() => `p${random.integer(6)}`),
  };
}

type Correlation = (i: number, k: number) => number;

/** What the term's effects of rows i and k covary by, at log SDs and what comes after them in theta. */
type Plain = (data: Data, logSds: readonly number[], kappa: readonly number[]) => Correlation;

/** C of partial correlations, by the recursion of partial correlations and not by a factor. */
function fromPartials(q: number, kappa: readonly number[]): number[][] {
  const L = Array.from({ length: q }, () => new Array<number>(q).fill(0));
  let next = 0;
  for (let i = 0; i < q; i++) {
    let left = 1;
    for (let j = 0; j < i; j++) {
      const r = Math.tanh(kappa[next++]!);
      L[i]![j] = r * Math.sqrt(left);
      left *= 1 - r * r;
    }
    L[i]![i] = Math.sqrt(left);
  }
  return L.map((a) => L.map((b) => a.reduce((sum, value, k) => sum + value * b[k]!, 0)));
}

/** Columns of an intercept and slopes. */
const columns =
  (...names: readonly ("x" | "z")[]): Plain =>
  (data, logSds, kappa) => {
    const C = fromPartials(names.length + 1, kappa);
    const row = (i: number) =>
      [1, ...names.map((name) => data[name][i]!)].map((z, a) => z * Math.exp(logSds[a]!));
    return (i, k) => {
      if (data.study[i] !== data.study[k]) return 0;
      const [own, other] = [row(i), row(k)];
      return own.reduce(
        (sum, one, a) => sum + other.reduce((part, two, b) => part + one * two * C[a]![b]!, 0),
        0,
      );
    };
  };

/** Levels of outcome within study. */
const within =
  (ownSds: boolean, rho: (kappa: readonly number[]) => (a: number, b: number) => number): Plain =>
  (data, logSds, kappa) => {
    const at = rho(kappa);
    const level = data.outcome.map((name) => Number(name.slice(1)) - 1);
    const sd = (i: number) => Math.exp(logSds[ownSds ? level[i]! : 0]!);
    return (i, k) => {
      if (data.study[i] !== data.study[k]) return 0;
      return sd(i) * sd(k) * (level[i] === level[k] ? 1 : at(level[i]!, level[k]!));
    };
  };

const us = within(true, (kappa) => {
  const C = fromPartials(4, kappa);
  return (a, b) => C[a]![b]!;
});
const cs = ([kappa]: readonly number[]) => {
  const rho = -1 / 3 + 4 / 3 / (1 + Math.exp(-2 * kappa!));
  return () => rho;
};
const ar =
  ([kappa]: readonly number[]) =>
  (a: number, b: number) =>
    Math.tanh(kappa!) ** Math.abs(a - b);
const car =
  ([kappa]: readonly number[]) =>
  (a: number, b: number) =>
    (1 / (1 + Math.exp(-kappa!))) ** Math.abs(TIMES[a]! - TIMES[b]!);

const MODELS: readonly { readonly term: string; readonly plain: Plain; readonly sds: number }[] = [
  { term: "(1 + x | study)", plain: columns("x"), sds: 2 },
  { term: "(1 + x + z | study)", plain: columns("x", "z"), sds: 3 },
  { term: "us(0 + outcome | study)", plain: us, sds: 4 },
  { term: "cs(0 + outcome | study)", plain: within(false, cs), sds: 1 },
  { term: "hcs(0 + outcome | study)", plain: within(true, cs), sds: 4 },
  { term: "ar(0 + outcome | study)", plain: within(false, ar), sds: 1 },
  { term: "har(0 + outcome | study)", plain: within(true, ar), sds: 4 },
  { term: "car(0 + time | study)", plain: within(false, car), sds: 1 },
];

/** What stands beside the term. */
const BESIDE = {
  nothing: { rest: "", sigma: "sigma ~ 1", V: "vi" },
  "a moderator of sigma": { rest: "", sigma: "sigma ~ w", V: "vi" },
  "crossed levels": { rest: " + (1 | site)", sigma: "sigma ~ 1", V: "vi" },
  "multipliers of V": { rest: "", sigma: "sigma ~ w", V: 'vi, scale = "proportional"' },
} as const;

function jobOf(term: string, beside: keyof typeof BESIDE, method: "ML" | "REML", data: Data): Job {
  const { rest, sigma, V } = BESIDE[beside];
  const formulas = [`y ~ x + ${term}${rest} + meta_V(V = ${V})`, sigma];
  return { formulas, options: { data: data as unknown as Record<string, number[]>, method } };
}

/** -log L, or the restricted one without its constants, of Sigma written out; in the engine's unit. */
function plainValue(
  engine: TestEngine,
  theta: Float64Array,
  data: Data,
  { plain, sds }: (typeof MODELS)[number],
): number {
  const { model } = engine;
  const at = (kind: "phi" | "sigma" | "sd" | "cor") => [...linearPredictor(blockOf(model, kind), theta)];
  const [logPhi, logSigma, logOmega, kappa] = [at("phi"), at("sigma"), at("sd"), at("cor")];
  // SDs of the term's own levels come first, by formula
  const terms = model.random.filter(({ roles }) => roles !== null);
  const own: number[] = [];
  for (const { firstLevel, roles, levels, dpar } of terms) {
    if (dpar.within === undefined) own.push(logOmega[firstLevel]!);
    else if (sds === 1) own.push(logOmega[firstLevel]!);
    else
      for (let r = 0; r < sds; r++)
        own.push(
          logOmega[
            firstLevel + Array.from({ length: levels }, (_, j) => j).find((j) => roles!.role[j] === r)!
          ]!,
        );
  }
  const covary = plain(data, own, kappa);
  const site = model.random.find(({ roles }) => roles === null);
  const n = ROWS;
  const S = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k <= i; k++) {
      let value = covary(i, k);
      if (i === k) value += model.v[i]! * Math.exp(2 * (logPhi[i] ?? 0)) + Math.exp(2 * logSigma[i]!);
      if (site !== undefined && data.site[i] === data.site[k])
        value += Math.exp(2 * logOmega[site.firstLevel]!);
      S[i * n + k] = S[k * n + i] = value;
    }
  }
  const L = choleskyFactor(S, n)!;
  const B = choleskyInverse(L, n);
  let logDet = 0;
  for (let i = 0; i < n; i++) logDet += 2 * Math.log(L[i * n + i]!);
  const p = engine.p;
  const X = model.location.values;
  const times = (v: ArrayLike<number>) =>
    Array.from({ length: n }, (_, i) =>
      Array.from(v).reduce((sum, part, k) => sum + B[i * n + k]! * part, 0),
    );
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((sum, part, i) => sum + part * b[i]!, 0);
  const column = (j: number) => X.subarray(j * n, (j + 1) * n);
  const A = new Float64Array(p * p);
  const solved = Array.from({ length: p }, (_, j) => times(column(j)));
  for (let a = 0; a < p; a++) for (let b = 0; b < p; b++) A[a * p + b] = dot(solved[a]!, column(b));
  const LA = choleskyFactor(A, p)!;
  const inverse = choleskyInverse(LA, p);
  const right = solved.map((one) => dot(one, model.y));
  const beta = right.map((_, a) => right.reduce((sum, part, b) => sum + inverse[a * p + b]! * part, 0));
  const r = Float64Array.from(model.y, (y, i) => y - beta.reduce((sum, b, j) => sum + b * column(j)[i]!, 0));
  let value = 0.5 * (logDet + dot(r, times(r)));
  if (model.reml) for (let a = 0; a < p; a++) value += Math.log(LA[a * p + a]!);
  return value;
}

const MANY = MODELS.flatMap((one, m) =>
  (Object.keys(BESIDE) as (keyof typeof BESIDE)[]).flatMap((beside, b) =>
    (["ML", "REML"] as const).map((method) => ({ ...one, beside, method, seed: 100 + 10 * m + b })),
  ),
);

/** Differences of fourth order. */
const SLOPE = 1e-7;

describe("value, gradient and Hessian", () => {
  it.for(MANY)("$term beside $beside, $method", (one) => {
    const { term, beside, method, seed } = one;
    const data = dataOf(seed);
    const engine = engineForJob(jobOf(term, beside, method, data));
    try {
      const random = randomFrom(seed + 1);
      for (const spread of [0.5, 1.5]) {
        const theta = Float64Array.from({ length: engine.q }, () => spread * random.normal() - 0.3);
        const { defined, gradient, hessian } = engine.at(theta);
        expect(defined).toBe(true);
        expectClose([engine.engine.objective.value], [plainValue(engine, theta, data, one)], 1e-10, "value");
        engine.at(theta);
        const valueAt = (at: Float64Array) => [plainValue(engine, at, data, one)];
        expectClose(
          gradient,
          slopes(valueAt, theta, 1e-3).map(([slope]) => slope!),
          SLOPE,
          "gradient",
        );
        const second = slopes((at) => engine.at(at).gradient, theta, 1e-3).flat();
        expectClose(hessian, second, SLOPE, "Hessian");
      }
    } finally {
      engine.dispose();
    }
  });
});

describe("edges are points as others", () => {
  it.for(MANY.filter(({ beside }) => beside === "nothing"))("$term, $method", (one) => {
    const { term, beside, method, seed } = one;
    const data = dataOf(seed);
    const engine = engineForJob(jobOf(term, beside, method, data));
    try {
      const { start, basis } = blockOf(engine.model, "cor");
      for (const end of [-800, 800]) {
        const theta = new Float64Array(engine.q).fill(-0.2);
        theta.fill(end, start, start + basis.columns);
        const { defined, gradient, hessian } = engine.at(theta);
        expect(defined).toBe(true);
        const atEnd = engine.engine.objective.value;
        expectClose(
          [...gradient.subarray(start, start + basis.columns)],
          new Array(basis.columns).fill(0),
          1e-300,
          "slopes",
        );
        expect(hessian.every(Number.isFinite)).toBe(true);
        theta.fill(Math.sign(end) * 20, start, start + basis.columns);
        engine.at(theta);
        expectClose([engine.engine.objective.value], [atEnd], 1e-7, "value near the end");
      }
    } finally {
      engine.dispose();
    }
  });
});
