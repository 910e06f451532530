// Compiles assembly/testing.ts (the kernels and their plain twins) and instantiates it. The binary is kept in
// build/ under a hash of its sources, so that test files and benchmarks share one compilation.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import asc from "assemblyscript/asc";

type Invert = (a: number, n: number, ld: number, scratch: number) => void;
type Factor = (a: number, n: number, ld: number, scratch: number) => number;
type Solve = (l: number, n: number, ld: number, b: number, nrhs: number, ldb: number) => void;
type Times = (
  a: number,
  n: number,
  ld: number,
  b: number,
  ldb: number,
  c: number,
  ldc: number,
  nrhs: number,
) => void;
/** C += alpha A B': [c, m, n, ldc], [a, lda], [b, ldb], k, alpha, scratch; of the lower triangle without m */
type Product = (...numbers: number[]) => void;

/** One implementation of every kernel: the fast one, or the plain loops. */
export type Linalg = {
  cholesky: Factor;
  logDetFromCholesky: (a: number, n: number, ld: number) => number;
  invertFromCholesky: Invert;
  solveLower: Solve;
  solveLowerTransposed: Solve;
  symmetricTimes: Times;
  addProduct: Product;
  addProductLower: Product;
  dot: (x: number, y: number, n: number) => number;
  axpy: (y: number, alpha: number, x: number, n: number) => void;
  expArray: (dst: number, src: number, n: number) => void;
  logArray: (dst: number, src: number, n: number) => void;
};

export type Kernels = {
  fast: Linalg;
  plain: Linalg;
  memory: WebAssembly.Memory;
  scratchBytes: (n: number) => number;
  allocate: (bytes: number) => number;
  release: (address: number) => void;
  peak: (turns: number, one: number) => number;
  repeat: (which: number, times: number, a: number, source: number, n: number, scratch: number) => void;
};

const folder = "assembly";
const parts = ["simd", "linalg", "ref"];
const flags = ["-O3", "--noAssert", "--enable", "simd", "--runtime", "minimal", "--use", "abort="];

function hashSources(): string {
  const hash = createHash("sha256").update(flags.join(" "));
  for (const part of parts) {
    for (const file of readdirSync(join(folder, part)).sort())
      hash.update(readFileSync(join(folder, part, file)));
  }
  return hash
    .update(readFileSync(join(folder, "testing.ts")))
    .digest("hex")
    .slice(0, 16);
}

async function compile(): Promise<Uint8Array<ArrayBuffer>> {
  const target = join("build", `testing-${hashSources()}.wasm`);
  try {
    return new Uint8Array(readFileSync(target));
  } catch {
    mkdirSync("build", { recursive: true });
    // written aside and renamed: several test files may compile at once
    const aside = `${target}.${process.pid}`;
    const entry = join(folder, "testing.ts");
    const { error, stderr } = await asc.main([entry, "--config", "none", ...flags, "--outFile", aside]);
    if (error)
      throw new Error(`assembly/testing.ts does not compile: ${error.message}\n${stderr.toString()}`);
    renameSync(aside, target);
    return new Uint8Array(readFileSync(target));
  }
}

export async function loadKernels(): Promise<Kernels> {
  const { instance } = await WebAssembly.instantiate(await compile());
  const raw = instance.exports as Record<string, never>;
  const names: (keyof Linalg)[] = [
    "cholesky",
    "logDetFromCholesky",
    "invertFromCholesky",
    "solveLower",
    "solveLowerTransposed",
    "symmetricTimes",
    "addProduct",
    "addProductLower",
    "dot",
    "axpy",
    "expArray",
    "logArray",
  ];
  const fast = Object.fromEntries(names.map((name) => [name, raw[name]])) as unknown as Linalg;
  const plain = Object.fromEntries(
    names.map((name) => [name, raw[`ref${name[0]!.toUpperCase()}${name.slice(1)}`]]),
  ) as unknown as Linalg;
  return { ...(raw as unknown as Kernels), fast, plain };
}

/** Doubles of wasm memory at an address; take a new view after every allocation. */
export function doubles(kernels: Kernels, address: number, length: number): Float64Array {
  return new Float64Array(kernels.memory.buffer, address, length);
}

/** Deterministic uniform numbers in [0, 1) (mulberry32). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Symmetric, well-conditioned and full: uniform entries plus a dominant diagonal, row-major, leading dimension ld. */
export function positiveDefinite(n: number, ld: number, seed: number): Float64Array {
  const random = uniform(seed);
  const a = new Float64Array(n * ld);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) a[i * ld + j] = a[j * ld + i] = random() - 0.5;
    a[i * ld + i] = 1 + Math.sqrt(n) + random();
  }
  return a;
}
