import { type Column, isLabelCells, type LabelCells, labelColumn, type Table } from "../data/table";
import { LazyTable } from "../data/table-from";
import { DrmError } from "../errors";

const STUDY = wordSet(
  "study studies trial trials paper article publication manuscript reference ref citation cite cohort " +
    "slab pmid doi studyid studyno studynr studlab trialid paperid refid",
);
const AUTHOR = wordSet("author authors authoryear");
/** What may stand beside: study_id, first_author, "Author (year)". A study_type or an author_country is a moderator. */
const NEUTRAL = wordSet("id ids name names nr no num number label key code first the short");
const YEAR = wordSet("year date");

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

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(" "));
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
 * The columns that `used` does not name and that by their names say which rows are of one study: copies of their cells, those
 * of `rows`. Null where there are none. Names decide what is read: other columns cost nothing and may hold anything.
 */
export function studyCells(
  table: Table,
  used: readonly string[],
  rows: Int32Array,
): Readonly<Record<string, LabelCells>> | null {
  let found: Record<string, LabelCells> | null = null;
  for (const name of table.names) {
    if (studyName(name) === null || used.includes(name)) continue;
    const cells = cellsOf(table, name);
    if (cells === null) continue;
    found ??= {};
    found[name] = rows.length === table.nrow ? cells.slice() : Array.from(rows, (row) => cells[row]!);
  }
  return found;
}

/** As the user holds them: making a factor of a column that few will ask for costs as much as fitting a small model. */
function cellsOf(table: Table, name: string): LabelCells | null {
  const cells = table instanceof LazyTable ? table.cells(name) : undefined;
  if (cells !== undefined) return isLabelCells(cells) ? cells : null;
  try {
    const column = labelColumn(table, name);
    return column === undefined ? null : labelsOf(column);
  } catch (error) {
    if (error instanceof DrmError) return null;
    throw error;
  }
}

/** As asLabels() names them: studies 1.1 and 1.10 are two. */
function labelsOf(column: Column): LabelCells {
  const named = column.kind === "factor" ? column : column.written;
  if (named === undefined) return (column as { values: Float64Array }).values;
  return Array.from(named.codes, (code) => named.levels[code] ?? null);
}

/** What a column of studies that no formula uses says of the rows. */
export interface SharedStudies {
  readonly column: string;
  /** different studies in the rows used */
  readonly studies: number;
  /** rows used that share their study with another row used */
  readonly shared: number;
}

/** The column that tells most clearly that rows share a study; null where none does. */
export function repeatedStudies(columns: Readonly<Record<string, LabelCells>>): SharedStudies | null {
  let found: SharedStudies | null = null;
  for (const [column, cells] of Object.entries(columns)) {
    const kind = studyName(column);
    const { studies, shared, known } = sharing(cells);
    if (known < cells.length / 2) continue;
    // a finer name, such as a trial's beside its author's, tells that every row is a study
    if (shared === 0 && kind === "study") return null;
    if (shared === 0 || (kind === "author" && shared <= AUTHORS_SHARE * cells.length)) continue;
    if (found === null || shared > found.shared) found = { column, studies, shared };
  }
  return found;
}

function sharing(cells: LabelCells): { studies: number; shared: number; known: number } {
  const counts = new Map<unknown, number>();
  let known = 0;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (cell === null || cell === undefined || Number.isNaN(cell)) continue;
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
    known++;
  }
  let shared = 0;
  for (const n of counts.values()) if (n > 1) shared += n;
  return { studies: counts.size, shared, known };
}
