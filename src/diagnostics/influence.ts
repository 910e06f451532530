import { scratch } from "../data/doubles";
import { type Engine, withEngine } from "../fit/engine";
import type { Fit } from "../fit/fit";
import { type Leverages, leverages } from "../fit/leverage";
import {
  type LocationPrecision,
  locationPrecision,
  locationVariances,
  logDeterminant,
  squaredDistance,
} from "../fit/location-precision";
import { spreadsAt } from "../fit/marginal-covariance";
import { requireFit } from "../fit/require-fit";
import { coefficientName } from "../inference/coefficients";
import { deletedResiduals } from "../inference/deleted-residuals";
import { type Deletion, type DeletionStatus, eachDeletion } from "../inference/deletions";
import { type OpenedFit, openFit } from "../opened/open-fit";
import type { Refit } from "../opened/refit";
import { fromCoefficients, scaleCoefficients } from "../opened/scale-coefficients";
import { checkOptions } from "../options";
import { type Printable, printable } from "../report/printable";
import { chiSquaredUpperTail } from "../stats/chi-squared";
import {
  DELETION_OPTIONS,
  type DeletionOptions,
  dataRows,
  deletionGroups,
  deletionUnit,
} from "./deletion-groups";
import { influenceTables, influenceText } from "./influence-text";
import { meanSpreads } from "./mean-spreads";

/** What leaving out one row, or all rows of one level, does. NaN where a number does not exist. */
export interface InfluenceRow {
  /** the data row, counted from 1, or the level */
  readonly label: string;
  /** the data rows left out, counted from 1 */
  readonly rows: readonly number[];
  /** whether the fit without the row or study is to be trusted */
  readonly status: DeletionStatus;
  /** "" when the status is "ok" */
  readonly reason: string;
  /** studentized deleted residual; NaN when several effect sizes were left out, see `chiSquared` */
  readonly rstudent: number;
  /** r' C^-1 r of the deleted residuals together, chi-squared with `effects` degrees of freedom; rstudent^2 for one */
  readonly chiSquared: number;
  /** effect sizes left out */
  readonly effects: number;
  /** change of the fitted mean in its standard errors; NaN when several effect sizes were left out */
  readonly dffits: number;
  /**
   * squared change of all location coefficients, in the metric of their covariance matrix; NaN where it was not
   * found
   */
  readonly cooksDistance: number;
  /** below 1: leaving it out makes the mean's coefficients more precise */
  readonly covRatio: number;
  /** fitted SDs (and rho12) without it, by dpar; root mean square (mean) over the rows where they have moderators */
  readonly spreads: Readonly<Record<string, number>>;
  /** Cochran's Q (QE with moderators) of the rest */
  readonly qDeleted: number;
  /** sum of the leverages (hat values) of what was left out */
  readonly leverage: number;
  /** percent that the diagonal of the weight matrix (Sigma^-1 without likelihood weights) has there */
  readonly weight: number;
  /** in the order of Influence.coefficients */
  readonly dfbetas: readonly number[];
  /** whether a measure is beyond its customary bound */
  readonly influential: boolean;
}

/** What each row or study does to the fit. */
export interface Influence {
  /** "row", the name of the column, or "label" when labels were given */
  readonly by: string;
  /** "mu:(Intercept)", ... */
  readonly coefficients: readonly string[];
  /** one a row or study, in data order */
  readonly rows: readonly InfluenceRow[];
}

/**
 * Case-deletion diagnostics (Viechtbauer and Cheung 2010, Research Synthesis Methods 1, 112-125; for several levels and
 * correlated sampling errors the same with Sigma in the place of a diagonal). The model is fitted again without each row
 * or each level of `by`: every number is that of a refit, none an approximation. With b and Sigma of the fit, (-i)
 * marking the refit, A = X' Sigma^-1 X and C = Sigma_ii(-i) + x_i A(-i)^-1 x_i':
 *
 *   rstudent   (y_i - x_i b(-i)) / sqrt(C)
 *   dffits     x_i (b - b(-i)) / sqrt(x_i A^-1 x_i' Sigma_ii(-i) / Sigma_ii)
 *   Cook's     (b - b(-i))' A (b - b(-i))
 *   covRatio   |A(-i)^-1| / |A^-1|
 *   leverage   diagonal of X A^-1 X' Sigma^-1
 *   dfbetas    (b - b(-i)) / sqrt(diag (X' Sigma(-i)^-1 X)^-1), Sigma(-i) for all rows at the parameters of the refit;
 *              for the coefficients of sigma, sd(group) and rho12 the change in standard errors of the fit
 *
 * These are metafor's definitions, with (X' Sigma^-1 X)^-1 for ML fits too. `influential` follows metafor's rule: |dffits|
 * > 3 sqrt(p / (k - p)), a chi-squared(p) probability of Cook's distance above 0.5, leverage > 3 p / k, or a |dfbetas| > 1,
 * k effect sizes and p location coefficients (with several left out, leverage against as many times 3 p / k).
 *
 * One refit a deletion, from the optimum of the fit: `starts`, `onProgress` and `signal` are for long ones. A deletion
 * that leaves a model that cannot be estimated is a row with a status and a reason. Plain data; `String(...)` gives the table.
 *
 * @throws DrmError "bad_option" for a fit that did not converge or labels of the wrong length, "unknown_column" when `by`
 *   is not a column of the fit; what `signal` was aborted with
 */
