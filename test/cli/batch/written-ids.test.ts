import { writeFileSync } from "node:fs";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { fitLines } from "../../../src/batch/fit-lines";
import type { ModelOptions } from "../../../src/batch/job";
import { tableJobs } from "../../../src/cli/batch/table-lines";
import { randomStream } from "../../../src/stats/random";
import { commandLine } from "../command-line";
import { drmeta, lines, read, scratchFolder } from "./jobs";

const { path: inFolder, file } = scratchFolder();

const NOTHING = { bytes: 0, rows: 0 };
const LIMITS = {
  held: undefined,
  "gone through": { small: NOTHING, unsorted: NOTHING },
};
const IO = { stdin: (async function* () {})() };
const PATHS = Object.keys(LIMITS) as (keyof typeof LIMITS)[];

/** What `drmeta batch --by set` writes, by the way of a small file or of a large one. */
async function results(path: string, model: ModelOptions, way: keyof typeof LIMITS) {
  const { jobs } = await tableJobs(path, "set", { model, files: {}, notes: [] }, IO, LIMITS[way]);
  const found: { id: unknown; [key: string]: unknown }[] = [];
  for await (const job of jobs()) {
    const line = structuredClone(await job.line());
    const { answer } = fitLines({ lines: [line], defaults: model, level: 0.95, fitted: false });
    found.push(JSON.parse(answer[0]!.text));
    expect(found.at(-1)!.id).toBe(job.id);
  }
  return found;
}

