import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import { coefficientIndices } from "../inference/coefficients";
import type { Combination } from "../inference/limits";
import { combine, combinedCoefficients } from "../inference/linear-combination";
import { linkPrediction } from "../inference/link-prediction";
import { linkOf } from "../inference/links";
import { newRows } from "../inference/new-data";
import type { TestBasis } from "../inference/test-basis";
import { count } from "../words";
import {
  cellTable,
  combinations,
  frequencies,
  type GridColumn,
  gridColumns,
  type Held,
  type Level,
  requireModerator,
} from "./reference-grid";

/** A grid beyond this is a mistake, or wants `at`. */
const MAX_CELLS = 50_000;

/** On the link scale. */
export interface GridMean extends Combination {
  readonly cell: Readonly<Record<string, Level>>;
  /** on the dpar's coefficients */
  readonly weights: Float64Array;
}

export interface Grid {
  readonly by: readonly string[];
  readonly means: readonly GridMean[];
  readonly averagedOver: readonly string[];
  readonly held: Readonly<Record<string, Level>>;
}

/** Each mean as weights on the coefficients, with its estimate on the link scale. */
export function estimatedGrid(
  fit: Fit,
  dpar: string,
  basis: TestBasis,
  by: readonly string[],
  at: Held,
  weighting: "equal" | "proportional",
): Grid {
  const columns = gridColumns(fit, dpar, at);
  const names = columns.map(({ name }) => name);
  for (const name of by) requireModerator(name, names, dpar, "by");
  // several values in `at` are asked for one by one
  const several = columns.filter(({ name, values }) => Object.hasOwn(at, name) && values.length > 1);
  const shown = [...new Set([...by, ...several.map(({ name }) => name)])];
  const rows = shown.map((name) => columns.find((column) => column.name === name)!);
  for (const { name, isFactor } of rows) {
    if (isFactor || Object.hasOwn(at, name)) continue;
    const how = `say at which values, at: { ${name}: [...] }`;
    throw new DrmError("bad_option", `by: '${name}' is a number and has no levels; ${how}`);
  }
  const averaged = columns.filter(({ name, values }) => !shown.includes(name) && values.length > 1);
  const heldColumns = columns.filter(({ name, values }) => !shown.includes(name) && values.length === 1);
  requireModestGrid([...rows, ...averaged]);

  const inner = combinations(averaged);
  const share = weighting === "equal" ? inner.map(() => 1 / inner.length) : frequencies(fit, averaged, inner);
  const outer = combinations(rows);
  const heldCell = heldColumns.map(({ values }) => values[0]!);
  const cells = outer.flatMap((cell) => inner.map((rest) => [...cell, ...rest, ...heldCell]));
  const table = cellTable([...rows, ...averaged, ...heldColumns], cells);
  const design = newRows(fit, dpar, table, undefined);
  const { eta } = linkPrediction(fit, dpar, design, basis);

  const coefficients = combinedCoefficients(fit, basis, coefficientIndices(fit, dpar));
  const k = coefficients.estimates.length;
  const means = outer.map((cell, g): GridMean => {
    const weights = new Float64Array(k);
    let sum = 0;
    inner.forEach((_, a) => {
      const row = g * inner.length + a;
      // a cell without weight may be at its boundary: 0 x Inf is not 0
      if (share[a] === 0) return;
      sum += share[a]! * eta[row]!;
      for (let j = 0; j < k; j++) weights[j]! += share[a]! * design.values[j * cells.length + row]!;
    });
    const named = Object.fromEntries(rows.map(({ name }, j) => [name, cell[j]!]));
    // the cells know an estimate where coefficients at their boundary do not, and have the offset
    return { cell: named, weights, ...combine(coefficients, weights), estimate: sum };
  });
  return {
    by: shown,
    means,
    averagedOver: averaged.map(({ name }) => name),
    held: Object.fromEntries(heldColumns.map(({ name }, j) => [name, heldCell[j]!])),
  };
}

/** A dpar that is held at a value has one mean. */
export function heldGrid(fit: Fit, dpar: string, by: readonly string[], at: Held): Grid {
  const named = [...by, ...Object.keys(at)];
  if (named.length > 0) {
    const value = fit.fixed[dpar];
    throw new DrmError("bad_option", `${dpar} is held at ${value}: it does not depend on '${named[0]}'`);
  }
  const eta = linkOf(fit, dpar).link(fit.fixed[dpar]!);
  return {
    by: [],
    means: [
      { cell: {}, estimate: eta, stdError: 0, df: Number.POSITIVE_INFINITY, weights: new Float64Array(0) },
    ],
    averagedOver: [],
    held: {},
  };
}

function requireModestGrid(columns: readonly GridColumn[]): void {
  const cells = columns.reduce((product, { values }) => product * values.length, 1);
  if (cells <= MAX_CELLS) return;
  const names = columns.map(({ name }) => name).join(", ");
  throw new DrmError(
    "bad_option",
    `${names} have ${count(cells, "combination")} of levels: hold some of them with at: { ... }`,
  );
}
