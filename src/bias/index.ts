// Small-study effects and publication bias, beside the library that fits the models.

export {
  type Cumulative,
  type CumulativeOptions,
  type CumulativeRow,
  cumulative,
  type Gosh,
  type GoshOptions,
  gosh,
  type PermutationOptions,
  type PermutationTerm,
  type PermutationTest,
  permutationTest,
} from "../index";
export { type Bias, type BiasOptions, bias, biasJson } from "./bias";
export {
  type AssumedCorrelation,
  type CorrelationSensitivity,
  type CorrelationSensitivityOptions,
  correlationSensitivity,
} from "./correlation-sensitivity";
export type { Estimate } from "./estimate";
export {
  type ExcessSignificance,
  type ExcessSignificanceOptions,
  excessSignificance,
} from "./excess-significance";
export { type FailSafeN, type FailSafeOptions, type FailSafeType, failSafeN } from "./fail-safe";
export { type HenmiCopas, henmiCopas } from "./henmi-copas";
export {
  type ChiSquared,
  type MantelHaenszel,
  type MantelHaenszelOptions,
  mantelHaenszel,
  type PooledMeasure,
  type PooledTables,
  peto,
} from "./mantel-haenszel";
export { type RankTest, rankTest } from "./rank-test";
export {
  type Selection,
  type SelectionCoefficient,
  type SelectionOptions,
  type SelectionType,
  selection,
  selectionCurve,
  selectionJson,
} from "./selection/selection";
export type { Alternative } from "./selection/weight-function";
export { type PetPeese, petPeese, type SmallStudy, type SmallStudyOptions, smallStudy } from "./small-study";
export { type TrimFill, type TrimFillEstimator, type TrimFillOptions, trimFill } from "./trim-fill";
export {
  type LevelOptions,
  uwls,
  type Waap,
  type WeightedLine,
  type WeightedMean,
  waap,
  weightedLine,
} from "./weighted-least-squares";
