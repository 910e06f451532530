import type { Column, Table } from "../data/table";
import { DrmError } from "../errors";

/** A column of the data that no formula uses and that says which rows are of one study. */
export interface StudyColumn {
  /** name of the column */
  readonly column: string;
  /** different studies in the rows used */
  readonly studies: number;
  /** rows used that share their study with another row used */
  readonly shared: number;
}

const STUDY = new Set(
  [
    "study",
    "studies",
    "trial",
    "trials",
    "paper",
    "article",
    "publication",
    "manuscript",
    "reference",
    "ref",
    "citation",
  ].concat([
    "cite",
    "cohort",
    "slab",
    "pmid",
    "doi",
    "studyid",
    "studyno",
    "studynr",
    "studlab",
    "trialid",
    "paperid",
    "refid",
  ]),
);
const AUTHOR = new Set(["author", "authors", "authoryear"]);
/** What may stand beside: study_id, first_author, "Author (year)". A study_type or an author_country is a moderator. */
const NEUTRAL = new Set([
  "id",
  "ids",
  "name",
  "names",
  "nr",
  "no",
  "num",
  "number",
  "label",
  "key",
  "code",
  "first",
  "the",
  "short",
]);
const YEAR = new Set(["year", "date"]);

/** Authors have several studies, so a name alone says little: it must come back again and again. */
const AUTHORS_SHARE = 0.5;

type StudyName = "study" | "author" | null;

/** Names seen before: data sets in a row have the same columns, and taking a name apart costs as much as reading a column. */
const seen = new Map<string, StudyName>();
const MOST_SEEN = 1000;

/** "study" for a name that stands for studies, "author" for one that stands for their authors, else null. */
export function studyName(name: string): StudyName {
  const known = seen.get(name);
  if (known !== undefined) return known;
  const kind = kindOf(name);
  if (seen.size >= MOST_SEEN) seen.clear();
  seen.set(name, kind);
  return kind;
}

function kindOf(name: string): StudyName {
  const words = name
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== "");
  const isStudy = words.some((word) => STUDY.has(word));
  const isAuthor = words.some((word) => AUTHOR.has(word));
  const rest = words.filter((word) => !STUDY.has(word) && !AUTHOR.has(word) && !NEUTRAL.has(word));
  if (rest.some((word) => !(isAuthor && YEAR.has(word)))) return null;
  // "Smith 2010" is a study
  if (isStudy || (isAuthor && words.some((word) => YEAR.has(word)))) return "study";
  return isAuthor ? "author" : null;
}

/**
 * The column that tells most clearly that rows share a study, of those that `used` does not name; null where none does. Names
 * decide what is read: other columns cost nothing and may hold anything.
 */
export function repeatedStudies(
  table: Table,
  used: ReadonlySet<string>,
  rows: Int32Array,
): StudyColumn | null {
  let found: StudyColumn | null = null;
  let oneRowEach = false;
  for (const name of table.names) {
    const kind = studyName(name);
    if (kind === null) continue;
    const column = used.has(name) ? undefined : readable(table, name);
    if (column === undefined) continue;
    const { studies, shared, known } = sharing(column, rows);
    if (known < rows.length / 2) continue;
    if (shared === 0) oneRowEach ||= kind === "study";
    else if (kind === "study" || shared > AUTHORS_SHARE * rows.length) {
      if (found === null || shared > found.shared) found = { column: name, studies, shared };
    }
  }
  // a finer name, such as a trial's beside its author's, tells that every row is a study
  return oneRowEach ? null : found;
}

function readable(table: Table, name: string): Column | undefined {
  try {
    return table.column(name);
  } catch (error) {
    if (error instanceof DrmError) return undefined;
    throw error;
  }
}

function sharing(given: Column, rows: Int32Array): { studies: number; shared: number; known: number } {
  // as asLabels() names them: studies 1.1 and 1.10 are two
  const column = given.kind === "factor" ? given : (given.written ?? given);
  if (column.kind === "numeric" && isAscending(column.values, rows)) {
    return { studies: rows.length, shared: 0, known: rows.length };
  }
  const counts = new Map<number, number>();
  let known = 0;
  for (const row of rows) {
    const key = column.kind === "factor" ? column.codes[row]! : column.values[row]!;
    if (Number.isNaN(key) || (column.kind === "factor" && key < 0)) continue;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    known++;
  }
  let shared = 0;
  for (const n of counts.values()) if (n > 1) shared += n;
  return { studies: counts.size, shared, known };
}

/** Row numbers and the like, known without counting. */
function isAscending(values: Float64Array, rows: Int32Array): boolean {
  let before = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]!]!;
    if (!(value > before)) return false;
    before = value;
  }
  return true;
}
