import type { DrmOptions } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";

/** A number of a case file: infinities are text there, and what does not exist is null. */
export type CaseNumber = number | null | "Infinity" | "-Infinity";

interface CaseDesign {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

export interface Polished {
  readonly estimates: Readonly<Record<string, CaseNumber>>;
  readonly se_joint?: Readonly<Record<string, number | null>>;
  readonly se_mu_gls: Readonly<Record<string, number>>;
  /** a matrix alone is in the order of `estimates` */
  readonly vcov_joint?:
    | { readonly params: readonly string[]; readonly matrix: readonly (readonly number[])[] }
    | readonly (readonly number[])[];
  readonly natural_sd?: Readonly<Record<string, number | readonly number[]>>;
  readonly fitted_mu?: readonly number[];
  /** likelihood-ratio limits */
  readonly profile_ci95?: Readonly<Record<string, readonly CaseNumber[]>>;
  readonly logLik: number;
  readonly npar: number;
  readonly AIC?: number;
  readonly BIC?: number;
  readonly boundary?: unknown;
}

export interface CheckPoint {
  readonly mu: Readonly<Record<string, number>>;
  readonly scale: Readonly<Record<string, number>>;
  readonly logLik_at_mu_and_scale: number;
  readonly gradient_scale?: readonly number[];
  readonly profile_ML_logLik_at_scale?: number;
  readonly profile_ML_mu?: readonly number[];
  readonly profile_ML_gradient_scale?: readonly number[];
  readonly REML_logLik_no_XtX_at_scale?: number;
  readonly REML_gradient_scale?: readonly number[];
}

/** The `v*` files: schema ma-case/1. */
export interface MaCase {
  readonly id: string;
  readonly kind?: string;
  readonly capabilities: readonly string[];
  readonly data: {
    readonly n: number;
    readonly types: Readonly<Record<string, string>>;
    readonly levels?: Readonly<Record<string, readonly string[]>>;
    readonly columns: Readonly<Record<string, readonly (number | string | null)[]>>;
  };
  readonly V:
    | { readonly kind: "diagonal"; readonly column: string }
    | {
        readonly kind: "blocks";
        readonly blocks: readonly {
          readonly rows: readonly number[];
          readonly matrix: readonly (readonly number[])[];
        }[];
      }
    | { readonly kind: "dense"; readonly rows: readonly (readonly number[])[] };
  readonly data_wide?: { readonly columns: Readonly<Record<string, readonly (number | string | null)[]>> };
  readonly data_with_missing?: {
    readonly n: number;
    readonly columns: Readonly<Record<string, readonly (number | string | null)[]>>;
  };
  readonly rows_kept?: readonly number[];
  readonly model: {
    readonly formula: Readonly<Record<string, string>>;
    /** null in bivariate cases */
    readonly design: Readonly<Record<string, CaseDesign>> | null;
  };
  readonly fits: readonly {
    readonly method: "ML" | "REML";
    readonly polished: Polished;
    /** in later files: an SD of 0 */
    readonly boundary?: unknown;
    /** predicted effects by dpar, or by grouping, of levels in any order */
    readonly ranef?: Readonly<
      Record<
        string,
        {
          readonly levels: readonly string[];
          readonly blup: readonly number[];
          readonly se: readonly number[];
        }
      >
    >;
  }[];
  readonly check_points: readonly CheckPoint[];
  /** of phylo(..., tree = tree) */
  readonly tree?: { readonly newick: string };
  /** of relmat(..., K = K) */
  readonly matrices?: Readonly<Record<string, NamedRows>>;
  /** of relmat(..., K = R) in the first such case, and what a tree comes to in others */
  readonly R?: { readonly levels: readonly string[]; readonly matrix: NamedRows["values"] } | null;
}

interface NamedRows {
  readonly levels: readonly string[];
  readonly values: readonly (readonly number[])[];
}

/** What a case asks of drm(). */
export interface Job {
  readonly formulas: readonly string[];
  readonly options: DrmOptions;
}

const SIGMA_AT_ZERO = "fixed at 0";

/** A case in the terms of the public interface: formula strings, columns, factor levels, V by its name. */
export function jobOf(given: MaCase, method: "ML" | "REML"): Job {
  const { formula } = given.model;
  const bivariate = formula.mu1 !== undefined;
  // one study, or unit, a row
  const wide = given.data_wide?.columns ?? given.data.columns;
  const data = (bivariate ? wide : (given.data_with_missing?.columns ?? given.data.columns)) as Record<
    string,
    number[]
  >;
  const common = { data, method, factors: factorsOf(given, data) };
  if (bivariate) {
    // the file's V is over the outcomes that were observed; the same numbers stand in columns, one study a row
    const columns = "cov12" in data ? "v1, v2, cov12 = cov12" : "v1, v2";
    return {
      formulas: [
        `mu1 = ${formula.mu1!.replace("V = V", `V = meta_vcov_bivariate(${columns})`)}`,
        `mu2 = ${formula.mu2}`,
        ...["sigma1", "sigma2", "rho12"].map((dpar) => `${dpar} ${formula[dpar]}`),
      ],
      options: common,
    };
  }
  // an unnamed V, as R takes it
  const formulas = [formula.mu!.replace("meta_V(V)", "meta_V(V = vi)")];
  if (formula.phi !== undefined) formulas.push(`phi ${formula.phi}`);
  if (formula.sigma !== SIGMA_AT_ZERO) formulas.push(`sigma ${formula.sigma}`);
  // in one file it is words
  if (formula.sd?.includes("~")) formulas.push(formula.sd);
  // as later cases have them: one entry an SD
  for (const [dpar, rest] of Object.entries(formula))
    if (/^sd\(/.test(dpar)) formulas.push(`${dpar} ${rest}`);
  return {
    formulas,
    options: {
      ...common,
      weights: formula.weights ?? null,
      ...(formula.sigma === SIGMA_AT_ZERO ? { fixed: { sigma: 0 } } : {}),
      ...matricesOf(given, formulas[0]!),
      ...(given.tree ? { trees: { tree: given.tree.newick } } : {}),
    },
  };
}

function factorsOf({ data: { types, levels } }: MaCase, columns: object): Record<string, readonly string[]> {
  const factors: Record<string, readonly string[]> = {};
  for (const [name, type] of Object.entries(types)) {
    if (type === "factor" && name in columns) factors[name] = levels![name]!;
  }
  return factors;
}

function matricesOf(given: MaCase, mean: string): Pick<DrmOptions, "matrices"> {
  const { R, matrices } = given;
  if (/meta_V\(V = V[,)]/.test(mean)) return { matrices: { V: matrixOf(given), ...matrices } };
  if (mean.includes("K = R")) return { matrices: { R: { levels: R!.levels, values: R!.matrix } } };
  return matrices === undefined ? {} : { matrices };
}

function matrixOf({ V, data }: MaCase): NonNullable<DrmOptions["matrices"]>[string] {
  if (V.kind === "diagonal") return data.columns[V.column] as number[];
  return V.kind === "blocks" ? { blocks: V.blocks } : V.rows;
}

export function numberOf(value: CaseNumber | undefined): number {
  return value === null || value === undefined ? Number.NaN : Number(value);
}

/** Coefficients by the names of the case files: `mu:(Intercept)`, `sd(study):habitatforest`. */
export function byName(fit: Fit): Map<string, Fit["coefficients"][number]> {
  return new Map(
    fit.coefficients.map((coefficient) => [`${coefficient.dpar}:${coefficient.term}`, coefficient]),
  );
}
