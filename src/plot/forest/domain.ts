import { largest, smallest } from "../../data/range";
import type { ForestRow, ForestSummary } from "./rows";

/** Diamonds may make the axis this many times as long as the rows need it. */
const LONGEST = 3;

/**
 * Range of the axis: all effects and means, and as much of the rows' and prediction intervals as leaves the effects room,
 * because a few very wide ones would squeeze the rest. The intervals of means are the result, and are there in full, unless
 * the axis got more than three times as long by them: a mean of two studies may have limits a hundred times as far apart.
 */
export function effectDomain(
  rows: readonly ForestRow[],
  summaries: readonly ForestSummary[],
): readonly [number, number] {
  const centres = [...rows.map(({ estimate }) => estimate), ...summaries.map(({ estimate }) => estimate)];
  const [low, high] = [smallest(centres), largest(centres)];
  const typical = [...rows].map(({ stdError }) => stdError).sort((a, b) => a - b)[rows.length >> 1]!;
  const reach = Math.max(high - low, 6 * typical);
  const within = (limits: readonly number[]): readonly [number, number] => {
    const finite = limits.filter(Number.isFinite);
    return [Math.max(smallest(finite, low), low - reach), Math.min(largest(finite, high), high + reach)];
  };
  const ofRows = rows.flatMap(({ lower, upper }) => [lower, upper]);
  const ofPredictions = summaries.flatMap((s) => [s.predictionLower, s.predictionUpper]);
  const [rowsFrom, rowsTo] = within([...ofRows, low, high]);
  const [from, to] = within([...ofRows, ...ofPredictions, low, high]);

  // limits of means may be infinite
  const known = summaries.filter(({ lower, upper }) => !Number.isNaN(lower) && !Number.isNaN(upper));
  const before =
    rowsFrom -
    smallest(
      known.map(({ lower }) => lower),
      rowsFrom,
    );
  const after =
    largest(
      known.map(({ upper }) => upper),
      rowsTo,
    ) - rowsTo;
  const needed = rowsTo - rowsFrom;
  const most =
    before + after <= (LONGEST - 1) * needed ? Number.POSITIVE_INFINITY : ((LONGEST - 1) / 2) * needed;
  const start = Math.min(from, rowsFrom - Math.min(before, most));
  const end = Math.max(to, rowsTo + Math.min(after, most));
  const pad = 0.03 * (end - start) || 1;
  return [start - pad, end + pad];
}
