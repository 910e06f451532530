import { orthogonalBasis } from "../design/basis";
import type { Design } from "../design/design";
import { DrmError } from "../errors";
import { tiesOf } from "../fit/standard-model";
import { components } from "../model/components";
import { type Block, blockOfKind, type Model } from "../model/model";
import type { OpenedFit } from "../opened/open-fit";
import { allOrders, allSigns, countOrders, someOrders, someSigns } from "./arrangements";

/** Which arrangements are wanted: see PermutationOptions. */
interface Asked {
  readonly exact?: boolean;
  readonly iterations?: number;
  readonly seed?: number;
}

/** Arrangements that are all gone through unasked. */
const MOST_EXACT = 10_000;
/** Asked for, no more than these: a day of fits. */
const MOST = 1e9;

/** What can be exchanged: the unit of each row, numbered from 0. */
export interface Units {
  /** "cluster": rows that V or random effects tie together */
  readonly unit: "row" | "cluster";
  readonly of: Int32Array;
  readonly count: number;
}

export function unitsOf({ standard }: OpenedFit): Units {
  const { root } = components(tiesOf(standard));
  const numbers = new Map<number, number>();
  const of = Int32Array.from({ length: standard.rows }, (_, i) => {
    const own = numbers.get(root[i]!) ?? numbers.size;
    numbers.set(root[i]!, own);
    return own;
  });
  if (numbers.size === 1 && standard.rows > 1) {
    throw new DrmError(
      "not_supported",
      "permutationTest() exchanges independent rows or clusters, and V or the random effects tie all rows together",
    );
  }
  return { unit: numbers.size === standard.rows ? "row" : "cluster", of, count: numbers.size };
}

/** An intercept, or a cell mean of all rows. */
export function isConstant({ values, nrow, names }: Design): boolean {
  if (names.length !== 1) return false;
  for (let i = 1; i < nrow; i++) if (values[i] !== values[0]) return false;
  return values[0] !== 0;
}

/** Models of the arrangements, one after the other. */
export interface Run {
  readonly total: number;
  readonly exact: boolean;
  models(): Iterable<Model>;
}

export function signRun(model: Model, { of, count: n }: Units, options: Asked): Run {
  const { total, exact } = extent(2 ** n, options);
  return {
    total,
    exact,
    *models() {
      for (const signs of exact ? allSigns(n) : someSigns(n, total, options.seed ?? 1)) {
        yield { ...model, y: model.y.map((y, i) => signs[of[i]!]! * y) };
      }
    },
  };
}

/** @param modelOf the model in which row i has the design of row order(i) */
export function orderRun(
  { of, count: n, unit }: Units,
  design: Design,
  options: Asked,
  modelOf: (order: Int32Array) => Model,
): Run {
  const { codes, rows } = distinct(design, of, n, unit);
  const { total, exact } = extent(countOrders(codes), options);
  const order = new Int32Array(of.length);
  return {
    total,
    exact,
    *models() {
      for (const codesNow of exact ? allOrders(codes) : someOrders(codes, total, options.seed ?? 1)) {
        for (let i = 0; i < order.length; i++) order[i] = rows[codesNow[of[i]!]!]!;
        yield modelOf(order);
      }
    },
  };
}

function extent(
  all: number,
  { exact, iterations = 1000 }: Asked,
): { readonly total: number; readonly exact: boolean } {
  if (exact === true && all > MOST) {
    throw new DrmError(
      "bad_option",
      `there are ${all.toPrecision(3)} arrangements, too many to go through: leave exact out and say how many iterations`,
    );
  }
  return (exact ?? all <= MOST_EXACT) ? { total: all, exact: true } : { total: iterations, exact: false };
}

/** The units' rows of a design by code, equal ones alike, and a row of each code. */
function distinct(
  { values, nrow, names, key }: Design,
  of: Int32Array,
  n: number,
  unit: Units["unit"],
): { readonly codes: Int32Array; readonly rows: readonly number[] } {
  const known = new Map<string, number>();
  const rows: number[] = [];
  const codes = new Int32Array(n).fill(-1);
  for (let i = 0; i < nrow; i++) {
    const text = names.map((_, j) => values[j * nrow + i]).join();
    let code = known.get(text);
    if (code === undefined) {
      code = known.size;
      known.set(text, code);
      rows.push(i);
    }
    const before = codes[of[i]!]!;
    if (before >= 0 && before !== code && unit === "cluster") {
      const differs = names.find((_, j) => values[j * nrow + i] !== values[j * nrow + rows[before]!])!;
      throw new DrmError(
        "not_supported",
        `permutationTest() exchanges whole clusters of dependent rows, and ${key}:${differs} differs within one: only moderators of clusters can be exchanged`,
      );
    }
    codes[of[i]!] = code;
  }
  return { codes, rows };
}

export function withLocation(model: Model, design: Design, order: Int32Array): Model {
  return { ...model, location: reordered(model.location, design, order) };
}

export function withSigma(model: Model, design: Design, order: Int32Array): Model {
  const own = blockOfKind(model, "sigma");
  const block = reordered(own.block, design, order);
  return { ...model, blocks: model.blocks.map((one) => (one === own ? { ...own, block } : one)) };
}

/** The block with row order(i) of its design in row i. */
function reordered(block: Block, design: Design, order: Int32Array): Block {
  const { rows, columns } = block;
  const values = new Float64Array(rows * columns);
  for (let j = 0; j < columns; j++)
    for (let i = 0; i < rows; i++) values[j * rows + i] = design.values[j * rows + order[i]!]!;
  return { ...block, values, basis: orthogonalBasis(values, rows, columns) };
}
