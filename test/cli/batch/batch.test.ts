import { spawn } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { readColumns } from "../../../src/cli/batch/parquet";
import { run } from "../../../src/cli/main";
import { drm, drmFormula, parseCsv, toJSON } from "../../../src/index";
import { dataSet, drmeta, FORMULA, jobLine, jobsText, lines, read, scratchFolder } from "./jobs";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const { path: inFolder, file } = scratchFolder();

describe("jobs in, results out", () => {
  test("each line is the JSON of drmeta fit behind the job's id, in order", async () => {
    const path = file("plain.ndjson", jobsText(50));
    for (const workers of ["1", "2"]) {
      const { exitCode, stdout, stderr } = await drmeta([path, "--workers", workers]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      const expected = Array.from({ length: 50 }, (_, i) => ({
        id: `job ${i}`,
        ...toJSON(drm(FORMULA, { data: dataSet(i) })),
      }));
      expect(stdout).toBe(expected.map((result) => `${JSON.stringify(result)}\n`).join(""));
    }
  });

  test("errors are lines, and all the others are there", async () => {
    const bad = [
      jobLine(0),
      '{"id": 1, "formulas": [',
      jobLine(2),
      "",
      JSON.stringify({ id: "columns", formulas: ["yi ~ dose + meta_V(V = vi)"], data: dataSet(3) }),
      JSON.stringify({ id: "empty", formulas: [FORMULA], data: { yi: [], vi: [] } }),
      JSON.stringify({ id: "perfect", formulas: [FORMULA], data: { yi: [0.5, 0.5, 0.5], vi: [0, 0, 0] } }),
      JSON.stringify({ formulas: [FORMULA], data: dataSet(8) }),
      JSON.stringify({ id: "key", formula: [FORMULA], data: dataSet(9) }),
      JSON.stringify({ id: "none", data: dataSet(9) }),
      JSON.stringify({ id: ["a"], formulas: [FORMULA], data: dataSet(9) }),
      "[1, 2]",
      jobLine(13),
    ];
    const { exitCode, stdout, stderr } = await drmeta(["-"], `${bad.join("\n")}`);
    expect(exitCode).toBe(3);
    expect(stderr).toBe("drmeta: 12 jobs: 4 converged, 1 did not converge, 7 failed\n");
    const results = lines(stdout);
    // a job without an id, or whose id cannot be read, has the number of its line
    expect(results.map(({ id, error }) => [id, error?.code ?? null])).toEqual([
      ["job 0", null],
      [2, "bad_job"],
      ["job 2", null],
      ["columns", "unknown_column"],
      ["empty", "no_rows"],
      ["perfect", "not_converged"],
      [8, null],
      ["key", "bad_job"],
      ["none", "bad_formula"],
      [11, "bad_job"],
      [12, "bad_job"],
      ["job 13", null],
    ]);
    expect(results[7].error.message).toContain("did you mean 'formulas'");
    expect(results[5].convergence.code).toBe(2);
    const { stdout: alone } = await drmeta(["-"], `${jobLine(13)}\n`);
    expect(stdout.endsWith(alone)).toBe(true);
  });

  test("data by path, relative to the job file, and defaults from the command line", async () => {
    copyFileSync(join(ROOT, "examples/restoration.csv"), inFolder("some.csv"));
    const jobs = [
      { id: 1, path: "some.csv" },
      { id: 2, path: "nowhere.csv" },
      { id: 3, path: "some.csv", formulas: [FORMULA], method: "REML" },
    ];
    const path = file("paths.ndjson", jobs.map((job) => JSON.stringify(job)).join("\n"));
    const model = ["yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"];
    const formulas = model.flatMap((formula) => ["--formula", formula]);
    const levels = ["--levels", "habitat=grassland,forest"];
    const { stdout } = await drmeta([path, ...formulas, ...levels, "--workers", "1"]);
    const [first, second, third] = lines(stdout);
    const csv = read(inFolder("some.csv"));
    const data = parseCsv(csv, { factors: { habitat: ["grassland", "forest"] } });
    expect(first).toEqual({
      id: 1,
      ...JSON.parse(JSON.stringify(toJSON(drm(drmFormula(...model), { data })))),
    });
    expect(second.error.message).toContain("nowhere.csv: there is no such file");
    expect(third).toMatchObject({ id: 3, formulas: [FORMULA], method: "REML" });
  });

  test("what was decided in reading the file of a path is said with its result", async () => {
    file("commas.csv", Buffer.from("study;yi;vi\nGen\xe8ve;0,5;0,1\nB;0,25;0,2\nC;0,75;0,1\n", "latin1"));
    const job = { id: 1, path: "commas.csv", formulas: ["yi ~ 1 + meta_V(V = vi)"] };
    const { stdout } = await drmeta([file("read.ndjson", JSON.stringify(job)), "--workers", "1"]);
    expect(lines(stdout)[0].notes).toEqual([
      "read as Windows-1252 text",
      "read with decimal commas: '0,5' of column 'yi' is 0.5",
    ]);
  });

  test("bytes that are not UTF-8 are the fault of their line", async () => {
    const bytes = Buffer.concat([
      Buffer.from(`${jobLine(0)}\n{"id":"`),
      Buffer.of(0xe9),
      Buffer.from('"}\n'),
    ]);
    const { stdout } = await drmeta([file("latin1.ndjson", bytes), "--workers", "1"]);
    expect(lines(stdout)[1]).toEqual({
      id: 2,
      error: { code: "bad_job", message: "line 2 is not UTF-8 text" },
    });
  });

  test("a pipe that pauses gets its results meanwhile", async () => {
    let seen = 0;
    const io = {
      stdin: (async function* () {
        yield `${jobLine(0)}\n${jobLine(1)}\n`;
        while (seen < 2) await new Promise((resolve) => setTimeout(resolve, 5));
        yield `${jobLine(2)}\n`;
      })(),
      stdout: {
        write(text: string | Uint8Array, done: () => void) {
          seen += String(text).split("\n").length - 1;
          done();
        },
      },
      stderr: { write: (_: unknown, done: () => void) => done() },
    };
    expect(await run(["batch", "-", "--workers", "1"], io)).toBe(0);
    expect(seen).toBe(3);
  });

  test("a reader that leaves ends it quietly", async () => {
    const endless = (async function* () {
      for (let i = 0; ; i++) yield `${jobLine(i % 10)}\n`;
    })();
    const gone = Object.assign(new Error("gone"), { code: "EPIPE" });
    const io = {
      stdin: endless,
      stdout: { write: (_: unknown, done: (error?: Error) => void) => done(gone) },
      stderr: { write: (_: unknown, done: () => void) => done() },
    };
    expect(await run(["batch", "-", "--workers", "1"], io)).toBe(0);
  });
});

describe("what cannot be done", () => {
  test.each<[string[], number, string]>([
    [["none.ndjson"], 1, "cannot read none.ndjson: there is no such file"],
    [["-", "--formula", "yi ~ + )"], 1, "^"],
    [["-", "--resume"], 2, "--resume needs -o"],
    [["-", "--retry-failed"], 2, "--retry-failed needs -o"],
    [["x.csv", "--by", "set"], 2, "--by needs --formula"],
    [["x", "--workers", "0"], 2, "at least 1"],
    [[], 2, "missing required argument 'jobs'"],
  ])("%j", async (argv, code, message) => {
    const { exitCode, stdout, stderr } = await drmeta(argv);
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: "" });
    expect(stderr).toContain(message);
  });

  test("an output that is there is left alone", async () => {
    const jobs = file("jobs.ndjson", jobsText(2));
    const output = file("mine.txt", "my notes\n");
    const plain = await drmeta([jobs, "-o", output]);
    expect(plain).toMatchObject({ exitCode: 1, stdout: "" });
    expect(plain.stderr).toContain("is there already: go on with --resume");
    const resumed = await drmeta([jobs, "-o", output, "--resume"]);
    expect(resumed.exitCode).toBe(1);
    expect(resumed.stderr).toContain("line 1, is not a result of this batch: nothing was changed");
    expect(read(output)).toBe("my notes\n");
    // and no output is made when there are no jobs
    await drmeta([inFolder("none.ndjson"), "-o", inFolder("never")]);
    expect(existsSync(inFolder("never"))).toBe(false);
  });
});

