import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { ods, type SheetCell, xlsx } from "../../data/workbooks";
import { commandLine } from "../command-line";
import { drmeta, FORMULA, lines, scratchFolder } from "./jobs";

// Files that are no CSV, in `fit`, `escalc`, `batch --by` and jobs: the same numbers as from CSV.

const { file } = scratchFolder();

const ROWS: readonly (readonly [set: string, study: string, yi: number, vi: number])[] = [
  ["a", "s1", -0.12, 0.021],
  ["a", "s2", 0.31, 0.034],
  ["a", "s3", 0.25, 0.05],
  ["b", "s1", 0.9, 0.1],
  ["b", "s2", 0.1, 0.2],
  ["b", "s3", 0.4, 0.12],
];
const HEADER = ["set", "study", "yi", "vi"];
const SHEETS = [
  { name: "About", rows: [["Made in 2020"]] },
  { name: "Data", rows: [HEADER, ...ROWS] as SheetCell[][] },
];

const csv = () => file("data.csv", [HEADER, ...ROWS].map((row) => row.join(",")).join("\n"));

function parquet(): string {
  const columnData = HEADER.map((name, j) => ({
    name,
    data: ROWS.map((row) => row[j]!),
    type: j < 2 ? ("STRING" as const) : ("DOUBLE" as const),
  }));
  return file("data.parquet", new Uint8Array(parquetWriteBuffer({ columnData: columnData as never })));
}

const FILES: readonly (readonly [name: string, path: () => string, args: readonly string[]])[] = [
  ["xlsx", () => file("data.xlsx", xlsx(SHEETS)), ["--sheet", "Data"]],
  ["ods", () => file("data.ods", ods(SHEETS)), ["--sheet", "2"]],
  ["Parquet", parquet, []],
];

const outputs = async (argv: readonly string[]) => {
  const { stdout, stderr, exitCode } = await commandLine(argv);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return stdout;
};

describe.each(FILES)("%s", (_, path, args) => {
  test("fit", async () => {
    const formulas = ["yi ~ set + (1 | study) + meta_V(V = vi)", "--fix", "sigma=0", "--json"];
    expect(await outputs(["fit", path(), ...formulas, ...args])).toBe(
      await outputs(["fit", csv(), ...formulas]),
    );
  });

  test("batch --by, and a job with a path", async () => {
    const by = ["--by", "set", "--formula", FORMULA, "--workers", "1"];
    const { stdout, stderr } = await drmeta([path(), ...by, ...args]);
    expect(stderr).toBe("");
    expect(lines(stdout)).toHaveLength(2);
    expect(stdout).toBe((await drmeta([csv(), ...by])).stdout);
    const job = (data: string) =>
      file("jobs.ndjson", JSON.stringify({ id: 1, path: data, formulas: [FORMULA] }));
    const found = (await drmeta([job(path()), "--workers", "1", ...args])).stdout;
    expect(found).toBe((await drmeta([job(csv()), "--workers", "1"])).stdout);
    expect(lines(found)[0]).toHaveProperty("logLik");
  });

  test("escalc", async () => {
    const call = (data: string) => ["escalc", "GEN", data, "yi=yi", "vi=vi", "names=es,v"];
    const { stdout, stderr } = await commandLine([...call(path()), ...args]);
    const expected = await commandLine(call(csv()));
    expect({ stdout, stderr }).toEqual({ stdout: expected.stdout, stderr: expected.stderr });
  });
});

test("a sheet that nobody chose is named, and so is what is wrong with it", async () => {
  const path = file("two.xlsx", xlsx([...SHEETS].reverse()));
  const { stderr, exitCode } = await commandLine(["fit", path, FORMULA]);
  expect(exitCode).toBe(0);
  expect(stderr).toBe(`drmeta: ${path}: read sheet 'Data', one of 2 (sheet chooses another)\n`);
  const wrong = await commandLine(["fit", file("about.xlsx", xlsx(SHEETS)), FORMULA]);
  expect(wrong.stderr).toContain("that is sheet 'About', one of 2 (sheet chooses another)");
});

test("escalc writes a file with decimal commas as it is, with semicolons", async () => {
  const path = file("eu.csv", "studie;r;n\nA;0,5;20\nB;0,25;30\n");
  const { stdout } = await commandLine(["escalc", "ZCOR", path, "ri=r", "ni=n"]);
  expect(stdout.split("\n").slice(0, 2)).toEqual([
    "studie;r;n;yi;vi",
    `A;0,5;20;${String(Math.atanh(0.5)).replace(".", ",")};${String(1 / 17).replace(".", ",")}`,
  ]);
  const again = await commandLine(["fit", file("es.csv", stdout), FORMULA, "--json"]);
  expect(JSON.parse(again.stdout).nobs).toBe(2);
});

describe("matrices", () => {
  const data = () => file("m.csv", "yi,vi\n0.1,1\n0.2,1\n0.5,1\n");
  const fitted = (V: string, ...args: string[]) =>
    commandLine([
      "fit",
      data(),
      "yi ~ 1 + meta_V(V = V)",
      "--matrix",
      `V=${file("V.csv", V)}`,
      "--json",
      ...args,
    ]);
  const plain = "0.1,0.02,0\n0.02,0.1,0\n0,0,0.2\n";

  test.each([
    ["names", `s1,s2,s3\n${plain}`],
    ["a lower triangle with decimal commas", "0,1\n0,02;0,1\n0;0;0,2\n"],
    ["names of rows and columns", ";s1;s2;s3\ns1;0,1;;\ns2;0,02;0,1;\ns3;0;0;0,2\n"],
  ])("%s", async (_, text) => {
    const { stdout, stderr } = await fitted(text);
    expect(stdout, stderr).toBe((await fitted(plain)).stdout);
    expect(stderr.includes("its names are left aside: its rows are those of the data")).toBe(
      text.includes("s1"),
    );
  });

  test("--matrix-header decides", async () => {
    const numbered = `1,2,3\n${plain}`;
    expect((await fitted(numbered)).stderr).toContain("'V' is 4 x 3");
    expect((await fitted(numbered, "--matrix-header", "yes")).stdout).toBe((await fitted(plain)).stdout);
    expect((await fitted(`s1,s2,s3\n${plain}`, "--matrix-header", "no")).stderr).toContain(
      "'s1' is not a number",
    );
  });
});

test("how files are read is said on the command line", async () => {
  const path = file("odd.csv", "yi;vi\n1,234;-999\n0.5;1\n");
  const ambiguous = await commandLine(["fit", path, "yi ~ 1"]);
  expect(ambiguous.stderr).toContain("'1,234' is 1234 with decimal points and 1.234 with decimal commas");
  const formulas = ["yi ~ 1 + meta_V(V = vi)", "--fix", "sigma=0", "--json"];
  const point = await commandLine(["fit", path, ...formulas, "--decimal", ".", "--na", "-999"]);
  expect(JSON.parse(point.stdout)).toMatchObject({ nobs: 1, dropped: 1 });
  expect((await commandLine(["fit", path, ...formulas, "--delimiter", "x"])).exitCode).toBe(2);
});
