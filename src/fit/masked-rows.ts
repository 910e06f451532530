import { keep, scratch, unfilled } from "../data/doubles";
import { type Basis, type GramFactor, gramWithout, keptBasis } from "../design/basis";
import { CLEARLY_FULL } from "../design/rank";
import { solveLower } from "../linalg/solve";
import { rearrangeRows, sections } from "../model/sections";
import { type Selection, takeFromColumns } from "../model/selection";
import { parametersOf } from "../model/terms/parameters";
import { type Engine, engineOver } from "./engine";
import { load, rowsOf } from "./load";
import { logLikConstant, type StandardModel, tiesOf, unitNear } from "./standard-model";
import { blockOf, type ThetaBlock } from "./theta-blocks";

/*
 * A model without some of its rows, on the problem of the whole one: in WebAssembly memory a row that is left out becomes padding.
 * Exact, for rows that are independent of all others. The mean, which is profiled out, keeps its columns and its
 * y; sigma, which is searched, has columns that are orthogonal over the rows kept, and the search goes as in a model of its own.
 * With m rows of which n are kept, Q'Q = m I, S the rows left out and e their residuals by least squares,
 *
 *   G = Q'Q (kept) / m = I - sum over S of q q' / m,   g = sum over S of e q / sqrt(m),
 *
 * the residuals by least squares of the rows kept have the sum of squares e'e - e_S'e_S - g' G^-1 g, which says what their unit is, and
 * log|Q'Q (kept)| = p log m + log|G| is what the restricted likelihood's constant has of Q.
 */

/** Puts to `work` the engine of the model without the rows that are not kept; null where that wants a model of its own. */
export type WithoutRows = <Result>(rows: Selection, work: (engine: Engine) => Result) => Result | null;

/** Lends what makes the same model without some rows, for as long as `use` runs. Cost of each O(rows columns). */
export function withMaskedRows<Result>(whole: StandardModel, use: (without: WithoutRows) => Result): Result {
  if (!isMaskable(whole)) return use(() => null);
  const layout = sections(tiesOf(whole));
  const problem = load(whole, layout);
  // of independent rows the order is the model's
  const modelRow = new Int32Array(layout.rows);
  const masked = { ...layout, modelRow };
  const limits = limitsOf(whole);
  // few rows change the unit, and if so by a factor of 2
  const scaled = new Map([[1, whole]]);
  const inUnits = (factor: number): StandardModel => {
    const known = scaled.get(factor) ?? keep(() => rescaled(whole, factor));
    scaled.set(factor, known);
    return known;
  };
  let loaded = whole;
  try {
    return use((rows, work) => {
      const left = leftBy(whole, rows, limits);
      if (left === null) return null;
      const all = inUnits(left.unit);
      const rest = standardWithout(all, rows, left);
      if (rest === null) return null;
      if (all !== loaded) {
        problem.leaveOut([]);
        problem.rewrite(rowsOf(all, layout));
        loaded = all;
      }
      problem.leaveOut(left.rows);
      modelRow.fill(-1);
      for (let k = 0; k < rows.kept.length; k++) modelRow[rows.kept[k]!] = k;
      const { values: W, rows: n, columns } = blockOf(rest, "sigma").basis;
      problem.rewrite({ W: rearrangeRows(W, masked, n, columns) });
      const engine = engineOver(problem, rest, masked);
      try {
        return work(engine);
      } finally {
        engine.disposeOthers();
      }
    });
  } finally {
    problem.dispose();
  }
}

/** The same model in a unit so many times as large. */
function rescaled(whole: StandardModel, factor: number): StandardModel {
  const shift = Math.log(factor);
  return {
    ...whole,
    unit: whole.unit * factor,
    y: whole.y.map((y) => y / factor),
    v: whole.v.map((v) => v / factor ** 2),
    blocks: whole.blocks.map((block) => ({ ...block, offset: block.offset.map((offset) => offset - shift) })),
  };
}

/** Independent rows with a say, whose known variances are not multiplied, and a likelihood that no row is met by. */
function isMaskable(whole: StandardModel): boolean {
  const { V, random, pairs, weights, reml, zeroV, moments } = whole;
  return (
    V.clusters + random.length + pairs.length === 0 &&
    blockOf(whole, "phi").dpars.length === 0 &&
    moments === null &&
    !weights?.includes(0) &&
    !(reml && zeroV)
  );
}

/** Of the whole, in its unit. */
interface Limits {
  /** sum of squared residuals */
  readonly squares: number;
  /** the largest leverage of a row */
  readonly leverage: number;
}

function limitsOf({ y, location: { values, rows: m, columns } }: StandardModel): Limits {
  let squares = 0;
  let leverage = 0;
  for (let i = 0; i < m; i++) {
    let own = 0;
    for (let at = i; at < columns * m; at += m) own += values[at]! ** 2 / m;
    leverage = Math.max(leverage, own);
    squares += y[i]! ** 2;
  }
  return { squares, leverage };
}