describe("--resume", () => {
  test.each(["results.ndjson", "results.csv"])(
    "%s: from any byte on, as if nothing had happened",
    async (name) => {
      const bad = JSON.stringify({ id: 'bad, and "quoted"', formulas: ["yi ~ x"], data: dataSet(1) });
      const jobs = file("resume.ndjson", `${jobsText(12)}${bad}\n${jobLine(3)}\n`);
      const whole = inFolder(`whole-${name}`);
      const first = await drmeta([jobs, "-o", whole, "--workers", "1"]);
      expect(first.exitCode).toBe(3);
      const complete = read(whole);
      const cuts = [
        0,
        1,
        5,
        ...Array.from({ length: 7 }, (_, i) => Math.floor(((i + 1) * complete.length) / 8)),
      ];
      const ends = [...complete.matchAll(/\n/g)].slice(0, 3).map(({ index }) => index + 1);
      for (const cut of [...cuts, ...ends, complete.length - 1]) {
        const torn = file(`torn-${name}`, complete.slice(0, cut));
        const { exitCode, stderr } = await drmeta([jobs, "-o", torn, "--resume", "--workers", "1"]);
        expect(read(torn), `cut at ${cut}`).toBe(complete);
        // the exit code and the count are those of all jobs
        expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: first.stderr });
      }
      const fresh = inFolder(`fresh-${name}`);
      await drmeta([jobs, "-o", fresh, "--resume", "--workers", "2"]);
      expect(read(fresh)).toBe(complete);
    },
  );

  test("ids that are done are skipped wherever they stand, as often as they are there", async () => {
    const jobs = file("order.ndjson", `${jobLine(1)}\n${jobLine(2)}\n${jobLine(2)}\n${jobLine(3)}\n`);
    const output = inFolder("order-results.ndjson");
    await drmeta([file("later.ndjson", `${jobLine(3)}\n${jobLine(2)}\n`), "-o", output]);
    await drmeta([jobs, "-o", output, "--resume"]);
    expect(lines(read(output)).map(({ id }) => id)).toEqual(["job 3", "job 2", "job 1", "job 2"]);
    const { stderr } = await drmeta([file("fewer.ndjson", `${jobLine(1)}\n`), "-o", output, "--resume"]);
    expect(stderr).toContain("3 results in");
  });

  test.each([
    ["killed.ndjson", "killed.ndjson"],
    // a Parquet file comes to be in the end; until then its results are lines beside it
    ["killed.parquet", "killed.parquet.unfinished"],
  ])("%s: after kill -9 in the middle", async (name, growing) => {
    const program = inFolder("cli.mjs");
    await build({
      entryPoints: [join(ROOT, "src/cli/bin.ts")],
      outfile: program,
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20",
      mainFields: ["browser", "module", "main"],
      banner: {
        js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
      },
      alias: { workerpool: join(ROOT, "node_modules/workerpool/src/index.js") },
      external: ["@resvg/resvg-js"],
      logLevel: "silent",
    });
    const count = 3000;
    const jobs = file("many.ndjson", jobsText(count));
    const whole = inFolder(`whole-${name}`);
    expect((await drmeta([jobs, "-o", whole])).exitCode).toBe(0);
    const output = inFolder(name);
    const child = spawn(process.execPath, [program, "batch", jobs, "-o", output, "--workers", "2"]);
    const ended = new Promise((resolve) => child.on("exit", (_, signal) => resolve(signal)));
    while ((statSync(inFolder(growing), { throwIfNoEntry: false })?.size ?? 0) < 20_000) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    child.kill("SIGKILL");
    expect(await ended).toBe("SIGKILL");
    const left = read(inFolder(growing));
    const results = (await drmeta([jobs])).stdout;
    expect(left.length).toBeLessThan(results.length);
    expect(results.startsWith(left)).toBe(true);
    const anew = await drmeta([jobs, "-o", output]);
    expect(anew).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("go on with --resume") });
    expect((await drmeta([jobs, "-o", output, "--resume"])).exitCode).toBe(0);
    expect(readFileSync(output).equals(readFileSync(whole))).toBe(true);
    expect(existsSync(`${output}.unfinished`)).toBe(false);
  });
});

