// Effect sizes from the numbers that studies report, beside the library that fits them.

export type { Decision } from "./decisions";
export { type Escalc, type EscalcColumns, type EscalcOptions, escalc } from "./escalc";
export type { Values } from "./given";
export type { Design, Kind, Measure, PooledVariance, Source, VarianceOf, ZeroRule } from "./measure";
export { MEASURES as measures } from "./measures";
export type { AddTo } from "./zero-cells";
