import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CsvOptions, parseCsv } from "../../src/data/csv";
import type { NumericColumn } from "../../src/data/table";
import { messageOf } from "../message-of";

/** The column x of a CSV with these cells. */
function columnOf(cells: string[], options?: CsvOptions) {
  return parseCsv(`x;y\n${cells.map((cell) => `${cell};1`).join("\n")}`, options).column("x");
}

const three = { yi: { values: Float64Array.of(1, 2) }, h: { levels: ["a", "b"] } };

describe("shapes of file", () => {
  test.each([
    ["plain", "yi,h\n1,a\n2,b\n"],
    ["no newline at the end", "yi,h\n1,a\n2,b"],
    ["CRLF", "yi,h\r\n1,a\r\n2,b\r\n"],
    ["CR", "yi,h\r1,a\r2,b\r"],
    ["mixed line ends", "yi,h\r\n1,a\n2,b\r\n"],
    ["byte order mark", "\ufeffyi,h\n1,a\n2,b\n"],
    ["semicolons", "yi;h\n1;a\n2;b\n"],
    ["tabs", "yi\th\n1\ta\n2\tb\n"],
    ["quotes", '"yi","h"\r\n"1","a"\r\n"2","b"\r\n'],
    ["spaces", " yi , h\n 1 , a \n2\t,b\u00a0\n"],
    ["blank lines", "\nyi,h\n\n1,a\n  \n2,b\n\n\n"],
  ])("%s", (_, text) => {
    const table = parseCsv(text);
    expect(table).toMatchObject({ nrow: 2, names: ["yi", "h"] });
    expect(table.column("yi")).toMatchObject(three.yi);
    expect(table.column("h")).toMatchObject(three.h);
    expect(table.column("z")).toBeUndefined();
  });

  test("what splits the header and the rows alike is the delimiter; it can be given", () => {
    expect(parseCsv('"a,b";c\n1;2\n').names).toEqual(["a,b", "c"]);
    expect(parseCsv("a,b;c\n1;2\n").names).toEqual(["a,b", "c"]);
    expect(parseCsv("author, year;yi\nSmith, 2010;1\nRoy, 2011;2\n").names).toEqual(["author, year", "yi"]);
    expect(parseCsv("a|b\n1|2\n").names).toEqual(["a", "b"]);
    expect(parseCsv("a,b;c\n1;2\n", { delimiter: ";" }).names).toEqual(["a,b", "c"]);
    expect(parseCsv("x\n1\n2\n").column("x")).toMatchObject(three.yi);
  });

  test.each([
    ["nothing", "", "bad_data: the file is empty"],
    ["a header only", "yi,vi\n\n", "no_rows: the file has a header row but no data rows"],
    [
      "a title above the header",
      "Table 2. Effect sizes\n\nstudy,yi,vi\nS1,-0.12,0.021\n",
      "bad_data: line 1 ('Table 2. Effect sizes') is a title: take out what stands above the header, which seems to be line 3 (study, yi, vi)",
    ],
    [
      "columns set apart by blanks",
      "study  yi  vi\nS1  .2 .1\nS2 .3   .1\n",
      "bad_data: line 1 (study, yi, vi): columns set apart by blanks are not read, as names and labels may hold blanks; set them apart by commas, semicolons or tabs",
    ],
    ["a spreadsheet's title", "Table 2,,\n,,\nstudy,yi,vi\nS1,1,2\n", "line 1 ('Table 2') is a title"],
    ["a decimal comma", "x\n1,5\n", "bad_data: data row 1 (line 2) has 2 cells; wanted 1"],
    ["a short row", "a,b\n1,2\n\n3\n", "bad_data: data row 2 (line 4) has 1 cell; wanted 2"],
    ["a long row", 'a,b\n"x\ny",2\n1,2,3\n', "bad_data: data row 2 (line 4) has 3 cells; wanted 2"],
    [
      "an open quote",
      'a,b\n1,2\n3,"4\n5,6\n',
      "bad_data: line 3: a quoted cell begins here and is never closed",
    ],
    ["text after a quote", 'a,b\n1,"2"3\n', "bad_data: line 2: text after the closing quote"],
  ])("%s is an error", (_, text, message) => {
    expect(messageOf(() => parseCsv(text))).toContain(message);
  });
});

