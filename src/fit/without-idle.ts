import { scratch } from "../data/doubles";
import type { Basis } from "../design/basis";
import { spanOf } from "../linalg/orthogonal";
import { type EntityKind, parametersOf } from "../model/terms/parameters";
import type { StandardModel } from "./standard-model";
import { blockOf, type ThetaBlock } from "./theta-blocks";

/*
 * Whose SD or correlation has no say in the likelihood, whatever it is:
 *
 *   a row of weight 0;
 *   by REML, a row whose mean a coefficient of its own takes up (leverage 1): the likelihood is that of the contrasts
 *   orthogonal to X, and none of them has a part in the row;
 *   a level of a random intercept all of whose rows have weight 0, or, by REML, whose column of Z X spans;
 *   a study with two outcomes of which such a row is one.
 *
 * Moderators give them a linear predictor all the same, and it can run anywhere as the others reach an edge: they are in the
 * way of a search for those that can reach it together.
 */

/** Leverage and lengths are known to about as much. */
const ROUNDING = 1e-10;

/**
 * The same likelihood, as a function of theta, in which the idle rows, levels and studies of formulas with moderators have a
 * constant SD or correlation, of an ordinary size: their rows of the designs are 0. What is reported of them is their
 * formulas', so that this model is the search's alone. The model itself where there is none.
 */
export function withoutIdle(model: StandardModel): StandardModel {
  const { reml, weights, parts, blocks, largestV } = model;
  if ((!reml && weights === null) || parts.every(({ columns }) => columns === 1)) return model;
  const rows = idleRows(model);
  const levelsMatter = reml && parts.some(({ kind, columns }) => kind === "sd" && columns > 1);
  if (!rows.includes(1) && !levelsMatter) return model;
  const ordinarySd = 0.5 * Math.log(Math.max(1, largestV));
  const idle: Readonly<Record<EntityKind, Uint8Array>> = {
    observation: rows,
    level: idleLevels(model, rows),
    pair: Uint8Array.from({ length: model.pairs.length / 2 }, (_, s) =>
      rows[model.pairs[2 * s]!] === 1 || rows[model.pairs[2 * s + 1]!] === 1 ? 1 : 0,
    ),
  };
  const heard = blocks.map((block): ThetaBlock => {
    const { of, isLogSd } = parametersOf(block.kind);
    const { basis, offset } = block;
    if (!isLeftOut(basis, idle[of])) return block;
    const ordinary = isLogSd ? ordinarySd : 0;
    return {
      ...block,
      basis: leftOut(basis, idle[of]),
      // an SD that is held at 0 stays there
      offset: offset.map((at, entity) =>
        idle[of][entity] === 1 && at !== Number.NEGATIVE_INFINITY ? ordinary : at,
      ),
    };
  });
  return heard.every((block, at) => block === blocks[at]) ? model : { ...model, blocks: heard };
}

/** In loops over columns: a search asks twice, and this could be a tenth of a small fit. */
function idleRows({ rows, reml, weights, location }: StandardModel): Uint8Array {
  const { values: Q, columns: p } = location;
  const idle = new Uint8Array(rows);
  if (weights !== null) for (let i = 0; i < rows; i++) if (weights[i] === 0) idle[i] = 1;
  if (!reml) return idle;
  // Q'Q = rows I
  const leverages = scratch(rows);
  for (let k = 0; k < p; k++)
    for (let i = 0, at = k * rows; i < rows; i++, at++) leverages[i]! += Q[at]! * Q[at]!;
  for (let i = 0; i < rows; i++) if (leverages[i]! > (1 - ROUNDING) * rows) idle[i] = 1;
  return idle;
}

function idleLevels(model: StandardModel, idle: Uint8Array): Uint8Array {
  const { rows, reml, location, random } = model;
  const { values: Q, columns: p } = location;
  const count = blockOf(model, "sd").basis.rows;
  const sumsOf = (w: Float64Array) => {
    const sums = new Float64Array(count);
    for (const term of random) term.addSums(w, sums);
    return sums;
  };
  // sum of z^2 w
  const squaresOf = (w: Float64Array) => {
    const sums = new Float64Array(count);
    for (const term of random)
      term.addSums(
        w.map((own, i) => own * term.zOf(i)),
        sums,
      );
    return sums;
  };
  // by level: the square of its column of Z, that of the rows with a say, and the squares of what it has along each column of Q
  const lengths = squaresOf(new Float64Array(rows).fill(1));
  const heard = squaresOf(Float64Array.from(idle, (flag) => 1 - flag));
  const along = new Float64Array(count);
  for (let k = 0; reml && k < p; k++) {
    sumsOf(Q.subarray(k * rows, (k + 1) * rows)).forEach((sum, level) => {
      along[level]! += sum ** 2 / rows;
    });
  }
  return Uint8Array.from(heard, (own, level) => {
    const isSpanned = reml && along[level]! > (1 - ROUNDING) * lengths[level]!;
    return own === 0 || isSpanned ? 1 : 0;
  });
}

/** Whether a design is to lose these rows: some of them, and as many columns stay independent. */
function isLeftOut({ values, rows, columns }: Basis, idle: Uint8Array): boolean {
  if (columns === 0 || !idle.includes(1)) return false;
  const left: Float64Array[] = [];
  for (let i = 0; i < rows; i++) {
    if (idle[i] === 0) left.push(Float64Array.from({ length: columns }, (_, k) => values[k * rows + i]!));
  }
  return spanOf(left, DEPENDENT).length === columns;
}

/** Beside its length, what is left of a row of a design that others span. */
const DEPENDENT = 1e-7;

function leftOut(basis: Basis, idle: Uint8Array): Basis {
  const { rows } = basis;
  return { ...basis, values: basis.values.map((value, at) => (idle[at % rows] === 1 ? 0 : value)) };
}
