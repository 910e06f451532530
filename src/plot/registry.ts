import { DrmError, type Fit } from "../index";
import { shown } from "../options";
import { type BivariatePlotOptions, bivariatePlot } from "./bivariate/bivariate";
import { whyNotBivariate } from "./bivariate/regions";
import { catalogue, type PlotDescription, type PlotName } from "./catalogue";
import { type CaterpillarPlotOptions, caterpillarPlot } from "./caterpillar/caterpillar";
import { type OrchardPlotOptions, orchardPlot } from "./caterpillar/orchard";
import { whyNoNumericModerator } from "./data/moderators";
import { type BaujatPlotOptions, baujatPlot, whyNoDeletions } from "./diagnostics/baujat";
import { influencePlot } from "./diagnostics/influence";
import { type QqPlotOptions, qqPlot } from "./diagnostics/qq";
import { type ResidualPlotOptions, residualPlot } from "./diagnostics/residual";
import { type ForestPlotOptions, forestPlot } from "./forest/forest";
import { type FunnelPlotOptions, funnelPlot } from "./funnel/funnel";
import { whyNoFunnel } from "./funnel/points";
import {
  type HeterogeneityPlotOptions,
  heterogeneityPlot,
  whyNoHeterogeneity,
} from "./heterogeneity/heterogeneity";
import { type LocationScalePlotOptions, locationScalePlot } from "./location-scale/location-scale";
import { type ProfilePlotOptions, profilePlot, whyNoProfile } from "./profile/profile";

/** The options of all plots together; each takes those that its entry lists, and refuses the others. */
export type PlotOptions = Omit<ForestPlotOptions & FunnelPlotOptions, "group"> &
  LocationScalePlotOptions &
  Omit<OrchardPlotOptions & BivariatePlotOptions & ResidualPlotOptions & QqPlotOptions, "group"> &
  CaterpillarPlotOptions &
  HeterogeneityPlotOptions &
  ProfilePlotOptions &
  BaujatPlotOptions &
  Pick<ForestPlotOptions, "group">;

/** A plot of the catalogue with its drawing. */
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
  orchard: { ...catalogue.orchard, unsuitable: always, draw: orchardPlot },
  caterpillar: { ...catalogue.caterpillar, unsuitable: always, draw: caterpillarPlot },
  funnel: { ...catalogue.funnel, unsuitable: whyNoFunnel, draw: funnelPlot },
  "location-scale": {
    ...catalogue["location-scale"],
    unsuitable: whyNoNumericModerator,
    draw: locationScalePlot,
  },
  heterogeneity: { ...catalogue.heterogeneity, unsuitable: whyNoHeterogeneity, draw: heterogeneityPlot },
  bivariate: { ...catalogue.bivariate, unsuitable: whyNotBivariate, draw: bivariatePlot },
  profile: { ...catalogue.profile, unsuitable: whyNoProfile, draw: profilePlot },
  residual: { ...catalogue.residual, unsuitable: always, draw: residualPlot },
  qq: { ...catalogue.qq, unsuitable: always, draw: qqPlot },
  baujat: { ...catalogue.baujat, unsuitable: whyNoDeletions, draw: baujatPlot },
  influence: { ...catalogue.influence, unsuitable: whyNoDeletions, draw: influencePlot },
};

/**
 * The entry of that name.
 * Throws DrmError("bad_option") naming the plots that there are.
 */
export function plotNamed(name: string): PlotEntry {
  if (typeof name === "string" && Object.hasOwn(plots, name)) return plots[name as PlotName];
  throw new DrmError(
    "bad_option",
    `there is no plot ${shown(name)}; there are ${Object.keys(plots).join(", ")}`,
  );
}
