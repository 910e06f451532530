export type { AssumedCorrelation, CorrelationSensitivity } from "../bias/correlation-sensitivity";
export type { Estimate } from "../bias/estimate";
export type { Selection, SelectionCoefficient, SelectionType } from "../bias/selection/selection";
export type { Alternative } from "../bias/selection/weight-function";
export type { SmallStudy } from "../bias/small-study";
export type { TrimFill, TrimFillEstimator } from "../bias/trim-fill";
export type { BackTransform } from "../stats/back-transforms";
export { type BivariatePlotOptions, bivariatePlot } from "./bivariate/bivariate";
export type { Covariance } from "./bivariate/regions";
export {
  type BivariatePoint,
  type BivariateRegion,
  type BivariateRegions,
  type BivariateRegionsOptions,
  bivariateRegions,
} from "./bivariate/regions";
export { catalogue, type PlotDescription, type PlotName } from "./catalogue";
export {
  type CaterpillarPlotOptions,
  type CaterpillarSection,
  caterpillarPlot,
  caterpillarRows,
} from "./caterpillar/caterpillar";
export {
  type OrchardGroup,
  type OrchardPlotOptions,
  orchardGroups,
  orchardPlot,
} from "./caterpillar/orchard";
export type { MeanOfRows, MeanOptions } from "./data/mean-of-rows";
export {
  type ModeratorCurve,
  type ModeratorCurves,
  type ModeratorOptions,
  moderatorCurves,
} from "./data/moderator-curves";
export type { OutcomeRows } from "./data/outcome";
export type { RowOptions, RowValues } from "./data/row-values";
export type { SeriesOptions } from "./data/series";
export { type BaujatPlotOptions, baujatPlot } from "./diagnostics/baujat";
export { type InfluencePlotOptions, influencePlot } from "./diagnostics/influence";
export {
  type Baujat,
  type BaujatPoint,
  baujatPoints,
  type InfluencePointsOptions,
} from "./diagnostics/influence-points";
export { type QqPlotOptions, type QqPoint, qqPlot, qqPoints } from "./diagnostics/qq";
export { type ResidualPlotOptions, residualPlot } from "./diagnostics/residual";
export {
  type ResidualPoint,
  type ResidualPoints,
  type ResidualPointsOptions,
  residualPoints,
} from "./diagnostics/residual-points";
export type { EffectScaleOptions, Transform } from "./draw/effect-scale";
export type { PictureOptions } from "./draw/svg";
export type { Theme } from "./draw/theme";
export { type ForestPlotOptions, forestPlot } from "./forest/forest";
export type { ForestGroup, ForestSort, ForestSortKey } from "./forest/rows";
export {
  type Forest,
  type ForestRow,
  type ForestRowsOptions,
  type ForestSummary,
  forestRows,
} from "./forest/rows";
export { type FunnelPlotOptions, funnelPlot } from "./funnel/funnel";
export { type Funnel, type FunnelPoint, type FunnelPointsOptions, funnelPoints } from "./funnel/points";
export { type HeterogeneityPlotOptions, heterogeneityPlot } from "./heterogeneity/heterogeneity";
export { type LocationScalePlotOptions, locationScalePlot } from "./location-scale/location-scale";
export { type ProfilePlotOptions, profilePlot } from "./profile/profile";
export { type PlotEntry, type PlotOptions, plotNamed, plots } from "./registry";
export { type CorrelationPlotOptions, correlationPlot } from "./sensitivity/correlation";
export { type CumulativePlotOptions, cumulativePlot } from "./sensitivity/cumulative";
export { type GoshPlotOptions, goshPlot } from "./sensitivity/gosh";
export { type SelectionPlotOptions, selectionPlot } from "./sensitivity/selection";
