import { DrmError } from "../errors";
import { count } from "../words";
import { isCodeAmongNumbers, isFalse, isMissing, isTrue, type MissingCodes, numberLike } from "./cell-kinds";
import { parseDecimal } from "./decimal";
import { type Decimal, numberIn, readings } from "./number-text";

/** A cell and the row of data, from 0, in which it was seen first; its line where that cannot be asked for later. */
interface Seen {
  readonly cell: string;
  readonly row: number;
  readonly line: number | undefined;
}

type LineOf = (row: number) => number;

/** What the user has said of a file's cells. */
export interface CellRules {
  /** undefined: the cells decide */
  readonly decimal: Decimal | undefined;
  readonly codes: MissingCodes;
}

/** What the rest of a file says of its numbers, and where its rows are. */
export interface FileContext {
  /** What stands before the decimals of all columns that tell; null where none does, or they contradict each other. */
  decimal(): Decimal | null;
  /** line of the file, from 1, on which a row of data, from 0, begins */
  lineOf(row: number): number;
  /** told what was decided */
  note(kind: "decimal" | "thousands" | "missing" | "category", name: string, message: string): void;
}

/** What a column of text holds. */
export type Verdict =
  | { readonly kind: "numeric"; readonly decimal: Decimal }
  | { readonly kind: "logical" | "text" }
  /** numbers only for who guesses: an error unless only labels are wanted */
  | { readonly kind: "unclear"; readonly error: DrmError };

/** Cells named in an error. */
const NAMED = 3;
/** Codes for missing values that look like numbers, where all others are so many times smaller. */
const SUSPECTED: ReadonlySet<number> = new Set([-99, -999, -9999, 999, 9999, 99999]);
const FAR = 10;

/**
 * The cells of one column, trimmed, seen one by one in order; then verdict() says what they are. A number with decimal points
 * and one with decimal commas are told apart by the cells that can only be one of them: 0,5 or 1.234,5 here, 0.5 or 1,234,567
 * there. 1,234 alone may be either, and then the file's other columns decide, or nobody.
 */
export class ColumnEvidence {
  /** cells that are numbers in some reading */
  numbers = 0;
  /** cells that are neither numbers nor missing */
  others = 0;

  /** some numbers are no plain ones with decimal points */
  #hasSpecial = false;
  #logicals = 0;
  #numberLike = 0;
  #odd: Seen[] = [];
  #last = "";
  #isLastLike = false;
  /** certainly with a decimal point, certainly with a decimal comma */
  #point: Seen | null = null;
  #comma: Seen | null = null;
  /** among those: thousands set apart by commas, by points */
  #commaThousands = false;
  #pointThousands = false;
  /** one comma or point before three digits: thousands or decimals */
  #eitherComma: Seen | null = null;
  #eitherPoint: Seen | null = null;
  readonly #codes = new Map<string, number>();
  /** numbers that may be codes, and the range of all others */
  readonly #suspects = new Map<number, number>();
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;

  constructor(
    readonly name: string,
    readonly rules: CellRules,
    /** what errors call it */
    readonly title = `column '${name}'`,
  ) {}

