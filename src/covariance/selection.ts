import { DrmError } from "../errors";
import type { Frame } from "../frame/frame";
import { count } from "../words";

/**
 * Which entries of a V in data order the model uses. An entry is a row or, in a bivariate model, one outcome of a
 * study: entries are then stacked y1[1], y2[1], y1[2], ...
 */
export interface Selection {
  /** V as written in the formula; errors call its cells `label[3, 5]`. */
  readonly label: string;
  readonly bivariate: boolean;
  /** Rows of the data. */
  readonly dataRows: number;
  /** Entries of V over all rows of the data. */
  readonly total: number;
  /** For each kept entry its place in the V that was given; -1 = that outcome is absent. */
  readonly source: Int32Array;
  /** For each kept entry the 0-based number by which errors call it. */
  readonly numbers: Int32Array;
}

/** For a V whose entries are in data order, dropped rows included. */
export function selectEntries(label: string, frame: Frame): Selection {
  const { rows, total } = frame;
  const source = entriesOf(rows, frame);
  const bivariate = frame.outcomePresent !== null;
  return { label, bivariate, dataRows: total, total: bivariate ? 2 * total : total, source, numbers: source };
}

/** For a V that was evaluated on the kept rows. */
export function keptEntries(label: string, frame: Frame): Selection {
  const { rows, nrow, total } = frame;
  // with nothing dropped the data rows are already 0, 1, 2, ...
  const places = nrow === total ? rows : new Int32Array(nrow);
  if (nrow < total) for (let i = 0; i < nrow; i++) places[i] = i;
  const bivariate = frame.outcomePresent !== null;
  const source = entriesOf(places, frame);
  const numbers = entriesOf(rows, frame);
  return { label, bivariate, dataRows: nrow, total: bivariate ? 2 * nrow : nrow, source, numbers };
}

function entriesOf(rows: Int32Array, { nrow, outcomePresent }: Frame): Int32Array {
  if (outcomePresent === null) return rows;
  const [first, second] = outcomePresent;
  const entries = new Int32Array(2 * nrow);
  for (let i = 0; i < nrow; i++) {
    entries[2 * i] = first[i] === 1 ? 2 * rows[i]! : -1;
    entries[2 * i + 1] = second[i] === 1 ? 2 * rows[i]! + 1 : -1;
  }
  return entries;
}

/** The kept entry of each entry of the given V, -1 when it is not used. */
export function invert({ source, total }: Selection): Int32Array {
  const kept = new Int32Array(total).fill(-1);
  for (let k = 0; k < source.length; k++) if (source[k]! >= 0) kept[source[k]!] = k;
  return kept;
}

/** How many entries the model uses. */
export function countUsed({ source }: Selection): number {
  let used = 0;
  for (let k = 0; k < source.length; k++) if (source[k]! >= 0) used++;
  return used;
}

/** `V[3, 5]`, counted from 1 as in the data. */
export function cellName({ label, numbers }: Selection, k: number, l: number): string {
  return `${label}[${numbers[k]! + 1}, ${numbers[l]! + 1}]`;
}

/** `row 3`, or `outcome 1 of study 3`. */
export function entryName({ bivariate, numbers }: Selection, k: number): string {
  const number = numbers[k]!;
  if (!bivariate) return `row ${number + 1}`;
  return `outcome ${(number % 2) + 1} of study ${Math.floor(number / 2) + 1}`;
}

/** The error for a vector of `rows` values (`columns` null) or a matrix that does not fit the data. */
export function wrongSize(selection: Selection, rows: number, columns: number | null): DrmError {
  const { label, bivariate, dataRows, total } = selection;
  const seen = columns === null ? `${count(rows, "value")}` : `${rows} x ${columns}`;
  const wanted = columns === null ? `${count(total, "value")}` : `${total} x ${total}`;
  const stacked = bivariate ? " and two outcomes" : "";
  const verb = columns === null ? "has" : "is";
  const facts = `'${label}' ${verb} ${seen}, but the data have ${count(dataRows, "row")}${stacked}`;
  return new DrmError(
    "bad_known_v",
    `${facts}: it must ${columns === null ? "have" : "be"} ${wanted}${advice(selection, rows)}`,
  );
}

function advice(selection: Selection, rows: number): string {
  const { bivariate, dataRows, total, source } = selection;
  if (bivariate && rows === dataRows) {
    return ", stacked y1[1], y2[1], y1[2], ...; from two variance columns: meta_vcov_bivariate(v1, v2)";
  }
  // a bivariate V may have been cut down to whole studies or to the outcomes that are there
  if (rows < total && (rows === source.length || rows === countUsed(selection))) {
    return `, the ${total - rows} that are dropped included (${rows} is what is left without them)`;
  }
  if (!bivariate && rows === 2 * dataRows) return "; a V of two outcomes needs mu1 and mu2 formulas";
  return "";
}
