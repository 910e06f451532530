import { areaY, dot, line, type Markish, ruleX, ruleY, text } from "@observablehq/plot";
import { largest, smallest } from "../../data/range";
import { dparOf } from "../../fit/dpars";
import { requireFit } from "../../fit/require-fit";
import { DrmError, type Fit, type Profile, profile } from "../../index";
import { criticalValue } from "../../inference/level";
import { outcomesOf } from "../../inference/outcomes";
import { isMoments } from "../../method";
import { checkOptions, type OptionKinds } from "../../options";
import { linearAxis } from "../draw/effect-axis";
import { decimals, percent } from "../draw/numbers";
import { PICTURE_OPTIONS, type PictureOptions } from "../draw/svg";
import { COLORS, FONT } from "../draw/theme";
import { drawXy, padded } from "../draw/xy-picture";

/** Which profile is drawn. */
export interface ProfilePlotOptions extends PictureOptions {
  /** the coefficient, "sigma:(Intercept)"; default the first of sigma, else the first that has a profile */
  readonly parm?: string | undefined;
  /** of the interval that is marked, default 0.95 */
  readonly level?: number | undefined;
  /** label of the horizontal axis; default the coefficient's name */
  readonly xlab?: string | undefined;
}

const PROFILE_PLOT_OPTIONS: OptionKinds<ProfilePlotOptions> = {
  parm: "text",
  level: "number",
  xlab: "text",
  ...PICTURE_OPTIONS,
};

/** On which scale a coefficient is, where it is not that of the effect sizes. */
const SCALES = {
  identity: "",
  log: " (log SD)",
  atanh: " (atanh scale)",
  fisher: " (atanh scale)",
  logit: " (logit scale)",
} as const;

/**
 * Profile likelihood of one coefficient, as an SVG string: the drop of the log-likelihood from its maximum, with the
 * likelihood-ratio interval shaded. Two maxima, or a side that levels off, say that a Wald interval misleads.
 *
 * @throws DrmError "bad_option" for an unknown coefficient or a fit that did not converge
 */
export function profilePlot(fit: Fit, options: ProfilePlotOptions = {}): string {
  requireFit("profilePlot", fit);
  checkOptions("profilePlot", options, PROFILE_PLOT_OPTIONS);
  const { level = 0.95 } = options;
  const reason = whyNoProfile(fit);
  if (reason !== null) throw new DrmError("not_supported", reason);
  const parm = options.parm ?? firstParm(fit);
  const traced = traceOf(fit, parm, level);
  if (traced.length !== 1) {
    const names = traced.map(({ dpar, term }) => `${dpar}:${term}`).join(", ");
    throw new DrmError("bad_option", `parm '${parm}' is several coefficients (${names}): name one`);
  }
  const found = traced[0]!;
  const points = Array.from(found.value, (x, i) => ({ x, drop: -found.deviance[i]! / 2 })).filter(
    ({ drop }) => Number.isFinite(drop),
  );
  const cut = -(criticalValue(level) ** 2) / 2;
  const inside = within(points, cut);
  const name = `${found.dpar}:${found.term}`;
  const hasMaximum = Number.isFinite(found.estimate);
  const low = smallest(
    points.map(({ drop }) => drop),
    1.3 * cut,
  );
  const marks: Markish[] = [
    areaY(inside, { x: "x", y1: low * 1.04, y2: "drop", fill: COLORS.series[0], fillOpacity: 0.15 }),
    ruleY([cut], { stroke: COLORS.series[1], strokeDasharray: "3,3" }),
    text([percent(level)], {
      frameAnchor: "right",
      y: () => cut,
      dy: 9,
      dx: -4,
      textAnchor: "end",
      fill: COLORS.series[1],
      fontSize: FONT.small,
    }),
    line(points, { x: "x", y: "drop", stroke: COLORS.series[0], strokeWidth: 2.2 }),
    hasMaximum ? ruleX([found.estimate], { stroke: COLORS.rule, strokeDasharray: "2,3" }) : null,
    hasMaximum ? dot([{ x: found.estimate }], { x: "x", y: () => 0, r: 4, fill: COLORS.series[0] }) : null,
  ];
  const scale = SCALES[dparOf(fit, found.dpar).link];
  return drawXy(
    {
      name: `Profile likelihood of ${name}`,
      description: describe(found, name, inside, level),
      x: {
        label: options.xlab ?? `${name}${scale}`,
        domain: padded(
          points.map(({ x }) => x),
          0.02,
        ),
      },
      y: { label: "Log-likelihood below its maximum", domain: [low * 1.04, -0.06 * low], ticks: linearAxis },
      marks,
      notes: [
        `Shaded: the ${percent(level)} likelihood-ratio interval.`,
        ...(hasMaximum ? [] : ["The estimate is at its boundary: the curve levels off towards it."]),
      ],
    },
    options,
  );
}

/** Why no profile can be drawn, or null. */
export function whyNoProfile(fit: Fit): string | null {
  if (fit.optim.code !== 0) return "profiles need a fit that converged";
  if (isMoments(fit.method)) return `method "${fit.method}" is of moments: there is no likelihood to profile`;
  return firstParm(fit) === undefined ? "no coefficient of the model has a profile" : null;
}

function firstParm(fit: Fit): string | undefined {
  const candidates = fit.coefficients.filter(
    ({ dpar, estimate }) =>
      !Number.isNaN(estimate) &&
      ((fit.method === "ML" && fit.robust === undefined) || fit.response[dpar] === undefined),
  );
  const sigmas = outcomesOf(fit).map(({ scale }) => scale);
  const found = candidates.find(({ dpar }) => sigmas.includes(dpar)) ?? candidates[0];
  return found && `${found.dpar}:${found.term}`;
}

/**
 * The profile somewhat beyond the interval; where that has no end on one side, or the interval would be cut off, between
 * the interval's own limits.
 */
function traceOf(fit: Fit, parm: string | undefined, level: number): Profile[] {
  const wanted = parm === undefined ? {} : { parm };
  const beyond = profile(fit, { ...wanted, level: 1 - (1 - level) / 5, points: 41 });
  if (beyond.length !== 1 || beyond[0]!.status === "ok") return beyond;
  return profile(fit, { ...wanted, level, points: 41 });
}

/** The part of the curve above the cut, its ends interpolated. */
function within(points: readonly { x: number; drop: number }[], cut: number) {
  const kept: { x: number; drop: number }[] = [];
  points.forEach((point, i) => {
    const before = points[i - 1];
    if (before !== undefined && before.drop < cut !== point.drop < cut) {
      const share = (cut - before.drop) / (point.drop - before.drop);
      kept.push({ x: before.x + share * (point.x - before.x), drop: cut });
    }
    // a dip below the cut between two maxima leaves a gap
    kept.push(point.drop >= cut ? point : { x: point.x, drop: Number.NaN });
  });
  return kept;
}

function describe(
  { estimate, status }: Profile,
  name: string,
  inside: readonly { x: number; drop: number }[],
  level: number,
): string {
  const xs = inside.filter(({ drop }) => !Number.isNaN(drop)).map(({ x }) => x);
  const at = Number.isFinite(estimate)
    ? `largest at ${decimals(estimate, 3)}`
    : "rising towards the boundary";
  const range = `${decimals(smallest(xs), 3)} to ${decimals(largest(xs), 3)}`;
  const open = status === "ok" ? "" : ` The interval is open: ${status}.`;
  return `Profile log-likelihood of ${name}, ${at}. The ${percent(level)} likelihood-ratio interval shown is ${range}.${open}`;
}
