import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { doubles, type Kernels, loadKernels, positiveDefinite, uniform } from "./compile";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels();
});

const EPSILON = 2 ** -52;
// Backward errors grow like n * epsilon in the worst case and like sqrt(n) in practice: a small multiple of
// sqrt(n) * epsilon passes every correct kernel and fails one wrong entry.
const residualBound = (n: number): number => 4 * EPSILON * Math.sqrt(n + 4);
// ||A X - I|| is bounded by the condition number times the same; the test matrices have condition below 4.
const inverseBound = (n: number): number => 16 * EPSILON * Math.sqrt(n + 4);
// differences of two correct results of magnitude one
const agreement = (n: number): number => 16 * EPSILON * Math.sqrt(n + 4);

const allSmall = Array.from({ length: 70 }, (_, i) => i + 1);
const sizes = [...allSmall, 127, 128, 129, 130, 200, 255, 256, 257, 500];
const GUARD = 12345.678;

/** A matrix in wasm memory surrounded by guard values that no kernel may touch. */
type Block = { address: number; read: () => Float64Array; intact: () => boolean; free: () => void };

function place(values: Float64Array): Block {
  const guard = 8;
  const start = kernels.allocate((values.length + 2 * guard) * 8);
  const whole = doubles(kernels, start, values.length + 2 * guard);
  whole.fill(GUARD);
  whole.set(values, guard);
  return {
    address: start + guard * 8,
    read: () => doubles(kernels, start + guard * 8, values.length).slice(),
    intact: () => {
      const now = doubles(kernels, start, values.length + 2 * guard);
      return (
        now.subarray(0, guard).every((x) => x === GUARD) && now.subarray(-guard).every((x) => x === GUARD)
      );
    },
    free: () => kernels.release(start),
  };
}

function scratchFor(n: number): Block {
  return place(new Float64Array(kernels.scratchBytes(n) / 8).fill(Number.NaN));
}

/** Fills the columns from n to ld, which no kernel may write, and says whether they are unchanged. */
function guardPadding(a: Float64Array, n: number, ld: number): Float64Array {
  for (let i = 0; i * ld < a.length; i++) for (let j = n; j < ld; j++) a[i * ld + j] = GUARD;
  return a;
}
function paddingIntact(a: Float64Array, n: number, ld: number): boolean {
  for (let i = 0; i * ld < a.length; i++)
    for (let j = n; j < ld; j++) if (a[i * ld + j] !== GUARD) return false;
  return true;
}

/** Largest |(A - L L')_ij| over the lower triangle, relative to the largest |A_ij|. */
function factorResidual(a: Float64Array, l: Float64Array, n: number, ld: number): number {
  let worst = 0;
  let size = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * ld + j]!;
      size = Math.max(size, Math.abs(sum));
      for (let k = 0; k <= j; k++) sum -= l[i * ld + k]! * l[j * ld + k]!;
      worst = Math.max(worst, Number.isNaN(sum) ? Infinity : Math.abs(sum));
    }
  }
  return worst / size;
}

/** Largest |(A X - I)_ij|. */
function inverseResidual(a: Float64Array, x: Float64Array, n: number, ld: number): number {
  let worst = 0;
  for (let i = 0; i < n; i++) {
    const row = new Float64Array(n);
    for (let k = 0; k < n; k++) {
      const s = a[i * ld + k]!;
      for (let j = 0; j < n; j++) row[j]! += s * x[k * ld + j]!;
    }
    row[i]! -= 1;
    for (const value of row) worst = Math.max(worst, Number.isNaN(value) ? Infinity : Math.abs(value));
  }
  return worst;
}

function isSymmetric(x: Float64Array, n: number, ld: number): boolean {
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) if (x[i * ld + j] !== x[j * ld + i]) return false;
  return true;
}

function largestDifference(x: Float64Array, y: Float64Array): number {
  let worst = 0;
  for (let i = 0; i < x.length; i++) {
    const d = Math.abs(x[i]! - y[i]!);
    worst = Math.max(worst, Number.isNaN(d) ? Infinity : d);
  }
  return worst;
}

describe.each([0, 3])("factor and inverse, leading dimension n + %i", (extra) => {
  it.each(sizes)("n = %i", (n) => {
    const ld = n + extra;
    const a = guardPadding(positiveDefinite(n, ld, n), n, ld);
    const fast = place(a);
    const plain = place(a);
    const scratch = scratchFor(n);

    // only the lower triangle may be read: the upper one is wiped
    const view = doubles(kernels, fast.address, n * ld);
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) view[i * ld + j] = Number.NaN;

    expect(kernels.fast.cholesky(fast.address, n, ld, scratch.address)).toBe(0);
    expect(kernels.plain.cholesky(plain.address, n, ld, scratch.address)).toBe(0);
    const l = fast.read();
    expect(factorResidual(a, l, n, ld)).toBeLessThan(residualBound(n));
    expect(factorResidual(a, plain.read(), n, ld)).toBeLessThan(residualBound(n));

    const logDet = kernels.plain.logDetFromCholesky(plain.address, n, ld);
    const scale = Math.max(1, Math.abs(logDet));
    expect(Math.abs(kernels.fast.logDetFromCholesky(fast.address, n, ld) - logDet) / scale).toBeLessThan(
      agreement(n),
    );

    kernels.fast.invertFromCholesky(fast.address, n, ld, scratch.address);
    kernels.plain.invertFromCholesky(plain.address, n, ld, scratch.address);
    const x = fast.read();
    expect(inverseResidual(a, x, n, ld)).toBeLessThan(inverseBound(n));
    expect(isSymmetric(x, n, ld)).toBe(true);
    expect(largestDifference(x, plain.read())).toBeLessThan(agreement(n));

    expect(paddingIntact(x, n, ld)).toBe(true);
    for (const block of [fast, plain, scratch]) {
      expect(block.intact()).toBe(true);
      block.free();
    }
  });
});

