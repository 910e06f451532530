import { choleskyRows } from "../../linalg/cholesky";
import { choleskyInverse } from "../../linalg/inverse";
import type { Structure, StructuredLevels } from "../structure";
import { itself, singular } from "./matrix-names";
import { correlatedGroups } from "./three-point";

/** A level that varies by less than this share, given those before it, has no effect of its own that numbers could tell. */
const SINGULAR = 1e-9;

/** A covariance matrix of names, n x n, and the levels of the data among them. */
export interface DenseInput {
  readonly K: Float64Array;
  readonly n: number;
  readonly sds: Float64Array;
  readonly index: (name: string) => number;
  readonly used: Int32Array;
  readonly levels: readonly string[];
  readonly others: readonly string[];
  readonly what: string;
}

/** The structure of levels whose covariances are those cells, inverted in groups that correlate. */
export function denseLevels({ K, n, sds, index, used, levels, others, what }: DenseInput): StructuredLevels {
  const correlation = (i: number, j: number) => (i === j ? 1 : K[i * n + j]! / (sds[i]! * sds[j]!));
  const { place, rows: at } = withoutClones(used, n, sds, correlation);
  const m = at.length;
  const C = new Float64Array(m * m);
  at.forEach((i, a) => {
    at.forEach((j, b) => {
      C[a * m + b] = correlation(i, j);
    });
  });
  const names = at.map((_, a) => levels[place.indexOf(a)]!);

  const entries: { row: number; column: number; value: number }[] = [];
  let logDet = 0;
  for (const rows of correlatedGroups(C, m, 0)) {
    const size = rows.length;
    const part = Float64Array.from({ length: size * size }, (_, cell) => {
      return C[rows[Math.floor(cell / size)]! * m + rows[cell % size]!]!;
    });
    const L = new Float64Array(size * size);
    const factored = choleskyRows(part, size, L, SINGULAR);
    if (factored < size) throw singular(names[rows[factored]!]!, what);
    for (let a = 0; a < size; a++) logDet += 2 * Math.log(L[a * size + a]!);
    const inverse = choleskyInverse(L, size);
    for (let a = 0; a < size; a++) {
      for (let b = 0; b <= a; b++) {
        const value = inverse[a * size + b]!;
        if (value !== 0) entries.push({ row: rows[a]!, column: rows[b]!, value });
      }
    }
  }
  const scale = Float64Array.from(at, (i) => sds[i]!);
  const structure: Structure = {
    names,
    levels: m,
    rows: Int32Array.from(entries, ({ row }) => row),
    columns: Int32Array.from(entries, ({ column }) => column),
    values: Float64Array.from(entries, ({ value }) => value),
    logDet,
    scale,
    correlation: (a, b) => scale[a]! * scale[b]! * C[a * m + b]!,
  };
  return {
    structure,
    place,
    others,
    conditional(name) {
      const i = index(name);
      if (i < 0) return null;
      const own = used.indexOf(i);
      if (own >= 0) return itself(place[own]!, scale[place[own]!]!);
      // C^-1 c
      const weights = new Float64Array(m);
      const c = Float64Array.from(at, (j) => correlation(i, j));
      for (const { row, column, value } of entries) {
        weights[row]! += value * c[column]!;
        if (row !== column) weights[column]! += value * c[row]!;
      }
      let known = 0;
      for (let a = 0; a < m; a++) known += weights[a]! * c[a]!;
      const effects = Array.from(c.keys()).filter((a) => weights[a] !== 0);
      return {
        effects,
        weights: effects.map((a) => weights[a]! * sds[i]!),
        variance: Math.max(0, 1 - known) * sds[i]! ** 2,
      };
    },
  };
}

/** Levels of which one says all about another: by used level its place, and the row of the matrix for each place. */
function withoutClones(
  used: Int32Array,
  n: number,
  sds: Float64Array,
  correlation: (i: number, j: number) => number,
) {
  const rows: number[] = [];
  const place = used.map((i) => {
    const first = rows.findIndex((j) => {
      if (correlation(i, j) < 1 - SINGULAR || Math.abs(sds[i]! - sds[j]!) > SINGULAR * sds[i]!) return false;
      for (let k = 0; k < n; k++)
        if (Math.abs(correlation(i, k) - correlation(j, k)) > SINGULAR) return false;
      return true;
    });
    if (first >= 0) return first;
    return rows.push(i) - 1;
  });
  return { place, rows };
}
