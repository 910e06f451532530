// Effect sizes from the numbers that studies report, beside the library that fits them.

export type { Transform } from "../stats/back-transforms";
export { type AggregateOptions, aggregate } from "./aggregate";
export { convDelta, type DeltaColumns, type DeltaOptions } from "./conversions/delta";
export {
  convFivenum,
  type FiveNumberColumns,
  type FiveNumberOptions,
} from "./conversions/five-numbers/five-numbers";
export { conv2x2, type TwoByTwoColumns, type TwoByTwoOptions } from "./conversions/two-by-two";
export { type Converted, convWald, type WaldColumns, type WaldOptions } from "./conversions/wald";
export type { Decision } from "./decisions";
export { type Escalc, type EscalcColumns, type EscalcOptions, escalc } from "./escalc";
export type { Values } from "./given";
export { type EscalcGuess, guessEscalc } from "./guess";
export type {
  Definition,
  Design,
  Kind,
  Measure,
  Numbers,
  PooledVariance,
  Source,
  VarianceOf,
  ZeroRule,
} from "./measure";
export { MEASURES as measures } from "./measures";
export { type SharedControlOptions, sharedControl } from "./shared-control";
export { harmonicMean, transforms } from "./transforms";
export { type VcalcOptions, vcalc } from "./vcalc";
export type { AddTo } from "./zero-cells";
