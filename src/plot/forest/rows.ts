import { requireFit } from "../../fit/require-fit";
import { type DataInput, DrmError, type Fit, ranef } from "../../index";
import { limitsAt } from "../../inference/limits";
import { checkOptions, type OptionKinds } from "../../options";
import { type MeanOfRows, type MeanOptions, meanOfRows } from "../data/mean-of-rows";
import { groupingsIn, type OutcomeRows, outcomeRows, rowsAreIndependent } from "../data/outcome";
import { type Groups, type RowValues, rowGroups, rowLabels } from "../data/row-values";

/** What the rows of a forest plot are sorted by; "data" keeps their order. */
export type ForestSortKey = "data" | "label" | "estimate" | "precision" | "fitted";
const SORTS: readonly ForestSortKey[] = ["data", "label", "estimate", "precision", "fitted"];
/** A leading minus turns the order round: "-estimate" puts the largest first. */
export type ForestSort = ForestSortKey | `-${ForestSortKey}`;

/** Which rows, how they are called, grouped and sorted. */
export interface ForestRowsOptions extends MeanOptions {
  /** "mu1" (default) or "mu2" of a bivariate fit */
  readonly outcome?: string | undefined;
  /** the data of the fit, where `labels` or `group` is a column that no formula uses */
  readonly data?: DataInput | undefined;
  /**
   * names of the rows: a column, or a value for each data row; default the level of the innermost random
   * intercept, or the data row's number
   */
  readonly labels?: RowValues | undefined;
  /** subgroups: a column or values. The grouping of a random intercept gets its predicted means */
  readonly group?: RowValues | undefined;
  /** order of the rows within their group, default "data"; "label" knows that Study 2 precedes Study 10 */
  readonly sort?: ForestSort | undefined;
}

export const FOREST_ROWS_OPTIONS: OptionKinds<ForestRowsOptions> = {
  outcome: "text",
  level: "number",
  test: "text",
  data: "data",
  labels: "cells",
  group: "cells",
  sort: "text",
};

/** One effect size. Effects and limits on the scale of the response, standard errors are SDs. */
export interface ForestRow {
  /** name of the row */
  readonly label: string;
  /** 0-based row of the user's data */
  readonly row: number;
  /** the effect size, as the response is written */
  readonly estimate: number;
  /** square root of the known sampling variance; 0 without meta_V() */
  readonly stdError: number;
  /** lower confidence limit, of sampling error alone */
  readonly lower: number;
  /** upper confidence limit */
  readonly upper: number;
  /** percent: share of the total of w / (v + sigma^2 + omega^2) */
  readonly weight: number;
  /** model mean of the row, random intercepts not included */
  readonly fitted: number;
}

/** The model's mean of some rows. */
export interface ForestSummary extends MeanOfRows {
  /** what it is the mean of */
  readonly label: string;
}

/** Rows that stand together. */
export interface ForestGroup {
  /** name of the group, "" without groups */
  readonly label: string;
  /** in the order of `sort` */
  readonly rows: readonly ForestRow[];
  /** null where the model says the same of all groups */
  readonly summary: ForestSummary | null;
}

/** A forest plot as numbers. */
export interface Forest {
  /** the response as written */
  readonly outcome: string;
  /** confidence level of all intervals */
  readonly level: number;
  /** one unnamed group without `group` */
  readonly groups: readonly ForestGroup[];
  /** mean over all rows */
  readonly overall: ForestSummary;
  /** rows are independent and have one mean: weights are weights; otherwise shares of precision */
  readonly weighted: boolean;
  /** the mean has moderators, so that each row has its own */
  readonly hasModerators: boolean;
}

/**
 * The numbers of a forest plot: effect sizes with their intervals y -+ z sqrt(v), and the model's means over all rows and
 * over those of each group, with prediction intervals (see meanOfRows()); the `test` is about the means alone. Where the
 * groups are those of a random intercept, a group's mean has the predicted intercept in it and no interval: a fit does not
 * keep the covariance of the two.
 *
 * @throws DrmError "bad_option", "unknown_column"
 */
export function forestRows(fit: Fit, options: ForestRowsOptions = {}): Forest {
  requireFit("forestRows", fit);
  checkOptions("forestRows", options, FOREST_ROWS_OPTIONS);
  const { level = 0.95, group, data } = options;
  const outcome = outcomeRows(fit, options.outcome);
  const compare = comparison(options.sort ?? "data");
  const rows = allRows(fit, outcome, options, level);
  const groups = group === undefined ? null : withNames(rowGroups(fit, group, data), group);
  const names = fit.designs[outcome.location]!.names;
  const hasModerators = names.length > 1 || names[0] !== "(Intercept)";
  return {
    outcome: outcome.label,
    level,
    groups: membersOf(groups, outcome.present).map(({ label, code, members }) => ({
      label,
      rows: members.map((i) => rows.get(i)!).sort(compare),
      summary:
        groups === null || code < 0
          ? null
          : groupSummary(fit, outcome, groups, { label, code, members }, options),
    })),
    overall: {
      label: hasModerators ? "Mean over all rows" : "Overall",
      ...meanOfRows(fit, outcome, outcome.present, options),
    },
    weighted: rowsAreIndependent(fit, outcome.location) && !hasModerators,
    hasModerators,
  };
}