  /**
   * Takes a cell in, and gives its number: a plain one with decimal points, else the reading with a comma. `lineNow` tells lines of rows only now, of
   * a file that is read in pieces.
   */
  see(cell: string, row: number, lineNow?: LineOf): number {
    if (cell === "") return Number.NaN;
    const { decimal, codes } = this.rules;
    if (isWord(cell)) {
      if (!isMissing(cell, codes)) this.#seeOther(cell, row, lineNow);
      return Number.NaN;
    }
    const hasCommas = decimal === "," || (this.#comma !== null && cell.includes(","));
    const plain = hasCommas ? undefined : parseDecimal(cell);
    if (plain === undefined) {
      return isMissing(cell, codes) ? Number.NaN : this.#seeSpecial(cell, row, lineNow);
    }
    if (codes.numbers.size > 0 && codes.numbers.has(plain)) return Number.NaN;
    this.numbers++;
    this.#suspect(plain);
    // one that is certain says all that others could
    if (this.#point === null && decimal === undefined && cell.includes(".")) this.#weigh(cell, row, lineNow);
    return plain;
  }

  /** Whether the numbers that see() has given are not all those of the column. */
  isToBeReadAgain(decimal: Decimal): boolean {
    if (decimal === ".") return this.#hasSpecial;
    return this.rules.decimal === undefined && (this.#eitherPoint !== null || this.#pointThousands);
  }

  /** Keeps numbers that are often codes apart from the others. */
  #suspect(value: number): void {
    if (value <= -99 || value >= 999) {
      if (SUSPECTED.has(value)) {
        this.#suspects.set(value, (this.#suspects.get(value) ?? 0) + 1);
        return;
      }
    }
    if (value < this.#low) this.#low = value;
    if (value > this.#high) this.#high = value;
  }

  #seeSpecial(cell: string, row: number, lineNow: LineOf | undefined): number {
    if (isCodeAmongNumbers(cell)) {
      this.#codes.set(cell, (this.#codes.get(cell) ?? 0) + 1);
      return Number.NaN;
    }
    const { decimal, codes } = this.rules;
    const value = decimal === undefined ? this.#weigh(cell, row, lineNow) : numberIn(decimal, cell);
    if (value === undefined) {
      this.#seeOther(cell, row, lineNow);
      return Number.NaN;
    }
    this.#hasSpecial = true;
    if (codes.numbers.has(value)) return Number.NaN;
    this.numbers++;
    return value;
  }

  #seeOther(cell: string, row: number, lineNow: LineOf | undefined): void {
    this.others++;
    if (isTrue(cell) || isFalse(cell)) this.#logicals++;
    else if (cell !== this.#last) {
      this.#last = cell;
      this.#isLastLike = this.#isOfOtherDecimal(cell) || numberLike(cell)?.always === true;
    }
    if (cell === this.#last && this.#isLastLike) this.#numberLike++;
    if (this.#odd.length < NAMED && !this.#odd.some((seen) => seen.cell === cell)) {
      this.#odd.push({ cell, row, line: lineNow?.(row) });
    }
  }

  /** Notes which readings a cell has, and gives that with decimal commas, or else the other. */
  #weigh(cell: string, row: number, lineNow: LineOf | undefined): number | undefined {
    if (this.#comma !== null && !cell.includes(".")) {
      // one that is certain says all that others could
      const value = numberIn(",", cell);
      if (value !== undefined) return value;
    }
    const { point, comma } = readings(cell);
    const seen = () => ({ cell, row, line: lineNow?.(row) });
    if (point === undefined && comma !== undefined) {
      this.#comma ??= seen();
      if (cell.includes(".")) this.#pointThousands = true;
    } else if (point !== undefined && comma === undefined) {
      this.#point ??= seen();
      if (cell.includes(",")) this.#commaThousands = true;
    } else if (point !== comma) {
      if (cell.includes(",")) this.#eitherComma ??= seen();
      else this.#eitherPoint ??= seen();
    }
    return comma ?? point;
  }

  /** What the column says of the file's decimals, where most of it is numbers; null where nothing. */
  decimal(): Decimal | "both" | null {
    if (this.numbers <= this.others) return null;
    if (this.#point !== null) return this.#comma !== null ? "both" : ".";
    return this.#comma !== null ? "," : null;
  }

  /** What the cells are, once all have been seen; tells `file` what was decided. */
  verdict(file: FileContext): Verdict {
    if (this.others > 0) return this.#ofTexts(file);
    const found = this.rules.decimal ?? this.#decided(file);
    if (found instanceof DrmError) return { kind: "unclear", error: found };
    this.#tell(found, file);
    return { kind: "numeric", decimal: found };
  }

  #ofTexts(file: FileContext): Verdict {
    const { others, numbers } = this;
    if (numbers > 0 || 2 * this.#numberLike >= others) {
      return { kind: "unclear", error: this.#oddCells(file) };
    }
    if (this.#logicals === others && this.#codes.size === 0) return { kind: "logical" };
    for (const [code, n] of this.#codes) {
      file.note(
        "category",
        this.name,
        `${this.title}: '${code}' (${count(n, "cell")}) is a level like any other; if it stands for a missing value, ` +
          `declare it with na`,
      );
    }
    return { kind: "text" };
  }

  #decided(file: FileContext): Decimal | DrmError {
    const [point, comma, eitherPoint, eitherComma] = [
      this.#point,
      this.#comma,
      this.#eitherPoint,
      this.#eitherComma,
    ];
    if (point !== null && comma !== null) return this.#twoKinds(point, comma, file);
    if (comma !== null) {
      return eitherPoint !== null && !this.#pointThousands ? this.#ambiguous(eitherPoint, file) : ",";
    }
    if (point !== null) {
      return eitherComma !== null && !this.#commaThousands ? this.#ambiguous(eitherComma, file) : ".";
    }
    if (eitherComma !== null) {
      const told = eitherPoint === null ? file.decimal() : null;
      return told ?? this.#ambiguous(eitherComma, file);
    }
    // a point is a decimal point unless the file says otherwise
    return eitherPoint !== null && file.decimal() === "," ? "," : ".";
  }

  #tell(decimal: Decimal, file: FileContext): void {
    const { name } = this;
    if (this.#codes.size > 0) {
      const codes = [...this.#codes].map(([code, n]) => `'${code}' (${count(n, "cell")})`).join(", ");
      file.note("missing", name, `${this.title}: ${codes} read as missing`);
    }
    for (const [value, n] of this.#suspects) {
      // a negative code among numbers that are not, or one far beyond all others
      const isOdd = value < 0 && this.#low >= 0;
      if (!(isOdd || Math.abs(value) > FAR * Math.max(Math.abs(this.#low), Math.abs(this.#high)))) continue;
      const message = `${this.title}: ${value} (${count(n, "cell")}) may be a code for a missing value, which na declares`;
      file.note("missing", `${name} ${value}`, message);
    }
    if (this.rules.decimal !== undefined) return;
    const either = decimal === "," ? this.#eitherPoint : this.#eitherComma;
    if (either !== null) {
      file.note(
        "thousands",
        name,
        `read with thousands set apart: '${either.cell}' of ${this.title} is ${numberIn(decimal, either.cell)}`,
      );
    }
    const example = this.#comma ?? this.#eitherComma;
    if (decimal === "," && example !== null) {
      const value = numberIn(",", example.cell);
      file.note("decimal", name, `read with decimal commas: '${example.cell}' of ${this.title} is ${value}`);
    }
  }

  #ambiguous({ cell, row, line }: Seen, file: FileContext): DrmError {
    const { point, comma } = readings(cell);
    return new DrmError(
      "bad_data",
      `${this.title}, row ${row + 1} (line ${line ?? file.lineOf(row)}): '${cell}' is ${point} with decimal points and ${comma} ` +
        `with decimal commas, and the file does not tell which: say decimal . for ${point} or decimal , for ${comma} (--decimal)`,
    );
  }

  #twoKinds(point: Seen, comma: Seen, file: FileContext): DrmError {
    const place = ({ cell, row, line }: Seen) => `'${cell}' (line ${line ?? file.lineOf(row)})`;
    return new DrmError(
      "bad_data",
      `${this.title}: ${place(point)} has a decimal point and ${place(comma)} a decimal comma; write all of its numbers ` +
        "in one way",
    );
  }

  #oddCells(file: FileContext): DrmError {
    const [first, ...more] = this.#odd;
    const { name } = this;
    const named = ({ cell, row, line }: Seen) => `'${cell}' (line ${line ?? file.lineOf(row)})`;
    const left = this.others - this.#odd.length;
    const others = [...more.map(named), ...(left > 0 ? [`${left} more`] : [])];
    const start =
      `${this.title}, row ${first!.row + 1} (line ${first!.line ?? file.lineOf(first!.row)}): '${first!.cell}' is not a number` +
      `${this.#words(first!.cell)}${others.length > 0 ? ` (nor ${others.join(", ")})` : ""}`;
    return new DrmError(
      "bad_data",
      `${start}; write the number, or nothing where it is missing (na declares codes for that), or factor(${name}) if it is ` +
        "a category",
    );
  }

  /** A number, were not the other decimals declared. */
  #isOfOtherDecimal(cell: string): boolean {
    const { decimal } = this.rules;
    return decimal !== undefined && numberIn(decimal === "." ? "," : ".", cell) !== undefined;
  }

  /** What the cell is instead of a number. */
  #words(cell: string): string {
    if (this.#isOfOtherDecimal(cell))
      return ` with decimal ${this.rules.decimal === "." ? "points" : "commas"}`;
    const like = numberLike(cell);
    return like === null ? "" : ` but ${like.words}`;
  }
}

/** Begins with a letter that no number and no code of a missing one begins with: most texts do. */
function isWord(cell: string): boolean {
  const letter = cell.charCodeAt(0) | 0x20;
  return letter >= 0x61 && letter <= 0x7a && letter !== 0x69 && letter !== 0x6e;
}

/** What stands before the decimals of the columns that tell; null where none does, or they contradict each other. */
export function commonDecimal(columns: Iterable<ColumnEvidence>): Decimal | null {
  let found: Decimal | null = null;
  for (const column of columns) {
    const decimal = column.decimal();
    if (decimal === null) continue;
    if (decimal === "both" || (found !== null && found !== decimal)) return null;
    found = decimal;
  }
  return found;
}
