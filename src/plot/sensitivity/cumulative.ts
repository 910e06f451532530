import { type Cumulative, DrmError } from "../../index";
import { checkOptions, type OptionKinds } from "../../options";
import { count } from "../../words";
import { EFFECT_SCALE_OPTIONS, type EffectScaleOptions, effectScale } from "../draw/effect-scale";
import { drawIntervalRows } from "../draw/interval-rows";
import { percent, withInterval } from "../draw/numbers";
import { PICTURE_OPTIONS, type PictureOptions } from "../draw/svg";
import { padded } from "../draw/xy-picture";
import { requireResult } from "./require-result";

/** Which estimates are drawn, and how they are called. */
export interface CumulativePlotOptions extends PictureOptions, EffectScaleOptions {
  /** which coefficient: "mu:(Intercept)"; default the first */
  readonly parm?: string | undefined;
  /** names of what came in, in that order; default those of cumulative() */
  readonly labels?: readonly string[] | undefined;
  /** label of the axis; default the coefficient */
  readonly xlab?: string | undefined;
}

const CUMULATIVE_PLOT_OPTIONS: OptionKinds<CumulativePlotOptions> = {
  parm: "text",
  labels: "textList",
  xlab: "text",
  ...PICTURE_OPTIONS,
  ...EFFECT_SCALE_OPTIONS,
};

/**
 * Cumulative forest plot, as an SVG string: the estimate and its interval after each row or study came in, the first on top. Fits
 * that cannot be trusted are left out.
 *
 * @throws DrmError "bad_option" for an unknown coefficient, or labels of the wrong number
 */
export function cumulativePlot(found: Cumulative, options: CumulativePlotOptions = {}): string {
  requireResult("cumulativePlot", found, "cumulative", ["coefficients", "rows"]);
  checkOptions("cumulativePlot", options, CUMULATIVE_PLOT_OPTIONS);
  const { parm = found.coefficients[0]!, labels } = options;
  const j = found.coefficients.indexOf(parm);
  if (j < 0) {
    throw new DrmError("bad_option", `parm '${parm}': there are ${found.coefficients.join(", ")}`);
  }
  if (labels !== undefined && labels.length !== found.rows.length) {
    const wanted = `${found.rows.length} came in`;
    throw new DrmError("bad_option", `labels: ${count(labels.length, "name")}, and ${wanted}`);
  }
  const scale = effectScale("cumulativePlot", options, "effects");
  const shown = found.rows.flatMap(({ label, estimates, lower, upper }, i) => {
    const row = {
      label: `+ ${labels?.[i] ?? label}`,
      estimate: estimates[j]!,
      lower: lower[j]!,
      upper: upper[j]!,
    };
    return Number.isFinite(row.estimate) ? [row] : [];
  });
  const domain = padded(
    shown.flatMap(({ estimate, lower, upper }) => [estimate, lower, upper].filter(Number.isFinite)),
  );
  const digits = scale.digits(domain);
  const to = scale.of;
  const rows = shown.map((row) => ({
    ...row,
    words: withInterval(to(row.estimate), to(row.lower), to(row.upper), digits),
  }));
  const left = found.rows.length - rows.length;
  const level = percent(found.level);
  return drawIntervalRows(
    {
      name: `Cumulative estimates of ${parm}`,
      description: `${parm} as ${count(found.rows.length, found.by)} came in, one after the other: ${rows[0]?.words ?? "none"} first, ${rows.at(-1)?.words ?? "none"} with all.`,
      sections: [{ label: "", rows }],
      domain,
      ticks: scale.axis,
      xlab: options.xlab ?? scale.label(parm),
      refline: domain[0] <= 0 && domain[1] >= 0 ? 0 : null,
      column: `Estimate [${level}]`,
      notes: left === 0 ? [] : [`${count(left, "fit")} of too few rows not shown.`],
    },
    options,
  );
}
