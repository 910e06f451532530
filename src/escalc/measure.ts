/** What a measure is: how its numbers come in, its formula, its variances. A measure of a new kind is one entry in measures/. */

/** What the numbers of an argument may be; see ranges.ts. */
export type Kind =
  | "count"
  | "size"
  | "time"
  | "number"
  | "sd"
  | "correlation"
  | "p-value"
  | "p-value of F"
  | "F"
  | "share"
  | "alpha"
  | "items"
  | "predictors";

/** The numbers of one study by argument, none of them missing. */
export type Numbers = Readonly<Record<string, number>>;

/** One set of arguments that a study can be given by, and how they become what the formulas are about. */
export interface Source<Row> {
  /** the arguments, each with what its numbers may be */
  readonly kinds: Readonly<Record<string, Kind>>;
  /** [smaller, larger]: arguments of which the first cannot be above the second, such as events and totals */
  readonly within?: readonly (readonly [string, string])[];
  readonly row: (numbers: Numbers) => Row;
}

/** How the studies of a family of measures are given. Of the sources the first that a study has all numbers of is used. */
export interface Design<Row> {
  readonly sources: readonly Source<Row>[];
  /** counts, to which something may be added where one of them is 0 */
  readonly zeros?: ZeroRule<Row>;
  /** Why a study cannot be used by any measure of the family, or null. */
  readonly unusable?: (row: Row) => string | null;
}

/** What `add`, `to` and `drop00` are about. */
export interface ZeroRule<Row> {
  /** the counts that can be 0 */
  readonly counts: (row: Row) => readonly number[];
  readonly add: (row: Row, add: number) => Row;
  /** no event, or only events, in both groups: nothing is known of their difference. Absent where there is one group. */
  readonly isEmpty?: (row: Row) => boolean;
}

/** A sampling variance from a study and its effect. */
export type VarianceOf<Row> = (
  row: Row,
  effect: number,
  means: readonly number[],
  correct: boolean,
) => number;

/** A variance with averages over all studies in it. */
export interface PooledVariance<Row> {
  /** each is averaged over the studies that have an effect, with its weights */
  readonly means: readonly {
    readonly of: (row: Row, effect: number) => number;
    readonly weight: (row: Row) => number;
  }[];
  readonly of: VarianceOf<Row>;
}

/** A measure as its family writes it down. */
export interface Definition<Row> {
  /** what it is, as one would say it: "log risk ratio" */
  readonly title: string;
  /** the formulas of the effect and of its default variance, to read */
  readonly formula: string;
  readonly variance: string;
  /** where they are from */
  readonly paper: string;
  /** `correct` is false where the correction for small samples is not wanted */
  readonly effect: (row: Row, correct: boolean) => number;
  /** whether `correct` changes anything */
  readonly corrects?: boolean;
  /** by `vtype`; the first is the default */
  readonly variances: Readonly<Record<string, VarianceOf<Row> | PooledVariance<Row>>>;
  /** what is added to zero cells unless `add` says so; 1/2 where it is not given */
  readonly add?: number;
  /** Why this measure cannot use a study, or null. */
  readonly unusable?: (row: Row) => string | null;
  /** the sampling covariance of two effects whose second group is one and the same, by LS; absent where it is not known */
  readonly shared?: (a: Row, b: Row, effectA: number, effectB: number) => number;
}

/**
 * What effects that differ by a function of the second group have in common: its part of their variance. Should the two rows count that
 * group differently (something was added to one of them), it is the geometric mean.
 */
export function ofSecondGroup<Row>(part: (row: Row) => number): (a: Row, b: Row) => number {
  return (a, b) => Math.sqrt(part(a) * part(b));
}

/** The measure with its design. */
export interface Measure<Row = unknown> extends Definition<Row> {
  readonly design: Design<Row>;
}

/**
 * Binds a definition to the design of its family. The type of its rows is known inside of the family only: whoever runs measures
 * hands the rows of a design to the formulas of the same measure.
 */
export function measure<Row>(design: Design<Row>, definition: Definition<Row>): Measure {
  return { ...definition, design } as unknown as Measure;
}

/** All arguments that a measure can be given by, in order. */
export function argumentsOf({ design }: Pick<Measure, "design">): string[] {
  return [...new Set(design.sources.flatMap(({ kinds }) => Object.keys(kinds)))];
}
