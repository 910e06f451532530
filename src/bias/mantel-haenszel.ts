import { DrmError } from "../errors";
import { COLUMN_KINDS, computed, type EscalcColumns } from "../escalc/escalc";
import type { Rates } from "../escalc/measures/person-time";
import type { Table2x2 } from "../escalc/measures/two-by-two";
import type { AddTo } from "../escalc/zero-cells";
import { checkOptions, type OptionKinds, requireOptions, shown } from "../options";
import { chiSquaredUpperTail } from "../stats/chi-squared";
import { type Estimate, waldEstimate } from "./estimate";
import type { LevelOptions } from "./weighted-least-squares";

/** Of 2 x 2 tables: log odds ratio, log risk ratio, risk difference. Of rates: log rate ratio, rate difference. */
export type PooledMeasure = "OR" | "RR" | "RD" | "IRR" | "IRD";

/** Names and defaults are those of metafor 5. */
export interface MantelHaenszelOptions extends LevelOptions {
  /** what is added to the counts of a table with a 0 for its own effect, which Q is made of; default 1/2. The pooled effect needs nothing added */
  readonly add?: number;
  /** where it is added, as in escalc(); default "only0" */
  readonly to?: AddTo;
  /** leave tables without events, or with events only, in both groups out of Q; default true */
  readonly drop00?: boolean;
  /** correct the test of no effect for continuity, by 1/2; default true */
  readonly correct?: boolean;
}

/** A chi-squared test. */
export interface ChiSquared {
  readonly statistic: number;
  readonly df: number;
  readonly pValue: number;
}

/** A pooled effect of tables or rates. Log ratios for ratios. */
export interface PooledTables extends Estimate {
  readonly measure: PooledMeasure;
  /** tables that are pooled */
  readonly studies: number;
  /** Cochran's Q of the studies' own effects around the pooled one */
  readonly Q: ChiSquared;
}

export interface MantelHaenszel extends PooledTables {
  /** Mantel and Haenszel's test of no effect; null of "RR", "RD" and "IRD" */
  readonly noEffect: ChiSquared | null;
  /** Tarone's test of one odds ratio in all tables; null of other measures, and without an odds ratio above 0 */
  readonly homogeneity: ChiSquared | null;
}

const LEVEL_OPTIONS: OptionKinds<LevelOptions> = { level: "number" };
const MANTEL_HAENSZEL_OPTIONS: OptionKinds<MantelHaenszelOptions> = {
  ...LEVEL_OPTIONS,
  add: "number",
  to: "text",
  drop00: "flag",
  correct: "flag",
};

interface Pooled {
  readonly estimate: number;
  readonly variance: number;
}

/**
 * The common-effect method of Mantel and Haenszel, for sparse tables: sums over the studies instead of a mean of their own
 * effects. Of tables a, b | c, d with the groups n1, n2 and N = n1 + n2, sums over studies:
 *
 *   OR   R / S,  R = sum a d / N,  S = sum b c / N          var log: Robins, Breslow and Greenland 1986, Biometrics 42:311
 *   RR   R / S,  R = sum a n2 / N, S = sum c n1 / N         var log: Greenland and Robins 1985, Biometrics 41:55
 *   RD   sum (a n2 - c n1) / N over W = sum n1 n2 / N       var: Sato 1989, Biometrics 45:1323
 *   IRR  R / S,  R = sum x1 t2 / T, S = sum x2 t1 / T       IRD as RD; both: Greenland and Robins 1985
 *
 * `mantelHaenszel("OR", { data, ai: "tpos", bi: "tneg", ci: "cpos", di: "cneg" })`: columns as in escalc().
 * Mantel, N. & Haenszel, W. (1959), JNCI 22, 719-748.
 *
 * @throws DrmError "bad_option" for another measure or an unknown option; what escalc() throws of the counts
 */
export function mantelHaenszel(
  measure: PooledMeasure,
  columns: EscalcColumns,
  options: MantelHaenszelOptions = {},
): MantelHaenszel {
  requireOptions("mantelHaenszel", columns, COLUMN_KINDS);
  checkOptions("mantelHaenszel", options, MANTEL_HAENSZEL_OPTIONS);
  if (!Object.hasOwn(POOL, measure)) {
    const known = Object.keys(POOL).join(", ");
    throw new DrmError("bad_option", `mantelHaenszel(): measure ${shown(measure)}; wanted one of ${known}`);
  }
  const studies = studiesOf("mantelHaenszel", measure, columns);
  const { estimate, variance } = POOL[measure](studies as never);
  const { correct = true, level = 0.95 } = options;
  const isOdds = measure === "OR";
  return {
    measure,
    ...waldEstimate(estimate, Math.sqrt(variance), Number.POSITIVE_INFINITY, level),
    studies: studies.length,
    Q: qOf(measure, columns, options, estimate),
    noEffect: isOdds
      ? testOfTables(studies as readonly Table2x2[], correct)
      : measure === "IRR"
        ? testOfRates(studies as readonly Rates[], correct)
        : null,
    homogeneity: isOdds ? tarone(studies as readonly Table2x2[], Math.exp(estimate)) : null,
  };
}

