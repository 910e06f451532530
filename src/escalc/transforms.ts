import { checkArgument } from "../options";
import { backTransforms, type Transform } from "../stats/back-transforms";

const { exp, expit, tanh, ...others } = backTransforms;

/**
 * Transformations of effect sizes by name: those back from a scale of analysis to one of reading, which tables and plots take as
 * `transform`, and those onto one.
 */
export const transforms: Readonly<Record<string, Transform>> = {
  exp,
  log: { title: "logarithm: of a ratio the log ratio", of: Math.log, slope: (x) => 1 / x },
  expit,
  logit: {
    title: "of a proportion the logit",
    of: (x) => Math.log(x) - Math.log1p(-x),
    slope: (x) => 1 / (x * (1 - x)),
  },
  tanh,
  atanh: { title: "of a correlation Fisher's z", of: Math.atanh, slope: (x) => 1 / (1 - x * x) },
  ...others,
};

/** n / sum(1 / n_i), the sample size that a Freeman-Tukey mean is taken back with. */
export function harmonicMean(n: ArrayLike<number>): number {
  checkArgument("harmonicMean", "n", n, "numbers");
  let sum = 0;
  for (let i = 0; i < n.length; i++) sum += 1 / n[i]!;
  return n.length / sum;
}
