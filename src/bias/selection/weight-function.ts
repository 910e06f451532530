import { normalProbability, normalQuantile } from "../../stats/normal";

/** Which direction of an effect makes it likely to be published. */
export type Alternative = "greater" | "less" | "two.sided";

/**
 * How likely an effect size is to be published, by its p-value: w(p; eta), up to a factor. eta = log delta, so that any eta will do
 * and eta = 0 is one value of each delta.
 */
export interface WeightFunction {
  /** of eta, and of delta = exp(eta) */
  readonly size: number;
  /** names of the deltas, in order */
  readonly names: readonly string[];
  /** etas from which a search begins, the first without selection where that is finite */
  readonly starts: readonly Float64Array[];
  /** p-values at which w or one of its derivatives jumps, ascending, within (0, 1) */
  readonly breaks: readonly number[];
  /**
   * log w at a p-value, with its gradient, and Hessian (row-major), in eta. `upper` is 1 - p, which keeps its digits where p is
   * close to 1
   */
  evaluate(
    p: number,
    upper: number,
    eta: Float64Array,
    gradient: Float64Array,
    hessian: Float64Array,
  ): number;
}

/** Steps at which publication becomes less likely: w = delta_j for p in (step_(j-1), step_j], the first delta being 1. */
export function stepFunction(
  steps: readonly number[],
  empty: readonly boolean[],
): WeightFunction & { readonly steps: readonly number[] } {
  const free = steps.map((_, j) => j).filter((j) => j > 0 && !empty[j]!);
  const position = steps.map((_, j) => free.indexOf(j));
  return {
    steps,
    size: free.length,
    names: free.map((j) => stepName(steps, j)),
    starts: [new Float64Array(free.length)],
    breaks: steps.slice(0, -1),
    evaluate: (p, _, eta, gradient, hessian) => {
      gradient.fill(0);
      hessian.fill(0);
      const j = steps.findIndex((step) => p <= step);
      if (j === 0) return 0;
      const at = position[j]!;
      // an interval without effect sizes is most likely never published
      if (at < 0) return Number.NEGATIVE_INFINITY;
      gradient[at] = 1;
      return eta[at]!;
    },
  };
}

/** "0.025 < p <= 0.5" */
export function stepName(steps: readonly number[], j: number): string {
  return j === 0 ? `p <= ${steps[0]}` : `${steps[j - 1]} < p <= ${steps[j]}`;
}

/** One delta and log w = g(p, delta): g with its first two derivatives in delta. */
function oneParameter(
  g: (p: number, upper: number, delta: number) => readonly [number, number, number],
): WeightFunction {
  return {
    size: 1,
    names: ["delta"],
    starts: [-2, 0, 1.5].map((eta) => Float64Array.of(eta)),
    breaks: [],
    evaluate: (p, upper, eta, gradient, hessian) => {
      const delta = Math.exp(eta[0]!);
      const [value, first, second] = g(p, upper, delta);
      gradient[0] = delta * first;
      hessian[0] = delta * first + delta * delta * second;
      return value;
    },
  };
}

/** The p-values beyond which the beta function, infinite at 0 and 1, is taken as constant. */
const CLIP = 1e-5;

const beta: WeightFunction = {
  size: 2,
  names: ["delta.1", "delta.2"],
  starts: [
    [0, 0],
    [0.3, 0.3],
    [-0.3, 0.5],
  ].map((eta) => Float64Array.from(eta)),
  breaks: [CLIP, 1 - CLIP],
  evaluate: (p, upper, eta, gradient, hessian) => {
    const logs = [
      Math.log(Math.min(1 - CLIP, Math.max(CLIP, p))),
      Math.log(Math.min(1 - CLIP, Math.max(CLIP, upper))),
    ];
    let value = 0;
    hessian.fill(0);
    logs.forEach((log, j) => {
      const delta = Math.exp(eta[j]!);
      value += (delta - 1) * log;
      gradient[j] = delta * log;
      hessian[3 * j] = delta * log;
    });
    return value;
  },
};

/**
 * By name, with w(p):
 *
 * - beta: p^(delta.1 - 1) (1 - p)^(delta.2 - 1) (Citkowicz and Vevea 2017, Psychological Methods 22, 28-41), p kept within [1e-5, 1 - 1e-5]
 * - halfnorm: exp(-delta p^2); negexp: exp(-delta p); logistic: 2 exp(-delta p) / (1 + exp(-delta p)); power: (1 - p)^delta
 *   (Preston, Ashby and Smyth 2004, Journal of Evaluation in Clinical Practice 10, 253-258)
 */
export const WEIGHT_FUNCTIONS: Readonly<Record<string, WeightFunction>> = {
  beta,
  halfnorm: oneParameter((p, _, delta) => [-delta * p * p, -p * p, 0]),
  negexp: oneParameter((p, _, delta) => [-delta * p, -p, 0]),
  logistic: oneParameter((p, _, delta) => {
    // log 2 - log(1 + exp(delta p))
    const share = 1 / (1 + Math.exp(-delta * p));
    const log = delta * p > 30 ? delta * p : Math.log1p(Math.exp(delta * p));
    return [Math.LN2 - log, -p * share, -p * p * share * (1 - share)];
  }),
  power: oneParameter((_, upper, delta) => {
    const log = Math.log(Math.max(upper, Number.MIN_VALUE));
    return [delta * log, log, 0];
  }),
};

/** The p-value of z, and 1 - p. */
export function pValueOf(z: number, alternative: Alternative): readonly [p: number, upper: number] {
  if (alternative === "greater") return [normalProbability(-z), normalProbability(z)];
  if (alternative === "less") return [normalProbability(z), normalProbability(-z)];
  const tail = normalProbability(-Math.abs(z));
  return [2 * tail, 1 - 2 * tail];
}

/** (1 - p)^delta of a two-sided p is about |z|^delta close to 0: panels of an integral shrink towards it. */
const TOWARDS_0 = [0, 1e-6, 1e-4, 1e-3, 0.01, 0.03, 0.1, 0.3].flatMap((z) => (z === 0 ? [0] : [-z, z]));

/** The z at which p-values cross those of `breaks`, and around which two-sided ones turn, ascending. */
export function crossings(breaks: readonly number[], alternative: Alternative): number[] {
  const z =
    alternative === "two.sided"
      ? [...TOWARDS_0, ...breaks.flatMap((p) => [normalQuantile(p / 2), -normalQuantile(p / 2)])]
      : breaks.map((p) => (alternative === "greater" ? -1 : 1) * normalQuantile(p));
  return z.sort((a, b) => a - b);
}