/**
 * Peto's common-effect odds ratio: log OR = sum (a - E) / sum V with a's hypergeometric mean E = n1 m / N and variance
 * V = n1 n2 m (N - m) / (N^2 (N - 1)), m the events; Q is of the studies' own (a - E) / V, whose variances are 1 / V. For rare
 * events and effects that are not large (Yusuf et al. 1985, Progress in Cardiovascular Diseases 27, 335-371).
 *
 * @throws DrmError "bad_option" for an unknown option; what escalc() throws of the counts
 */
export function peto(columns: EscalcColumns, options: LevelOptions = {}): PooledTables {
  requireOptions("peto", columns, COLUMN_KINDS);
  checkOptions("peto", options, LEVEL_OPTIONS);
  const { level = 0.95 } = options;
  const tables = studiesOf("peto", "OR", columns) as readonly Table2x2[];
  const telling = tables.map(hypergeometric).filter(({ V }) => V > 0);
  const information = total(telling, ({ V }) => V);
  const estimate = total(telling, ({ excess }) => excess) / information;
  const Q = total(telling, ({ excess, V }) => (excess / V - estimate) ** 2 * V);
  return {
    measure: "OR",
    ...waldEstimate(estimate, 1 / Math.sqrt(information), Number.POSITIVE_INFINITY, level),
    studies: tables.length,
    Q: chiSquared(Q, telling.length - 1),
  };
}

/** The studies that have all their counts, as they are. */
function studiesOf(caller: string, measure: PooledMeasure, columns: EscalcColumns): readonly unknown[] {
  const { studies } = computed(caller, measure, columns, { add: 0, to: "none" });
  const whole = studies.filter((study) => study !== null);
  if (whole.length === 0) throw new DrmError("no_rows", `${caller}(): no study has all of its counts`);
  return whole;
}

/** Cochran's Q of the studies' own effects around the pooled one. */
function qOf(
  measure: PooledMeasure,
  columns: EscalcColumns,
  { add = 0.5, to = "only0", drop00 = true }: MantelHaenszelOptions,
  estimate: number,
): ChiSquared {
  const { yi, vi } = computed("mantelHaenszel", measure, columns, { add, to, drop00 });
  let [statistic, effects] = [0, 0];
  for (let i = 0; i < yi.length; i++) {
    if (!(vi[i]! > 0)) continue;
    statistic += (yi[i]! - estimate) ** 2 / vi[i]!;
    effects++;
  }
  return chiSquared(statistic, effects - 1);
}

const POOL = { OR: oddsRatio, RR: riskRatio, RD: riskDifference, IRR: rateRatio, IRD: rateDifference };

const total = <T>(studies: readonly T[], of: (study: T) => number): number =>
  studies.reduce((sum, study) => sum + of(study), 0);

const sizes = ({ a, b, c, d }: Table2x2) => ({ n1: a + b, n2: c + d, N: a + b + c + d });

/** var = sum P R / (2 R^2) + sum (P S + Q R) / (2 R S) + sum Q S / (2 S^2), P = (a + d) / N, Q = (b + c) / N. */
function oddsRatio(tables: readonly Table2x2[]): Pooled {
  const parts = tables.map((table) => {
    const { a, b, c, d } = table;
    const { N } = sizes(table);
    return { P: (a + d) / N, Q: (b + c) / N, R: (a * d) / N, S: (b * c) / N };
  });
  const R = total(parts, (part) => part.R);
  const S = total(parts, (part) => part.S);
  const variance =
    total(parts, (part) => part.P * part.R) / (2 * R * R) +
    total(parts, (part) => part.P * part.S + part.Q * part.R) / (2 * R * S) +
    total(parts, (part) => part.Q * part.S) / (2 * S * S);
  return { estimate: Math.log(R / S), variance };
}

function riskRatio(tables: readonly Table2x2[]): Pooled {
  const R = total(tables, (table) => (table.a * sizes(table).n2) / sizes(table).N);
  const S = total(tables, (table) => (table.c * sizes(table).n1) / sizes(table).N);
  const sum = total(tables, (table) => {
    const { n1, n2, N } = sizes(table);
    return (n1 * n2 * (table.a + table.c)) / (N * N) - (table.a * table.c) / N;
  });
  return { estimate: Math.log(R / S), variance: sum / (R * S) };
}

/**
 * var = (RD P + Q) / W^2, P = sum (n1^2 c - n2^2 a + n1 n2 (n2 - n1) / 2) / N^2, Q = sum (a (n2 - c) + c (n1 - a)) / (2 N).
 */
