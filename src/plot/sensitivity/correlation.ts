import { areaY, dot, line, type Markish, ruleY } from "@observablehq/plot";
import type { CorrelationSensitivity } from "../../bias/correlation-sensitivity";
import { DrmError } from "../../index";
import { checkOptions, type OptionKinds } from "../../options";
import { EFFECT_SCALE_OPTIONS, type EffectScaleOptions, effectScale } from "../draw/effect-scale";
import { percent, withInterval } from "../draw/numbers";
import { PICTURE_OPTIONS, type PictureOptions } from "../draw/svg";
import { COLORS } from "../draw/theme";
import { drawXy, padded } from "../draw/xy-picture";
import { requireResult } from "./require-result";

/** What is drawn against the assumed correlation. */
export interface CorrelationPlotOptions extends PictureOptions, EffectScaleOptions {
  /** which coefficient: "mu:(Intercept)"; default the first */
  readonly parm?: string | undefined;
  /** label of the vertical axis; default the coefficient */
  readonly ylab?: string | undefined;
}

const CORRELATION_PLOT_OPTIONS: OptionKinds<CorrelationPlotOptions> = {
  parm: "text",
  ylab: "text",
  ...PICTURE_OPTIONS,
  ...EFFECT_SCALE_OPTIONS,
};

/**
 * An estimate and its interval against the assumed correlation of sampling errors within studies, as an SVG string.
 *
 * @throws DrmError "bad_option" for an unknown coefficient, and where no correlation could be fitted
 */
export function correlationPlot(found: CorrelationSensitivity, options: CorrelationPlotOptions = {}): string {
  requireResult("correlationPlot", found, "correlationSensitivity", ["fits"]);
  checkOptions("correlationPlot", options, CORRELATION_PLOT_OPTIONS);
  const fitted = found.fits.filter(({ coefficients }) => coefficients.length > 0);
  const names = (fitted[0]?.coefficients ?? []).map(({ name }) => name);
  const { parm = names[0] } = options;
  const j = parm === undefined ? -1 : names.indexOf(parm);
  if (j < 0) {
    const known = names.length === 0 ? "no correlation could be fitted" : `there are ${names.join(", ")}`;
    throw new DrmError("bad_option", `parm '${parm}': ${known}`);
  }
  const scale = effectScale("correlationPlot", options, "effects");
  const points = fitted
    .map(({ rho, coefficients }) => ({ rho, ...coefficients[j]! }))
    .filter(({ estimate }) => Number.isFinite(estimate))
    .sort((a, b) => a.rho - b.rho);
  const limits = points.flatMap(({ estimate, lower, upper }) =>
    [estimate, lower, upper].filter(Number.isFinite),
  );
  const domain = padded(limits);
  const digits = scale.digits(domain);
  const words = (at: number) => {
    const { rho, estimate, lower, upper } = points.at(at)!;
    return `${withInterval(scale.of(estimate), scale.of(lower), scale.of(upper), digits)} at ${rho}`;
  };
  const marks: Markish[] = [
    domain[0] <= 0 && domain[1] >= 0 ? ruleY([0], { stroke: COLORS.rule }) : null,
    areaY(points, { x: "rho", y1: "lower", y2: "upper", fill: COLORS.series[0], fillOpacity: 0.15 }),
    line(points, { x: "rho", y: "estimate", stroke: COLORS.series[0], strokeWidth: 2.2 }),
    dot(points, { x: "rho", y: "estimate", r: 3.5, fill: COLORS.series[0] }),
  ];
  return drawXy(
    {
      name: `${parm} by the assumed correlation`,
      description: `${parm} against the assumed correlation of sampling errors within studies: ${words(0)}, ${words(-1)}.`,
      x: {
        label: "Assumed correlation within studies",
        domain: padded(
          points.map(({ rho }) => rho),
          0.03,
        ),
      },
      y: { label: options.ylab ?? scale.label(parm!), domain, ticks: scale.axis },
      marks,
      notes: [`Shaded: ${percent(found.level)} intervals.`],
    },
    options,
  );
}
