import { reuse } from "../data/doubles";
import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import { type WithoutRows, withMaskedRows } from "../fit/masked-rows";
import type { Model } from "../model/model";
import { observationsByRow } from "../model/observations";
import { selection } from "../model/selection";
import { openFit } from "../opened/open-fit";
import { estimable, type Refit, refit, refitOn } from "../opened/refit";
import { withoutRows } from "../opened/without-rows";
import { deletedQ } from "./q-test";
import type { Signal } from "./signal";

/** How many fits are made one after the other. */
export interface RefitsOptions {
  /**
   * Newton runs a refit, the first from the fit's own optimum. Default 1, and as many as the fit took where it met several
   * maxima: without some rows another of them may be the highest.
   */
  readonly starts?: number;
  /** Called after each refit. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Looked at between refits: abort it from onProgress. The reason of the signal is thrown. */
  readonly signal?: Signal;
}

/**
 * "at boundary": fitted, with an SD of zero or a correlation of +-1; "not estimable": what is left does not determine
 * the model, such as a factor level without rows; "not converged": the numbers are not those of an optimum.
 */
export type DeletionStatus = "ok" | "at boundary" | "not estimable" | "not converged";

/** A model fitted without some rows, or why it could not be. */
export interface Deletion {
  /** the data row, counted from 1, or the level */
  readonly label: string;
  /** rows used, counted from 0 */
  readonly members: readonly number[];
  /** their observations: with two outcomes the outcomes that are there */
  readonly left: readonly number[];
  readonly status: DeletionStatus;
  /** "" when the status is "ok" */
  readonly reason: string;
  /** null when it is not estimable */
  readonly refit: Refit | null;
  /** what was fitted, made when asked for; null when it is not estimable */
  readonly model: (() => Model) | null;
  /** Cochran's Q of the rows left; NaN where qTest() does not apply */
  readonly q: number;
}

/** Rows used (from 0) that are left out together. */
export interface RowsToDelete {
  readonly label: string;
  readonly members: readonly number[];
}

/**
 * Fits the model once without each group of rows, and puts each fit to `use`: its arrays are overwritten by the next one.
 * `scale` are scale coefficients to start from, null for none.
 * @throws DrmError "bad_option" for a fit that did not converge; what `signal` was aborted with
 */
export function eachDeletion<Result>(
  fit: Fit,
  groups: readonly RowsToDelete[],
  scale: Float64Array | null,
  { starts = severalMaxima(fit) ? fit.optim.startsTried : 1, onProgress, signal }: RefitsOptions,
  use: (deletion: Deletion) => Result,
): Result[] {
  if (!(Number.isInteger(starts) && starts >= 1)) {
    throw new DrmError("bad_option", `starts = ${starts}: a whole number of at least 1 is needed`);
  }
  if (fit.optim.code !== 0) {
    throw new DrmError("bad_option", `the fit did not converge (${fit.optim.message}): refit it first`);
  }
  const { model, standard } = openFit(fit);
  const observations = observationsByRow(model, fit.nobs);
  const leftOut = new Uint8Array(fit.nobs);
  const qWithout = fit.knownV.kind === "none" || fit.weights !== null ? () => Number.NaN : deletedQ(model);
  return withMaskedRows(standard, (masked) => {
    const whole: Whole = { fit, model, observations, leftOut, masked, qWithout };
    return groups.map((group, done) => {
      signal?.throwIfAborted();
      // deletions are of one shape, or nearly: each works in the arrays of the one before
      const result = reuse(() => use(without(whole, group, scale, starts)));
      onProgress?.(done + 1, groups.length);
      return result;
    });
  });
}

function severalMaxima({ optim }: Fit): boolean {
  return optim.optima.length > 1;
}

/** What all deletions are made from. */
interface Whole {
  readonly fit: Fit;
  readonly model: Model;
  /** observations of each row used */
  readonly observations: readonly (readonly number[])[];
  /** a 1 for each row that is left out, overwritten by the next deletion */
  readonly leftOut: Uint8Array;
  /** the engine of the model without some rows, where it needs no model of its own */
  readonly masked: WithoutRows;
  readonly qWithout: ReturnType<typeof deletedQ>;
}

function without(
  { fit, model, observations, leftOut, masked, qWithout }: Whole,
  { label, members }: RowsToDelete,
  near: Float64Array | null,
  starts: number,
): Deletion {
  leftOut.fill(0);
  for (const row of members) leftOut[row] = 1;
  const left = members.length === 1 ? observations[members[0]] : members.flatMap((row) => observations[row]);
  let made: Model | null = null;
  const rest = () => {
    made ??= withoutRows(model, leftOut);
    return made;
  };
  const ownModel = () =>
    estimable(rest(), {
      dpars: fit.dpars,
      nobs: fit.nobs - members.length,
      weights: fit.weights === null ? null : fit.weights.filter((_, row) => leftOut[row] === 0),
    });
  try {
    const options = { near, starts };
    const found =
      masked(selection(leftOut), (engine) => refitOn(engine, options)) ?? refit(ownModel(), options);
    const q = qOf(() => qWithout(left, rest));
    const { status, reason } = statusOf(found);
    return { label, members, left, status, reason, refit: found, model: rest, q };
  } catch (error) {
    if (!(error instanceof DrmError)) throw error;
    const { message: reason } = error;
    return { label, members, left, refit: null, model: null, q: Number.NaN, status: "not estimable", reason };
  }
}

function statusOf({ converged, unbounded, atBoundary }: Refit): Pick<Deletion, "status" | "reason"> {
  if (unbounded) return { status: "not converged", reason: "the likelihood is unbounded" };
  if (!converged) return { status: "not converged", reason: "the search did not reach an optimum" };
  if (!atBoundary.includes(1)) return { status: "ok", reason: "" };
  return { status: "at boundary", reason: "an SD is estimated as zero, or a correlation as +1 or -1" };
}

function qOf(q: () => number): number {
  try {
    return q();
  } catch (error) {
    // a singular V: there is no Q
    if (error instanceof DrmError) return Number.NaN;
    throw error;
  }
}
