// The entry `drmeta/batch`: many fits on all cores, in Node and in pages.

export type { Signal } from "../inference/signal";
export {
  type Bootstrap,
  type BootstrapCoefficient,
  type BootstrapOptions,
  type BootstrapScale,
  bootstrap,
} from "./bootstrap";
export type { Limits, ReplicateSummary } from "./bootstrap-intervals";
export { type FitManyOptions, fitMany } from "./fit-many";
export type { Source } from "./in-order";
export type {
  BatchJob,
  EstimatesResult,
  FailedResult,
  FitResult,
  JobError,
  ModelOptions,
  Numbered,
} from "./job";
export type { PoolOptions } from "./pool";
export type { OnProgress, Progress } from "./progress";
