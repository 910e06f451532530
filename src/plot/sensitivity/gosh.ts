import { dot, type Markish } from "@observablehq/plot";
import { largest, smallest } from "../../data/range";
import { DrmError, type Gosh } from "../../index";
import { checkOptions, type OptionKinds } from "../../options";
import { count } from "../../words";
import { decimals } from "../draw/numbers";
import { PICTURE_OPTIONS, type PictureOptions } from "../draw/svg";
import { seriesColor } from "../draw/theme";
import { drawXy, padded } from "../draw/xy-picture";
import { requireResult } from "./require-result";

/** Which estimates of subsets are drawn, and which study stands out. */
export interface GoshPlotOptions extends PictureOptions {
  /** which coefficient of the mean: "mu:(Intercept)"; default the first */
  readonly parm?: string | undefined;
  /** a row or study: subsets with it have another colour */
  readonly highlight?: string | undefined;
  /** label of the horizontal axis; default the coefficient */
  readonly xlab?: string | undefined;
}

const GOSH_PLOT_OPTIONS: OptionKinds<GoshPlotOptions> = {
  parm: "text",
  highlight: "text",
  xlab: "text",
  ...PICTURE_OPTIONS,
};

/** A picture of more points than this is large, and looks the same. */
const MOST_POINTS = 5000;

/**
 * Plot of the estimates of subsets against their heterogeneity (Olkin, Dahabreh and Trikalinos 2012), as an SVG string. Two clouds
 * say that a few studies decide; `highlight` shows whether a study is one of them. Of more than 5,000 subsets every second, third,
 * ... is drawn.
 *
 * @throws DrmError "bad_option" for an unknown coefficient or study
 */
export function goshPlot(found: Gosh, options: GoshPlotOptions = {}): string {
  requireResult("goshPlot", found, "gosh", ["coefficients", "units", "estimates", "sigma", "included"]);
  checkOptions("goshPlot", options, GOSH_PLOT_OPTIONS);
  const { coefficients, units, subsets, estimates, sigma, included } = found;
  const { parm = coefficients[0]!, highlight } = options;
  const j = coefficients.indexOf(parm);
  if (j < 0) throw new DrmError("bad_option", `parm '${parm}': there are ${coefficients.join(", ")}`);
  const unit = highlight === undefined ? -1 : units.indexOf(highlight);
  if (highlight !== undefined && unit < 0) {
    throw new DrmError("bad_option", `highlight '${highlight}': there are ${units.join(", ")}`);
  }
  const every = Math.ceil(subsets / MOST_POINTS);
  const points = Array.from({ length: subsets }, (_, i) => ({
    x: estimates[i * coefficients.length + j]!,
    y: sigma[i]!,
    series: unit >= 0 && included[i * units.length + unit] === 1 ? 1 : 0,
  })).filter(({ x, y }, i) => i % every === 0 && Number.isFinite(x) && Number.isFinite(y));
  const marks: Markish[] = [
    dot(points, {
      x: "x",
      y: "y",
      r: 2,
      fill: ({ series }) => seriesColor(series),
      fillOpacity: 0.35,
    }),
  ];
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const range = (values: readonly number[]) =>
    `${decimals(smallest(values), 2)} to ${decimals(largest(values), 2)}`;
  const with_ = highlight === undefined ? [] : [`without ${highlight}`, `with ${highlight}`];
  return drawXy(
    {
      name: `Estimates of subsets: ${parm}`,
      description: `${count(points.length, "subset")} of ${count(units.length, found.by)}: ${parm} from ${range(xs)}, sigma from ${range(ys)}.`,
      x: { label: options.xlab ?? parm, domain: padded(xs, 0.03) },
      y: { label: "SD of true effects (sigma)", domain: padded([0, ...ys], 0.03) },
      marks,
      series: with_,
      notes: [
        found.exhaustive
          ? `All ${count(subsets, "subset")} that can be fitted.`
          : `A random sample of ${count(subsets, "subset")}.`,
        ...(every === 1 ? [] : [`Every ${every}th is drawn.`]),
      ],
    },
    options,
  );
}
