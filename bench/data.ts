// Seeded data sets of any size: the location-scale model of the worked example, under three kinds of known V.
import type { DrmOptions } from "../src/index";
import { loadCase } from "../test/cases";

/** Columns of a data set, with V when it is not diagonal. */
export interface DataSet {
  readonly rows: number;
  readonly data: {
    readonly yi: Float64Array;
    readonly vi: Float64Array;
    readonly habitat: readonly string[];
    readonly duration: Float64Array;
    readonly study: readonly number[];
  };
  /** V by clusters of consecutive rows, row-major; absent when V is the diagonal vi */
  readonly blocks?: readonly Float64Array[];
}

export const HABITATS = ["grassland", "forest"] as const;
const MU = { intercept: 0.15, forest: 0.26, duration: 0.1 };
const SIGMA = { grassland: 0.14, forest: 0.38 };

/** Deterministic uniform numbers in (0, 1) (xorshift32, Marsaglia 2003). */
export function uniform(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) | 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 0.5) / 4294967296;
  };
  for (let i = 0; i < 20; i++) next(); // small seeds start with small numbers
  return next;
}

/** Deterministic standard normal numbers (Box & Muller 1958). */
export function normal(seed: number): () => number {
  const random = uniform(seed);
  return () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}

/** The worked example: 80 rows, formulas and data as in the reference case. */
export function restoration(): { formulas: readonly string[]; options: DrmOptions } {
  const { formulas, data, factors } = loadCase("drm-a-restoration");
  return { formulas, options: { data, factors: { habitat: factors!.habitat! } } as DrmOptions };
}

/** Independent effect sizes. */
export function diagonal(rows: number, seed = 1): DataSet {
  return simulate(rows, rows, seed, (random, sd) => sd.map((s) => s * random()));
}

/** `studies` blocks of `size` rows; sampling correlation 0.5 within a study. */
export function blockDiagonal(studies: number, size: number, seed = 2): DataSet {
  const rho = 0.5;
  const set = simulate(studies * size, studies, seed, (random, sd) => {
    const errors = new Float64Array(sd.length);
    for (let start = 0; start < sd.length; start += size) {
      const shared = Math.sqrt(rho) * random();
      for (let i = start; i < start + size; i++)
        errors[i] = sd[i]! * (shared + Math.sqrt(1 - rho) * random());
    }
    return errors;
  });
  const { vi } = set.data;
  const blocks = Array.from({ length: studies }, (_, study) => {
    const block = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const product = vi[study * size + i]! * vi[study * size + j]!;
        block[i * size + j] = i === j ? vi[study * size + i]! : rho * Math.sqrt(product);
      }
    }
    return block;
  });
  return { ...set, blocks };
}

const FACTORS = 3;

/** One block: every pair of rows covaries, by three common factors with random loadings. */
export function dense(rows: number, seed = 3): DataSet {
  const next = normal(seed + 1000);
  const loadings = Float64Array.from({ length: rows * FACTORS }, () => 0.4 * next());
  const common = (i: number, j: number): number => {
    let sum = 0;
    for (let k = 0; k < FACTORS; k++) sum += loadings[i * FACTORS + k]! * loadings[j * FACTORS + k]!;
    return sum;
  };
  const set = simulate(rows, rows, seed, (random, sd) => {
    const shared = Array.from({ length: FACTORS }, random);
    return sd.map((s, i) => {
      let error = random();
      for (let k = 0; k < FACTORS; k++) error += loadings[i * FACTORS + k]! * shared[k]!;
      return (s * error) / Math.sqrt(1 + common(i, i));
    });
  });
  const { vi } = set.data;
  const scale = vi.map((v, i) => Math.sqrt(v / (1 + common(i, i))));
  const V = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    V[i * rows + i] = vi[i]!;
    for (let j = 0; j < i; j++) V[i * rows + j] = V[j * rows + i] = scale[i]! * scale[j]! * common(i, j);
  }
  return { ...set, blocks: [V] };
}

/** `errors` turns sampling SDs into sampling errors. */
function simulate(
  rows: number,
  studies: number,
  seed: number,
  errors: (random: () => number, sd: Float64Array) => Float64Array,
): DataSet {
  const random = normal(seed);
  const coin = uniform(seed + 500);
  const vi = Float64Array.from({ length: rows }, () => 0.05 * Math.exp(0.5 * random()));
  const duration = Float64Array.from({ length: rows }, random);
  const habitat = Array.from({ length: rows }, () => HABITATS[coin() < 0.5 ? 0 : 1]!);
  const study = Array.from({ length: rows }, (_, i) => Math.floor((i * studies) / rows) + 1);
  const yi = errors(random, vi.map(Math.sqrt)).map((error, i) => {
    const mean = MU.intercept + (habitat[i] === "forest" ? MU.forest : 0) + MU.duration * duration[i]!;
    return mean + SIGMA[habitat[i]!]! * random() + error;
  });
  return { rows, data: { yi, vi, habitat, duration, study } };
}

/** What drm() takes for a data set; `sigma` is the right side of the scale formula. */
export function jobOf(set: DataSet, sigma: string): { formulas: readonly string[]; options: DrmOptions } {
  const { data, blocks, rows } = set;
  const options: DrmOptions = { data: { ...data }, factors: { habitat: HABITATS } };
  const location = `yi ~ habitat + duration + meta_V(V = ${blocks ? "V" : "vi"})`;
  const formulas = [location, `sigma ~ ${sigma}`];
  if (blocks === undefined) return { formulas, options };
  if (blocks.length === 1) return { formulas, options: { ...options, matrices: { V: blocks[0]! } } };
  const size = rows / blocks.length;
  const listed = blocks.map((matrix, b) => ({
    rows: Array.from({ length: size }, (_, i) => b * size + i),
    matrix,
  }));
  return { formulas, options: { ...options, matrices: { V: { blocks: listed } } } };
}
