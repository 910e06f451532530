import type { Design } from "../design/design";
import { DrmError } from "../errors";
import { dparOf, phisOf } from "../fit/dpars";
import type { Fit, FittedCorrelations } from "../fit/fit";
import { covarianceOf, type KeptV } from "../fit/known-covariance";
import { orthonormalBasis, removeProjection } from "../linalg/orthogonal";
import { norm } from "../linalg/vector";

/** Relative to a column's own length: what is left of it beside the other design's columns counts as nothing. */
const SPANNED = 1e-7;

/**
 * Log-likelihoods can be compared only on the same data: rows, response, offset-free outcomes, V and weights.
 * @throws DrmError "bad_option" naming what differs
 */
export function requireSameData(a: Fit, b: Fit): void {
  const differs = difference(a, b);
  if (differs !== null) {
    const advice = "fit both on the same complete rows";
    throw new DrmError("bad_option", `the fits cannot be compared: their ${differs}; ${advice}`);
  }
}

function difference(a: Fit, b: Fit): string | null {
  if (a.family !== b.family) return "numbers of outcomes differ";
  if (a.method !== b.method) return `methods differ (${a.method} and ${b.method})`;
  if (a.nobs !== b.nobs) return `numbers of rows differ (${a.nobs} and ${b.nobs})`;
  if (!same(a.rows, b.rows)) return "rows differ";
  for (const [key, { label, values }] of Object.entries(a.response)) {
    const other = b.response[key]!;
    if (!same(values, other.values)) return `responses differ (${label} and ${other.label})`;
  }
  if (!sameV(a.knownV, b.knownV)) {
    const labels = `${a.knownV.label || "none"} and ${b.knownV.label || "none"}`;
    return `known sampling covariances differ (${labels})`;
  }
  return same(a.weights ?? [], b.weights ?? []) ? null : "weights differ";
}

function sameV(a: KeptV, b: KeptV): boolean {
  const [V, W] = [covarianceOf(a), covarianceOf(b)];
  // of a fit that was saved without its covariances there are the variances alone
  return V !== null && W !== null ? V.equals(W) : same(a.variances, b.variances);
}

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i]) && a[i] !== b[i]) return false;
  return true;
}

/**
 * Why `reduced` is not a special case of `full`, or null when it is: every column of its designs is a combination of
 * the columns of the full model's design of the same dpar, and what it holds at a value the full model holds or can
 * take. Columns are compared as numbers, so `x` and `scale(x)` are the same moderator. Cost O(rows p^2).
 */
export function whyNotNested(reduced: Fit, full: Fit): string | null {
  for (const [key, { offset }] of Object.entries(reduced.response)) {
    if (!same(offset ?? [], full.response[key]!.offset ?? [])) return `the offset of ${key} differs`;
  }
  for (const [dpar, value] of Object.entries(reduced.fixed)) {
    const held = full.fixed[dpar];
    if (held !== undefined && held !== value)
      return `${dpar} is held at ${value} in one and ${held} in the other`;
    const design = full.designs[dpar];
    // log sigma = log(value) in all rows
    if (design !== undefined && value > 0 && !spans(design, constant(design), 1)) {
      return `${dpar} held at ${value} is not a special case of its formula`;
    }
  }
  for (const { key } of phisOf(full)) {
    // where V is known phi is 1
    const held = full.fixed[key] ?? 1;
    if (held !== 1 && phisOf(reduced).length === 0)
      return `${key} is held at ${held} in one, and V known in the other`;
  }
  for (const [dpar, design] of Object.entries(reduced.designs)) {
    const other = full.designs[dpar];
    if (other === undefined) {
      const what = dpar in full.fixed ? `holds ${dpar} at a value` : `has no ${dpar}`;
      return `the model with more parameters ${what}`;
    }
    if (dparOf(reduced, dpar).kind === "cor") {
      const why = whyNotWithin(reduced, full, dpar);
      if (why !== null) return why;
      continue;
    }
    if (design.nrow !== other.nrow || !spans(other, design.values, design.names.length)) {
      return `the model with more parameters does not contain all terms of ${dpar}`;
    }
  }
  return null;
}

/** Correlations of random effects: those of the same effects, any of which are a special case of correlations without a rule. */
function whyNotWithin(reduced: Fit, full: Fit, dpar: string): string | null {
  const [a, b] = [reduced, full].map((fit) => fit.correlated!.find((one) => one.dpar === dpar)!) as [
    FittedCorrelations,
    FittedCorrelations,
  ];
  const effects = `the model with more parameters does not correlate the same effects by ${dpar}`;
  if (a.roles.some((role) => !b.roles.includes(role))) return effects;
  if (a.form === b.form || b.form === "us") return null;
  return `correlations as in ${a.form}() are not a special case of those of ${b.form}() (${dpar})`;
}

function constant({ nrow, present }: Design): Float64Array {
  return present === null ? new Float64Array(nrow).fill(1) : Float64Array.from(present);
}

/** Whether each column (column-major) is a combination of the design's. */
function spans({ values, nrow, names }: Design, columns: Float64Array, count: number): boolean {
  const basis = orthonormalBasis(values, nrow, names.length);
  for (let j = 0; j < count; j++) {
    const column = columns.slice(j * nrow, (j + 1) * nrow);
    const length = norm(column);
    if (norm(removeProjection(column, basis)) > SPANNED * length) return false;
  }
  return true;
}