function allRows(
  fit: Fit,
  { location, y, mu, v, totalVariance, present }: OutcomeRows,
  options: ForestRowsOptions,
  level: number,
): Map<number, ForestRow> {
  const labels = rowLabels(fit, options, location);
  const limitsOf = limitsAt(level);
  const precision = y.map((_, i) => (fit.weights?.[i] ?? 1) / totalVariance[i]!);
  const total = present.reduce((sum, i) => sum + precision[i]!, 0);
  return new Map(
    present.map((i) => {
      const stdError = Math.sqrt(v[i]!);
      return [
        i,
        {
          label: labels[i]!,
          row: fit.rows[i]!,
          estimate: y[i]!,
          stdError,
          ...limitsOf({ estimate: y[i]!, stdError, df: Number.POSITIVE_INFINITY }),
          weight: (100 * precision[i]!) / total,
          fitted: mu[i]!,
        },
      ];
    }),
  );
}

interface Members {
  readonly label: string;
  readonly code: number;
  readonly members: readonly number[];
}

/** A heading that is only a number says of what: "district 11". */
function withNames(groups: Groups, group: RowValues): Groups {
  if (
    typeof group !== "string" ||
    !groups.labels.every((label) => label !== "" && Number.isFinite(Number(label)))
  ) {
    return groups;
  }
  return { ...groups, labels: groups.labels.map((label) => `${group} ${label}`) };
}

/** Rows without a group come last. */
function membersOf(groups: Groups | null, present: readonly number[]): Members[] {
  if (groups === null) return [{ label: "", code: -1, members: present }];
  const inOrder = [
    ...groups.labels.map((label, code) => ({ label, code })),
    { label: "(no group)", code: -1 },
  ];
  return inOrder
    .map(({ label, code }) => ({ label, code, members: present.filter((i) => groups.codes[i] === code) }))
    .filter(({ members }) => members.length > 0);
}

function groupSummary(
  fit: Fit,
  outcome: OutcomeRows,
  groups: Groups,
  { label, code, members }: Members,
  options: MeanOptions,
): ForestSummary | null {
  const own = groupingsIn(fit, outcome.location).filter(({ codes }) => sameGrouping(codes, groups.codes));
  const mean = meanOfRows(fit, outcome, members, options);
  if (own.length > 0) {
    let estimate = mean.estimate;
    for (const { dpar, codes } of own) {
      // slopes count by the mean of their column
      const z = fit.slopes?.[dpar]?.values;
      const typical = z === undefined ? 1 : members.reduce((sum, i) => sum + z[i]!, 0) / members.length;
      estimate += typical * ranef(fit, dpar)[codes[members[0]!]!]!.estimate;
    }
    const none = Number.NaN;
    return {
      label: `Predicted mean, ${label}`,
      estimate,
      stdError: none,
      df: none,
      lower: none,
      upper: none,
      heterogeneity: mean.heterogeneity,
      predictionLower: none,
      predictionUpper: none,
    };
  }
  const { location, scale } = outcome;
  const varies = [location, scale, ...groupingsIn(fit, location).map(({ dpar }) => dpar)].some(
    (dpar) => (fit.designs[dpar]?.names.length ?? 1) > 1,
  );
  return varies && code >= 0 ? { label: `Mean, ${label}`, ...mean } : null;
}

/** Whether two codings part the rows in the same way. */
function sameGrouping(a: Int32Array, b: Int32Array): boolean {
  const pairs = new Set(Array.from(a, (code, i) => `${code} ${b[i]}`));
  return pairs.size === new Set(a).size && pairs.size === new Set(b).size;
}

const collator = new Intl.Collator("en", { numeric: true });

function comparison(sort: string): (a: ForestRow, b: ForestRow) => number {
  const descending = sort.startsWith("-");
  const key = descending ? sort.slice(1) : sort;
  const ascending: Readonly<Record<string, (a: ForestRow, b: ForestRow) => number>> = {
    data: (a, b) => a.row - b.row,
    label: (a, b) => collator.compare(a.label, b.label),
    estimate: (a, b) => a.estimate - b.estimate,
    precision: (a, b) => a.weight - b.weight,
    fitted: (a, b) => a.fitted - b.fitted,
  };
  if (!Object.hasOwn(ascending, key)) {
    throw new DrmError(
      "bad_option",
      `sort '${sort}': rows are sorted by ${SORTS.join(", ")}, with a minus sign for the reverse`,
    );
  }
  return descending ? (a, b) => ascending[key]!(b, a) : ascending[key]!;
}
