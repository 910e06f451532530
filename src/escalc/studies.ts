import { DrmError } from "../errors";
import type { Journal } from "./decisions";
import { argumentsOf, type Measure, type Numbers, type Source } from "./measure";
import { RANGES } from "./ranges";

/** What the studies look like to the formulas; null where a study cannot be used, which is in the journal. */
export type Studies = (unknown | null)[];

/**
 * Checks the numbers and makes of each row what the measure's formulas take.
 *
 * @throws DrmError "bad_data" for numbers that cannot be, "bad_option" where arguments are missing
 */
export function studiesOf(
  name: string,
  measure: Measure,
  given: Readonly<Record<string, Float64Array>>,
  columns: Readonly<Record<string, unknown>>,
  nrow: number,
  journal: Journal,
): Studies {
  const sources = measure.design.sources.filter(({ kinds }) =>
    Object.keys(kinds).every((one) => one in given),
  );
  if (sources.length === 0) throw lacking(name, measure, Object.keys(given));
  const used = new Set(sources.flatMap(({ kinds }) => Object.keys(kinds)));
  const unused = Object.keys(given).filter((argument) => !used.has(argument));
  if (unused.length > 0) journal.ofAll("unused", `${name} has no use for ${unused.join(", ")}`);
  return Array.from({ length: nrow }, (_, i) => {
    const source = sources.find(({ kinds }) =>
      Object.keys(kinds).every((one) => !Number.isNaN(given[one]![i]!)),
    );
    if (source === undefined) {
      const first = Object.keys(sources[0]!.kinds).filter((one) => Number.isNaN(given[one]![i]!));
      journal.of(i, "missing", `${first.join(", ")} missing; no effect size`);
      return null;
    }
    const numbers = Object.fromEntries(Object.keys(source.kinds).map((one) => [one, given[one]![i]!]));
    checkNumbers(source, numbers, columns, i, journal);
    const study = source.row(numbers);
    const reason = measure.design.unusable?.(study) ?? measure.unusable?.(study) ?? null;
    if (reason === null) return study;
    journal.of(i, "missing", `${reason}; no effect size`);
    return null;
  });
}

function checkNumbers(
  { kinds, within }: Source<unknown>,
  numbers: Numbers,
  columns: Readonly<Record<string, unknown>>,
  i: number,
  journal: Journal,
): void {
  const shown = (argument: string) => {
    const column = columns[argument];
    const name =
      typeof column === "string" && column !== argument ? `${argument} (column '${column}')` : argument;
    return `${name} is ${numbers[argument]}`;
  };
  for (const [argument, kind] of Object.entries(kinds)) {
    const x = numbers[argument]!;
    if (!Number.isFinite(x) || !RANGES[kind].holds(x)) {
      throw journal.error(i, `${shown(argument)}; wanted ${RANGES[kind].wanted}`);
    }
    if (kind === "count" && !Number.isInteger(x)) {
      journal.of(
        i,
        "note",
        `${shown(argument)}, no whole number: is it a count, or a proportion or percentage?`,
      );
    }
    if (kind === "sd" && x === 0)
      journal.of(i, "note", `${shown(argument)}: is that so, or was it not reported?`);
  }
  for (const [smaller, larger] of within ?? []) {
    if (numbers[smaller]! > numbers[larger]!) {
      throw journal.error(i, `${shown(smaller)} but ${shown(larger)}; wanted no more events than people`);
    }
  }
}

function lacking(name: string, measure: Measure, given: readonly string[]): DrmError {
  const wanted = measure.design.sources.map(({ kinds }) => Object.keys(kinds).join(", ")).join("; or ");
  const known = new Set(argumentsOf(measure));
  const strange = given.filter((argument) => !known.has(argument));
  const have = given.length === 0 ? "nothing was given" : `given were ${given.join(", ")}`;
  const advice = strange.length === 0 ? "" : `, of which ${strange.join(", ")} is not for ${name}`;
  return new DrmError("bad_option", `${name} needs ${wanted}; ${have}${advice}`);
}
