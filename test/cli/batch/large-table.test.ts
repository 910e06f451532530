import { writeFileSync } from "node:fs";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { columnRoles } from "../../../src/cli/batch/column-roles";
import { csvRecords } from "../../../src/cli/batch/csv-records";
import { largeTable } from "../../../src/cli/batch/large-table";
import { cellReader, columnCells } from "../../../src/cli/batch/table-cells";
import { tableJobs } from "../../../src/cli/batch/table-lines";
import { cellRules, fileContext } from "../../../src/data/cell-options";
import { ColumnEvidence } from "../../../src/data/column-evidence";
import { parseCsv } from "../../../src/data/csv";
import { parseDelimited } from "../../../src/data/delimited";
import { randomStream } from "../../../src/stats/random";
import { dataSet, drmeta, lines, scratchFolder } from "./jobs";

const { path: inFolder, file } = scratchFolder();

const NOTHING = { bytes: 0, rows: 0 };
/** Every table is large. */
const ALL = { small: NOTHING, unsorted: NOTHING };
const IO = { stdin: (async function* () {})() };
const UTF8 = { encoding: "utf-8", delimiter: undefined };
const MODEL = { formulas: ["yi ~ dose + flag + meta_V(V = vi)"] };

async function jobsOf(path: string, by: string, model = MODEL, limits?: typeof ALL) {
  const { count, jobs } = await tableJobs(path, by, { model, files: {}, notes: [] }, IO, limits);
  const found = [];
  for await (const job of jobs()) found.push({ id: job.id, line: await job.line() });
  expect(count).toBe(found.length);
  return found;
}

/** Rows of some data sets, with everything that CSV can hold. */
function csvRows(sets: number, seed: number): string[][] {
  const random = randomStream(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.uniform() * list.length)]!;
  return Array.from({ length: sets }, (_, s) =>
    Array.from({ length: 1 + Math.floor(4 * random.uniform()) }, () => [
      `set ${s}`,
      pick([random.normal().toFixed(4), "NA", "", "Inf", "1e-3"]),
      String(random.uniform()),
      pick(["low", "high", "NA", '"a, ""b"""', '"two\nlines"', '5" pipe']),
      pick(["TRUE", "false", ""]),
      pick(["unused", '"and\n\nmore"', ""]),
    ]),
  ).flat();
}

const HEADER = "set,yi,vi,dose,flag,note";

describe("a table that is gone through gives the jobs of one that is held", () => {
  test.each([
    ["LF", ",", "\n", ""],
    ["CRLF, a byte order mark", ",", "\r\n", "\ufeff"],
    ["semicolons", ";", "\n", ""],
  ])("CSV, %s", async (_, delimiter, newline, mark) => {
    for (let seed = 1; seed <= 8; seed++) {
      const rows = csvRows(40, seed).map((row) => row.join(delimiter));
      const text = [HEADER.replaceAll(",", delimiter), ...rows, ""].join(newline);
      const path = file("all.csv", mark + text);
      const held = await jobsOf(path, "set");
      expect(held).toHaveLength(40);
      expect(await jobsOf(path, "set", MODEL, ALL)).toEqual(held);
    }
  });

  test("records are split wherever the pieces of the file end", async () => {
    // longer than one piece, with quotes at its seams
    const rows = Array.from(
      { length: 90_000 },
      (_, i) => `s,${i},"x ""${i % 7}""\n, y${"z".repeat(i % 11)}"`,
    );
    const text = `set,i,note\n${rows.join("\n")}\n`;
    expect(text.length).toBeGreaterThan(2 << 20);
    const path = file("pieces.csv", text);
    const found: string[][] = [];
    const linesOf: number[] = [];
    for await (const { rows, lineOf } of csvRecords(path, UTF8)) {
      linesOf.push(lineOf(0));
      for (const row of rows) found.push([...row]);
    }
    const whole = parseDelimited(text);
    expect(found).toEqual(whole.rows.slice(1));
    expect(linesOf.length).toBeGreaterThan(2);
    // each row takes two lines
    expect(linesOf.every((line) => line % 2 === 0)).toBe(true);
  });

  test("Parquet, in groups", async () => {
    const n = 50;
    const columns = [
      { name: "set", data: Array.from({ length: n }, (_, i) => Math.floor(i / 3)), type: "INT32" },
      { name: "yi", data: Array.from({ length: n }, (_, i) => (i % 9 === 4 ? null : i / 7)), type: "DOUBLE" },
      { name: "vi", data: Array.from({ length: n }, () => 0.1), type: "DOUBLE" },
      {
        name: "dose",
        data: Array.from({ length: n }, (_, i) => (i < 20 ? null : i % 2 ? "low" : "high")),
        type: "STRING",
      },
      { name: "flag", data: Array.from({ length: n }, (_, i) => i % 4 === 0), type: "BOOLEAN" },
    ] as const;
    const columnData = columns.map((column) => ({ ...column, data: [...column.data], nullable: true }));
    const path = inFolder("groups.parquet");
    writeFileSync(path, new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 7 })));
    const held = await jobsOf(path, "set");
    expect(held.map(({ id }) => id)).toEqual(Array.from({ length: 17 }, (_, i) => i));
    expect(await jobsOf(path, "set", MODEL, ALL)).toEqual(held);
  });

  test("columns of every kind, and those that are none", () => {
    const columns: string[][] = [
      ["1", "2", "NA"],
      ["TRUE", "false", ""],
      ["1", "TRUE", "TRUE"],
      ["a", "b", "1"],
      ["", "NA", "NaN"],
      ["0x10", "x", "y"],
      ["Inf", "-inf", "1e5"],
      ["1", "2", "x"],
      ["1,5", "2,5", "x"],
      ["TRUE", "1", "2"],
    ];
    for (const cells of columns) {
      const evidence = new ColumnEvidence("x", cellRules({}));
      cells.forEach((cell, i) => {
        evidence.see(cell, i, (row) => row + 2);
      });
      const context = fileContext(
        () => 0,
        () => null,
        undefined,
      );
      const reader = () => cellReader(evidence, context, columnRoles({ formulas: "yi ~ x" })).read;
      const quoted = cells.map((cell) => `"${cell}",1`).join("\n");
      let expected: unknown;
      try {
        expected = columnCells(parseCsv(`x,y\n${quoted}`).column("x")!);
      } catch (error) {
        expect(reader).toThrow((error as Error).message);
        continue;
      }
      expect(cells.map(reader()), cells.join()).toEqual(expected);
    }
  });
});

