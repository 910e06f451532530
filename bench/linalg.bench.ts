// GFLOP/s of the dense kernels beside the multiply-add peak of the machine, measured interleaved in one run, and
// beside R's chol and chol2inv when Rscript is present.
//
//   node bench/run.mjs bench/linalg.bench.ts [--quick]
//
// Matrices are seeded; every result is checked by residual before it is timed. Times are medians of repeats; the
// spread is half the interquartile range relative to the median. Flops counted: Cholesky n^3/3, inverse from the
// factor 2 n^3/3. The table goes to the terminal, the numbers to build/bench/linalg.json.
import { spawnSync } from "node:child_process";
import { doubles, loadKernels, positiveDefinite, uniform } from "../test/kernels/compile";
import { describeMachine, writeResults } from "./machine";
import { peakRate } from "./peak";
import { secondsOf as seconds, summarise, type Timing } from "./timing";

const kernels = await loadKernels();
const { fast, plain } = kernels;

/** Largest |(A - L L') x| relative to |A x|, for a random x: enough to catch a wrong factor at any size. */
function factorError(a: Float64Array, l: Float64Array, n: number): number {
  const random = uniform(9);
  const x = Float64Array.from({ length: n }, () => random());
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) y[j]! += l[i * n + j]! * x[i]!;
  let worst = 0;
  let size = 0;
  for (let i = 0; i < n; i++) {
    let left = 0;
    let right = 0;
    for (let j = 0; j < n; j++) left += a[i * n + j]! * x[j]!;
    for (let j = 0; j <= i; j++) right += l[i * n + j]! * y[j]!;
    worst = Math.max(worst, Math.abs(left - right));
    size = Math.max(size, Math.abs(left));
  }
  return worst / size;
}

/** Largest |(X A - I) x| for a random x. */
function inverseError(a: Float64Array, inverse: Float64Array, n: number): number {
  const random = uniform(10);
  const x = Float64Array.from({ length: n }, () => random());
  const times = (m: Float64Array, v: Float64Array): Float64Array =>
    Float64Array.from(v, (_, i) => v.reduce((sum, value, j) => sum + m[i * n + j]! * value, 0));
  const y = times(inverse, times(a, x));
  return y.reduce((worst, value, i) => Math.max(worst, Math.abs(value - x[i]!)), 0);
}

type Row = { n: number; peak: number; cholesky: Timing; inverse: Timing; solve: Timing; times: Timing };

const RIGHT_SIDES = 10;

function measure(n: number): Row {
  const values = positiveDefinite(n, n, n);
  const size = n * n;
  const address = kernels.allocate(size * 8);
  const scratch = kernels.allocate(kernels.scratchBytes(n));
  const b = kernels.allocate(n * RIGHT_SIDES * 8);
  const c = kernels.allocate(n * RIGHT_SIDES * 8);
  const a = doubles(kernels, address, size);

  a.set(values);
  if (fast.cholesky(address, n, n, scratch) !== 0)
    throw new Error(`n = ${n}: expected a factor, got a bad pivot`);
  const factor = a.slice();
  fast.invertFromCholesky(address, n, n, scratch);
  const errors = [factorError(values, factor, n), inverseError(values, a, n)];
  if (!errors.every((error) => error < 1e-12))
    throw new Error(`n = ${n}: residuals ${errors}, expected below 1e-12`);

  // short runs are repeated inside one timing; the copy that restores the input is measured apart and subtracted
  const inner = Math.max(1, Math.round(3e5 / n ** 2 / Math.sqrt(n)));
  const repeats = n >= 2000 ? 7 : n >= 1000 ? 15 : 41;
  const samples: Record<"peak" | "cholesky" | "inverse" | "solve" | "times", number[]> = {
    peak: [],
    cholesky: [],
    inverse: [],
    solve: [],
    times: [],
  };
  const restored = (source: Float64Array, run: () => void): number => {
    const copy = seconds(() => {
      for (let i = 0; i < inner; i++) a.set(source);
    });
    const both = seconds(() => {
      for (let i = 0; i < inner; i++) {
        a.set(source);
        run();
      }
    });
    return (both - copy) / inner;
  };
  for (let r = 0; r < repeats; r++) {
    samples.peak.push(peakRate(kernels));
    samples.cholesky.push(restored(values, () => fast.cholesky(address, n, n, scratch)));
    samples.inverse.push(restored(factor, () => fast.invertFromCholesky(address, n, n, scratch)));
    samples.solve.push(seconds(() => fast.solveLower(address, n, n, b, RIGHT_SIDES, RIGHT_SIDES)));
    samples.times.push(seconds(() => fast.symmetricTimes(address, n, n, b, n, c, n, RIGHT_SIDES)));
  }
  for (const block of [address, scratch, b, c]) kernels.release(block);
  // the peak is a rate that noise can only lower: its upper quartile stands for it
  const peaks = [...samples.peak].sort((x, y) => x - y);
  return {
    n,
    peak: peaks[Math.floor(0.75 * peaks.length)]!,
    cholesky: summarise(samples.cholesky),
    inverse: summarise(samples.inverse),
    solve: summarise(samples.solve),
    times: summarise(samples.times),
  };
}

