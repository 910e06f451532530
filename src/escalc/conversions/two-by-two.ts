import { DrmError } from "../../errors";
import type { DataInput } from "../../index";
import { checkOptions, type OptionKinds, requireOptions } from "../../options";
import { appendColumns } from "../append-columns";
import { journal } from "../decisions";
import { labelsOf, numbersOf, tableOf, type Values } from "../given";
import type { Converted } from "./wald";

/** What is known of 2x2 tables whose counts are not, in columns or arrays. */
export interface TwoByTwoColumns {
  /** rows or columns; without it the arguments are arrays */
  readonly data?: DataInput | undefined;
  /** odds ratios */
  readonly ori?: Values | undefined;
  /** phi coefficients */
  readonly ri?: Values | undefined;
  /** chi-squared statistics, with the sign of the association */
  readonly x2i?: Values | undefined;
  /** sample sizes */
  readonly ni?: Values | undefined;
  /** totals of the first row, a + b */
  readonly n1i?: Values | undefined;
  /** totals of the first column, a + c: not the size of group 2 */
  readonly n2i?: Values | undefined;
}

const COLUMNS: OptionKinds<TwoByTwoColumns> = {
  data: "data",
  ori: "values",
  ri: "values",
  x2i: "values",
  ni: "values",
  n1i: "values",
  n2i: "values",
};

/** How conv2x2() reads them. */
export interface TwoByTwoOptions {
  /** whether chi-squared has Yates' correction; default true */
  readonly correct?: boolean | undefined;
  /** names of the columns that are made or filled; default ["ai", "bi", "ci", "di"] */
  readonly names?: readonly [string, string, string, string] | undefined;
  /** true replaces what the data have under these names; false, the default, fills their missing cells */
  readonly replace?: boolean | undefined;
  /** labels of the rows */
  readonly study?: string | ArrayLike<string | number | null | undefined> | undefined;
}

const OPTIONS: OptionKinds<TwoByTwoOptions> = {
  correct: "flag",
  names: "textList",
  replace: "flag",
  study: "cells",
};

const CELLS = ["ai", "bi", "ci", "di"] as const;

/**
 * The counts of 2x2 tables from both margins and the odds ratio, phi or chi-squared, rounded to whole numbers:
 *
 *   OR    a = 2 OR n1 n2 / (x + sqrt(x^2 + 4 (1 - OR) OR n1 n2)),  x = n - n1 - n2 + OR (n1 + n2)     (Bonett 2007)
 *   phi   a = (n1 n2 + phi sqrt(n1 (n - n1) n2 (n - n2))) / n
 *   chi2  as phi, with sqrt(chi2 / n), and with Yates' correction |a d - b c| larger by n / 2
 *
 * @throws DrmError as escalc()
 */
export function conv2x2(columns: TwoByTwoColumns, options: TwoByTwoOptions = {}): Converted {
  requireOptions("conv2x2", columns, COLUMNS);
  checkOptions("conv2x2", options, OPTIONS);
  const { data, ...given } = columns;
  const { correct = true, names = CELLS, replace = false } = options;
  if (given.ni === undefined || given.n1i === undefined || given.n2i === undefined) {
    throw new DrmError("bad_option", "conv2x2() needs ni, n1i and n2i, and one of ori, ri, x2i");
  }
  const table = tableOf(data, given);
  const column = (name: keyof typeof given) =>
    given[name] === undefined
      ? new Float64Array(table.nrow).fill(Number.NaN)
      : numbersOf(table, name, given[name]);
  const [n, n1, n2, or, phi, chi2] = (["ni", "n1i", "n2i", "ori", "ri", "x2i"] as const).map(column);
  const notes = journal(labelsOf(table, options.study));
  const counts = CELLS.map(() => new Float64Array(table.nrow).fill(Number.NaN));
  for (let i = 0; i < table.nrow; i++) {
    const margins = { n: n![i]!, n1: n1![i]!, n2: n2![i]! };
    if (or![i]! < 0) throw notes.error(i, `ori is ${or![i]}; wanted an odds ratio of 0 or more`);
    if (Math.abs(phi![i]!) > 1)
      throw notes.error(i, `ri is ${phi![i]}; wanted a coefficient between -1 and 1`);
    const a = [
      fromOddsRatio(margins, or![i]!),
      fromPhi(margins, phi![i]!),
      fromChi2(margins, chi2![i]!, correct),
    ].find((x) => !Number.isNaN(x));
    if (a === undefined) {
      notes.of(i, "missing", "a margin, or all of ori, ri and x2i, are missing; no counts");
      continue;
    }
    const first = Math.round(a);
    const cells = [
      first,
      margins.n1 - first,
      margins.n2 - first,
      margins.n - margins.n1 - margins.n2 + first,
    ];
    if (cells.some((cell) => cell < 0)) {
      notes.of(
        i,
        "missing",
        `the margins do not allow it: the counts would be ${cells.join(", ")}; no counts`,
      );
    } else for (const [j, cell] of cells.entries()) counts[j]![i] = cell;
  }
  return {
    data: appendColumns("conv2x2", table, names, counts, replace, notes),
    decisions: notes.decisions(),
  };
}

interface Margins {
  readonly n: number;
  readonly n1: number;
  readonly n2: number;
}

function fromOddsRatio({ n, n1, n2 }: Margins, or: number): number {
  const x = n - n1 - n2 + or * (n1 + n2);
  return (2 * or * n1 * n2) / (x + Math.sqrt(x * x + 4 * (1 - or) * or * n1 * n2));
}

const spread = ({ n, n1, n2 }: Margins) => Math.sqrt(n1 * (n - n1) * n2 * (n - n2));

function fromPhi(margins: Margins, phi: number): number {
  return (margins.n1 * margins.n2 + phi * spread(margins)) / margins.n;
}

function fromChi2(margins: Margins, chi2: number, correct: boolean): number {
  const { n, n1, n2 } = margins;
  const difference = Math.sqrt(Math.abs(chi2) / n) * spread(margins) + (correct ? n / 2 : 0);
  return (n1 * n2 + Math.sign(chi2) * difference) / n;
}
