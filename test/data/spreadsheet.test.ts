import { describe, expect, test } from "vitest";
import { type FileOptions, readTable } from "../../src/data/read-file";
import { ods, type SheetCell, type SheetGiven, xlsx } from "./workbooks";

const ROWS: readonly (readonly SheetCell[])[] = [
  ["study name", "yi", "vi", "on", "when", "share", null, "n"],
  ["Smith & Roy  <2010>", -0.12, 0.1, true, { date: "2015-03-12" }, { percent: 0.45 }, null, 1234],
  [null, null, null, null, null, null, null, null],
  ["1.10", 0.31, 1e-7, false, { date: "2015-03-12" }, { percent: 1 }, null, { error: "#N/A" }],
  ["é", 1.234, 0.5, null, null, null, "an aside", 5],
];
const DATA: SheetGiven = { name: "Data & all", rows: ROWS };
const NOTES: SheetGiven = { name: "Notes", rows: [["Read me"]] };

const FORMATS = { xlsx, ods };

async function read(bytes: Uint8Array, options: FileOptions = {}) {
  const notes: string[] = [];
  const file = await readTable(bytes, { ...options, warn: (note) => notes.push(note) });
  return { file, table: file.table({}), notes };
}

describe.each(Object.entries(FORMATS))("%s", (_, workbook) => {
  test("numbers, texts, booleans, errors, dates and empty cells", async () => {
    const { file, table, notes } = await read(workbook([DATA]));
    expect(file.names).toEqual(["study name", "yi", "vi", "on", "when", "share", "n"]);
    expect(table.nrow).toBe(3);
    expect(file.cells(1, 1)).toEqual([["1.10", "0.31", "1e-7", "FALSE", "2015-03-12", "1", "#N/A"]]);
    expect(table.labels!("study name")).toMatchObject({ levels: ["1.10", "é", "Smith & Roy  <2010>"] });
    expect(table.column("yi")).toMatchObject({ values: Float64Array.of(-0.12, 0.31, 1.234) });
    expect(table.column("vi")).toMatchObject({ values: Float64Array.of(0.1, 1e-7, 0.5) });
    expect(table.column("on")).toMatchObject({ kind: "logical", values: Float64Array.of(1, 0, NaN) });
    expect(table.column("share")).toMatchObject({ values: Float64Array.of(0.45, 1, NaN) });
    expect(table.column("n")).toMatchObject({ values: Float64Array.of(1234, NaN, 5) });
    expect(() => table.column("when")).toThrow(
      "column 'when', row 1 (line 2): '2015-03-12' is not a number but a date",
    );
    expect(notes).toEqual(["column 'n': '#N/A' (1 cell) read as missing"]);
  });

  test("numbers of cells stay what they are, whatever texts beside them look like", async () => {
    const rows = [
      ["yi", "n"],
      ["0,5", 1.234],
      ["0,25", 2.345],
    ];
    for (const decimal of [undefined, ","] as const) {
      const { table } = await read(workbook([{ name: "s", rows }]), { decimal });
      expect(table.column("yi")).toMatchObject({ values: Float64Array.of(0.5, 0.25) });
      expect(table.column("n")).toMatchObject({ values: Float64Array.of(1.234, 2.345) });
    }
  });

  test("a sheet is chosen by its name or number; else it is the first, which is said", async () => {
    const bytes = workbook([NOTES, DATA]);
    for (const sheet of ["Data & all", "2"]) {
      const { table, notes } = await read(bytes, { sheet });
      expect(table.nrow).toBe(3);
      expect(notes).toEqual([]);
    }
    await expect(read(bytes)).rejects.toThrow(
      "the file has a header row but no data rows: that is sheet 'Notes', one of 2 (sheet chooses another)",
    );
    expect((await read(workbook([DATA, NOTES]))).notes).toEqual([
      "read sheet 'Data & all', one of 2 (sheet chooses another)",
    ]);
    await expect(read(bytes, { sheet: "Dat" })).rejects.toThrow(
      "the spreadsheet has no sheet 'Dat'; it has 'Notes', 'Data & all'",
    );
  });

  test("a title above the header is named with its row", async () => {
    const rows = [["Table 2. Effects"], [], ["yi", "vi"], [1, 2]];
    await expect(read(workbook([{ name: "s", rows }]))).rejects.toThrow(
      "line 1 ('Table 2. Effects') is a title: take out what stands above the header, which seems to be line 3 (yi, vi)",
    );
  });
});

test("hidden sheets are passed over, and dates of old Macs are as they were", async () => {
  expect((await read(xlsx([{ ...NOTES, hidden: true }, DATA]))).table.nrow).toBe(3);
  const { file } = await read(xlsx([DATA], { date1904: true }));
  expect(file.cells(0, 1)[0]![4]).toBe("2015-03-12");
});

test.each([
  [
    "an old workbook",
    Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1),
    "the format of old versions of Excel (.xls)",
  ],
  ["half a workbook", xlsx([DATA]).slice(0, 400), "the spreadsheet is damaged"],
  ["half a Parquet file", Uint8Array.of(0x50, 0x41, 0x52, 0x31, 1, 2), "cannot read the file: "],
])("%s is an error", async (_, bytes, message) => {
  await expect(read(bytes)).rejects.toThrow(message);
});

test("only a spreadsheet has sheets", async () => {
  await expect(read(new TextEncoder().encode("yi\n1\n"), { sheet: "Data" })).rejects.toThrow(
    "no spreadsheet",
  );
});