/** Seconds of R's chol and chol2inv by size; empty without Rscript. */
function measureR(sizes: number[]): Map<number, { chol: number; chol2inv: number }> {
  const script = `
    for (n in c(${sizes.join(",")})) {
      set.seed(n); a <- matrix(runif(n * n) - 0.5, n); a <- (a + t(a)) / 2; diag(a) <- 1 + sqrt(n)
      k <- max(1, round(2e6 / n^2.5)); m <- if (n >= 1000) 3 else 7
      time <- function(f) median(replicate(m, system.time(for (i in 1:k) f(), gcFirst = FALSE)[["elapsed"]] / k))
      l <- chol(a)
      cat(n, time(function() chol(a)), time(function() chol2inv(l)), "\\n")
    }`;
  const result = spawnSync("Rscript", ["-e", script], { encoding: "utf8" });
  const table = new Map<number, { chol: number; chol2inv: number }>();
  if (result.status !== 0) return table;
  for (const line of result.stdout.trim().split("\n")) {
    const [n, chol, chol2inv] = line.trim().split(/\s+/).map(Number);
    table.set(n!, { chol: chol!, chol2inv: chol2inv! });
  }
  return table;
}

/** Microseconds of one small factor, and of one small factor and inverse, called from inside wasm. */
function measureSmall(n: number): { n: number; cholesky: number; both: number } {
  const values = positiveDefinite(n, n, n);
  const source = kernels.allocate(n * n * 8);
  const a = kernels.allocate(n * n * 8);
  const scratch = kernels.allocate(kernels.scratchBytes(n));
  doubles(kernels, source, n * n).set(values);
  const times = Math.ceil(2e6 / (n * n * n + 200));
  const time = (which: number): number =>
    summarise(
      Array.from({ length: 25 }, () => seconds(() => kernels.repeat(which, times, a, source, n, scratch))),
    ).median;
  const copy = time(2);
  const cholesky = ((time(0) - copy) / times) * 1e6;
  const both = ((time(1) - copy) / times) * 1e6;
  for (const block of [source, a, scratch]) kernels.release(block);
  return { n, cholesky, both };
}

/** Nanoseconds per element of exp and log on an array that fits in L1. */
function measureElementwise(): Record<string, number> {
  const n = 1000;
  const source = kernels.allocate(n * 8);
  const target = kernels.allocate(n * 8);
  const random = uniform(1);
  doubles(kernels, source, n).set(Float64Array.from({ length: n }, () => 20 * random() + 0.01));
  const time = (run: (target: number, source: number, n: number) => void): number => {
    const batch = (): number =>
      seconds(() => {
        for (let i = 0; i < 200; i++) run(target, source, n);
      });
    for (let i = 0; i < 10; i++) batch();
    return (summarise(Array.from({ length: 41 }, batch)).median / 200 / n) * 1e9;
  };
  return {
    exp: time(fast.expArray),
    "exp plain": time(plain.expArray),
    log: time(fast.logArray),
    "log plain": time(plain.logArray),
  };
}

const columns = (cells: (string | number)[], width = 11): string =>
  cells.map((cell) => (typeof cell === "number" ? cell.toFixed(2) : cell).padStart(width)).join("");

for (let i = 0; i < 20; i++) peakRate(kernels);
for (const n of [40, 200]) measure(n); // warm up: wasm code is tiered up on its own thread

console.log(describeMachine());
const quick = process.argv.includes("--quick");
const sizes = quick ? [64, 200, 500] : [64, 200, 500, 1000, 2000];
const rows = sizes.map(measure);
const r = measureR(sizes);
if (r.size === 0) console.log("R: not installed");

console.log("\nGFLOP/s (median)");
console.log(
  columns(["n", "peak", "cholesky", "of peak", "R chol", "inverse", "of peak", "R chol2inv", "spread"]),
);
for (const row of rows) {
  const rate = (flops: number, time: number | undefined): number | string =>
    time === undefined ? "-" : flops / time / 1e9;
  const third = row.n ** 3 / 3;
  const cholesky = third / row.cholesky.median / 1e9;
  const inverse = (2 * third) / row.inverse.median / 1e9;
  const peer = r.get(row.n);
  console.log(
    columns([
      String(row.n),
      row.peak,
      cholesky,
      cholesky / row.peak,
      rate(third, peer?.chol),
      inverse,
      inverse / row.peak,
      rate(2 * third, peer?.chol2inv),
      Math.max(row.cholesky.spread, row.inverse.spread),
    ]),
  );
}

console.log(`\nGFLOP/s with ${RIGHT_SIDES} right-hand sides`);
console.log(columns(["n", "solveLower", "symTimes"]));
for (const row of rows) {
  const flops = row.n ** 2 * RIGHT_SIDES;
  console.log(columns([String(row.n), flops / row.solve.median / 1e9, (2 * flops) / row.times.median / 1e9]));
}

const small = [2, 3, 5, 8, 12, 16, 17, 20, 24, 32, 48, 64].map(measureSmall);
console.log("\nmicroseconds, small matrices, called from inside wasm");
console.log(columns(["n", "cholesky", "and inverse"], 13));
for (const row of small) console.log(columns([String(row.n), row.cholesky, row.both], 13));

const elementwise = measureElementwise();
console.log("\nnanoseconds an element");
for (const [name, value] of Object.entries(elementwise)) console.log(columns([name, value], 13));

writeResults("linalg", { rows, r: Object.fromEntries(r), small, elementwise });
