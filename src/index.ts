// Public names, in the order in which data flows.

export type { CovarianceBlocks } from "./covariance/block-cells";
export type { BlockMatrix } from "./covariance/blocks";
export type { Cells } from "./covariance/cells";
export type { MatrixInput } from "./covariance/known-v";
export type { SizedMatrix } from "./covariance/matrix-input";
// known sampling covariance
export {
  type BivariateCovariance,
  type BivariateOptions,
  metaVcovBivariate,
} from "./covariance/meta-vcov-bivariate";
export { type ClusterCovariance, type ClusterOptions, metaVcovCluster } from "./covariance/meta-vcov-cluster";
// known correlations among levels
export type { LevelMatrix } from "./covariance/related/named-matrix";
export type { TreeInput } from "./covariance/related/tree-levels";
export type { SparseMatrix } from "./covariance/sparse";
export type { SquareMatrix } from "./covariance/square";
export { formatMatrix, toDense } from "./covariance/to-dense";
export type { CellOptions } from "./data/cell-options";
export type { ColumnInput, FactorInput, TypedNumbers } from "./data/column-from";
export { type CsvOptions, parseCsv } from "./data/csv";
export type { Delimiter } from "./data/delimiter";
export type { FactorOptions, NumberedText } from "./data/factor-from";
export type { Decimal } from "./data/number-text";
export type { Column, FactorColumn, LabelCells, NumericColumn, Table } from "./data/table";
export type { ArrowLike, ArrowVector } from "./data/table-from";
export { type DataInput, tableFrom } from "./data/table-from";
export type { Tree } from "./data/tree";
export type { CodedTerm } from "./design/coding";
export type { Design } from "./design/design";
export type { Learned, Memory } from "./design/learned";
export type { PolyBasis } from "./design/orthogonal";
export type { DesignRecipe, RecipeLevels, RecipeVariable } from "./design/recipe";
export type { SplineBasis } from "./design/spline";
export {
  type Cumulative,
  type CumulativeOptions,
  type CumulativeRow,
  cumulative,
} from "./diagnostics/cumulative";
// diagnostics
export type { DeletionOptions } from "./diagnostics/deletion-groups";
export { type Gosh, type GoshOptions, gosh } from "./diagnostics/gosh";
export { type Influence, type InfluenceRow, influence } from "./diagnostics/influence";
export { type LeaveOneOut, type LeftOutRow, leaveOneOut } from "./diagnostics/leave-one-out";
export {
  type PermutationOptions,
  type PermutationTerm,
  type PermutationTest,
  permutationTest,
} from "./diagnostics/permutation-test";
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
export type { Held, Level } from "./effects/reference-grid";
export { DrmError, type ErrorCode, isDrmError } from "./errors";
export type { Estimates } from "./fit/estimates";
export type {
  BivariateFit,
  Coefficient,
  DroppedRows,
  Fit,
  FittedCorrelations,
  KnownVSummary,
  OptimSummary,
  OtherLevels,
  RandomEffect,
  Response,
  RobustErrors,
  UnivariateFit,
} from "./fit/fit";
export type { Dpar, DparKind } from "./formula/dpar";
export type { DparFormula } from "./formula/dpar-formula";
export type { Argument, BinaryOp, CallExpr, Expr, UnaryOp } from "./formula/expr";
// formulas and data
export { type DrmFormula, drmFormula } from "./formula/formula";
export type { KnownStructure } from "./formula/known-structure";
export type { KnownVCall } from "./formula/known-v";
export type { BlockTerm, RandomTerm, Slope } from "./formula/random";
export type { CorrelationForm, KnownStructureName, WithinName } from "./formula/structures";
export type { Factor, Term } from "./formula/terms";
export type { IntervalStatus } from "./inference/coefficient-table";
export { type CoefficientRow, coefficientTable, type IntervalMethod } from "./inference/coefficient-table";
// what a fit says
export { coef, dparKeys, type NamedMatrix, standardErrors, vcov } from "./inference/coefficients";
export type { ConfintOptions } from "./inference/confint";
export { type ConfidenceInterval, confint } from "./inference/confint";
export type { DeletionStatus, RefitsOptions } from "./inference/deletions";
export type { BivariateSigma } from "./inference/fitted";
export { fitted, rho12, sigma } from "./inference/fitted";
export { aic, aicc, bic, df, formulas, logLik, nobs } from "./inference/information-criteria";
export type { Combination, Limits } from "./inference/limits";
export { type LinearCombinationOptions, linearCombination } from "./inference/linear-combination";
export type { HypothesisTest } from "./inference/linear-hypothesis";
export type { Link } from "./inference/links";
export type { OutcomeCounts } from "./inference/outcomes";
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
export type { BivariateResiduals } from "./inference/residuals";
export { hatvalues, type ResidualOptions, residuals } from "./inference/residuals";
export { type RobustOptions, robust } from "./inference/robust/robust";
export type { ClusterInput } from "./inference/robust/row-clusters";
export type { LimitsMethod } from "./inference/scale-limits";
export { type LevelSds, type SdOptions, sd } from "./inference/sd";
export type { SdRatio, SdRatioOptions } from "./inference/sd-ratio";
export { sdRatio } from "./inference/sd-ratio";
export type { Signal } from "./inference/signal";
export { type BivariateResponses, type SimulateOptions, simulate } from "./inference/simulate";
export { type TestBasis, type TestStatistic, testBasis } from "./inference/test-basis";
export { type WaldTest, type WaldTestOptions, waldTest } from "./inference/wald-test";
export type { CommonEffect, Method, MomentMethod } from "./method";
export type { CorrelatedEffects, CorrelatedMember } from "./model/terms/correlated-effects";
export type { KeptMatrix, KnownSources } from "./model/terms/relate";
export type { ProfileStatus } from "./opened/profile-limits";
export type { ProfileTrace } from "./opened/profile-trace";
export { type Anova, anova, type ComparedFit, compareFits, type ModelRow } from "./report/anova";
export { type AugmentOptions, type AugmentRow, augment } from "./report/augment";
export type { BackTransformed, BackTransformedRow } from "./report/back-transformed";
export type { CheckOptions } from "./report/checks/check";
export { type CheckRow, type CheckStatus, checkDrm } from "./report/checks/check-drm";
export { type CheckDataOptions, checkData } from "./report/data-checks/check-data";
export type { GlanceOptions } from "./report/glance";
export { type Glance, glance } from "./report/glance";
export {
  type Heterogeneity,
  type HeterogeneityGroup,
  type HeterogeneityOptions,
  heterogeneity,
} from "./report/heterogeneity";
export type { HeterogeneityLimits } from "./report/heterogeneity-limits";
export { fromJSON } from "./report/json/from-json";
export type { JsonHeterogeneity } from "./report/json/heterogeneity-json";
export type { JsonNumber } from "./report/json/json-number";
export type { EncodedValue } from "./report/json/state";
export type { FitJson, JsonCoefficient, ToJsonOptions } from "./report/json/to-json";
export { toJSON } from "./report/json/to-json";
export type { ModelTests } from "./report/model-tests";
export type { ParameterRange } from "./report/parameter-ranges";
export type { Printable } from "./report/printable";
export { type ExplainedVariance, type R2, r2 } from "./report/r2";
export { type ReportOptions, report } from "./report/report";
export {
  type ScaleInterval,
  type ScaleIntervals,
  type ScaleIntervalsOptions,
  scaleIntervals,
} from "./report/scale-intervals";
export type { FitSummary, SummaryOptions } from "./report/summary";
// reports
export { summary } from "./report/summary";
export { type FormatTableOptions, formatTable, type TableFormat } from "./report/table/format-table";
export { type TermTestRow, type TermTests, type TermTestsOptions, termTests } from "./report/term-tests";
export type { TidyOptions, TidyRow } from "./report/tidy";
export { tidy } from "./report/tidy";
export type {
  VarianceComponents,
  VarianceGroup,
  VarianceOptions,
  VarianceRows,
} from "./report/variance-components";
export { varianceComponents } from "./report/variance-components";
export type { VarianceShareGroup, VarianceSharesOptions } from "./report/variance-shares";
export { type VarianceShare, type VarianceShares, varianceShares } from "./report/variance-shares";
export type { BackTransform } from "./stats/back-transforms";
export { type UpdateOptions, update } from "./update/update";
export { version } from "./version";
