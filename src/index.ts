// Public names, in the order in which data flows.

// formulas and data
export { drmFormula, type DrmFormula } from "./formula/formula";
export { tableFrom, type DataInput } from "./data/table-from";
export type { Column, FactorColumn, NumericColumn, Table } from "./data/table";
export { DrmError, type ErrorCode } from "./errors";

// known sampling covariance
export { metaVcovBivariate } from "./covariance/meta-vcov-bivariate";
export { metaVcovCluster } from "./covariance/meta-vcov-cluster";
export type { MatrixInput } from "./covariance/known-v";

// the fit
export { drm, gaussian, type DrmOptions, type Family } from "./drm";
export type { Coefficient, DroppedRows, Fit, KnownVSummary, OptimSummary, Response } from "./fit/fit";
export { version } from "./version";