describe("cells", () => {
  test("numbers", () => {
    const cells = ["1", "-.5", "+2", "1e-3", "2.", "1E3", "NA", "", "NaN", "Inf", "-inf", "+Infinity"];
    const values = [1, -0.5, 2, 0.001, 2, 1000, NaN, NaN, NaN, Infinity, -Infinity, Infinity];
    expect(columnOf(cells)).toMatchObject({ kind: "numeric", values: Float64Array.from(values) });
  });

  test("numbers that do not give their texts back keep these, in the order of the numbers", () => {
    const written = (cells: string[]) => (columnOf(cells) as NumericColumn).written;
    expect(written(["2", "-1", "NA", "0.5"])).toBeUndefined();
    expect(written(["1.10", "1.1", "", "1.2", "1.1"])).toEqual({
      kind: "factor",
      levels: ["1.1", "1.10", "1.2"],
      codes: Int32Array.of(1, 0, -1, 2, 0),
      ordered: false,
    });
    const ids = ["12345678901234561", "12345678901234560", "007"];
    expect(written(ids)?.levels).toEqual(["007", "12345678901234560", "12345678901234561"]);
  });

  test("logicals and text", () => {
    expect(columnOf(["TRUE", "NA", "false"])).toEqual({
      kind: "logical",
      values: Float64Array.of(1, NaN, 0),
    });
    expect(columnOf(["T", "", "F"])).toMatchObject({ codes: Int32Array.of(1, -1, 0), levels: ["F", "T"] });
    expect(columnOf(["TRUE", "maybe"])).toMatchObject({ levels: ["maybe", "TRUE"] });
    expect(columnOf(["TRUE", "FALSE"], { ordered: new Set(["x"]) })).toMatchObject({
      levels: ["FALSE", "TRUE"],
      ordered: true,
    });
  });

  test.each(["1,5.2", "0x10", "1_000", "1 0000", "nil", "12%", "1e", "--1", "1-2", "<2", "2*"])(
    "'%s' among numbers is an error, once the column is used",
    (cell) => {
      const table = parseCsv(`x;y\n1;1\n2;1\n\n${cell};1\n`);
      expect(table.column("y")).toMatchObject({ kind: "numeric" });
      expect(messageOf(() => table.column("x"))).toContain(
        `bad_data: column 'x', row 3 (line 5): '${cell}' is not a number`,
      );
    },
  );

  test("a text among numbers is never a category in silence, but a label where only labels matter", () => {
    const table = parseCsv("x;y\n1;1\n2a;1\n2b;1\nNA;1\n");
    expect(messageOf(() => table.column("x"))).toBe(
      "bad_data: column 'x', row 2 (line 3): '2a' is not a number but a number with a footnote mark (nor '2b' (line 4)); write the " +
        "number, or nothing where it is missing (na declares codes for that), or factor(x) if it is a category",
    );
    expect(table.labels!("x")).toMatchObject({
      levels: ["1", "2a", "2b"],
      codes: Int32Array.of(0, 1, 2, -1),
    });
  });
});

describe("levels", () => {
  test("numbers and stray text alike become levels, when they are listed", () => {
    const x = columnOf(["1", "2.0", "x", "", "NA"], { factors: { x: ["x", "2", "1"] } });
    expect(x).toEqual({
      kind: "factor",
      codes: Int32Array.of(2, 1, 0, -1, -1),
      levels: ["x", "2", "1"],
      ordered: false,
    });
    expect(columnOf(["NA", "EU"], { factors: { x: ["EU", "NA"] } })).toMatchObject({
      codes: Int32Array.of(1, 0),
    });
  });

  test("errors name the place", () => {
    expect(messageOf(() => columnOf(["a", "c"], { factors: { x: ["a", "b"] } }))).toBe(
      "bad_factor: factor 'x', row 2 (line 3): 'c' is not among the levels a, b",
    );
    expect(messageOf(() => columnOf(["a"], { factors: { z: ["a"] } }))).toMatch("unknown_column");
    expect(messageOf(() => columnOf(["1"], { ordered: new Set(["x"]) }))).toMatch("bad_factor");
  });
});

test("whatever text is written with quotes is read back", () => {
  // text that is trimmed, not a number, not missing: what a factor level can be
  const level = fc.string({ unit: "binary" }).map((text) => `<${text}>`);
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(level, fc.double({ noNaN: true })), { minLength: 1 }),
      fc.constantFrom(",", ";", "\t"),
      fc.constantFrom("\n", "\r\n"),
      (rows, delimiter, newline) => {
        const lines = rows.map(([text, number]) => `${quote(text)}${delimiter}${number}`);
        const table = parseCsv([`label${delimiter}value`, ...lines].join(newline));
        const column = table.column("label");
        if (column?.kind !== "factor") throw new Error("wanted a factor");
        expect(Array.from(column.codes, (code) => column.levels[code])).toEqual(rows.map(([text]) => text));
        // beyond 2^53 the texts are kept beside
        expect(table.column("value")).toMatchObject({
          kind: "numeric",
          values: Float64Array.from(rows, ([, number]) => number + 0),
        });
      },
    ),
  );
});
