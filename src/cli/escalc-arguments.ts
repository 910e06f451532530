import { InvalidArgumentError } from "commander";
import type { Table } from "../data/table";
import { DrmError, didYouMean } from "../errors";
import { type Escalc, type EscalcColumns, type EscalcOptions, escalc, measures } from "../escalc/index";

/** A measure with its arguments and options as a command line has them: `RR ai=tpos bi=tneg ci=cpos di=cneg add=0.5`. */
export interface EscalcArguments {
  readonly measure: string;
  readonly given: Readonly<Record<string, string>>;
}

/** How the text of each option becomes its value; what is none of them is an argument of the measure. */
export const ESCALC_TEXT_OPTIONS: Readonly<Record<string, (text: string) => unknown>> = {
  add: number,
  to: (text) => text,
  drop00: flag,
  vtype: (text) => text,
  correct: flag,
  flip: (text) => (/^(true|false)$/i.test(text) ? flag(text) : text),
  names: (text) => text.split(",").map((name) => name.trim()),
  replace: flag,
  study: (text) => text,
};

/** The text of `--escalc`. Quotes hold a column's name with blanks together. */
export function parseEscalc(text: string): EscalcArguments {
  const [measure, ...pairs] = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  if (measure === undefined || pairs.length === 0) {
    throw new InvalidArgumentError("Wanted a measure and its columns: 'RR ai=tpos bi=tneg ci=cpos di=cneg'.");
  }
  return escalcArguments(
    measure,
    pairs.map((pair) => pair.replace(/"([^"]*)"|'([^']*)'/g, "$1$2")),
  );
}

/**
 * A measure and its `name=value` pairs, beside what was given as `--name value`. Throws InvalidArgumentError for what is no such pair, and
 * for a name that is given twice.
 */
export function escalcArguments(
  measure: string,
  pairs: readonly string[],
  flags: Readonly<Record<string, string>> = {},
): EscalcArguments {
  if (!Object.hasOwn(measures, measure)) {
    const near = didYouMean(measure, Object.keys(measures));
    throw new InvalidArgumentError(
      `There is no measure '${measure}'${near === "" ? "; see drmeta escalc --help" : near}`,
    );
  }
  const given: Record<string, string> = Object.assign(Object.create(null), flags);
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    if (at < 1 || value === "")
      throw new InvalidArgumentError(`'${pair}': wanted name=column, such as ai=tpos.`);
    if (name in given) throw new InvalidArgumentError(`'${name}' is given twice.`);
    given[name] = value;
  }
  return { measure, given };
}

/** The effect sizes of a file's table. What is no column but a number is one for all rows. */
export function escalcOf(data: Table, { measure, given }: EscalcArguments): Escalc {
  const columns: Record<string, unknown> = { data };
  const options: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(given)) {
    if (Object.hasOwn(ESCALC_TEXT_OPTIONS, name)) options[name] = ESCALC_TEXT_OPTIONS[name]!(text);
    else columns[name] = !data.names.includes(text) && Number.isFinite(Number(text)) ? Number(text) : text;
  }
  return escalc(measure, columns as EscalcColumns, options as EscalcOptions);
}

/** Which columns the measure's arguments are, for checks of the numbers in them. */
export function columnsOf(data: Table, { given }: EscalcArguments): Record<string, string> {
  const columns = Object.entries(given).filter(
    ([name, text]) => !Object.hasOwn(ESCALC_TEXT_OPTIONS, name) && data.names.includes(text),
  );
  return Object.fromEntries(columns);
}

function number(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  throw new DrmError("bad_option", `'${text}' is not a number`);
}

function flag(text: string): boolean {
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  throw new DrmError("bad_option", `'${text}': wanted true or false`);
}
