import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCsv } from "../../src/data/csv";
import { shortDecimal } from "../../src/data/decimal";
import { decodeText } from "../../src/data/decode";
import { type FileOptions, readTable } from "../../src/data/read-file";
import { messageOf } from "../message-of";

const DELIMITERS = [",", ";", "\t", "|"] as const;
const DECIMALS = [".", ","] as const;
const ENCODINGS = [
  "utf8",
  "utf8 with a mark",
  "utf16le",
  "utf16le with a mark",
  "utf16be with a mark",
  "windows-1252",
] as const;
const NEWLINES = ["\n", "\r\n", "\r"] as const;
/** Between thousands; "other" is the sign that does not stand before decimals. */
const THOUSANDS = ["", "other", " ", "\u00a0", "\u202f", "\u2009", "'"] as const;
const MINUS = ["-", "\u2212", "\u2013"] as const;

type Encoding = (typeof ENCODINGS)[number];

function bytesOf(text: string, encoding: Encoding): Uint8Array {
  const mark = encoding.endsWith("mark") ? "\ufeff" : "";
  if (encoding.startsWith("utf8")) return new TextEncoder().encode(mark + text);
  if (encoding.startsWith("utf16")) {
    const bytes = Buffer.from(mark + text, "utf16le");
    return encoding.startsWith("utf16be") ? bytes.swap16() : bytes;
  }
  // of the characters that are written here only dashes are elsewhere than in Latin 1
  return Uint8Array.from(text, (char) => (char === "\u2013" ? 0x96 : char.charCodeAt(0)));
}

/** A number with so many decimals, as people write it. */
function written(value: number, digits: number, decimal: string, thousands: string, minus: string): string {
  const [whole = "", rest] = Math.abs(value).toFixed(digits).split(".");
  const grouped = thousands === "" ? whole : whole.replace(/\B(?=(\d{3})+$)/g, thousands);
  return `${value < 0 ? minus : ""}${grouped}${rest === undefined ? "" : decimal + rest}`;
}

test("a table in any dialect reads to the same numbers and labels", async () => {
  const row = fc.record({
    yi: fc.integer({ min: -9_999, max: 9_999 }).map((n) => n / 100),
    n: fc.integer({ min: 1, max: 5_000_000 }),
    label: fc.constantFrom("a", "p\u00eache", "na\u00efve", "1.10", "1,5 x", 'say "x"'),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 2, maxLength: 12 }),
      fc.constantFrom(...DELIMITERS),
      fc.constantFrom(...DECIMALS),
      fc.constantFrom(...ENCODINGS),
      fc.constantFrom(...NEWLINES),
      fc.constantFrom(...THOUSANDS),
      fc.constantFrom(...MINUS),
      fc.boolean(),
      async (rows, delimiter, decimal, encoding, newline, group, minus, hasHint) => {
        const isLatin = encoding === "windows-1252";
        const isWritable = (text: string) => !isLatin || !/[\u2212\u202f\u2009]/.test(text);
        const thousands = group === "other" ? (decimal === "." ? "," : ".") : group;
        fc.pre(isWritable(minus) && isWritable(thousands));
        const quoted = (cell: string) =>
          /["\n\r]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell;
        const lines = rows.map(({ yi, n, label }) =>
          // the last column is empty, and has no name
          [written(yi, 2, decimal, "", minus), written(n, 0, decimal, thousands, minus), label, ""]
            .map(quoted)
            .join(delimiter),
        );
        const hint = hasHint ? `sep=${delimiter}${newline}` : "";
        const text = `${hint}${["yi", "n", "l\u00e4bel", ""].join(delimiter)}${newline}${lines.join(newline)}${newline}${delimiter}${newline}`;
        const file = await readTable(bytesOf(text, encoding));
        const table = file.table({});
        expect(table.names).toEqual(["yi", "n", "l\u00e4bel"]);
        expect([...(table.column("yi") as { values: Float64Array }).values]).toEqual(
          rows.map(({ yi }) => yi),
        );
        expect([...(table.column("n") as { values: Float64Array }).values]).toEqual(rows.map(({ n }) => n));
        expect(file.cells(0, rows.length).map((cells) => cells[2])).toEqual(rows.map(({ label }) => label));
      },
    ),
    { numRuns: 400 },
  );
});

test("short numbers are those of JavaScript, to the last bit", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 999_999_999_999_999 }),
      fc.nat(15),
      fc.boolean(),
      (digits, places, isMinus) => {
        const text = String(digits).padStart(places + 1, "0");
        const at = text.length - places;
        const point = `${isMinus ? "-" : ""}${text.slice(0, at)}.${text.slice(at)}`;
        expect(shortDecimal(point.replace(".", ","), 44)).toBe(text.length > 15 ? NaN : Number(point));
      },
    ),
  );
});

