import { choleskyRows } from "./cholesky";
import { choleskySolve } from "./solve";

/** A symmetric sparse matrix A as A = L D L', ready for systems of equations. */
export interface SparseFactor {
  /** log |A| */
  readonly logDet: number;
  /** x = A^-1 b */
  solve(b: Float64Array): Float64Array;
}

/** A row that was eliminated: its pivot, and what stood beside it then. */
interface Eliminated {
  readonly row: number;
  readonly pivot: number;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** Where the row with the fewest neighbours has this share of the rest as neighbours, a dense factor of the rest costs less: measured. */
const FULL = 0.05;

/**
 * Eliminates one row after the other, that with the fewest neighbours first; where what is left has many cells, it is factored as
 * a dense matrix. Cost: the squares of the numbers of neighbours, and a third of the cube of the dense rest.
 *
 * @param lower by row, the cells of the lower triangle with the diagonal
 * @param negligible a pivot below this share of its diagonal element counts as zero
 * @returns the row at which A turned out not to be positive definite, otherwise its factor
 */
export function sparseFactor(
  lower: readonly ReadonlyMap<number, number>[],
  negligible: number,
): SparseFactor | number {
  const n = lower.length;
  const diagonal = Float64Array.from(lower, (line, i) => line.get(i) ?? 0);
  const least = diagonal.map((value) => negligible * Math.abs(value));
  const beside = lower.map(() => new Map<number, number>());
  lower.forEach((line, i) => {
    for (const [j, value] of line) {
      if (i === j) continue;
      beside[i]!.set(j, value);
      beside[j]!.set(i, value);
    }
  });
  // rows by the number of their neighbours
  const buckets: Set<number>[] = Array.from({ length: n }, () => new Set());
  beside.forEach((line, i) => void buckets[line.size]!.add(i));

  const done: Eliminated[] = [];
  let logDet = 0;
  let fewest = 0;
  for (let left = n; left > 0; left--) {
    while (buckets[fewest]!.size === 0) fewest++;
    if (fewest > FULL * left) break;
    const row = buckets[fewest]!.values().next().value!;
    buckets[fewest]!.delete(row);
    const pivot = diagonal[row]!;
    if (!(pivot > least[row]!)) return row;
    logDet += Math.log(pivot);
    const columns = Int32Array.from(beside[row]!.keys());
    const values = Float64Array.from(beside[row]!.values());
    done.push({ row, pivot, columns, values });
    const sizes = Array.from(columns, (j) => beside[j]!.size);
    for (let a = 0; a < columns.length; a++) {
      const i = columns[a]!;
      const line = beside[i]!;
      const share = values[a]! / pivot;
      line.delete(row);
      diagonal[i]! -= share * values[a]!;
      for (let b = 0; b < a; b++) {
        const j = columns[b]!;
        const value = (line.get(j) ?? 0) - share * values[b]!;
        line.set(j, value);
        beside[j]!.set(i, value);
      }
    }
    columns.forEach((j, a) => {
      const size = beside[j]!.size;
      if (size === sizes[a]) return;
      buckets[sizes[a]!]!.delete(j);
      buckets[size]!.add(j);
      fewest = Math.min(fewest, size);
    });
  }

  const rest = buckets.flatMap((bucket) => [...bucket]).sort((a, b) => a - b);
  const m = rest.length;
  const L = new Float64Array(m * m);
  rest.forEach((i, a) => {
    for (let b = 0; b < a; b++) L[a * m + b] = beside[i]!.get(rest[b]!) ?? 0;
    L[a * m + a] = diagonal[i]!;
  });
  const factored = choleskyRows(L, m, L, negligible);
  if (factored < m) return rest[factored]!;
  for (let a = 0; a < m; a++) logDet += 2 * Math.log(L[a * m + a]!);

  return {
    logDet,
    solve(b) {
      const x = b.slice();
      for (const { row, pivot, columns, values } of done) {
        const share = x[row]! / pivot;
        for (let k = 0; k < columns.length; k++) x[columns[k]!]! -= share * values[k]!;
      }
      const solved = choleskySolve(
        L,
        m,
        Float64Array.from(rest, (i) => x[i]!),
      );
      rest.forEach((i, a) => {
        x[i] = solved[a]!;
      });
      for (let t = done.length - 1; t >= 0; t--) {
        const { row, pivot, columns, values } = done[t]!;
        let sum = x[row]!;
        for (let k = 0; k < columns.length; k++) sum -= values[k]! * x[columns[k]!]!;
        x[row] = sum / pivot;
      }
      return x;
    },
  };
}