describe("a literal", () => {
  // A = [4 2; 2 5]: L = [2 0; 1 2], |A| = 16, A^-1 = [5 -2; -2 4] / 16
  it("gives the factor, the log-determinant and the inverse of a 2 x 2 matrix", () => {
    const a = place(Float64Array.from([4, 2, 2, 5]));
    const scratch = scratchFor(2);
    expect(kernels.fast.cholesky(a.address, 2, 2, scratch.address)).toBe(0);
    const [l11, , l21, l22] = a.read();
    expect([l11, l21, l22]).toEqual([2, 1, 2]);
    expect(kernels.fast.logDetFromCholesky(a.address, 2, 2)).toBeCloseTo(Math.log(16), 15);
    kernels.fast.invertFromCholesky(a.address, 2, 2, scratch.address);
    expect([...a.read()]).toEqual([5 / 16, -2 / 16, -2 / 16, 4 / 16]);
    a.free();
    scratch.free();
  });
});

describe("a matrix that is not positive definite", () => {
  it.each([1, 2, 5, 8, 16, 17, 33, 64, 129, 131, 300])("names its first bad row, n = %i", (n) => {
    const scratch = scratchFor(n);
    const rows = [...new Set([0, 1, 3, 4, n >> 1, n - 2, n - 1])].filter((row) => row >= 0 && row < n);
    for (const row of rows) {
      for (const bad of [-1, 0, Number.NaN, Infinity]) {
        const values = positiveDefinite(n, n, 7);
        values[row * n + row] = bad;
        const a = place(values);
        expect(kernels.fast.cholesky(a.address, n, n, scratch.address)).toBe(row + 1);
        expect(kernels.plain.cholesky(a.address, n, n, scratch.address)).not.toBe(0);
        expect(a.intact()).toBe(true);
        a.free();
      }
    }
    expect(scratch.intact()).toBe(true);
    scratch.free();
  });

  it.each([3, 12, 40, 150])("is singular when a row repeats, n = %i", (n) => {
    // row and column n - 1 repeat row and column 1: the last pivot is rounding noise, whatever its sign
    const values = positiveDefinite(n, n, 11);
    for (let j = 0; j < n; j++) values[(n - 1) * n + j] = values[n + j]!;
    values[n * n - 1] = values[n + 1]!;
    const a = place(values);
    const scratch = scratchFor(n);
    expect(kernels.fast.cholesky(a.address, n, n, scratch.address)).toBe(n);
    a.free();
    scratch.free();
  });

  it("is judged relative to its own scale", () => {
    for (const scale of [1e-200, 1e-30, 1, 1e30, 1e200]) {
      for (const n of [6, 50]) {
        const a = place(positiveDefinite(n, n, 3).map((x) => x * scale));
        const scratch = scratchFor(n);
        expect(kernels.fast.cholesky(a.address, n, n, scratch.address)).toBe(0);
        const expected = kernels.plain.logDetFromCholesky(a.address, n, n);
        const logDet = kernels.fast.logDetFromCholesky(a.address, n, n);
        expect(Math.abs(logDet - expected) / Math.abs(expected)).toBeLessThan(agreement(n));
        a.free();
        scratch.free();
      }
    }
  });
});

describe("triangular solves", () => {
  it.each([1, 2, 3, 5, 8, 17, 40, 64, 129, 300])("n = %i", (n) => {
    const random = uniform(n);
    for (const nrhs of [1, 2, 3, 7, 8, 9, 11, 16, 30]) {
      const ldb = nrhs + 1;
      const l = place(positiveDefinite(n, n, n));
      const scratch = scratchFor(n);
      kernels.fast.cholesky(l.address, n, n, scratch.address);
      const values = guardPadding(
        Float64Array.from({ length: n * ldb }, () => random() - 0.5),
        nrhs,
        ldb,
      );
      for (const name of ["solveLower", "solveLowerTransposed"] as const) {
        const fast = place(values);
        const plain = place(values);
        kernels.fast[name](l.address, n, n, fast.address, nrhs, ldb);
        kernels.plain[name](l.address, n, n, plain.address, nrhs, ldb);
        expect(largestDifference(fast.read(), plain.read())).toBeLessThan(agreement(n));
        expect(paddingIntact(fast.read(), nrhs, ldb)).toBe(true);
        expect(fast.intact()).toBe(true);
        fast.free();
        plain.free();
      }
      l.free();
      scratch.free();
    }
  });
});

