/** Beside the largest element: a pivot below counts as zero, the rows being those of a design, known to some digits. */
const SINGULAR = 1e-9;

/** Inverse of the matrix with these rows, row-major, by Gauss-Jordan elimination with row pivoting; null when it is singular. */
export function inverseOf(rows: readonly Float64Array[]): Float64Array | null {
  const n = rows.length;
  if (n === 1) return rows[0]![0] === 0 ? null : Float64Array.of(1 / rows[0]![0]!);
  if (n === 2) return inverseOfTwo(rows[0]!, rows[1]!);
  const A = rows.map((row) => row.slice());
  const inverse = rows.map((_, i) => {
    const unit = new Float64Array(n);
    unit[i] = 1;
    return unit;
  });
  const largest = largestOf(rows);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(A[i]![k]!) > Math.abs(A[pivot]![k]!)) pivot = i;
    [A[k], A[pivot]] = [A[pivot]!, A[k]!];
    [inverse[k], inverse[pivot]] = [inverse[pivot]!, inverse[k]!];
    const scale = A[k]![k]!;
    if (Math.abs(scale) <= SINGULAR * largest) return null;
    for (let j = 0; j < n; j++) {
      A[k]![j]! /= scale;
      inverse[k]![j]! /= scale;
    }
    for (let i = 0; i < n; i++) {
      const factor = A[i]![k]!;
      if (i === k || factor === 0) continue;
      for (let j = 0; j < n; j++) {
        A[i]![j]! -= factor * A[k]![j]!;
        inverse[i]![j]! -= factor * inverse[k]![j]!;
      }
    }
  }
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out.set(inverse[i]!, i * n);
  return out;
}

/** The usual case, a factor of two levels, in closed form. */
function inverseOfTwo([a, b]: Float64Array, [c, d]: Float64Array): Float64Array | null {
  const determinant = a! * d! - b! * c!;
  const size = Math.abs(a! * d!) + Math.abs(b! * c!);
  if (Math.abs(determinant) <= SINGULAR * size) return null;
  return Float64Array.of(d! / determinant, -b! / determinant, -c! / determinant, a! / determinant);
}

/** The vector orthogonal to n - 1 rows, by elimination with complete pivoting; null when there is not just one. */
export function normalTo(rows: readonly Float64Array[], n: number): Float64Array | null {
  const A = rows.map((row) => row.slice());
  const columns = Array.from({ length: n }, (_, k) => k);
  const largest = largestOf(rows);
  for (let step = 0; step < n - 1; step++) {
    let [pivotRow, pivotColumn] = [step, step];
    for (let i = step; i < n - 1; i++) {
      for (let k = step; k < n; k++) {
        if (Math.abs(A[i]![columns[k]!]!) > Math.abs(A[pivotRow]![columns[pivotColumn]!]!)) {
          [pivotRow, pivotColumn] = [i, k];
        }
      }
    }
    [A[step], A[pivotRow]] = [A[pivotRow]!, A[step]!];
    [columns[step], columns[pivotColumn]] = [columns[pivotColumn]!, columns[step]!];
    const pivot = A[step]![columns[step]!]!;
    if (Math.abs(pivot) <= SINGULAR * largest) return null;
    for (let i = step + 1; i < n - 1; i++) {
      const factor = A[i]![columns[step]!]! / pivot;
      for (let k = step; k < n; k++) A[i]![columns[k]!]! -= factor * A[step]![columns[k]!]!;
    }
  }
  const normal = new Float64Array(n);
  normal[columns[n - 1]!] = 1;
  for (let i = n - 2; i >= 0; i--) {
    let rest = 0;
    for (let k = i + 1; k < n; k++) rest -= A[i]![columns[k]!]! * normal[columns[k]!]!;
    normal[columns[i]!] = rest / A[i]![columns[i]!]!;
  }
  return normal;
}

function largestOf(rows: readonly Float64Array[]): number {
  let largest = 0;
  for (const row of rows) for (const part of row) largest = Math.max(largest, Math.abs(part));
  return largest;
}