/** What leaving out some rows leaves. */
interface Left {
  /** those left out */
  readonly rows: readonly number[];
  readonly gram: GramFactor;
  /** that of the rows kept, in units of the whole */
  readonly unit: number;
}

/** A row that may have more leverage than this could be without a say. */
const MOST_LEVERAGE = 0.999;
/** Of the squares of the residuals so much must be left, or y has lost digits. */
const MOSTLY_LEFT = 0.01;

/** Null where the rows left want a model of their own. */
function leftBy(
  { location, y, reml }: StandardModel,
  { leftOut, kept }: Selection,
  whole: Limits,
): Left | null {
  const { values, rows: m, columns: p } = location;
  const n = kept.length;
  const gram = clearGram(location, leftOut);
  // the restricted likelihood is one of n - p contrasts
  if (gram === null || n <= p) return null;
  const rows: number[] = [];
  let { squares } = whole;
  let leverage = 0;
  const g = scratch(p);
  for (let i = 0; i < m; i++) {
    if (leftOut[i] === 0) continue;
    rows.push(i);
    squares -= y[i]! ** 2;
    for (let j = 0; j < p; j++) {
      const q = values[j * m + i]!;
      g[j]! += (y[i]! * q) / Math.sqrt(m);
      leverage += (q * q) / m;
    }
  }
  solveLower(gram.L, p, g);
  for (let j = 0; j < p; j++) squares -= g[j]! ** 2;
  if (!(squares > MOSTLY_LEFT * whole.squares)) return null;
  // none of G's eigenvalues is below 1 less the leverages left out
  if (reml && !(whole.leverage * m < MOST_LEVERAGE * n * (1 - leverage))) return null;
  return { rows, gram, unit: unitNear(Math.sqrt(squares / n)) };
}

const NO_PAIRS = new Int32Array(0);

/** The standard model of the rows kept, out of that of all. */
function standardWithout(all: StandardModel, rows: Selection, { gram }: Left): StandardModel | null {
  const { location, unit, reml } = all;
  const { rows: m, columns: p } = location;
  const n = rows.kept.length;
  const blocks = blocksWithout(all.blocks, rows);
  if (blocks === null) return null;
  const column = (values: Float64Array) => takeFromColumns(values, m, 1, rows);
  const weights = all.weights === null ? null : column(all.weights);
  const v = column(all.v);
  let largestV = 0;
  let zeroV = false;
  for (let i = 0; i < n; i++) {
    if (v[i]! > largestV) largestV = v[i]!;
    if (v[i] === 0) zeroV = true;
  }
  let logGram = p * Math.log(m);
  for (let j = 0; j < p; j++) logGram += 2 * Math.log(gram.L[j * p + j]!);
  return {
    rows: n,
    y: column(all.y),
    location: sameColumns(location, rows, gram),
    blocks,
    v,
    largestV,
    zeroV,
    exactRows: all.exactRows,
    weights,
    reml,
    moments: null,
    random: [],
    pairs: NO_PAIRS,
    V: all.V.subset(rows.kept, unfilled),
    parts: all.parts,
    leastSquares: all.leastSquares,
    unit,
    logLikConstant: logLikConstant(n, weights, unit, reml ? { columns: p, logGram } : null),
  };
}

/** Null where the rows left out were nearly all of a column. */
function blocksWithout(blocks: readonly ThetaBlock[], rows: Selection): ThetaBlock[] | null {
  const out: ThetaBlock[] = [];
  for (const block of blocks) {
    const { kind, dpars, basis, offset, start } = block;
    if (parametersOf(kind).of !== "observation" || basis.rows === 0) {
      out.push(block);
      continue;
    }
    const gram = clearGram(basis, rows.leftOut);
    if (gram === null) return null;
    out.push({
      kind,
      dpars,
      basis: keptBasis(basis, gram, rows.kept.length, rows.stretches),
      offset: takeFromColumns(offset, basis.rows, 1, rows),
      start,
    });
  }
  return out;
}

/** Null where it does not tell by itself that the user's columns are independent without these rows. */
function clearGram(basis: Basis, leftOut: Uint8Array): GramFactor | null {
  const gram = gramWithout(basis, leftOut);
  return gram !== null && gram.share * basis.leastShare > CLEARLY_FULL ? gram : null;
}

function sameColumns(basis: Basis, rows: Selection, { share }: GramFactor): Basis {
  const { toOriginal, columns, leastShare } = basis;
  return {
    values: takeFromColumns(basis.values, basis.rows, columns, rows),
    toOriginal,
    rows: rows.kept.length,
    columns,
    leastShare: share * leastShare,
  };
}
