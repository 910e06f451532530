import type { Column, Table } from "../data/table";
import { DrmError } from "../errors";
import {
  coefficientTable,
  type DataInput,
  type Fit,
  linearCombination,
  robust,
  type TestStatistic,
  tableFrom,
  update,
} from "../index";
import { checkOptions, type OptionKinds, shown } from "../options";
import { fittedMatrices, fittedTable } from "../update/fit-inputs";
import { count } from "../words";
import { effectsOf, partsOf } from "./effects";
import { type Estimate, tested } from "./estimate";

export interface SmallStudyOptions {
  /**
   * what stands for the size of a study: "sei" (default; the standard errors: Egger's test and PET), "vi" (the sampling variances: PEESE), or
   * a term of a formula, such as "sqrt(1 / n)"
   */
  readonly predictor?: string;
  /** whether it enters log sigma, too; default false */
  readonly scale?: boolean;
  /** the data of the fit, where the predictor is in columns that its formulas do not use */
  readonly data?: DataInput;
  /** as in summary(); after robust() "t" is the default */
  readonly test?: TestStatistic;
  /** default 0.95 */
  readonly level?: number;
}

/** A fit with the size of the studies as one more moderator. */
export interface SmallStudy {
  /** "sei", "vi", or the term that was asked for */
  readonly predictor: string;
  /** the model that was fitted */
  readonly fit: Fit;
  /** change of the mean for one unit of the predictor: the test for asymmetry */
  readonly slope: Estimate;
  /** the mean at a predictor of 0, other moderators at their averages over the rows: PET's and PEESE's estimate */
  readonly adjusted: Estimate;
  /** change of log sigma for one unit of the predictor; absent unless asked for */
  readonly scaleSlope?: Estimate;
  /** what to know when reading it, a sentence each */
  readonly notes: readonly string[];
}

const SMALL_STUDY_OPTIONS: OptionKinds<SmallStudyOptions> = {
  predictor: "text",
  scale: "flag",
  data: "data",
  test: "text",
  level: "number",
};

/**
 * Small-study effects: the fit's own model, whatever its random effects, sigma, covariances, method and robust errors, with
 * the size of the studies as one more moderator of the mean, and of log sigma if asked for (Egger et al. 1997, BMJ 315,
 * 629-634; Stanley and Doucouliagos 2014, Research Synthesis Methods 5, 60-78; for multilevel models Nakagawa et al. 2022, Methods in
 * Ecology and Evolution 13, 4-21).
 *
 *   smallStudy(fit)                                   // Egger's test; the mean at a standard error of 0 is PET
 *   smallStudy(fit, { predictor: "vi" })              // PEESE
 *   smallStudy(fit, { predictor: "sqrt(1 / n)", data })
 *
 * @throws DrmError "not_supported" for two outcomes; "bad_option" for an unknown option or a fit without
 *   an intercept in its mean; what update() throws, as for a predictor that is a combination of the moderators
 */
export function smallStudy(fit: Fit, options: SmallStudyOptions = {}): SmallStudy {
  checkOptions("smallStudy", options, SMALL_STUDY_OPTIONS);
  const { predictor = "sei", scale = false, data, test, level = 0.95 } = options;
  const { vi, notes } = effectsOf("smallStudy", fit);
  if (!partsOf(fit).mean.names.includes("(Intercept)")) {
    throw new DrmError(
      "bad_option",
      "smallStudy() needs an intercept in the mean, to read it at a predictor of 0",
    );
  }
  const model = update(fit, {
    formula: [`~ . + ${predictor}`, ...(scale ? [`sigma ~ . + ${predictor}`] : [])],
    data: withColumns(fit, predictor, vi, data),
    matrices: fittedMatrices(fit)!,
  });
  const refit = withErrorsOf(fit, model);
  const added = addedColumn(fit, refit, predictor);
  const rows = coefficientTable(refit, level, "wald", test);
  const slopeIn = (dpar: string) => rows.find((row) => row.dpar === dpar && row.term === added)!;
  const mean = linearCombination(refit, averageRow(refit, added), {
    dpar: "mu",
    level,
    ...(test !== undefined && { test }),
  });
  return {
    predictor,
    fit: refit,
    slope: tested(slopeIn("mu")),
    adjusted: tested(mean),
    ...(scale && { scaleSlope: tested(slopeIn("sigma")) }),
    notes,
  };
}