describe("--by: a table of many data sets", () => {
  const sets = ["b", "a", "c"].map((name, i) => ({ name, ...dataSet(i, 6) }));
  const rows = sets.flatMap(({ name, yi, vi }) =>
    yi.map((y, i) => `${name},${y},${vi[i]},${i % 2 === 0 ? "low" : "high"},${i === 3 ? "" : i}`),
  );
  // the rows of a data set need not stand together
  const csv = `set,yi,vi,dose,unused\n${[...rows.filter((_, i) => i % 2), ...rows.filter((_, i) => i % 2 === 0)].join("\n")}\n`;
  const model = ["--by", "set", "--formula", "yi ~ dose + meta_V(V = vi)"];

  test("each set is fitted as if it were alone; results as lines and as CSV", async () => {
    const path = file("wide.csv", csv);
    const { exitCode, stdout } = await drmeta([path, ...model]);
    expect(exitCode).toBe(0);
    const results = lines(stdout);
    expect(results.map(({ id }) => id)).toEqual(["b", "a", "c"]);
    for (const result of results) {
      const mine = csv.split("\n").filter((line, i) => i === 0 || line.startsWith(`${result.id},`));
      const fit = drm("yi ~ dose + meta_V(V = vi)", { data: parseCsv(mine.join("\n")) });
      expect(result).toEqual({ id: result.id, ...JSON.parse(JSON.stringify(toJSON(fit))) });
    }
    const output = inFolder("wide-results.csv");
    await drmeta([path, ...model, "-o", output]);
    const table = parseCsv(read(output));
    expect(table.names.slice(0, 5)).toEqual(["set", "status", "dpar", "term", "estimate"]);
    const flat = results.flatMap(({ coefficients }) => coefficients);
    const estimates = table.column("estimate")!;
    expect(estimates.kind === "numeric" && [...estimates.values]).toEqual(
      flat.map(({ estimate }: { estimate: number }) => estimate),
    );
  });

  test("Parquet in and out", async () => {
    const path = file("wide.csv", csv);
    const output = inFolder("wide.parquet");
    expect((await drmeta([path, ...model, "-o", output])).exitCode).toBe(0);
    const columns = await readColumns(output, () => true);
    const { stdout } = await drmeta([path, ...model]);
    const flat = lines(stdout).flatMap(({ id, coefficients }) =>
      coefficients.map((one: object) => ({ set: id, ...one })),
    );
    for (const name of ["set", "dpar", "term", "estimate", "std_error", "p_value", "conf_low"]) {
      expect(columns[name], name).toEqual(flat.map((row) => row[name]));
    }
    // the results are a table with a column of names again
    const again = await drmeta([output, "--by", "dpar", "--formula", "estimate ~ 1"]);
    expect(lines(again.stdout).map(({ id, nobs }) => [id, nobs])).toEqual([
      ["mu", 6],
      ["sigma", 3],
    ]);
  });

  test("a column that is not there, and a row without a name", async () => {
    const path = file("wide.csv", csv);
    const missing = await drmeta([path, "--by", "sett", "--formula", FORMULA]);
    expect(missing).toMatchObject({ exitCode: 1, stdout: "" });
    expect(missing.stderr).toContain("did you mean 'set'?");
    const gap = file("gap.csv", "set,yi,vi\na,1,1\n,2,1\n");
    expect((await drmeta([gap, "--by", "set", "--formula", FORMULA])).stderr).toContain("'set', row 2");
    const broken = file("broken.parquet", "PAR1 and no more");
    expect((await drmeta([broken, "--by", "set", "--formula", FORMULA])).stderr).toContain("cannot read");
  });
});
