// Two answers to one question, compared: texts and shapes exactly, numbers to a relative tolerance.

/** Numbers smaller than this are compared with it: what is zero but for rounding has no relative error. */
const SMALL = 0.01;

/** What names the build and not the model. */
const IGNORED: ReadonlySet<string> = new Set(["version", "drmeta"]);

export interface Comparison {
  /** how many numbers were compared */
  numbers: number;
  /** of these, how many differ in any bit */
  inexact: number;
  /** the largest |a - b| / max(|a|, |b|, 0.01) */
  largest: number;
  /** the first that differs, and where: "predict.mu.fit[2]"; null when the answers are the same */
  first: { readonly where: string; readonly before: string; readonly after: string } | null;
}

export function compare(where: string, before: unknown, after: unknown, tolerance: number): Comparison {
  const comparison: Comparison = { numbers: 0, inexact: 0, largest: 0, first: null };
  visit(where, before, after);
  return comparison;

  function visit(at: string, a: unknown, b: unknown): void {
    if (typeof a === "number" && typeof b === "number") {
      const relative = relativeDifference(a, b);
      comparison.numbers++;
      if (!Object.is(a, b)) comparison.inexact++;
      comparison.largest = Math.max(comparison.largest, relative);
      if (relative > tolerance) differ(at, a, b);
    } else if (typeof a === "string" && typeof b === "string") {
      if (a !== b) differ(at, ...firstLine(a, b));
    } else if (isObject(a) && isObject(b)) {
      const [names, others] = [namesOf(a), namesOf(b)];
      // the order too: it is that of the JSON
      if (names !== others) differ(at, names, others);
      else {
        for (const key of Object.keys(a)) {
          if (IGNORED.has(key)) continue;
          visit(isList(a) ? `${at}[${key}]` : `${at}.${key}`, a[key], b[key]);
        }
      }
    } else if (a !== b) differ(at, a, b);
  }

  function differ(at: string, a: unknown, b: unknown): void {
    comparison.first ??= { where: at, before: shown(a), after: shown(b) };
  }
}

function relativeDifference(a: number, b: number): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const relative = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), SMALL);
  // an infinity, or NaN on one side
  return Number.isFinite(relative) ? relative : Number.POSITIVE_INFINITY;
}

type Keyed = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Keyed {
  return typeof value === "object" && value !== null;
}

function isList(value: object): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

/** The type of an object and its keys in order; of a list its length. */
function namesOf(value: Keyed): string {
  const type = Object.prototype.toString.call(value).slice("[object ".length, -1);
  return isList(value)
    ? `${type} of ${Object.keys(value).length}`
    : `${type} {${Object.keys(value).join(", ")}}`;
}

/** The first lines in which two texts differ. */
function firstLine(a: string, b: string): [string, string] {
  const [lines, others] = [a.split("\n"), b.split("\n")];
  const at = lines.findIndex((line, i) => line !== others[i]);
  // all lines are there: the other text goes on
  const line = at < 0 ? lines.length : at;
  return [lines[line] ?? "(end of the text)", others[line] ?? "(end of the text)"];
}

function shown(value: unknown): string {
  return isObject(value) ? JSON.stringify(value) : String(value);
}
