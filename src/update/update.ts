import { tableFrom } from "../data/table-from";
import { answerToModelOption, type DrmOptions, drm, MODEL_OPTIONS } from "../drm";
import { DrmError } from "../errors";
import type { DroppedRows, Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { formulaFrom } from "../formula/formula";
import { type Moderators, updateFormulas } from "../formula/update-formula";
import { checkOptions, type OptionKinds } from "../options";
import { fittedLevels, fittedMatrices, fittedTable } from "./fit-inputs";

/** What is changed; what is not named stays as it was in the fit. */
export interface UpdateOptions extends Omit<Partial<DrmOptions>, "family"> {
  /**
   * one changed formula or several, each for one parameter; `.` is what was there: "~ . + x", "sigma ~ 1",
   * "~ . - (1 | lab)", "mu2 ~ . - dose". The formulas of other parameters stay
   */
  readonly formula?: string | readonly string[];
}

// a fit has the family that it has
const { family: _, ...REFIT_OPTIONS } = MODEL_OPTIONS;
const UPDATE_OPTIONS: OptionKinds<UpdateOptions> = { formula: "texts", data: "data", ...REFIT_OPTIONS };

/**
 * Fits a model again with changes, as R's update(): other formulas, method, data, weights or values held. What is not
 * given is the fit's own.
 *
 * Without `data` the rows are those that the fit used, whatever is missing elsewhere in the data, so that the two fits
 * can be compared by anova(); a moderator that no formula of the fit has needs the data. With `data` rows are chosen
 * anew, a column that was a factor stays one with its levels in their order, and weights and matrices, which belong to
 * rows, are given again. A parameter that gets a formula is no longer held at a value, and one that `fixed` holds loses
 * its formula. Robust errors are not carried
 * over: call robust() again.
 *
 *   anova(fit, update(fit, { formula: "~ . - duration" }))
 *   update(fit, { formula: ["~ . + dose", "sigma ~ dose"], data })
 *
 * @throws DrmError what drm() throws; "bad_formula" for a change that does not apply; "unknown_column" for a column that
 *   the fit does not keep; "bad_weights" for new data without the weights
 */
export function update<T extends Fit>(fit: T, changes: UpdateOptions = {}): T {
  requireFit("update", fit);
  checkOptions("update", changes, UPDATE_OPTIONS, answerToModelOption);
  const { formula = [], data, ...options } = changes;
  const written = formulaFrom(fit.formulas);
  const fixed = options.fixed ?? {};
  // a parameter that is now held at a value has no formula any more
  const old = { ...written, dpars: written.dpars.filter(({ key }) => !Object.hasOwn(fixed, key)) };
  const changed = typeof formula === "string" ? [formula] : formula;
  const texts = updateFormulas(old, changed, (key) => moderatorsOf(fit, key));
  const next = formulaFrom(texts);
  const given = new Set(next.dpars.filter(({ implied }) => !implied).map(({ key }) => key));
  const own = {
    method: fit.method,
    fixed: Object.fromEntries(Object.entries(fit.fixed).filter(([dpar]) => !given.has(dpar))),
  };
  if (data !== undefined) {
    if (fit.weights !== null && options.weights === undefined) {
      throw new DrmError(
        "bad_weights",
        "the fit has weights, which belong to its rows: give them with the data",
      );
    }
    const levels = fittedLevels(fit, tableFrom(data, factorOptions(options)));
    const factors = { ...levels.factors, ...options.factors };
    // V belongs to rows, what levels are on does not
    const sources = {
      ...(fit.trees && { trees: { ...fit.trees, ...options.trees } }),
      ...(fit.matrices && { matrices: { ...fit.matrices, ...options.matrices } }),
    };
    return drm(next, { ...own, ordered: levels.ordered, ...options, ...sources, factors, data }) as T;
  }
  const held = {
    ...own,
    weights: fit.weights,
    ...options,
    matrices: { ...fittedMatrices(fit), ...options.matrices },
    ...(fit.trees && { trees: { ...fit.trees, ...options.trees } }),
    data: fittedTable(fit),
  };
  return Object.freeze({ ...refit(fit, () => drm(next, held)) }) as T;
}

function factorOptions({ factors, ordered }: UpdateOptions): Parameters<typeof tableFrom>[1] {
  return { ...(factors && { factors }), ...(ordered && { ordered: new Set(ordered) }) };
}

/** A parameter that is held at a value, or that the model did not have, is constant. */
function moderatorsOf({ designs }: Fit, key: string): Moderators {
  const design = designs[key];
  if (design === undefined) return { intercept: true, termLabels: [] };
  return { intercept: design.recipe.intercept, termLabels: design.termLabels };
}

/** Row numbers are those of the data that the first fit was made from. */
function refit(before: Fit, again: () => Fit): Fit {
  try {
    const fit = again();
    return {
      ...fit,
      rows: fit.rows.map((row) => before.rows[row]!),
      dropped: allDropped(before, fit.dropped),
    };
  } catch (error) {
    if (!(error instanceof DrmError)) throw error;
    if (error.code === "unknown_column") {
      const kept = Object.keys(before.data).join(", ");
      throw new DrmError(
        "unknown_column",
        `${error.message}\nThe fit keeps only the columns that it used (${kept}): pass data`,
      );
    }
    if (before.dropped.count === 0) throw error;
    throw new DrmError(
      error.code,
      `${error.message}\nRows are counted among the ${before.nobs} that the fit used.`,
    );
  }
}

function allDropped({ dropped: before, rows }: Fit, more: DroppedRows): DroppedRows {
  if (more.count === 0) return before;
  const byColumn: Record<string, number> = { ...before.byColumn };
  for (const [name, count] of Object.entries(more.byColumn)) byColumn[name] = (byColumn[name] ?? 0) + count;
  const late = more.rows.map(({ row, columns }) => ({ row: rows[row - 1]! + 1, columns }));
  return {
    count: before.count + more.count,
    rows: [...before.rows, ...late].sort((a, b) => a.row - b.row),
    byColumn,
  };
}
