import type { Fit } from "../../fit/fit";
import { requireFit } from "../../fit/require-fit";
import { checkOptions, type OptionKinds } from "../../options";
import type { Printable } from "../printable";
import { type Check, type CheckOptions, type CheckRow, checkTable } from "./check";
import { designSize, droppedRows, oneOutcomeOnly, oneStudyDominates, weightsExtreme } from "./data";
import { randomEffectCorrelations } from "./effect-correlations";
import {
  designAliasing,
  phiSigmaSeparation,
  randomEffectLevels,
  sigmaReplication,
  sigmaSdSeparation,
} from "./identification";
import { independentRows, restartingIds } from "./independence";
import { knownSamplingCovariance } from "./known-covariance";
import {
  finiteObjective,
  fixedGradient,
  optimizerBudget,
  optimizerConvergence,
  severalOptima,
  unboundedElsewhere,
} from "./optimizer";
import { robustSingleCluster } from "./robust";
import { exactMean, residualDegreesOfFreedom } from "./saturation";
import {
  positiveScale,
  randomEffectReplication,
  randomEffectSdBoundary,
  rho12Boundary,
  samplingMultiplier,
  scaleBoundary,
} from "./scale";
import { similarLevels } from "./similar-levels";
import {
  hessianPositiveDefinite,
  standardErrorsComputed,
  standardErrorsFinite,
  standardErrorsInflated,
} from "./standard-errors";
import { standardErrorsAsVariances } from "./variance-names";

export type { CheckRow, CheckStatus } from "./check";

const CHECK_OPTIONS: OptionKinds<CheckOptions> = { gradientTolerance: "number" };

/** The rows, in this order. A new check is one function and one line here. */
const CHECKS: readonly Check[] = [
  optimizerConvergence,
  optimizerBudget,
  finiteObjective,
  fixedGradient,
  severalOptima,
  unboundedElsewhere,
  standardErrorsComputed,
  hessianPositiveDefinite,
  standardErrorsFinite,
  standardErrorsInflated,
  robustSingleCluster,
  exactMean,
  droppedRows,
  oneOutcomeOnly,
  residualDegreesOfFreedom,
  positiveScale,
  scaleBoundary,
  randomEffectSdBoundary,
  randomEffectCorrelations,
  randomEffectReplication,
  randomEffectLevels,
  sigmaSdSeparation,
  samplingMultiplier,
  phiSigmaSeparation,
  sigmaReplication,
  rho12Boundary,
  knownSamplingCovariance,
  standardErrorsAsVariances,
  independentRows,
  restartingIds,
  similarLevels,
  designAliasing,
  designSize,
  weightsExtreme,
  oneStudyDominates,
];

/**
 * Checks a fit: one row per question, each "ok", "note" (worth knowing), "warning" (do not report without a look) or
 * "error" (the fit is unusable). Checks that only exist to raise a flag, and those for parts that the model does not
 * have, are absent. Plain rows; `String(...)` gives the table. `gradientTolerance` defaults to 1e-6.
 */
export function checkDrm(fit: Fit, options: Partial<CheckOptions> = {}): Printable<readonly CheckRow[]> {
  requireFit("checkDrm", fit);
  checkOptions("checkDrm", options, CHECK_OPTIONS);
  const settings: CheckOptions = { gradientTolerance: 1e-6, ...options };
  const rows = CHECKS.map((check) => check(fit, settings)).filter((row) => row !== null);
  return checkTable(rows, "Checks");
}
