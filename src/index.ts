// Public names, in the order in which data flows.

export type { MatrixInput } from "./covariance/known-v";
// known sampling covariance
export {
  type BivariateCovariance,
  type BivariateOptions,
  metaVcovBivariate,
} from "./covariance/meta-vcov-bivariate";
export { type ClusterCovariance, type ClusterOptions, metaVcovCluster } from "./covariance/meta-vcov-cluster";
export { formatMatrix, toDense } from "./covariance/to-dense";
export { type CsvOptions, parseCsv } from "./data/csv";
export type { Column, FactorColumn, NumericColumn, Table } from "./data/table";
export { type DataInput, tableFrom } from "./data/table-from";
// diagnostics
export type { DeletionOptions } from "./diagnostics/deletion-groups";
export { type Influence, type InfluenceRow, influence } from "./diagnostics/influence";
export { type LeaveOneOut, type LeftOutRow, leaveOneOut } from "./diagnostics/leave-one-out";
// the fit
export { type CompiledModel, compile, type DrmOptions, drm, type Family, gaussian } from "./drm";
// marginal means
export type { Adjustment } from "./effects/adjust";
export { type Contrast, type Contrasts, type ContrastsOptions, contrasts } from "./effects/contrasts";
export {
  type MarginalMean,
  type MarginalMeans,
  type MarginalMeansOptions,
  marginalMeans,
} from "./effects/marginal-means";
export { DrmError, type ErrorCode, isDrmError } from "./errors";
export type { Estimates } from "./fit/estimates";
export type {
  BivariateFit,
  Coefficient,
  DroppedRows,
  Fit,
  KnownVSummary,
  OptimSummary,
  RandomEffect,
  Response,
  RobustErrors,
  StudyColumn,
  UnivariateFit,
} from "./fit/fit";
export type { ProfileStatus } from "./fit/profile-limits";
// formulas and data
export { type DrmFormula, drmFormula } from "./formula/formula";
export { type CoefficientRow, coefficientTable, type IntervalMethod } from "./inference/coefficient-table";
// what a fit says
export { coef, dparKeys, type NamedMatrix, standardErrors, vcov } from "./inference/coefficients";
export { type ConfidenceInterval, confint } from "./inference/confint";
export type { DeletionStatus } from "./inference/deletions";
export { fitted, rho12, sigma } from "./inference/fitted";
export { aic, aicc, bic, df, formulas, logLik, nobs } from "./inference/information-criteria";
export { type Prediction, type PredictOptions, predict } from "./inference/predict";
export {
  type PredictionInterval,
  type PredictionIntervalOptions,
  predictionInterval,
} from "./inference/prediction-interval";
export { type Profile, type ProfileOptions, profile } from "./inference/profile";
export { type QTest, qTest } from "./inference/q-test";
export { type RanefRow, ranef } from "./inference/ranef";
export {
  type ResidualCovariance,
  residualCovariance,
  type StudyMatrices,
  studyMatrix,
} from "./inference/residual-covariance";
export { hatvalues, type ResidualOptions, residuals } from "./inference/residuals";
export { type RobustOptions, robust } from "./inference/robust/robust";
export { type LevelSds, type SdOptions, sd } from "./inference/sd";
export { sdRatio } from "./inference/sd-ratio";
export { type BivariateResponses, type SimulateOptions, simulate } from "./inference/simulate";
export { type TestBasis, type TestStatistic, testBasis } from "./inference/test-basis";
export { type WaldTest, type WaldTestOptions, waldTest } from "./inference/wald-test";
export { type Anova, anova, type ComparedFit, compareFits, type ModelRow } from "./report/anova";
export { type AugmentRow, augment } from "./report/augment";
export { type CheckRow, type CheckStatus, checkDrm } from "./report/checks/check-drm";
export { type CheckDataOptions, checkData } from "./report/data-checks/check-data";
export { type Glance, glance } from "./report/glance";
export {
  type Heterogeneity,
  type HeterogeneityGroup,
  type HeterogeneityOptions,
  heterogeneity,
} from "./report/heterogeneity";
export { fromJSON } from "./report/json/from-json";
export { toJSON } from "./report/json/to-json";
export { type ExplainedVariance, type R2, r2 } from "./report/r2";
export { type ReportOptions, report } from "./report/report";
export {
  type ScaleInterval,
  type ScaleIntervals,
  type ScaleIntervalsOptions,
  scaleIntervals,
} from "./report/scale-intervals";
// reports
export { summary } from "./report/summary";
export { type FormatTableOptions, formatTable, type TableFormat } from "./report/table/format-table";
export { type TermTestRow, type TermTests, type TermTestsOptions, termTests } from "./report/term-tests";
export { tidy } from "./report/tidy";
export { varianceComponents } from "./report/variance-components";
export { type VarianceShare, type VarianceShares, varianceShares } from "./report/variance-shares";
export { type UpdateOptions, update } from "./update/update";
export { version } from "./version";
