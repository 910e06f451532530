// The entry `drmeta/batch`: many fits on all cores, in Node and in pages.

export { type FitManyOptions, fitMany } from "./fit-many";
export type { Signal, Source } from "./in-order";
export type { BatchJob, EstimatesResult, FailedResult, FitResult, JobError, ModelOptions } from "./job";
export type { PoolOptions } from "./pool";
export type { OnProgress, Progress } from "./progress";