describe("what a large table needs", () => {
  const rows = (names: string[]) => names.map((name, i) => `${name},${i},0.1,low,TRUE,`).join("\n");

  test("rows that stand together, or a size that can be held", async () => {
    const path = file("unsorted.csv", `${HEADER}\n${rows(["a", "a", "b", "c", "b"])}\n`);
    await expect(jobsOf(path, "set", MODEL, ALL)).rejects.toMatchObject({
      code: "bad_data",
      message: expect.stringMatching(/'b' of column 'set' comes back in line 6; sort the rows by 'set'$/),
    });
    const middle = { small: NOTHING, unsorted: { bytes: 1e6, rows: 1e6 } };
    expect(await jobsOf(path, "set", MODEL, middle)).toEqual(await jobsOf(path, "set"));
    expect(
      await largeTable("-", "set", columnRoles(MODEL), { model: MODEL, files: {}, notes: [] }, ALL),
    ).toBeNull();
  });

  test("errors are those of a table that is held, with the line in the file", async () => {
    const broken: [string, string][] = [
      [`${HEADER}\n${rows(["a", "", "b"])}`, "'set', row 2"],
      [`set,yi\na,1\nb,1,2`, "data row 2 (line 3) has 3 cells; wanted 2"],
      [`set,yi,yi\na,1,2`, "both 'yi'"],
      [`sett,yi\na,1`, "did you mean 'sett'"],
      [
        `set,yi,vi,dose,flag\n${Array.from({ length: 9 }, (_, i) => `a,${i},1,x,TRUE`).join("\n")}\na,oops,1,x,TRUE`,
        "line 11",
      ],
      ['set,yi\na,1\nb,"2', "line 3: a quoted cell begins here"],
    ];
    for (const [text, message] of broken) {
      const path = file("broken.csv", text);
      await expect(jobsOf(path, "set"), text).rejects.toThrow(message);
      await expect(jobsOf(path, "set", MODEL, ALL), text).rejects.toThrow(message);
    }
    const latin = file(
      "latin.csv",
      Buffer.concat([Buffer.from("set,yi\na"), Buffer.of(0xe9), Buffer.from(",1\n")]),
    );
    for (const limits of [undefined, ALL])
      expect((await jobsOf(latin, "set", MODEL, limits))[0]!.id).toBe("aé");
  });
});

test("an infinite cell is an error of its data set, as for drm(), and no missing one", async () => {
  const { yi, vi } = dataSet(1);
  const csv = `set,yi,vi\n${yi.map((y, i) => `a,${i === 2 ? "Inf" : y},${vi[i]}`).join("\n")}\n`;
  const { exitCode, stdout } = await drmeta([
    file("inf.csv", csv),
    "--by",
    "set",
    "--formula",
    "yi ~ 1 + meta_V(V = vi)",
  ]);
  expect(exitCode).toBe(3);
  expect(lines(stdout)[0]).toMatchObject({ id: "a", error: { message: expect.stringContaining("yi") } });
});
