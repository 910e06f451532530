// What drm() says of a model beside what the audit found.
import { DrmError, drm, drmFormula, type Fit } from "../../src/index";
import { uniform } from "../data";
import { type Findings, openFindings } from "./findings";
import { plainLikelihood, type Scales } from "./likelihood";
import { type Audit, audit, isInside } from "./multi-start";
import { CAP, type PlainModel } from "./plain-model";
import { readSpec } from "./read-spec";
import { FLOOR, LARGE } from "./space";
import { drmOptions, type Spec } from "./spec";

/** drm() is below the audit's best by more than this: missed. The other way round: the audit's search failed. */
export const MISSED_BY = 1e-4;
/** drm()'s log-likelihood against the audit's at drm()'s own fitted SDs: inside, relative; at an edge, absolute. */
const SAME_INSIDE = 1e-9;
const SAME_AT_EDGE = 1e-6;
/** Where the audit has a small SD (FLOOR) in place of 0: with two outcomes that costs its size times a slope. */
const SAME_AT_FLOOR = MISSED_BY;

export type Outcome =
  | "same"
  | "missed"
  | "told of"
  | "ahead"
  | "unbounded, both"
  | "unbounded, not said"
  | "unbounded, wrongly"
  | "refused";

export interface Verdict {
  readonly spec: Spec;
  readonly outcome: Outcome;
  readonly converged: boolean;
  /** audit's best less drm()'s log-likelihood */
  readonly loss: number;
  readonly got: number;
  readonly audit: Audit;
  /** where the audit's best is: "sigma 1 of 12 above 0; rho12 inside" */
  readonly where: string;
  /** the two likelihoods disagree at drm()'s fitted values, by this much */
  readonly disagreement: number | null;
  readonly message: string;
  readonly milliseconds: readonly [drm: number, audit: number];
}

export function judge(spec: Spec, findings: Findings = openFindings(undefined)): Verdict {
  const model = readSpec(spec);
  const began = performance.now();
  const fit = fitted(spec);
  const between = performance.now();
  const known = findings.get(spec.id);
  const found = known ?? audit(model, uniform(seedOf(spec.id)));
  if (known === undefined) findings.add(spec.id, found);
  const milliseconds = [between - began, performance.now() - between] as const;
  const refused = fit instanceof DrmError;
  const got = refused ? Number.NaN : fit.logLik;
  const loss = found.best.value - got;
  return {
    spec,
    outcome: refused ? "refused" : outcomeOf(fit.optim, found.unbounded, loss),
    converged: !refused && fit.optim.code !== 1,
    loss,
    got,
    audit: found,
    where: whereabouts(model, found.best.scales),
    disagreement: refused || fit.optim.code !== 0 ? null : disagreementOf(model, fit),
    message: refused ? fit.message : fit.optim.message,
    milliseconds,
  };
}

function fitted(spec: Spec): Fit | DrmError {
  try {
    return drm(drmFormula(...spec.formulas), drmOptions(spec));
  } catch (error) {
    if (error instanceof DrmError) return error;
    throw error;
  }
}

function seedOf(id: string): number {
  return [...id].reduce((hash, character) => (Math.imul(31, hash) + character.charCodeAt(0)) | 0, 7);
}

/** In the message of a fit beside a supremum that a handful of studies make, which is not the answer. */
const TOLD = "in the others have a log-likelihood higher by";

function outcomeOf(
  { code, message, unboundedElsewhere }: Fit["optim"],
  unbounded: boolean,
  loss: number,
): Outcome {
  const isSaid = code === 2 || unboundedElsewhere === true;
  if (isSaid !== unbounded) return isSaid ? "unbounded, wrongly" : "unbounded, not said";
  if (code === 2) return "unbounded, both";
  if (loss > MISSED_BY) return message.includes(TOLD) ? "told of" : "missed";
  return loss < -MISSED_BY ? "ahead" : "same";
}

/** null where the audit's likelihood at drm()'s fitted SDs and correlations is what drm() reports. */
function disagreementOf(model: PlainModel, fit: Fit): number | null {
  const { parts } = model;
  const scales = fittedScales(model, fit);
  // a row without a say can have any sigma
  for (const values of scales) {
    for (let u = 0; u < values.length; u++) values[u] = Math.min(values[u], LARGE * model.spread);
  }
  // the likelihood of rows that are met is a limit, and the audit's floor is not quite there
  let isFloored = false;
  parts.forEach(({ kind, at }, t) => {
    if (kind !== "sigma") return;
    at.forEach((row, u) => {
      if (model.v[row] > 0 || scales[t][u] > 0) return;
      scales[t][u] = FLOOR * model.spread;
      isFloored = true;
    });
  });
  const difference = Math.abs(plainLikelihood(model).evaluate(scales, false) - fit.logLik);
  const tolerance = isInside(model, scales)
    ? SAME_INSIDE * Math.max(1, Math.abs(fit.logLik))
    : isFloored
      ? SAME_AT_FLOOR
      : SAME_AT_EDGE;
  return difference <= tolerance ? null : difference;
}

/** drm()'s fitted SDs and correlations, in the audit's order. */
function fittedScales({ parts, rowOf, labels }: PlainModel, fit: Fit): Scales {
  return parts.map(({ kind, dpar, at, units }, t) => {
    if (kind === "sd") {
      const effect = fit.random!.find((each) => each.dpar === dpar)!;
      return Float64Array.from(labels[t], (label) => effect.sd[effect.levels.indexOf(label)]);
    }
    const values = fit.fitted[dpar];
    const step = kind === "rho" ? 2 : 1;
    return Float64Array.from({ length: units }, (_, u) => values[rowOf[at[step * u]]]);
  });
}

/** In words, and the same for all models of a shape. */
export function whereabouts({ parts, v, spread }: PlainModel, scales: Scales): string {
  return parts
    .map(({ kind, dpar, at, units }, t) => {
      if (kind === "rho") {
        const up = scales[t].filter((value) => value > 0.9995 * CAP).length;
        const down = scales[t].filter((value) => value < -0.9995 * CAP).length;
        if (up + down === 0) return `${dpar} inside`;
        return up + down === units
          ? `${dpar} ${up === 0 ? "all -1" : down === 0 ? "all +1" : `${up} of ${units} at +1, the rest -1`}`
          : `${dpar} ${up} at +1, ${down} at -1 of ${units}`;
      }
      const zero = scales[t].filter((value, u) => {
        const beside = kind === "sigma" && v[at[u]] > 0 ? Math.sqrt(v[at[u]]) : spread;
        return value < 1e-3 * beside;
      }).length;
      if (zero === 0) return `${dpar} inside`;
      if (zero === units) return `${dpar} all 0`;
      return `${dpar} ${units - zero} of ${units} above 0`;
    })
    .join("; ");
}
