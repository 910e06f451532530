export { catalogue, type PlotDescription, type PlotName } from "./catalogue";
export {
  type ModeratorCurve,
  type ModeratorCurves,
  type ModeratorOptions,
  moderatorCurves,
} from "./data/moderator-curves";
export { type ForestPlotOptions, forestPlot } from "./forest/forest";
export {
  type Forest,
  type ForestRow,
  type ForestRowsOptions,
  type ForestSummary,
  forestRows,
} from "./forest/rows";
export { type FunnelPlotOptions, funnelPlot } from "./funnel/funnel";
export { type Funnel, type FunnelPoint, type FunnelPointsOptions, funnelPoints } from "./funnel/points";
export { type LocationScalePlotOptions, locationScalePlot } from "./location-scale/location-scale";
export { type PlotEntry, type PlotOptions, plotNamed, plots } from "./registry";