function riskDifference(tables: readonly Table2x2[]): Pooled {
  const W = total(tables, (table) => (sizes(table).n1 * sizes(table).n2) / sizes(table).N);
  const estimate =
    total(tables, (table) => (table.a * sizes(table).n2 - table.c * sizes(table).n1) / sizes(table).N) / W;
  const P = total(tables, (table) => {
    const { n1, n2, N } = sizes(table);
    return (n1 * n1 * table.c - n2 * n2 * table.a + (n1 * n2 * (n2 - n1)) / 2) / (N * N);
  });
  const Q = total(tables, (table) => {
    const { n1, n2, N } = sizes(table);
    return (table.a * (n2 - table.c) + table.c * (n1 - table.a)) / (2 * N);
  });
  return { estimate, variance: (estimate * P + Q) / (W * W) };
}

function rateRatio(rates: readonly Rates[]): Pooled {
  const R = total(rates, ({ x1, t1, t2 }) => (x1 * t2) / (t1 + t2));
  const S = total(rates, ({ x2, t1, t2 }) => (x2 * t1) / (t1 + t2));
  const sum = total(rates, ({ x1, x2, t1, t2 }) => (t1 * t2 * (x1 + x2)) / (t1 + t2) ** 2);
  return { estimate: Math.log(R / S), variance: sum / (R * S) };
}

function rateDifference(rates: readonly Rates[]): Pooled {
  const W = total(rates, ({ t1, t2 }) => (t1 * t2) / (t1 + t2));
  const sum = total(rates, ({ x1, x2, t1, t2 }) => (x1 * t2 - x2 * t1) / (t1 + t2));
  const spread = total(
    rates,
    ({ x1, x2, t1, t2 }) => ((t1 * t2) / (t1 + t2)) ** 2 * (x1 / t1 ** 2 + x2 / t2 ** 2),
  );
  return { estimate: sum / W, variance: spread / (W * W) };
}

/** Of a, given the margins and no effect: a less its mean, and its variance. */
function hypergeometric(table: Table2x2): { readonly excess: number; readonly V: number } {
  const { n1, n2, N } = sizes(table);
  const events = table.a + table.c;
  return {
    excess: table.a - (n1 * events) / N,
    V: (n1 * n2 * events * (N - events)) / (N * N * (N - 1)),
  };
}

function testOfTables(tables: readonly Table2x2[], correct: boolean): ChiSquared {
  const moments = tables.map(hypergeometric);
  return excessTest(
    total(moments, ({ excess }) => excess),
    total(moments, ({ V }) => V),
    correct,
  );
}

/** Given the events of both groups, those of the first are binomial with t1 / T. */
function testOfRates(rates: readonly Rates[], correct: boolean): ChiSquared {
  const excess = total(rates, ({ x1, x2, t1, t2 }) => x1 - ((x1 + x2) * t1) / (t1 + t2));
  const V = total(rates, ({ x1, x2, t1, t2 }) => ((x1 + x2) * t1 * t2) / (t1 + t2) ** 2);
  return excessTest(excess, V, correct);
}

function excessTest(excess: number, V: number, correct: boolean): ChiSquared {
  return chiSquared((Math.abs(excess) - (correct ? 0.5 : 0)) ** 2 / V, 1);
}

/**
 * Tarone (1985, Biometrika 72, 91-95): with a~ the count that the pooled odds ratio expects in each table and V its variance,
 * sum (a - a~)^2 / V - (sum (a - a~))^2 / sum V on one degree of freedom less than there are tables with events and without.
 */
function tarone(tables: readonly Table2x2[], odds: number): ChiSquared | null {
  const telling = tables.filter(({ a, b, c, d }) => a + c > 0 && b + d > 0);
  if (!(odds > 0 && odds < Number.POSITIVE_INFINITY) || telling.length < 2) return null;
  const cells = telling.map((table) => {
    const { n1, n2 } = sizes(table);
    const events = table.a + table.c;
    const a = expectedUnder(odds, n1, n2, events);
    const V = 1 / (1 / a + 1 / (n1 - a) + 1 / (events - a) + 1 / (n2 - events + a));
    return { excess: table.a - a, V };
  });
  const statistic =
    total(cells, ({ excess, V }) => excess ** 2 / V) -
    total(cells, ({ excess }) => excess) ** 2 / total(cells, ({ V }) => V);
  return chiSquared(statistic, telling.length - 1);
}

/** a with a (n2 - m + a) = odds (n1 - a)(m - a): of the two roots the one that leaves no count negative. */
function expectedUnder(odds: number, n1: number, n2: number, events: number): number {
  if (odds === 1) return (n1 * events) / (n1 + n2);
  const half = (odds * (n1 + events) + n2 - events) / 2;
  const product = odds * (odds - 1) * n1 * events;
  // the form that does not cancel
  return (odds * n1 * events) / (half + Math.sqrt(half * half - product));
}

/** No p-value without degrees of freedom. */
function chiSquared(statistic: number, df: number): ChiSquared {
  return { statistic, df, pValue: df > 0 ? chiSquaredUpperTail(statistic, df) : Number.NaN };
}