export function influence(fit: Fit, options: DeletionOptions = {}): Printable<Influence> {
  requireFit("influence", fit);
  checkOptions("influence", options, DELETION_OPTIONS);
  const opened = openFit(fit);
  return withEngine(opened.standard, (engine) => {
    const base = baseOf(opened, engine);
    const start = scaleCoefficients(fit);
    const rows = eachDeletion(fit, deletionGroups(fit, options.by), start, options, (deletion) =>
      influenceOf(base, deletion),
    );
    const data: Influence = {
      by: deletionUnit(options.by),
      coefficients: fit.coefficients.map(coefficientName),
      rows,
    };
    return printable(data, influenceText, influenceTables);
  });
}

interface Base {
  readonly opened: OpenedFit;
  /** of the fit's model */
  readonly engine: Engine;
  readonly leverages: Leverages;
  readonly location: LocationPrecision;
  readonly meanSpreads: ReturnType<typeof meanSpreads>;
}

function baseOf(opened: OpenedFit, engine: Engine): Base {
  const found = leverages(engine, opened.theta);
  return {
    opened,
    engine,
    leverages: found,
    location: locationPrecision(engine),
    meanSpreads: meanSpreads(opened.fit, opened.model),
  };
}

function influenceOf(base: Base, deletion: Deletion): InfluenceRow {
  const { fit, model, standard, covariance } = base.opened;
  const { label, left, status, reason, refit } = deletion;
  const sum = (values: Float64Array) => left.reduce((total, i) => total + values[i], 0);
  const rows = dataRows(fit, deletion.members);
  const effects = left.length;
  const leverage = sum(base.leverages.hat);
  const weight = sum(base.leverages.weight);
  const qDeleted = deletion.q;
  if (refit === null || status === "not converged") {
    return { label, rows, status, reason, effects, leverage, weight, qDeleted, ...nothing(fit) };
  }

  const p = base.location.p;
  const change = scratch(p);
  for (let j = 0; j < p; j++) change[j] = fit.coefficients[j].estimate - refit.estimates[j];
  const there = fromCoefficients(standard, refit.scale);
  const spreads = spreadsAt(standard, there);
  const sigma = covariance(left, spreads);
  const residuals = deletedResiduals(model, left, refit.estimates, refit.location, sigma);
  const cooksDistance = squaredDistance(base.location, change);
  const ofOne = effects === 1 ? dffits(base, left[0], change, sigma[0]) : Number.NaN;
  const changes = dfbetas(base, refit, change, there);
  return {
    label,
    rows,
    status,
    reason,
    effects,
    leverage,
    weight,
    qDeleted,
    chiSquared: residuals.chiSquared,
    rstudent: effects === 1 ? residuals.studentized[0] : Number.NaN,
    dffits: ofOne,
    cooksDistance,
    covRatio: Math.exp(logDeterminant(refit.location) - logDeterminant(base.location)),
    spreads: base.meanSpreads(spreads),
    dfbetas: changes,
    influential: isInfluential(
      { dffits: ofOne, cooksDistance, leverage, effects, dfbetas: changes },
      model.rows,
      p,
    ),
  };
}

function nothing(fit: Fit) {
  return {
    rstudent: Number.NaN,
    chiSquared: Number.NaN,
    dffits: Number.NaN,
    cooksDistance: Number.NaN,
    covRatio: Number.NaN,
    spreads: {},
    dfbetas: fit.coefficients.map(() => Number.NaN),
    influential: false,
  };
}

/** The fitted value's own standard error, with the row's variance that the refit gives. */
function dffits({ leverages, opened }: Base, i: number, change: Float64Array, variance: number): number {
  const { values, rows } = opened.model.location;
  const shift = change.reduce((sum, d, j) => sum + d * values[j * rows + i], 0);
  return shift / Math.sqrt((leverages.fittedVariance[i] * variance) / leverages.variance[i]);
}

function dfbetas(
  { engine, opened }: Base,
  refit: Refit,
  change: Float64Array,
  there: Float64Array,
): number[] {
  const p = change.length;
  const variances = engine.settleLocationAt(there) ? locationVariances(locationPrecision(engine)) : null;
  return opened.fit.coefficients.map(({ estimate, stdError }, j) => {
    if (j >= p) return (estimate - refit.estimates[j]) / stdError;
    return variances === null ? Number.NaN : change[j] / Math.sqrt(variances[j]);
  });
}

/** metafor's rule; Cook's distance is compared with the median of its chi-squared distribution. */
function isInfluential(
  row: Pick<InfluenceRow, "dffits" | "cooksDistance" | "leverage" | "effects" | "dfbetas">,
  k: number,
  p: number,
): boolean {
  return (
    Math.abs(row.dffits) > 3 * Math.sqrt(p / (k - p)) ||
    chiSquaredUpperTail(row.cooksDistance, p) < 0.5 ||
    row.leverage > (3 * p * row.effects) / k ||
    // an SD that becomes zero is in the status; its change has no size
    row.dfbetas.some((change) => Number.isFinite(change) && Math.abs(change) > 1)
  );
}