/** The rows of the fit: its columns, those of `data`, and the size of the studies by V. */
function withColumns(fit: Fit, predictor: string, vi: Float64Array, data: DataInput | undefined): Table {
  const own = fittedTable(fit);
  const given = data === undefined ? null : tableFrom(data);
  const last = fit.rows.at(-1)!;
  if (given !== null && given.nrow <= last) {
    throw new DrmError(
      "bad_data",
      `data has ${count(given.nrow, "row")}, and the fit used row ${last + 1}: give the data that it was fitted to`,
    );
  }
  const sizes: Readonly<Record<string, Float64Array>> = { sei: vi.map(Math.sqrt), vi };
  const made = sizes[predictor];
  return {
    nrow: fit.nobs,
    names: [...new Set([...own.names, ...(given?.names ?? []), ...(made ? [predictor] : [])])],
    column: (name) => {
      if (made !== undefined && name === predictor) return { kind: "numeric", values: made };
      const kept = own.column(name);
      if (kept !== undefined) return kept;
      const column = given?.column(name);
      return column === undefined ? undefined : cellsAt(column, fit.rows);
    },
  };
}

function cellsAt(column: Column, rows: Int32Array): Column {
  if (column.kind === "factor")
    return { ...column, codes: Int32Array.from(rows, (row) => column.codes[row]!) };
  return { ...column, values: Float64Array.from(rows, (row) => column.values[row]!) };
}

/** The refit with the row numbers, and the robust errors, of the fit. */
export function withErrorsOf(fit: Fit, refit: Fit): Fit {
  const model = { ...refit, rows: refit.rows.map((row) => fit.rows[row]!) };
  if (fit.robust === undefined) return Object.freeze(model);
  const { codes, type, cluster } = fit.robust;
  const clustered = robust(model, { cluster: Array.from(refit.rows, (row) => codes[row]!), type });
  return Object.freeze({ ...clustered, robust: { ...clustered.robust!, cluster } });
}

/** The name of the column that the predictor has in the design of the mean. */
function addedColumn(fit: Fit, refit: Fit, predictor: string): string {
  const before = new Set(partsOf(fit).mean.names);
  const [added, ...more] = partsOf(refit).mean.names.filter((name) => !before.has(name));
  if (added !== undefined && more.length === 0) return added;
  throw new DrmError(
    "bad_option",
    `predictor ${shown(predictor)}: wanted one number a row that the mean does not have yet`,
  );
}

/** The average row of the design of the mean, with 0 for the predictor. */
function averageRow(fit: Fit, predictor: string): number[] {
  const { names, values, nrow } = partsOf(fit).mean;
  return names.map((name, j) => {
    if (name === predictor) return 0;
    let sum = 0;
    for (let i = 0; i < nrow; i++) sum += values[j * nrow + i]!;
    return sum / nrow;
  });
}

/** The estimate that Stanley and Doucouliagos's rule chooses. */
export interface PetPeese {
  /** "PEESE" where PET's one-sided p is below 0.05 */
  readonly chosen: "PET" | "PEESE";
  readonly adjusted: Estimate;
  readonly pet: SmallStudy;
  readonly peese: SmallStudy;
}

/**
 * The conditional estimate (Stanley and Doucouliagos 2014): PEESE's where PET finds an effect on the side of the fit's own mean,
 * one-sided p below `alpha`, else PET's.
 *
 * @throws DrmError what smallStudy() throws
 */
export function petPeese(
  fit: Fit,
  {
    alpha = 0.05,
    ...options
  }: Omit<SmallStudyOptions, "predictor" | "data"> & { readonly alpha?: number } = {},
): PetPeese {
  const pet = smallStudy(fit, { ...options, predictor: "sei" });
  const peese = smallStudy(fit, { ...options, predictor: "vi" });
  const side = Math.sign(linearCombination(fit, averageRow(fit, ""), { dpar: "mu" }).estimate);
  const { statistic, pValue } = pet.adjusted;
  const oneSided = Math.sign(statistic) === side ? pValue / 2 : 1 - pValue / 2;
  const chosen = oneSided < alpha ? "PEESE" : "PET";
  return { chosen, adjusted: (chosen === "PEESE" ? peese : pet).adjusted, pet, peese };
}
