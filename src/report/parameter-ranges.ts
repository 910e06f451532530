import { dparOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { valuesByDesignRow } from "../fit/groupings";
import type { DparKind } from "../formula/dpar";
import type { Limits } from "../inference/limits";
import { linkOf } from "../inference/links";
import { scaleLimits, scaleMethod } from "../inference/scale-limits";
import { coefficientTarget } from "../opened/profile";

/** How a scale or correlation parameter spreads over the rows (or over the levels of a grouping). */
export interface ParameterRange extends Limits {
  /** "fitted:sigma" */
  readonly name: string;
  /** what the parameter is */
  readonly component:
    | "sampling-variance-multiplier"
    | "distributional-scale"
    | "random-effect-scale"
    | "random-effect-correlation"
    | "residual-correlation";
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
  /** multipliers, SDs and correlations, not their logs */
  readonly scale: "response";
}

/** Of the scale parameters. */
const COMPONENTS: Readonly<Record<DparKind, ParameterRange["component"] | null>> = {
  location: null,
  phi: "sampling-variance-multiplier",
  sigma: "distributional-scale",
  sd: "random-effect-scale",
  cor: "random-effect-correlation",
  rho12: "residual-correlation",
};

/**
 * One row for each phi, sigma, sd(group) and rho12, in the order of `fit.coefficients`; held ones last. A parameter that is the same
 * for all rows has limits, by profile likelihood or Wald's: see scaleMethod(). They are NaN for others.
 */
export function parameterRanges(fit: Fit, level = 0.95): ParameterRange[] {
  const ranges: ParameterRange[] = [];
  const keys = new Set([...fit.coefficients.map(({ dpar }) => dpar), ...Object.keys(fit.fixed)]);
  for (const dpar of keys) {
    const component = COMPONENTS[dparOf(fit, dpar).kind];
    if (component === null) continue;
    ranges.push({
      name: `fitted:${dpar}`,
      component,
      dpar,
      term: dpar in fit.fixed ? "held value" : "fitted range",
      ...summarise(fittedScale(fit, dpar)),
      ...limitsOf(fit, dpar, level),
      scale: "response",
    });
  }
  return ranges;
}

function limitsOf(fit: Fit, dpar: string, level: number): Limits {
  const own = [...fit.coefficients.keys()].filter((i) => fit.coefficients[i]!.dpar === dpar);
  if (own.length !== 1 || fit.coefficients[own[0]!]!.term !== "(Intercept)") {
    return { lower: Number.NaN, upper: Number.NaN };
  }
  const { response } = linkOf(fit, dpar);
  const { lower, upper } = scaleLimits(fit, [coefficientTarget(fit, own[0]!)], level, scaleMethod(fit))[0]!;
  return { lower: response(lower), upper: response(upper) };
}

/** One per row for phi, sigma and rho12, one per level for sd(group). */
function fittedScale(fit: Fit, dpar: string): Float64Array {
  return valuesByDesignRow(fit, dpar)!;
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
