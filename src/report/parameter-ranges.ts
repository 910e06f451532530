import type { Fit } from "../fit/fit";

/** How a scale or correlation parameter spreads over the rows (or over the levels of a grouping). */
export interface ParameterRange {
  /** "fitted:sigma" */
  readonly name: string;
  /** what the parameter is */
  readonly component: "distributional-scale" | "random-effect-scale" | "residual-correlation";
  /** "sigma", "sd(study)", "rho12", ... */
  readonly dpar: string;
  /** "held value" for a dpar that was held */
  readonly term: "fitted range" | "held value";
  /** mean of the fitted values */
  readonly estimate: number;
  /** smallest over the rows, response scale */
  readonly minimum: number;
  /** largest over the rows, response scale */
  readonly maximum: number;
  /** SDs and correlations, not log-SDs */
  readonly scale: "response";
}

/** One row for each sigma, sd(group) and rho12, in the order of `fit.coefficients`; held ones last. */
export function parameterRanges(fit: Fit): ParameterRange[] {
  const ranges: ParameterRange[] = [];
  const keys = new Set([...fit.coefficients.map(({ dpar }) => dpar), ...Object.keys(fit.fixed)]);
  for (const dpar of keys) {
    const values = dpar.startsWith("mu") ? undefined : fittedScale(fit, dpar);
    if (values === undefined) continue;
    ranges.push({
      name: `fitted:${dpar}`,
      component: componentOf(dpar),
      dpar,
      term: dpar in fit.fixed ? "held value" : "fitted range",
      ...summarise(values),
      scale: "response",
    });
  }
  return ranges;
}

/** One per row for sigma and rho12, one per level for sd(group). */
function fittedScale(fit: Fit, dpar: string): Float64Array | undefined {
  return fit.random?.find((effect) => effect.dpar === dpar)?.sd ?? fit.fitted[dpar];
}

function componentOf(dpar: string): ParameterRange["component"] {
  if (dpar === "rho12") return "residual-correlation";
  return dpar.startsWith("sigma") ? "distributional-scale" : "random-effect-scale";
}

function summarise(values: Float64Array): Pick<ParameterRange, "estimate" | "minimum" | "maximum"> {
  let sum = 0;
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  let n = 0;
  for (const value of values) {
    // a bivariate study without the outcome has no value
    if (Number.isNaN(value)) continue;
    n++;
    sum += value;
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
  }
  return { estimate: sum / n, minimum, maximum };
}