describe("what a column is read as", () => {
  const columnOf = (cells: readonly string[], options = {}, beside: readonly string[] = []) => {
    const notes: string[] = [];
    const quote = (cell: string) => `"${cell}"`;
    const text = ["x,y", ...cells.map((cell, i) => `${quote(cell)},${quote(beside[i] ?? "")}`)].join("\n");
    const table = parseCsv(text, { ...options, warn: (note) => notes.push(note) });
    return { values: () => [...(table.column("x") as { values: Float64Array }).values], notes };
  };

  test.each<[string, string[], string[], number[]]>([
    ["a comma that can only be a decimal one decides for all", ["0,5", "1,234"], [], [0.5, 1.234]],
    ["a group of three twice is thousands", ["1,234,567", "1,234"], [], [1234567, 1234]],
    ["both signs in one number tell which is which", ["1.234,5", "1.234"], [], [1234.5, 1234]],
    ["the other columns decide", ["1,234", "640"], ["0.5", "1.25"], [1234, 640]],
    ["the other columns decide, with decimal commas", ["1,234", "640"], ["0,5", "1,25"], [1.234, 640]],
    ["thousands apart by points beside decimal commas", ["1.234", "640"], ["0,5", "1,25"], [1234, 640]],
    ["a point alone is a decimal point", ["1.234", "640"], ["a", "b"], [1.234, 640]],
    ["exponents", ["1,5e3", "2,5E-1"], [], [1500, 0.25]],
  ])("%s", (_, cells, beside, values) => {
    expect(columnOf(cells, {}, beside).values()).toEqual(values);
  });

  test.each<[string, string[], string[], string]>([
    [
      "nothing tells",
      ["1,234", "2,345"],
      [],
      "bad_data: column 'x', row 1 (line 2): '1,234' is 1234 with decimal points and 1.234 with decimal commas, and the file does " +
        "not tell which: say decimal . for 1234 or decimal , for 1.234 (--decimal)",
    ],
    [
      "the other columns contradict each other",
      ["1,234", "5"],
      ["0.5", "0,5"],
      "the file does not tell which",
    ],
    [
      "one comma among decimal points",
      ["0.5", "1,234"],
      [],
      "row 2 (line 3): '1,234' is 1234 with decimal points and 1.234",
    ],
    [
      "one point among decimal commas",
      ["0,5", "1.234"],
      [],
      "row 2 (line 3): '1.234' is 1.234 with decimal points and 1234",
    ],
    [
      "both kinds of decimals",
      ["0,5", "0.25"],
      [],
      "column 'x': '0.25' (line 3) has a decimal point and '0,5' (line 2) a decimal comma; write all of its numbers in one way",
    ],
  ])("an error where %s", (_, cells, beside, message) => {
    expect(messageOf(columnOf(cells, {}, beside).values)).toContain(message);
  });

  test("decimal and na decide otherwise", () => {
    expect(columnOf(["1,234", "2,345"], { decimal: "," }).values()).toEqual([1.234, 2.345]);
    expect(columnOf(["1,234", "2,345"], { decimal: "." }).values()).toEqual([1234, 2345]);
    expect(columnOf(["0,5", "1.234"], { decimal: "," }).values()).toEqual([0.5, 1234]);
    expect(messageOf(columnOf(["0,5"], { decimal: "." }).values)).toContain(
      "'0,5' is not a number with decimal points",
    );
    expect(columnOf(["1", "-999", "-999.0", "lost"], { na: ["-999", "lost"] }).values()).toEqual([
      1,
      NaN,
      NaN,
      NaN,
    ]);
    expect(messageOf(() => parseCsv("x\n1\n", { decimal: ";" as never }))).toContain('wanted "." or ","');
  });

  test.each<[string, string[], string[]]>([
    [
      "a negative code",
      ["1", "-999", "30", "-999"],
      ["column 'x': -999 (2 cells) may be a code for a missing value, which na declares"],
    ],
    [
      "a number far beyond the others",
      ["1", "9999", "-3"],
      ["column 'x': 9999 (1 cell) may be a code for a missing value, which na declares"],
    ],
    ["numbers among their like", ["640", "999", "-99", "-1200"], []],
  ])("codes that look like numbers are suspected, not guessed: %s", (_, cells, expected) => {
    const { values, notes } = columnOf(cells);
    expect(values()).toEqual(cells.map(Number));
    expect(notes).toEqual(expected);
  });

  test("each decision is said once", () => {
    const { values, notes } = columnOf(["1.234,5", ".", "NR", "2,5"]);
    values();
    values();
    expect(notes).toEqual([
      "column 'x': '.' (1 cell), 'NR' (1 cell) read as missing",
      "read with decimal commas: '1.234,5' of column 'x' is 1234.5",
    ]);
    const words = parseCsv("g\na\n-\nb\n", { warn: (note) => notes.push(note) });
    expect(words.column("g")).toMatchObject({ levels: ["-", "a", "b"] });
    expect(notes.at(-1)).toBe(
      "column 'g': '-' (1 cell) is a level like any other; if it stands for a missing value, declare it with na",
    );
  });
});

describe("bytes", () => {
  const read = async (bytes: Uint8Array, options: FileOptions = {}) => {
    const notes: string[] = [];
    const file = await readTable(bytes, { ...options, warn: (note) => notes.push(note) });
    return { cells: file.cells(0, 9), notes };
  };

  test("which are no UTF-8 are Windows-1252, and an encoding given is used", async () => {
    const bytes = Uint8Array.from("x\nna\xefve \x80\x93\n", (char) => char.charCodeAt(0));
    expect(await read(bytes)).toEqual({
      cells: [["na\u00efve \u20ac\u201c"]],
      notes: ["read as Windows-1252 text"],
    });
    expect((await read(bytes, { encoding: "iso-8859-2" })).cells[0]![0]).toMatch(/^na\u010fve/);
    await expect(read(bytes, { encoding: "utf-8" })).rejects.toThrow("the bytes are not utf-8 text; say how");
    await expect(read(bytes, { encoding: "utf-99" })).rejects.toThrow("encoding 'utf-99' is not known");
  });

  test("UTF-16 without a mark is told from its zeros; other zeros are no text", () => {
    for (const order of ["le", "be"]) {
      const bytes = Buffer.from("yi\n0.5\n", "utf16le");
      expect(decodeText(order === "le" ? bytes : bytes.swap16())).toEqual({
        text: "yi\n0.5\n",
        encoding: `utf-16${order}`,
      });
    }
    expect(messageOf(() => decodeText(Uint8Array.of(1, 0, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10)))).toContain(
      "this is no text",
    );
  });
});