describe("products", () => {
  it.each([1, 2, 3, 4, 5, 7, 8, 33, 64, 129])("symmetricTimes, n = %i", (n) => {
    const random = uniform(n);
    for (const nrhs of [1, 2, 3, 6, 30]) {
      for (const extra of [0, 3]) {
        const lda = n + extra;
        const ldb = n + extra;
        const a = place(positiveDefinite(n, lda, n));
        const b = place(Float64Array.from({ length: nrhs * ldb }, () => random() - 0.5));
        const fast = place(guardPadding(new Float64Array(nrhs * ldb), n, ldb));
        const plain = place(guardPadding(new Float64Array(nrhs * ldb), n, ldb));
        kernels.fast.symmetricTimes(a.address, n, lda, b.address, ldb, fast.address, ldb, nrhs);
        kernels.plain.symmetricTimes(a.address, n, lda, b.address, ldb, plain.address, ldb, nrhs);
        // entries reach sqrt(n) in size, hence one more factor
        expect(largestDifference(fast.read(), plain.read())).toBeLessThan(agreement(n) * Math.sqrt(n));
        expect(fast.intact()).toBe(true);
        for (const block of [a, b, fast, plain]) block.free();
      }
    }
  });

  it.each([1, 3, 4, 5, 31, 64, 130])("addProduct and addProductLower, n = %i", (n) => {
    const random = uniform(n);
    for (const k of [1, 2, 3, 4, 5, 127, 128, 129, 300]) {
      for (const m of [n, 1, 6, 33]) {
        const [ldc, lda, ldb] = [n + 1, k + 2, k + 3];
        const block = (rows: number, columns: number, ld: number) =>
          guardPadding(
            Float64Array.from({ length: rows * ld }, () => random() - 0.5),
            columns,
            ld,
          );
        const a = place(block(m, k, lda));
        const b = place(block(n, k, ldb));
        const values = block(m, n, ldc);
        const [fast, plain] = [place(values), place(values)];
        const scratch = scratchFor(n + 4);
        const lower = m === n;
        const shape = lower ? [n, ldc] : [m, n, ldc];
        for (const [which, c] of [
          [kernels.fast, fast],
          [kernels.plain, plain],
        ] as const) {
          const call = lower ? which.addProductLower : which.addProduct;
          call(c.address, ...shape, a.address, lda, b.address, ldb, k, -0.75, scratch.address);
        }
        const [x, y] = [fast.read(), plain.read()];
        if (lower)
          for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) x[i * ldc + j] = y[i * ldc + j] = 0;
        // an entry sums k products below 1/4
        expect(largestDifference(x, y)).toBeLessThan(agreement(n) * (1 + k / 8));
        for (const each of [a, b, fast, plain, scratch]) {
          expect(each.intact()).toBe(true);
          each.free();
        }
      }
    }
  });
});

describe("properties", () => {
  const size = fc.integer({ min: 1, max: 90 });
  const seed = fc.integer();

  it("scaling a matrix by 4 doubles its factor exactly", () => {
    fc.assert(
      fc.property(size, seed, (n, s) => {
        const a = positiveDefinite(n, n, s);
        const one = place(a);
        const four = place(a.map((x) => 4 * x));
        const scratch = scratchFor(n);
        kernels.fast.cholesky(one.address, n, n, scratch.address);
        kernels.fast.cholesky(four.address, n, n, scratch.address);
        const x = one.read();
        const y = four.read();
        for (let i = 0; i < n; i++) {
          for (let j = 0; j <= i; j++) expect(y[i * n + j]).toBe(2 * x[i * n + j]!);
        }
        for (const block of [one, four, scratch]) block.free();
      }),
      { numRuns: 60 },
    );
  });

  it("two triangular solves undo the matrix", () => {
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 12 }), seed, (n, nrhs, s) => {
        const a = positiveDefinite(n, n, s);
        const random = uniform(s ^ 1);
        const x = Float64Array.from({ length: n * nrhs }, () => random() - 0.5);
        const b = new Float64Array(n * nrhs);
        for (let i = 0; i < n; i++) {
          for (let k = 0; k < n; k++) {
            for (let c = 0; c < nrhs; c++) b[i * nrhs + c]! += a[i * n + k]! * x[k * nrhs + c]!;
          }
        }
        const l = place(a);
        const solution = place(b);
        const scratch = scratchFor(n);
        kernels.fast.cholesky(l.address, n, n, scratch.address);
        kernels.fast.solveLower(l.address, n, n, solution.address, nrhs, nrhs);
        kernels.fast.solveLowerTransposed(l.address, n, n, solution.address, nrhs, nrhs);
        expect(largestDifference(solution.read(), x)).toBeLessThan(inverseBound(n));
        for (const block of [l, solution, scratch]) block.free();
      }),
      { numRuns: 60 },
    );
  });
});
