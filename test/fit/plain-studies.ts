import type { DrmOptions } from "../../src/drm";
import type { Job } from "./ma-case";
import type { Random } from "./random-problem";

/** A model of two outcomes as a statistician writes it on paper; every formula has an intercept and the slope of x. */
export interface PlainStudies {
  /** null: the study lacks the outcome */
  readonly y: readonly (readonly [number | null, number | null])[];
  readonly x: readonly number[];
  /** sampling covariance, stacked y1[1], y2[1], y1[2], ... */
  readonly V: readonly (readonly number[])[];
  /** one per study, which multiplies its log-likelihood; none together with random intercepts or a full V */
  readonly weights: readonly number[] | null;
  /** group of each study for (1 | g), by outcome; null = no random intercept in that outcome */
  readonly groups: readonly [readonly string[] | null, readonly string[] | null];
}

/** On the scale of the coefficients: log sigma = gamma'(1, x), log omega = alpha, rho = 0.999999 tanh(eta'(1, x)). */
export interface PlainParameters {
  readonly gamma: readonly [readonly number[], readonly number[]];
  /** one per outcome that has a random intercept */
  readonly alpha: readonly number[];
  readonly eta: readonly number[];
}

export const STUDY_STRUCTURES = [
  "blocks",
  "blocks, outcomes missing",
  "full V",
  "full V, outcomes missing",
  "random intercepts",
  "random intercept of one outcome",
  "random intercepts, outcomes missing",
  "random intercepts, full V",
  "weights",
  "weights, outcomes missing",
] as const;
export type StudyStructure = (typeof STUDY_STRUCTURES)[number];

export function randomStudies(random: Random, structure: StudyStructure): PlainStudies {
  const n = 8 + random.integer(4);
  const studies = Array.from({ length: n }, (_, s) => s);
  const has = (word: string) => structure.includes(word);
  const missing = (s: number, o: number) => has("missing") && s % 3 === 1 && (s >> 1) % 2 === o;
  const y = studies.map((s) => {
    const values = [random.normal(), random.normal()];
    return [missing(s, 0) ? null : values[0]!, missing(s, 1) ? null : values[1]!] as const;
  });
  // a diagonal part keeps it positive definite
  const B = studies.flatMap(() =>
    [0, 1].map(() => Array.from({ length: 2 * n }, () => 0.1 * random.normal())),
  );
  const V = B.map((row, i) =>
    B.map((column, j) => {
      if (!has("full V") && i >> 1 !== j >> 1) return 0;
      return row.reduce((sum, value, k) => sum + value * column[k]!, i === j ? 0.05 : 0);
    }),
  );
  const group = studies.map((s) => `g${s < 6 ? s % 3 : random.integer(3)}`);
  const grouped = has("random");
  return {
    y,
    x: studies.map(() => random.normal()),
    V,
    weights: has("weights") ? studies.map(() => 0.3 + 2 * random.uniform()) : null,
    groups: [grouped ? group : null, grouped && !has("one outcome") ? group : null],
  };
}

/** As drm() reads it. */
export function jobOfStudies({ y, x, V, weights, groups }: PlainStudies): Job {
  const g = groups[0] ?? groups[1];
  const columns = { y1: y.map(([y1]) => y1), y2: y.map(([, y2]) => y2), x, ...(g === null ? {} : { g }) };
  const intercept = (o: 0 | 1) => (groups[o] === null ? "" : " + (1 | g)");
  const formulas = [
    `mu1 = y1 ~ x${intercept(0)} + meta_V(V = V)`,
    `mu2 = y2 ~ x${intercept(1)}`,
    "sigma1 = ~ x",
    "sigma2 = ~ x",
    "rho12 = ~ x",
  ];
  const options = { data: columns, matrices: { V }, weights } as unknown as DrmOptions;
  return { formulas, options };
}

/** Parameters in the order of the coefficients: sigma1, sigma2, sd1, sd2, rho12. */
export function parametersOf({ groups }: PlainStudies, theta: readonly number[]): PlainParameters {
  const last = 4 + groups.filter((group) => group !== null).length;
  return {
    gamma: [theta.slice(0, 2), theta.slice(2, 4)],
    alpha: theta.slice(4, last),
    eta: theta.slice(last),
  };
}

/** log N(y; mu, V + R + Z G Z') over the outcomes that are there, whose stacked means are `mu`, from whole matrices. */
export function plainStudiesLogLik(
  { y, x, V, weights, groups }: PlainStudies,
  { gamma, alpha, eta }: PlainParameters,
  mu: ArrayLike<number>,
): number {
  const places = y.flatMap((pair, s) => [0, 1].filter((o) => pair[o] !== null).map((o) => 2 * s + o));
  const linear = (b: readonly number[], s: number) => b[0]! + b[1]! * x[s]!;
  const sigma = (place: number) => Math.exp(linear(gamma[place % 2]!, place >> 1));
  const residual = (i: number, j: number) => {
    if (i >> 1 !== j >> 1) return V[i]![j]!;
    const rho = i === j ? 1 : 0.999999 * Math.tanh(linear(eta, i >> 1));
    return V[i]![j]! + rho * sigma(i) * sigma(j);
  };
  const group = (place: number) => groups[place % 2 === 0 ? 0 : 1]?.[place >> 1];
  const shared = (i: number, j: number) => {
    if (i % 2 !== j % 2 || group(i) === undefined || group(i) !== group(j)) return 0;
    return Math.exp(2 * alpha[i % 2 === 0 || groups[0] === null ? 0 : 1]!);
  };
  const logLik = (some: readonly number[]) =>
    logDensity(
      some.map((i) => some.map((j) => residual(i, j) + shared(i, j))),
      some.map((place) => y[place >> 1]![place % 2]! - mu[places.indexOf(place)]!),
    );
  if (weights === null) return logLik(places);
  return weights.reduce((sum, w, s) => sum + w * logLik(places.filter((place) => place >> 1 === s)), 0);
}

/** -m/2 log 2 pi - 1/2 log|S| - 1/2 r' S^-1 r, by elimination. */
function logDensity(S: readonly (readonly number[])[], r: readonly number[]): number {
  const A = S.map((row, i) => [...row, r[i]!]);
  const m = r.length;
  let total = m * Math.log(2 * Math.PI);
  for (let k = 0; k < m; k++) {
    const pivot = A[k]![k]!;
    total += Math.log(pivot) + A[k]![m]! ** 2 / pivot;
    for (let i = k + 1; i < m; i++) {
      const factor = A[i]![k]! / pivot;
      for (let j = k; j <= m; j++) A[i]![j]! -= factor * A[k]![j]!;
    }
  }
  return -total / 2;
}

/**
 * The same V to the last bit of every sum, yet one cluster of all studies: entries of 1e-300 tie each study to the next,
 * so that the dense kernel does what the pair kernel does otherwise.
 */
export function tiedTogether(V: readonly (readonly number[])[]): number[][] {
  const tied = V.map((row) => [...row]);
  for (let i = 2; i < V.length; i += 2)
    for (const [a, b] of [
      [i, i - 2],
      [i + 1, i - 1],
    ])
      tied[a!]![b!] = tied[b!]![a!] = 1e-300;
  return tied;
}
