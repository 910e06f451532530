import { type CheckRow, row } from "../checks/check";
import { count } from "../format";
import { median, rowsText } from "./effect-sizes";

/** The numbers that effect sizes were made of, by the argument of escalc() or convWald(), NaN where missing. */
export type RawNumbers = Readonly<Record<string, readonly number[]>>;

/** In this order. Each is about arguments of its own and null where they are not given. */
export const RAW_CHECKS: readonly ((raw: RawNumbers) => CheckRow | null)[] = [
  standardErrorsAsSds,
  countsNotWhole,
  mixedScales,
];

const rowsWhere = (length: number, holds: (i: number) => boolean): number[] =>
  Array.from({ length }, (_, i) => i + 1).filter((number) => holds(number - 1));

/**
 * A standard error where an SD belongs is smaller by sqrt(n): the mean difference is more than LARGE of these "SDs", and would be an
 * ordinary one if they were standard errors; or, where most studies have SDs of one size, it is a SMALL part of that, and would be of
 * that size, within the factor SAME, if it were a standard error.
 */
const LARGE = 3;
const ORDINARY = 1.5;
const SMALL = 1 / 3;
const SAME = 1.5;
/** So many SDs have a size in common. */
const FEWEST = 4;

/** Rows of SDs that stand out as standard errors do, in both groups; none where the SDs have no size in common. */
function outOfLine(
  sds: readonly (readonly number[])[],
  sizes: readonly (readonly number[])[],
): (i: number) => boolean {
  const all = sds.flat().filter((sd) => sd > 0);
  const middle = median(all);
  const isSame = (sd: number) => sd < SAME * middle && sd > middle / SAME;
  if (all.length < 2 * FEWEST || all.filter(isSame).length < all.length / 2) return () => false;
  return (i) =>
    sds.every((of, g) => of[i]! > 0 && of[i]! < SMALL * middle && isSame(of[i]! * Math.sqrt(sizes[g]![i]!)));
}

function standardErrorsAsSds(raw: RawNumbers): CheckRow | null {
  const { m1i, m2i, sd1i, sd2i, n1i, n2i } = raw;
  if (!(m1i && m2i && sd1i && sd2i && n1i && n2i)) return null;
  const distance = (i: number, s1: number, s2: number) =>
    Math.abs(m1i[i]! - m2i[i]!) / Math.sqrt((s1 * s1 + s2 * s2) / 2);
  const isOutOfLine = outOfLine([sd1i, sd2i], [n1i, n2i]);
  const suspects = rowsWhere(m1i.length, (i) => {
    const asTyped = distance(i, sd1i[i]!, sd2i[i]!);
    const asErrors = distance(i, sd1i[i]! * Math.sqrt(n1i[i]!), sd2i[i]! * Math.sqrt(n2i[i]!));
    return (asTyped > LARGE && asErrors < ORDINARY) || isOutOfLine(i);
  });
  if (suspects.length === 0) return row("raw_sds", "ok", "none", "No SD looks like a standard error.");
  const message =
    "The means are more than 3 SDs apart, or the SDs a third of what other studies have, and nothing would be odd if the SDs were standard errors: if they are, multiply them by sqrt(n).";
  return row("raw_sds", "warning", rowsText(suspects), message);
}

/** Arguments that count people or events. */
const COUNTS = ["ai", "bi", "ci", "di", "xi", "x1i", "x2i"] as const;

/** Shares and percentages have decimals, or never exceed 1 where groups are larger. */
function countsNotWhole(raw: RawNumbers): CheckRow | null {
  // without sizes or the other counts `ai` may be an alpha and `di` a difference
  const hasCounts = (raw.ai && raw.ci) || raw.xi || (raw.x1i && raw.x2i);
  if (!hasCounts) return null;
  const found: string[] = [];
  for (const name of COUNTS) {
    const values = raw[name];
    if (values === undefined) continue;
    const there = values.filter((x) => !Number.isNaN(x));
    const broken = rowsWhere(
      values.length,
      (i) => !Number.isNaN(values[i]!) && !Number.isInteger(values[i]!),
    );
    if (broken.length === 0) continue;
    const kind = there.every((x) => x <= 1)
      ? "proportions"
      : there.every((x) => x <= 100)
        ? "percentages"
        : "fractions";
    found.push(`${name}: ${kind} in ${rowsText(broken)}`);
  }
  if (found.length === 0) return row("raw_counts", "ok", "whole numbers", "Counts are whole numbers.");
  const message =
    "Counts are people or events, whole numbers: multiply proportions by the sample size, percentages by it over 100.";
  return row("raw_counts", "warning", found.join("; "), message);
}

/** How far an estimate is from the middle of its limits, in half-widths. */
const SKEWED = 0.1;
const CENTRED = 0.03;

/**
 * Ratios beside log ratios: the estimate of a log ratio is in the middle of its limits, a ratio's is in the middle of their logarithms. A
 * column has one scale; rows of the other one, and ratios below 0, are named.
 */
function mixedScales(raw: RawNumbers): CheckRow | null {
  const { out, ciLb, ciUb } = raw;
  if (!(out && ciLb && ciUb)) return null;
  const off = (y: number, lower: number, upper: number) =>
    Math.abs(y - (lower + upper) / 2) / ((upper - lower) / 2);
  const plain = rowsWhere(out.length, (i) => off(out[i]!, ciLb[i]!, ciUb[i]!) < CENTRED);
  const ratios = rowsWhere(out.length, (i) => {
    const [y, lower, upper] = [out[i]!, ciLb[i]!, ciUb[i]!];
    return (
      lower > 0 &&
      off(y, lower, upper) > SKEWED &&
      off(Math.log(y), Math.log(lower), Math.log(upper)) < CENTRED
    );
  });
  const few = plain.length < ratios.length ? plain : ratios;
  if (plain.length === 0 || ratios.length === 0) {
    return row(
      "raw_scale",
      "ok",
      "one scale",
      "The estimates are in the middle of their limits, all on one scale.",
    );
  }
  const kind = few === plain ? "log ratios among ratios" : "ratios among log ratios";
  const message =
    `${count(plain.length, "estimate")} are in the middle of their limits, ${ratios.length} in that of their logarithms: ` +
    "bring all to the log scale.";
  return row("raw_scale", "warning", `${kind}: ${rowsText(few)}`, message);
}
