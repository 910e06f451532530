import { variablesOf } from "../../src/formula/expr";
import {
  type Anova,
  anova,
  augment,
  type ComparedFit,
  checkDrm,
  compareFits,
  DrmError,
  drm,
  drmFormula,
  type Fit,
  type Heterogeneity,
  heterogeneity,
  type MarginalMeans,
  report,
  summary,
  type Table,
  tidy,
  toJSON,
} from "../../src/index";
import { optionsOfPlot, type PlotName } from "../../src/plot/catalogue";
import type { PlotOptions } from "../../src/plot/index";
import type { CheckRow } from "../../src/report/checks/check-drm";
import type { FitSummary } from "../../src/report/summary";
import type { Test } from "../model/choices";
import { type DataOverview, factorsFor } from "../model/columns";
import { csvText } from "./csv-text";
import { meansOf } from "./means";
import { type LoadedTable, loadTable, type Source } from "./text-table";

/** A model in the words of drm(); `reference` becomes `factors` by the levels of the data. */
export interface ModelRequest {
  readonly formulas: readonly string[];
  readonly method: "ML" | "REML";
  readonly reference: Readonly<Record<string, string>>;
  readonly test: Test;
}

/** An SVG, or why there is none. */
export type Picture = { readonly svg: string } | { readonly unsuitable: string };

/** Everything that the page shows of one fit. */
export interface Analysis {
  readonly summary: FitSummary;
  readonly dpars: Fit["dpars"];
  /** the fit in words, a paragraph a line */
  readonly report: string;
  readonly checks: readonly CheckRow[];
  /** columns of categories that the model uses: what heterogeneity can be split by */
  readonly groupColumns: readonly string[];
  /** columns of numbers that are moderators */
  readonly numericModerators: readonly string[];
  readonly heterogeneity: Heterogeneity;
  /** of every mu and sigma, by the same column */
  readonly means: readonly MarginalMeans[];
  /** of the fit, without its report */
  readonly milliseconds: number;
}

export interface Comparison {
  /** the kept models, then the present one */
  readonly models: readonly ComparedFit[];
  /** each kept model against the present one, or why there is no test */
  readonly tests: readonly (Anova | string)[];
}

export type FileKind = "summary.txt" | "coefficients.csv" | "rows.csv" | "fit.json";

/** Fits that are kept in case they are asked for again: a comparison, a download. */
const FITS_KEPT = 12;

/**
 * What the worker does, without the worker: the data are given once, then models are asked about.
 * All calls throw DrmError when the data or the model are at fault.
 */
export interface Session {
  /** Reads a file, which replaces the data before. */
  load(source: Source): Promise<DataOverview>;
  /** Cells as written, `count` rows from `from` (0-based). */
  rows(from: number, count: number): readonly (readonly string[])[];
  /** Fits. `by` splits heterogeneity when the model uses it. */
  analyse(model: ModelRequest, by: string): Analysis;
  compare(kept: readonly ModelRequest[], present: ModelRequest): Comparison;
  file(model: ModelRequest, kind: FileKind): string;
  /** Columns in `options` may be any of the data, not only those of the model. */
  plot(model: ModelRequest, name: PlotName, options: Omit<PlotOptions, "data">): Promise<Picture>;
}

export function createSession(): Session {
  let data: LoadedTable | null = null;
  const tables = new Map<string, Table>();
  const fits = new Map<string, { readonly fit: Fit; readonly milliseconds: number }>();

  function loaded(): LoadedTable {
    if (data === null) throw new DrmError("bad_data", "there are no data yet: choose an example or a file");
    return data;
  }

  /** Levels are told when the text is read, so each set of them has a table of its own. */
  function tableWith(factors: Record<string, readonly string[]>): Table {
    const key = JSON.stringify(factors);
    let table = tables.get(key);
    if (table === undefined) {
      table = loaded().file.table({ factors });
      tables.clear();
      tables.set(key, table);
    }
    return table;
  }

  function tableOf({ reference }: ModelRequest): Table {
    return tableWith(factorsFor(reference, loaded().overview));
  }

  function fitOf(model: ModelRequest): { readonly fit: Fit; readonly milliseconds: number } {
    const { test, ...fitted } = model; // a fit is the same whatever its coefficients are tested by
    const key = JSON.stringify(fitted);
    const before = fits.get(key);
    if (before !== undefined) return before;
    const table = tableOf(model);
    const start = performance.now();
    const fit = drm(drmFormula(...model.formulas), { data: table, method: model.method });
    const found = { fit, milliseconds: performance.now() - start };
    if (fits.size >= FITS_KEPT) fits.delete(fits.keys().next().value!);
    fits.set(key, found);
    return found;
  }

  return {
    async load(source) {
      const read = await loadTable(source);
      data = read;
      tables.clear();
      fits.clear();
      return read.overview;
    },
    rows: (from, count) => loaded().file.cells(from, count),
    analyse(model, by) {
      const { fit, milliseconds } = fitOf(model);
      const groupColumns = Object.keys(fit.data).filter((name) => fit.data[name]!.kind === "factor");
      return {
        summary: summary(fit, { test: model.test }),
        dpars: fit.dpars,
        report: report(fit, { test: model.test }),
        checks: checkDrm(fit),
        groupColumns,
        numericModerators: moderatorsOf(model.formulas).filter((name) => fit.data[name]?.kind === "numeric"),
        heterogeneity: heterogeneity(fit, groupColumns.includes(by) ? { by } : {}),
        means: meansOf(fit, by, model.test),
        milliseconds,
      };
    },
    compare(kept, present) {
      const full = fitOf(present).fit;
      const reduced = kept.map((model) => fitOf(model).fit);
      return {
        models: compareFits([...reduced, full]).models,
        tests: reduced.map((fit) => testOf(fit, full)),
      };
    },
    file: (model, kind) => fileText(fitOf(model).fit, kind, model.test),
    async plot(model, name, options) {
      // a part of its own, larger than all the rest: loaded after the first fit
      const { plots } = await import("../../src/plot/index");
      const { fit } = fitOf(model);
      const unsuitable = plots[name].unsuitable(fit);
      if (unsuitable !== null) return { unsuitable };
      const all = { ...options, test: model.test, data: tableOf(model) };
      return { svg: plots[name].draw(fit, optionsOfPlot(name, all)) };
    },
  };
}

function moderatorsOf(formulas: readonly string[]): string[] {
  const names = new Set<string>();
  for (const { terms } of drmFormula(...formulas).dpars) {
    for (const { factors } of terms) for (const { expr } of factors) variablesOf(expr, names);
  }
  return [...names];
}

function testOf(a: Fit, b: Fit): Anova | string {
  try {
    return anova(a, b);
  } catch (error) {
    if (error instanceof DrmError) return error.message;
    throw error;
  }
}

function fileText(fit: Fit, kind: FileKind, test: Test): string {
  switch (kind) {
    case "summary.txt":
      return `${summary(fit, { test })}\n\n${checkDrm(fit)}\n`;
    case "coefficients.csv":
      return csvText(tidy(fit, { conf_int: true, test }));
    case "rows.csv":
      return csvText(augment(fit, { test }));
    case "fit.json":
      return `${JSON.stringify(toJSON(fit, { test, fitted: true, checks: true, full: true }), null, 2)}\n`;
  }
}
