import { unfilled } from "../data/doubles";
import { basisOfRows } from "../design/basis";
import type { Design } from "../design/design";
import type { GroupDesign } from "../design/group-design";
import { type Block, emptyBlock, type Model, NO_BLOCK, type Outcomes } from "../model/model";
import { levelsBlock } from "../model/observations";
import { Intercept } from "../model/terms/intercept";

/** Which of some entities stay. */
interface Selection {
  /** ascending; a plain array, since a typed one has memory of its own to be made and freed */
  readonly kept: readonly number[];
  /** a 1 for each of the others */
  readonly leftOut: Uint8Array;
  /** where each stretch of the kept starts and ends: few are left out, and loops over stretches take half the time */
  readonly stretches: readonly number[];
}

/**
 * A model without some rows of its frame (studies, with two outcomes). Design columns keep their values, so that what
 * poly() or scale() learned from all rows stands; levels of random intercepts that lose their last row go, and so do their
 * rows in the design of sd(group). `leftOut` has a 1 for each row to leave out. What it returns may be scratch. Cost O(rows
 * coefficients^2), and the cells of V.
 */
export function withoutRows(model: Model, leftOut: Uint8Array): Model {
  const { weights, logSigmaOffset } = model;
  const rows = selection(leftOut);
  const places =
    model.outcomes === null
      ? rows
      : selection(Uint8Array.from(model.outcomes.frameRow, (row) => leftOut[row]!));
  const take = (values: Float64Array) => takeFromColumns(values, model.rows, 1, places);
  const outcomes = model.outcomes === null ? null : takeOutcomes(model.outcomes, rows, places);
  const random = takeIntercepts(model.random, rows, places, outcomes);
  const { pairs, rho } = takePairs(model, rows, places);
  return {
    method: model.method,
    rows: places.kept.length,
    y: take(model.y),
    outcomes,
    weights: weights === null ? null : take(weights),
    location: takeBlock(model.location, rows, places),
    scale: takeBlock(model.scale, rows, places),
    logSigmaOffset: logSigmaOffset === null ? null : take(logSigmaOffset),
    V: model.V.subset(places.kept, unfilled),
    sd: levelsBlock(random),
    random,
    rho,
    pairs,
  };
}

function selection(leftOut: Uint8Array): Selection {
  let count = 0;
  for (let i = 0; i < leftOut.length; i++) if (leftOut[i] === 0) count++;
  const kept = new Array<number>(count);
  let next = 0;
  for (let i = 0; i < leftOut.length; i++) if (leftOut[i] === 0) kept[next++] = i;
  return { kept, leftOut, stretches: stretchesOf(leftOut) };
}

function stretchesOf(leftOut: Uint8Array): number[] {
  const stretches: number[] = [];
  let isKept = false;
  for (let i = 0; i <= leftOut.length; i++) {
    if (isKept === (leftOut[i] === 0)) continue;
    isKept = !isKept;
    stretches.push(i);
  }
  return stretches;
}

/** The number that each of the kept has among them, -1 for the others. */
function numbers({ kept, leftOut }: Selection): Int32Array {
  const out = new Int32Array(leftOut.length).fill(-1);
  for (let k = 0; k < kept.length; k++) out[kept[k]!] = k;
  return out;
}

function takeFromColumns(
  values: Float64Array,
  nrow: number,
  columns: number,
  { kept, stretches }: Selection,
): Float64Array {
  const out = unfilled(kept.length * columns);
  let to = 0;
  for (let j = 0; j < columns; j++) {
    for (let s = 0; s < stretches.length; s += 2) {
      const end = j * nrow + stretches[s + 1]!;
      for (let i = j * nrow + stretches[s]!; i < end; i++) out[to++] = values[i]!;
    }
  }
  return out;
}

function takeOutcomes({ frameRow, outcome }: Outcomes, rows: Selection, { kept }: Selection): Outcomes {
  const numberOf = numbers(rows);
  return {
    frameRow: Int32Array.from(kept, (place) => numberOf[frameRow[place]!]!),
    outcome: Uint8Array.from(kept, (place) => outcome[place]!),
  };
}

/** Designs over the rows of the frame, in a block over some of its `entities`. */
function takeBlock(block: Block, rows: Selection, entities: Selection): Block {
  const { kept, leftOut, stretches } = entities;
  const { columns } = block;
  if (columns === 0) return emptyBlock(kept.length);
  const values = takeFromColumns(block.values, block.rows, columns, entities);
  return {
    rows: kept.length,
    columns,
    values,
    designs: block.designs.map((design) => {
      // a block of one design is that
      const own = design.values === block.values ? values : null;
      return takeRows(
        design,
        rows.kept,
        own ?? takeFromColumns(design.values, design.nrow, design.names.length, rows),
      );
    }),
    basis: basisOfRows(block.basis, kept.length, leftOut, stretches, values),
  };
}

/** Not { ...design, ... }: of all that is done for a deletion, copies of objects would be the dearest part. */
function takeRows(
  { key, names, assign, termLabels, present, recipe }: Design,
  kept: readonly number[],
  values: Float64Array,
): Design {
  return {
    key,
    names,
    nrow: kept.length,
    values,
    assign,
    termLabels,
    present: present === null ? null : Uint8Array.from(kept, (row) => present[row]!),
    recipe,
  };
}

function takeIntercepts(
  random: readonly Intercept[],
  rows: Selection,
  places: Selection,
  outcomes: Outcomes | null,
): Intercept[] {
  let firstUnit = 0;
  return random.map(({ dpar, design: whole, index: before }) => {
    const design = takeGroups(whole, rows.kept);
    const index =
      outcomes === null
        ? design.index
        : Int32Array.from(places.kept, (place, k) =>
            before[place]! < 0 ? -1 : design.index[outcomes.frameRow[k]!]!,
          );
    const intercept = new Intercept(dpar, design, index, firstUnit);
    firstUnit += design.nrow;
    return intercept;
  });
}

/** Over the levels that a kept row has. */
function takeGroups(design: GroupDesign, kept: readonly number[]): GroupDesign {
  const { index, nrow, names } = design;
  const counts = new Int32Array(nrow);
  for (const row of kept) if (index[row]! >= 0) counts[index[row]!]!++;
  const numberOf = new Int32Array(nrow).fill(-1);
  const levels = selection(Uint8Array.from(counts, (count) => (count > 0 ? 0 : 1)));
  const from = levels.kept;
  for (let level = 0; level < from.length; level++) numberOf[from[level]!] = level;
  return {
    ...design,
    nrow: from.length,
    values: takeFromColumns(design.values, nrow, names.length, levels),
    levels: Array.from(from, (level) => design.levels[level]!),
    index: Int32Array.from(kept, (row) => (index[row]! < 0 ? -1 : numberOf[index[row]!]!)),
    counts: Int32Array.from(from, (level) => counts[level]!),
  };
}

function takePairs(
  { pairs: before, rho }: Model,
  rows: Selection,
  places: Selection,
): Pick<Model, "pairs" | "rho"> {
  if (before.length === 0) return { pairs: before, rho: NO_BLOCK };
  const studies = selection(
    Uint8Array.from({ length: before.length / 2 }, (_, s) => places.leftOut[before[2 * s]!]!),
  );
  const numberOf = numbers(places);
  const pairs = new Int32Array(2 * studies.kept.length);
  studies.kept.forEach((s, k) => {
    pairs[2 * k] = numberOf[before[2 * s]!]!;
    pairs[2 * k + 1] = numberOf[before[2 * s + 1]!]!;
  });
  return { pairs, rho: takeBlock(rho, rows, studies) };
}
