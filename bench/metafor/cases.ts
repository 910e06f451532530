// The models that both packages can fit, on the reference cases' data: what drm() is asked and what metafor is asked.

import type { DrmOptions } from "../../src/index";
import { type DrmCase, listCases, loadCase } from "../../test/cases";
import { jobOf, type MaCase } from "../../test/fit/ma-case";
import type { MetaforJob } from "./metafor";

export interface Comparison {
  readonly name: string;
  readonly formulas: readonly string[];
  readonly options: DrmOptions;
  /** V by blocks of consecutive rows, row-major; absent when it is diagonal */
  readonly blocks?: readonly ArrayLike<number>[];
  /** without its control */
  readonly peer: Omit<MetaforJob, "control">;
}

/** Files whose model is fitted as it stands. */
const AS_THEY_ARE = [
  "v01-re-intercept-bcg",
  "v02-re-large-units-normand",
  "v03-metareg-bcg",
  "v04-metareg-factor-bangertdrowns",
  "v05-ls-restoration",
  "v06-ls-bangertdrowns",
  "v07-ls-curtis",
  "v08-ls-boundary-bakdash",
  "v09-subgroup-diag-restoration",
  "v10-fixed-effect-bcg",
  "v11-fixed-effect-blockV-berkey",
  "v12-boundary-hine",
  "v13-small-k-cannon",
  "v14-missing-rows-bangertdrowns",
  "v26-ls-calendar-year-konstantopoulos",
  "v27-ls-multimodal-bcg",
  "drm-b-intercept-only",
  "drm-i-offset-mu",
  "drm-j-missing-rows",
  "drm-k-interaction-I-log",
  "drm-k2-poly-interaction",
  "drm-m-bcg-ablat",
];

/** Other univariate models on the data of files with a V that is not diagonal: file, name, mu, sigma. */
const BLOCK_MODELS: readonly (readonly [string, string, string, string])[] = [
  ["drm-c-dense-block-V", "blockV-simulated", "yi ~ x + meta_V(V = Vc)", "1"],
  ["v11-fixed-effect-blockV-berkey", "blockV-berkey", "yi ~ 0 + outcome + meta_V(V = V)", "1"],
  [
    "v11-fixed-effect-blockV-berkey",
    "blockV-berkey-by-outcome",
    "yi ~ 0 + outcome + meta_V(V = V)",
    "0 + outcome",
  ],
  ["v17-multilevel-blockV-assink", "blockV-assink", "yi ~ deltype + year + meta_V(V = V)", "1"],
  ["v17-multilevel-blockV-assink", "blockV-assink-by-deltype", "yi ~ deltype + meta_V(V = V)", "0 + deltype"],
  ["v18-longitudinal-blockV-ishak", "blockV-ishak", "yi ~ 0 + tfac + meta_V(V = V)", "1"],
  ["v18-longitudinal-blockV-ishak", "blockV-ishak-by-time", "yi ~ 0 + tfac + meta_V(V = V)", "0 + tfac"],
  ["v28-bivariate-missing-outcomes-riley", "blockV-riley", "yi ~ 0 + outcome + meta_V(V = V)", "1"],
  [
    "v28-bivariate-missing-outcomes-riley",
    "blockV-riley-by-outcome",
    "yi ~ 0 + outcome + meta_V(V = V)",
    "0 + outcome",
  ],
];

export function comparisons(): Comparison[] {
  const present = new Set(listCases());
  const asTheyAre = AS_THEY_ARE.filter((id) => present.has(id)).map((id) => comparison(id, id));
  const models = BLOCK_MODELS.filter(([id]) => present.has(id));
  return [...asTheyAre, ...models.map(([id, name, mu, sigma]) => comparison(id, name, { mu, sigma }))];
}

interface FormulaPair {
  readonly mu: string;
  readonly sigma: string;
}

function comparison(id: string, name: string, formula?: FormulaPair): Comparison {
  const { formulas, options } = id.startsWith("v") ? fromMaCase(id, formula) : fromDrmCase(id, formula);
  const matrix = Object.values(options.matrices ?? {})[0];
  const diagonal = matrix === undefined || isNumbers(matrix);
  const blocks = diagonal ? {} : { blocks: blocksOf(matrix) };
  const [mu, sigma] = formulas;
  const mods = rightSide(mu!);
  const scale = sigma === undefined ? "~ 1" : rightSide(sigma);
  const data = { ...(options.data as Record<string, number[]>) };
  const offset = /offset\((\w+)\)/.exec(mu!)?.[1];
  if (offset !== undefined) data.yi = data.yi!.map((y, i) => y - data[offset]![i]!);
  const by = /^~ 0 \+ (\w+)$/.exec(scale)?.[1];
  const peer = {
    name,
    call: diagonal ? ("rma" as const) : ("rma.mv" as const),
    method: options.fixed ? ("FE" as const) : ("ML" as const),
    data,
    factors: options.factors ?? {},
    mods,
    ...blocks,
    ...(diagonal && scale !== "~ 1" ? { scale } : {}),
    ...(!diagonal && by !== undefined ? { by } : {}),
    ...(!diagonal && options.fixed === undefined ? { varianceErrors: true } : {}),
  };
  return { name, formulas, options, ...blocks, peer };
}

function fromMaCase(id: string, formula?: FormulaPair): { formulas: readonly string[]; options: DrmOptions } {
  const given = loadCase<MaCase>(id);
  if (formula === undefined) return jobOf(given, "ML");
  const { mu, sigma } = formula;
  return jobOf({ ...given, model: { ...given.model, formula: { mu, sigma: `~ ${sigma}` } } }, "ML");
}

function fromDrmCase(
  id: string,
  formula?: FormulaPair,
): { formulas: readonly string[]; options: DrmOptions } {
  const { formulas, data, factors, matrices } = loadCase<DrmCase>(id);
  const used = formula === undefined ? formulas : [formula.mu, `sigma ~ ${formula.sigma}`];
  const named = (name: string): boolean => used.some((text) => text.includes(name));
  const options = {
    data,
    factors: Object.fromEntries(Object.entries(factors ?? {}).filter(([name]) => named(name))),
    ...(matrices && Object.keys(matrices).length > 0 ? { matrices } : {}),
  };
  return { formulas: used, options: options as unknown as DrmOptions };
}

/** The right side as a one-sided R formula, without meta_V() and offset(). */
function rightSide(formula: string): string {
  const right = formula.slice(formula.indexOf("~") + 1).replace(/\s*\+\s*(meta_V|offset)\([^()]*\)/g, "");
  return `~ ${right.trim()}`;
}

type Matrix = NonNullable<DrmOptions["matrices"]>[string];

function isNumbers(matrix: Matrix): boolean {
  return typeof (matrix as ArrayLike<unknown>)[0] === "number";
}

/** Blocks of consecutive rows in row order; any other pattern is one dense block. */
function blocksOf(matrix: Matrix): ArrayLike<number>[] {
  if (Array.isArray(matrix)) return [(matrix as number[][]).flat()];
  const { blocks } = matrix as { blocks: { rows: number[]; matrix: number[][] }[] };
  const n = blocks.reduce((sum, { rows }) => sum + rows.length, 0);
  if (blocks.flatMap(({ rows }) => rows).every((row, i) => row === i))
    return blocks.map(({ matrix }) => matrix.flat());
  const full = new Float64Array(n * n);
  for (const { rows, matrix } of blocks) {
    rows.forEach((row, i) => {
      rows.forEach((column, j) => {
        full[row * n + column] = matrix[i]![j]!;
      });
    });
  }
  return [full];
}
