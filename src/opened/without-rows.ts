import { unfilled } from "../data/doubles";
import { basisOfRows } from "../design/basis";
import type { Design } from "../design/design";
import { type Block, emptyBlock, type Model, type Outcomes, type ParameterBlock } from "../model/model";
import { numbersAmong, type Selection, selection, takeFromColumns } from "../model/selection";
import { effectsBlock } from "../model/terms/effects";
import { pairsWithout } from "../model/terms/pair";
import { parametersOf } from "../model/terms/parameters";
import { randomTermsWithout } from "../model/terms/random-terms";

/**
 * A model without some rows of its frame (studies, with two outcomes). Design columns keep their values, so that what
 * poly() or scale() learned from all rows stands; levels of random intercepts that lose their last row go, and so do their
 * rows in the design of sd(group). `leftOut` has a 1 for each row to leave out. What it returns may be scratch. Cost O(rows
 * coefficients^2), and the cells of V.
 */
export function withoutRows(model: Model, leftOut: Uint8Array): Model {
  const { weights } = model;
  const rows = selection(leftOut);
  const places =
    model.outcomes === null
      ? rows
      : selection(Uint8Array.from(model.outcomes.frameRow, (row) => leftOut[row]!));
  const take = (values: Float64Array) => takeFromColumns(values, model.rows, 1, places);
  const outcomes = model.outcomes === null ? null : takeOutcomes(model.outcomes, rows, places);
  const random = randomTermsWithout(model, rows, places, outcomes);
  const { pairs, selected } = pairsWithout(model.pairs, places);
  return {
    method: model.method,
    rows: places.kept.length,
    y: take(model.y),
    outcomes,
    weights: weights === null ? null : take(weights),
    location: takeBlock(model.location, rows, places),
    blocks: model.blocks.map(({ kind, dpars, block, held }): ParameterBlock => {
      const { of } = parametersOf(kind);
      // levels are counted anew, and none of their SDs is held
      if (of === "level") return effectsBlock(random);
      if (of === "correlation") return { kind, dpars, block, held };
      const entities = of === "pair" ? selected : places;
      return {
        kind,
        dpars,
        block: entities.leftOut.length === 0 ? block : takeBlock(block, rows, entities),
        held: held === null ? null : takeFromColumns(held, held.length, 1, entities),
      };
    }),
    V: model.V.subset(places.kept, unfilled),
    random,
    pairs,
  };
}

function takeOutcomes({ frameRow, outcome }: Outcomes, rows: Selection, { kept }: Selection): Outcomes {
  const numberOf = numbersAmong(rows);
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
