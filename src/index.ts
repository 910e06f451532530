// Public names, in the order in which data flows.

// formulas and data
export { drmFormula, type DrmFormula } from "./formula/formula";
export { tableFrom, type DataInput } from "./data/table-from";
export { type CsvOptions, parseCsv } from "./data/csv";
export type { Column, FactorColumn, NumericColumn, Table } from "./data/table";
export { DrmError, type ErrorCode } from "./errors";

// known sampling covariance
export { type BivariateCovariance, type BivariateOptions, metaVcovBivariate } from "./covariance/meta-vcov-bivariate";
export { type ClusterCovariance, type ClusterOptions, metaVcovCluster } from "./covariance/meta-vcov-cluster";
export { formatMatrix, toDense } from "./covariance/to-dense";
export type { MatrixInput } from "./covariance/known-v";

// the fit
export { drm, type DrmOptions, type Family, gaussian } from "./drm";
export type { Coefficient, DroppedRows, Fit, KnownVSummary, OptimSummary, RandomEffect, Response } from "./fit/fit";

// what a fit says
export { coef, dparKeys, type NamedMatrix, standardErrors, vcov } from "./inference/coefficients";
export { type CoefficientRow, coefficientTable } from "./inference/coefficient-table";
export { aic, aicc, bic, df, formulas, logLik, nobs } from "./inference/information-criteria";
export { fitted, residuals, rho12, sigma } from "./inference/fitted";
export { type ConfidenceInterval, confint } from "./inference/confint";
export { type Prediction, predict, type PredictOptions } from "./inference/predict";
export { sdRatio } from "./inference/sd-ratio";

// reports
export { summary } from "./report/summary";
export { checkDrm } from "./report/checks/check-drm";
export { varianceComponents } from "./report/variance-components";
export { tidy } from "./report/tidy";
export { type Glance, glance } from "./report/glance";
export { type AugmentRow, augment } from "./report/augment";
export { toJSON } from "./report/json/to-json";
export { fromJSON } from "./report/json/from-json";
export { version } from "./version";
