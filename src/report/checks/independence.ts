/** Rows that belong together: studies that the model does not know of, ids that start anew in every study. */
import { dparOf, isOfIntercepts } from "../../fit/dpars";
import type { Fit } from "../../fit/fit";
import { groupingsOf, hasGroupings, type RowGrouping } from "../../fit/groupings";
import { deparseName } from "../../formula/deparse";
import { repeatedStudies, type SharedStudies } from "../../frame/study-columns";
import { count } from "../format";
import { type Check, row } from "./check";

/** Share of the rows from which it is no matter of a pair or two. */
const MANY_SHARED = 0.2;

/** Rows of one study are taken for independent: no random intercept, no sampling covariance, no robust errors. */
export const independentRows: Check = (fit) => {
  const found = unmodelledStudies(fit);
  if (found === null) return null;
  const { column, studies, shared } = found;
  const status = shared > MANY_SHARED * fit.nobs ? "warning" : "note";
  const value = `${column}: ${count(studies, "level")}, ${count(fit.nobs, "row")}`;
  return row("independent_rows", status, value, sentence(found, fit.nobs));
};

/** The sentence, or null where rows share no study that is known of, or the model allows for it. */
export function sharedStudies(fit: Fit): string | null {
  const found = unmodelledStudies(fit);
  return found === null ? null : sentence(found, fit.nobs);
}

function unmodelledStudies(fit: Fit): SharedStudies | null {
  const { studyCells, knownV, robust } = fit;
  const modelled = hasGroupings(fit) || knownV.clusters > 0 || robust !== undefined;
  return studyCells === undefined || modelled ? null : repeatedStudies(studyCells);
}

function sentence({ column, studies, shared }: SharedStudies, nobs: number): string {
  const name = deparseName(column);
  return (
    `Column '${column}' names ${count(studies, "study")} for the ${count(nobs, "row")} used, ${shared} of which share theirs, and the ` +
    `model takes all rows for independent: add (1 | ${name}), sampling covariances by meta_vcov_cluster, or robust errors by ${column}.`
  );
}

const FEW_GROUPS = 3;

/** (1 | study) + (1 | effect), where effect 1, 2, 3 of one study has nothing to do with those of the next. */
export const restartingIds: Check = (fit) => {
  const groupings = groupingsOf(fit).filter(({ dpar }) => isOfIntercepts(dparOf(fit, dpar)));
  const outcomeOf = ({ dpar }: RowGrouping) => dparOf(fit, dpar).outcome;
  for (const inner of groupings) {
    const outer = groupings.find(
      (other) => other !== inner && outcomeOf(other) === outcomeOf(inner) && restartsIn(inner, other),
    );
    if (outer === undefined) continue;
    const nested = `(1 | ${outer.group}/${inner.group})`;
    const written = haveOneRow(inner, outer)
      ? `${nested}, which with one row each is (1 | ${outer.group}), sigma being the SD between them`
      : nested;
    return row(
      "restarting_ids",
      "warning",
      `${inner.group} in ${outer.group}`,
      `The levels of ${inner.group} (${inner.levels.slice(0, 3).join(", ")}, ...) start anew in each ${outer.group}: unless ` +
        `${inner.levels[0]} is the same in all of them, write ${written}.`,
    );
  }
  return null;
};

/** Whether each level of `inner` has one row in each of `outer`: then a random intercept of its own is sigma. */
function haveOneRow(inner: RowGrouping, outer: RowGrouping): boolean {
  const pairs = new Set<string>();
  inner.codes.forEach((code, i) => {
    pairs.add(`${code} ${outer.codes[i]}`);
  });
  return pairs.size === inner.codes.length;
}

/**
 * Whether every level of `outer` has the first so many of the numbered levels of `inner`, not all of them the same number:
 * complete crossing, as of raters and subjects, looks otherwise.
 */
function restartsIn(inner: RowGrouping, outer: RowGrouping): boolean {
  if (inner.group.includes(":") || outer.group.includes(":")) return false;
  const places = numbered(inner.levels);
  if (places === null || outer.levels.length < FEW_GROUPS) return false;
  const seen = outer.levels.map(() => new Set<number>());
  inner.codes.forEach((code, i) => {
    if (code >= 0 && outer.codes[i] >= 0) seen[outer.codes[i]].add(places[code]);
  });
  const isStart = seen.every((own) => [...Array(own.size).keys()].every((place) => own.has(place)));
  return isStart && new Set(seen.map((own) => own.size)).size > 1;
}

/** The place of each level in 1, 2, 3 (from 0 or 1), in e1, e2, e3 or in a, b, c; null for levels of another kind. */
function numbered(levels: readonly string[]): readonly number[] | null {
  const letters = levels.every((level) => /^[a-z]$/i.test(level));
  const parts = levels.map((level) => /^(.*?)0*(\d+)$/.exec(level));
  const numbers = letters
    ? levels.map((level) => level.toLowerCase().charCodeAt(0) - "a".charCodeAt(0))
    : parts.map((part) => (part === null ? Number.NaN : Number(part[2])));
  if (!letters && new Set(parts.map((part) => part?.[1])).size > 1) return null;
  const first = numbers.reduce((least, n) => Math.min(least, n), Number.POSITIVE_INFINITY);
  const places = numbers.map((n) => n - first);
  const wanted = new Set(places);
  const isRun =
    first <= 1 && wanted.size === levels.length && [...levels.keys()].every((place) => wanted.has(place));
  return isRun ? places : null;
}
