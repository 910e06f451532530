import type { Table } from "../data/table";
import { DrmError } from "../errors";
import { type DataInput, tableFrom } from "../index";

/** What the columns of a table look like they are. */
export interface EscalcGuess {
  /** a measure of escalc(), or "wald" for estimates with limits, which convWald() takes */
  readonly measure: string;
  /** columns by argument */
  readonly columns: Readonly<Record<string, string>>;
  /** why, in words, to show and to be doubted */
  readonly reason: string;
}

/** Names that the columns of a measure go by, without case and signs between words. */
interface Pattern {
  readonly measure: string;
  readonly names: Readonly<Record<string, RegExp>>;
  readonly reason: string;
}

const FIRST = "(?:1i?|t|trt|treat(?:ment|ed)?|e|exp(?:erimental)?|int(?:ervention)?|x)";
const SECOND = "(?:2i?|c|ctrl|control|con|p|placebo|comp(?:arison)?)";
/** A noun with its group before or after it. */
const of = (noun: string, group: string) => new RegExp(`^(?:${noun}${group}|${group}${noun})$`);

const MEAN = "(?:m|mean|avg)";
const SD = "(?:s|sd|stdev)";
const SIZE = "(?:n|size|total|tot|npat|samplesize)";
const EVENTS = "(?:events?|ev|cases?|deaths?|x|r|pos|yes)";
const TIME = "(?:t|time|py|pyears|persontime|personyears)";

/** In this order: what needs more columns comes first. */
const PATTERNS: readonly Pattern[] = [
  {
    measure: "SMD",
    names: {
      m1i: of(MEAN, FIRST),
      sd1i: of(SD, FIRST),
      n1i: of(SIZE, FIRST),
      m2i: of(MEAN, SECOND),
      sd2i: of(SD, SECOND),
      n2i: of(SIZE, SECOND),
    },
    reason: "means, SDs and sizes of two groups",
  },
  {
    measure: "OR",
    names: {
      ai: /^(?:ai?|tpos|treatedpos)$/,
      bi: /^(?:bi?|tneg|treatedneg)$/,
      ci: /^(?:ci?|cpos|controlpos)$/,
      di: /^(?:di?|cneg|controlneg)$/,
    },
    reason: "the four counts of 2x2 tables",
  },
  {
    measure: "IRR",
    names: {
      x1i: of(EVENTS, FIRST),
      t1i: of(TIME, FIRST),
      x2i: of(EVENTS, SECOND),
      t2i: of(TIME, SECOND),
    },
    reason: "events and person-times of two groups",
  },
  {
    measure: "OR",
    names: { ai: of(EVENTS, FIRST), n1i: of(SIZE, FIRST), ci: of(EVENTS, SECOND), n2i: of(SIZE, SECOND) },
    reason: "events and sizes of two groups",
  },
  {
    measure: "wald",
    names: {
      out: /^(?:or|rr|hr|irr|odds(?:ratio)?|risk(?:ratio)?|hazard(?:ratio)?|ratio|est(?:imate)?|effect)$/,
      ciLb: /^(?:ci)?(?:lo|low|lower|lb|ll|lcl)(?:ci|95|bound|limit)?$/,
      ciUb: /^(?:ci)?(?:hi|up|upper|ub|ul|ucl|high)(?:ci|95|bound|limit)?$/,
    },
    reason: "estimates with confidence limits",
  },
  {
    measure: "SMD",
    names: { ti: /^(?:t|ti|tval(?:ue)?|tstat(?:istic)?)$/, n1i: of(SIZE, FIRST), n2i: of(SIZE, SECOND) },
    reason: "t statistics and sizes of two groups",
  },
  {
    measure: "SMD",
    names: { di: /^(?:d|di|cohensd|smd)$/, n1i: of(SIZE, FIRST), n2i: of(SIZE, SECOND) },
    reason: "standardized mean differences and sizes of two groups",
  },
  {
    measure: "ARAW",
    names: {
      ai: /^(?:alpha|cronbach(?:s?alpha)?)$/,
      mi: /^(?:items?|nitems|k)$/,
      ni: /^(?:ni?|samplesize|size)$/,
    },
    reason: "Cronbach's alphas, items and sample sizes",
  },
  {
    measure: "ZCOR",
    names: { ri: /^(?:r|ri|cor(?:relation)?|pearsonr?|rxy)$/, ni: /^(?:ni?|samplesize|size|total)$/ },
    reason: "correlations and sample sizes",
  },
  {
    measure: "R2",
    names: {
      fi: /^(?:f|fi|fval(?:ue)?|fstat(?:istic)?)$/,
      mi: /^(?:m|mi|predictors?|npredictors|df1)$/,
      ni: /^(?:ni?|samplesize|size)$/,
    },
    reason: "F statistics, numbers of predictors and sample sizes",
  },
  {
    measure: "ZCOR",
    names: { ti: /^(?:t|ti|tval(?:ue)?|tstat(?:istic)?)$/, ni: /^(?:ni?|samplesize|size|total)$/ },
    reason: "t statistics of correlations and sample sizes",
  },
  {
    measure: "PLO",
    names: { xi: /^(?:xi?|events?|cases?|positives?)$/, ni: /^(?:ni?|samplesize|size|total)$/ },
    reason: "events and sample sizes of one group",
  },
  {
    measure: "MN",
    names: { mi: /^(?:m|mi|mean)$/, sdi: /^(?:stdev|sdi?)$/, ni: /^(?:ni?|samplesize|size|total)$/ },
    reason: "means, SDs and sample sizes of one group",
  },
];

/**
 * A guess, by the names of its columns, of what a table holds and of the measure that suits it: to fill in a form that is looked at, not
 * to compute by. Columns must hold numbers that their argument may have. Null where nothing fits.
 */
export function guessEscalc(data: DataInput): EscalcGuess | null {
  const table = tableFrom(data);
  const plain = table.names.map((name) => [name, name.toLowerCase().replace(/[\s._-]+/g, "")] as const);
  for (const { measure, names, reason } of PATTERNS) {
    const columns: Record<string, string> = {};
    for (const [argument, pattern] of Object.entries(names)) {
      const taken = Object.values(columns);
      const found = plain.find(
        ([name, word]) => pattern.test(word) && !taken.includes(name) && fits(table, name, argument),
      );
      if (found === undefined) break;
      columns[argument] = found[0];
    }
    if (Object.keys(columns).length === Object.keys(names).length) return { measure, columns, reason };
  }
  return null;
}

/** Numbers, and such as the argument may have: a column `r` of 0s and 12s holds no correlations. */
function fits(table: Table, name: string, argument: string): boolean {
  let values: Float64Array;
  try {
    const column = table.column(name)!;
    if (column.kind !== "numeric") return false;
    values = column.values;
  } catch (error) {
    // cells of mixed type are no numbers
    if (error instanceof DrmError) return false;
    throw error;
  }
  const holds = LIMITS.find(([arguments_]) => arguments_.test(argument))?.[1] ?? (() => true);
  return values.every((x) => Number.isNaN(x) || holds(x));
}

/** By argument; `ai` is a count or an alpha, `di` a count or a difference. */
const LIMITS: readonly (readonly [RegExp, (x: number) => boolean])[] = [
  [/^(?:[bc]i|x[12]?i|n[12]?i|sd[12]?i|fi|t[12]i)$/, (x) => x >= 0],
  [/^ri$/, (x) => Math.abs(x) <= 1],
];
