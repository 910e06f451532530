import { DrmError, type Fit } from "../index";
import { catalogue, type PlotDescription, type PlotName } from "./catalogue";
import { whyNoNumericModerator } from "./data/moderators";
import { type ForestPlotOptions, forestPlot } from "./forest/forest";
import { type FunnelPlotOptions, funnelPlot } from "./funnel/funnel";
import { whyNoFunnel } from "./funnel/points";
import { type LocationScalePlotOptions, locationScalePlot } from "./location-scale/location-scale";

/** The options of all plots together; each takes those that its entry lists, and ignores the others. */
export interface PlotOptions extends ForestPlotOptions, FunnelPlotOptions, LocationScalePlotOptions {}

export interface PlotEntry extends PlotDescription {
  /** why it cannot be drawn of a fit, or null */
  readonly unsuitable: (fit: Fit) => string | null;
  /** the picture as an SVG string */
  readonly draw: (fit: Fit, options?: PlotOptions) => string;
}

const always = () => null;

/** Every plot by its name on the command line and in the page. */
export const plots: Readonly<Record<PlotName, PlotEntry>> = {
  forest: { ...catalogue.forest, unsuitable: always, draw: forestPlot },
  funnel: { ...catalogue.funnel, unsuitable: whyNoFunnel, draw: funnelPlot },
  "location-scale": {
    ...catalogue["location-scale"],
    unsuitable: whyNoNumericModerator,
    draw: locationScalePlot,
  },
};

/**
 * The entry of that name.
 * Throws DrmError("bad_option") naming the plots that there are.
 */
export function plotNamed(name: string): PlotEntry {
  if (Object.hasOwn(plots, name)) return plots[name as PlotName];
  throw new DrmError("bad_option", `there is no plot '${name}'; there are ${Object.keys(plots).join(", ")}`);
}
