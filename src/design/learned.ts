import type { Column } from "../data/table";
import { DrmError } from "../errors";
import { deparse } from "../formula/deparse";
import type { CallExpr } from "../formula/expr";
import { type Constant, constantOf, FUNCTIONS, matchArguments } from "../formula/functions";
import { asFactor } from "../frame/as-factor";
import { evaluate, type Source } from "../frame/evaluate";
import { dropUnusedLevels, withLevels } from "../frame/levels";
import { count } from "../words";
import { applyPoly, learnPoly, mean, type PolyBasis } from "./orthogonal";
import { applySpline, learnSpline, type SplineBasis } from "./spline";
import { MOST_COLUMNS } from "./width";

/**
 * What a function took from the data that were fitted; prediction reuses it, so the columns mean the same. By `kind`: the
 * `levels` of factor(), and whether they are `ordered`; the `center` and the `scale` of scale(); the basis of poly() and ns().
 */
export type Learned =
  | { readonly kind: "levels"; readonly levels: readonly string[]; readonly ordered: boolean }
  | { readonly kind: "scale"; readonly center: number; readonly scale: number }
  | PolyBasis
  | SplineBasis;

/** What was learned, by the text of the call. */
export type Memory = Record<string, Learned>;

/** poly() and ns() give several columns, so they are whole moderators and not parts of an expression. */
export function isBasis(fn: string): boolean {
  return fn === "poly" || fn === "ns";
}

/** The value of scale(), center(), factor(), ordered() or relevel(); learns what the memory does not have. */
export function learnedColumn(call: CallExpr, source: Source, memory: Memory): Column {
  const label = deparse(call);
  if (isBasis(call.fn)) {
    throw new DrmError("bad_term", `${label} gives several columns: it cannot stand inside another function`);
  }
  const [x] = matchArguments(call, FUNCTIONS.get(call.fn)!.args);
  const column = evaluate(x!, source);
  let learned = memory[label];
  if (learned === undefined) {
    learned = learn(call, label, column);
    memory[label] = learned;
  }
  if (learned.kind === "levels") {
    return withLevels(deparse(x!), asFactor(column), learned.levels, learned.ordered, source.rowName);
  }
  if (learned.kind !== "scale") return column;
  const { center, scale } = learned;
  return { kind: "numeric", values: numbersOf(column, label).map((value) => (value - center) / scale) };
}

/** The columns of poly() or ns(). */
export function basisColumns(call: CallExpr, source: Source, memory: Memory): Float64Array[] {
  const label = deparse(call);
  const [x, ...rest] = matchArguments(call, FUNCTIONS.get(call.fn)!.args);
  const values = numbersOf(evaluate(x!, source), label);
  let learned = memory[label];
  if (learned === undefined) {
    const constants = rest.map((value) => (value === undefined ? null : constantOf(value)));
    checkColumns(constants, values.length, label);
    learned = call.fn === "poly" ? polyOf(values, constants, label) : splineOf(values, constants, label);
    memory[label] = learned;
  }
  if (learned.kind === "poly") return applyPoly(learned, values);
  if (learned.kind === "ns") return applySpline(learned, values);
  return [values];
}

function learn(call: CallExpr, label: string, column: Column): Learned {
  const [, ...rest] = matchArguments(call, FUNCTIONS.get(call.fn)!.args);
  const constants = rest.map((value) => (value === undefined ? null : constantOf(value)));
  switch (call.fn) {
    case "factor":
    case "ordered": {
      const given = constants[0] === null ? null : listOf(constants[0]!).map(String);
      const factor = dropUnusedLevels(asFactor(column));
      const ordered = call.fn === "ordered" || factor.ordered;
      return { kind: "levels", levels: given ?? factor.levels, ordered };
    }
    case "relevel": {
      if (column.kind !== "factor" || column.ordered) {
        throw new DrmError(
          "bad_term",
          `${label}: relevel() needs an unordered factor; write relevel(factor(x), ref = ...)`,
        );
      }
      if (constants[0] === null)
        throw new DrmError("bad_term", `${label} needs a reference level: ref = "..."`);
      const ref = String(constants[0]);
      if (!column.levels.includes(ref)) {
        const levels = column.levels.join(", ");
        throw new DrmError("bad_factor", `${label}: '${ref}' is not one of the levels (${levels})`);
      }
      return {
        kind: "levels",
        levels: [ref, ...column.levels.filter((level) => level !== ref)],
        ordered: false,
      };
    }
    default:
      return scaleOf(
        numbersOf(column, label),
        constants[0] ?? true,
        constants[1] ?? call.fn === "scale",
        label,
      );
  }
}

/** R's scale(): the divisor is the root mean square about the centre, with n - 1. */
function scaleOf(x: Float64Array, centerBy: Constant, scaleBy: Constant, label: string): Learned {
  const center = typeof centerBy === "number" ? centerBy : centerBy === false ? 0 : mean(x);
  if (typeof scaleBy === "number") {
    if (scaleBy === 0) throw new DrmError("bad_term", `${label}: the scale must not be 0`);
    return { kind: "scale", center, scale: scaleBy };
  }
  if (scaleBy === false) return { kind: "scale", center, scale: 1 };
  let squares = 0;
  for (const value of x) squares += (value - center) ** 2;
  const scale = Math.sqrt(squares / Math.max(1, x.length - 1));
  if (!(scale > 0)) {
    throw new DrmError(
      "bad_term",
      `${label}: the column is constant (${x[0]}), so it has no scale: leave it out`,
    );
  }
  return { kind: "scale", center, scale };
}

/** A degree, degrees of freedom or a list of knots says how many columns there will be. */
function checkColumns(constants: readonly (Constant | null)[], nrow: number, label: string): void {
  const most = Math.min(nrow, MOST_COLUMNS);
  for (const [position, constant] of constants.entries()) {
    // a degree or df comes first; another number is one knot
    const columns = Array.isArray(constant) ? constant.length : position === 0 ? constant : 1;
    if (!(typeof columns === "number" && columns > most)) continue;
    const name = label.length > 60 ? `${label.slice(0, 60)}...` : label;
    const why =
      most === nrow ? `there are only ${count(nrow, "row")}` : `${MOST_COLUMNS} can be fitted at most`;
    throw new DrmError("bad_term", `${name} asks for ${count(columns, "column")}, but ${why}`);
  }
}

function polyOf(x: Float64Array, [degree, raw]: readonly (Constant | null)[], label: string): PolyBasis {
  return learnPoly(x, degree === null || degree === undefined ? 1 : Number(degree), raw === true, label);
}

function splineOf(
  x: Float64Array,
  [df, knots, boundary]: readonly (Constant | null)[],
  label: string,
): SplineBasis {
  const numbersIn = (value: Constant | null | undefined) =>
    value == null ? null : listOf(value).map(Number);
  const options = {
    df: df == null ? null : Number(df),
    knots: numbersIn(knots),
    boundary: numbersIn(boundary),
  };
  return learnSpline(x, options, label);
}

function listOf(value: Constant): readonly (number | string | boolean)[] {
  return typeof value === "object" ? value : [value];
}

function numbersOf(column: Column, label: string): Float64Array {
  if (column.kind !== "factor") return column.values;
  throw new DrmError("bad_term", `${label} needs numbers, but its column holds text`);
}