/** What `drmeta fit` writes for the rows of one set, in a file of their own, as a line of results has it. */
async function fitAlone(rows: readonly string[], args: readonly string[]) {
  const path = file("alone.csv", [HEADER, ...rows, ""].join("\n"));
  const { stdout, stderr } = await commandLine(["fit", path, ...args, "--json"]);
  if (stdout === "")
    return { error: { message: expect.stringContaining(stderr.match(/: ('.*levels .*)/)![1]!) } };
  const { heterogeneity, checks, ...fit } = JSON.parse(stdout);
  return fit;
}

const HEADER = "set,yi,vi,herd,dose";
/** Texts of one number, and texts that a number would not give back. */
const AWKWARD = [
  "1.1",
  "1.10",
  "7",
  "007",
  "1000",
  "1e3",
  "12345678901234560",
  "12345678901234561",
  "1",
  "1.0",
];
const PLAIN = ["3", "2", "10", "0.5"];
/** The first two agree to 15 digits: a text is not lost with either, and both name one level. */
const CLOSE = ["0.30000000000000004", "0.3", "2.5", "1.5"];

function rowsOf(set: string, studies: readonly string[], seed: number): string[] {
  const random = randomStream(seed);
  const shift = studies.map(() => random.normal());
  return Array.from({ length: 3 * studies.length }, (_, i) => {
    const k = i % studies.length;
    const yi = (0.4 * shift[k]! + 0.3 * random.normal()).toFixed(3);
    const dose = ["1.0", "2.0", "1.0", "NA", "02"][(i + seed) % 5];
    return [set, yi, (0.02 + 0.05 * random.uniform()).toFixed(4), studies[k], dose].join(",");
  });
}

const MODELS: Record<string, string[]> = {
  "random intercepts": ["yi ~ 1 + (1 | herd) + meta_V(V = vi)"],
  "a grouping that is a moderator too": ["yi ~ herd + (1 | herd) + meta_V(V = vi)"],
  clusters: ["yi ~ 1 + meta_V(V = meta_vcov_cluster(vi, cluster = herd, rho = 0.5))"],
  "a factor of numbers": ["yi ~ factor(dose) + meta_V(V = vi)"],
};

describe.each(PATHS)("a table that is %s", (way) => {
  test("ids are the texts of the file", async () => {
    const sets = AWKWARD.map((set, s) => ({ set, rows: rowsOf(set, PLAIN, s + 1) }));
    const path = file("sets.csv", [HEADER, ...sets.flatMap(({ rows }) => rows), ""].join("\n"));
    const formulas = ["yi ~ 1 + meta_V(V = vi)"];
    const found = await results(path, { formulas }, way);
    expect(found.map(({ id }) => id)).toEqual(AWKWARD);
    for (const [s, { rows }] of sets.entries()) {
      expect(found[s]).toEqual({ id: AWKWARD[s], ...(await fitAlone(rows, formulas)) });
    }
  });

  test("ids that their numbers give back stay numbers, and name what a level would name", async () => {
    const sets = ["2", "10", ...CLOSE];
    const path = file(
      "numbers.csv",
      [HEADER, ...sets.flatMap((set) => rowsOf(set, PLAIN, 1)), ""].join("\n"),
    );
    const found = await results(path, { formulas: ["yi ~ 1 + meta_V(V = vi)"] }, way);
    expect(found.map(({ id, nobs }) => [id, nobs])).toEqual([
      [2, 12],
      [10, 12],
      [0.3, 24],
      [2.5, 12],
      [1.5, 12],
    ]);
  });

  test.each(Object.entries(MODELS))("%s are those of drmeta fit", async (_, formulas) => {
    const sets = Object.entries({ 5: AWKWARD, 6: PLAIN, "06": CLOSE, 8: AWKWARD.slice(2, 6) }).map(
      ([set, studies], s) => ({ set, rows: rowsOf(set, studies, s + 1) }),
    );
    const path = file("studies.csv", [HEADER, ...sets.flatMap(({ rows }) => rows), ""].join("\n"));
    const found = await results(path, { formulas }, way);
    expect(found).toHaveLength(sets.length);
    for (const { set, rows } of sets) {
      expect(found.find(({ id }) => id === set)).toEqual({ id: set, ...(await fitAlone(rows, formulas)) });
    }
  });

  test.each([
    ["dose=1.0,2", ["1.0", "2"]],
    ["dose=1,2.0,02", ["1", "2.0", "02"]],
    ["dose=02,NA,1,2", ["02", "NA", "1", "2"]],
    // 1.0 is none of these
    ["dose=2,3", ["2", "3"]],
  ])("levels that are given, --levels %s", async (option, dose) => {
    const sets = ["b", "a"].map((set, s) => ({ set, rows: rowsOf(set, AWKWARD, s + 1) }));
    const path = file("levels.csv", [HEADER, ...sets.flatMap(({ rows }) => rows), ""].join("\n"));
    const formulas = ["yi ~ dose + meta_V(V = vi)"];
    const found = await results(path, { formulas, factors: { dose } }, way);
    for (const { set, rows } of sets) {
      const alone = await fitAlone(rows, [...formulas, "--levels", option]);
      if ("error" in alone) expect(found.find(({ id }) => id === set)).toMatchObject({ id: set, ...alone });
      else expect(found.find(({ id }) => id === set)).toEqual({ id: set, ...alone });
    }
  });

  test("numbers of a Parquet file name what levels of them would name", async () => {
    const set = [0.1 + 0.2, 0.3, 0.1 + 0.2, 7, 7, 7].flatMap((id) => [id, id]);
    const columns = {
      set,
      yi: set.map((_, i) => Math.sin(i)),
      vi: set.map(() => 0.1),
      herd: set.map((_, i) => [0.3, 0.1 + 0.2, 1][i % 3]!),
    };
    const columnData = Object.entries(columns).map(([name, data]) => ({
      name,
      data,
      type: "DOUBLE" as const,
    }));
    const path = inFolder("ids.parquet");
    writeFileSync(path, new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 5 })));
    const found = await results(path, { formulas: ["yi ~ 1 + (1 | herd) + meta_V(V = vi)"] }, way);
    expect(found.map(({ id, nobs }) => [id, nobs])).toEqual([
      [0.3, 6],
      [7, 6],
    ]);
    for (const { random } of found) {
      expect((random as { level: string }[]).map(({ level }) => level)).toEqual(["0.3", "1"]);
    }
  });
});

test("both ways give the same jobs, whether the texts are needed or not, with missing cells", async () => {
  const numbers = "yi ~ herd + (1 | herd) + (1 | dose) + meta_V(V = vi)";
  const labels = "yi ~ factor(herd) + (1 | herd) + (1 | dose) + meta_V(V = vi)";
  for (const herds of [AWKWARD, PLAIN, [...PLAIN, "NA"], [...AWKWARD, ""], ["a", "1.10", ..."bcdefg"]]) {
    const model = { formulas: herds.includes("a") ? labels : numbers };
    const rows = [...rowsOf("1", herds, 1), ...rowsOf("2", PLAIN, 2)];
    const path = file("both.csv", [HEADER, ...rows, ""].join("\n"));
    const [held, through] = await Promise.all(
      PATHS.map(async (way) => {
        const { jobs } = await tableJobs(path, "set", { model, files: {}, notes: [] }, IO, LIMITS[way]);
        const found: unknown[] = [];
        for await (const job of jobs()) found.push(await job.line());
        return found;
      }),
    );
    expect(held).toHaveLength(2);
    expect(through).toEqual(held);
  }
});

test("the command writes the texts in every format, and goes on from them", async () => {
  const rows = AWKWARD.flatMap((set, s) => rowsOf(set, AWKWARD, s + 1));
  const path = file("command.csv", [HEADER, ...rows, ""].join("\n"));
  const model = [path, "--by", "set", "--formula", MODELS["random intercepts"]![0]!, "--workers", "1"];
  const { stdout } = await drmeta(model);
  expect(lines(stdout).map(({ id }) => id)).toEqual(AWKWARD);
  for (const { random } of lines(stdout)) expect(random).toHaveLength(AWKWARD.length);
  for (const name of ["ids.ndjson", "ids.csv"]) {
    const whole = inFolder(name);
    expect((await drmeta([...model, "-o", whole])).exitCode).toBe(0);
    const text = read(whole);
    const half = file(`half-${name}`, text.slice(0, text.length / 2));
    expect((await drmeta([...model, "-o", half, "--resume"])).exitCode).toBe(0);
    expect(read(half)).toBe(text);
  }
  const ids = new Set(
    read(inFolder("ids.csv"))
      .split("\n")
      .slice(1, -1)
      .map((line) => line.split(",")[0]),
  );
  expect([...ids]).toEqual(AWKWARD);
});
