import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { dataSet, drmeta, FORMULA, jobsText, lines, read, scratchFolder } from "./jobs";

const { path: inFolder, file } = scratchFolder();

const MODEL = ["--formula", "yi ~ x + meta_V(V = vi)", "--formula", "sigma ~ x"];
const bare = (n: number) =>
  Array.from({ length: n }, (_, i) => {
    const { yi, vi } = dataSet(i, 12);
    return `${JSON.stringify({ id: `job ${i}`, data: { yi, vi, x: yi.map((_, j) => (j % 3 ? "a" : "b")) } })}\n`;
  }).join("");

/** An output as a run leaves it that is killed after some of its jobs. */
async function unfinished(name: string, argv: string[], jobs: string): Promise<string> {
  const output = inFolder(name);
  rmSync(`${output}.unfinished`, { force: true });
  rmSync(output, { force: true });
  const some = file(`some-${name}.ndjson`, `${jobs.split("\n").slice(0, 9).join("\n")}\n`);
  const to = name.endsWith(".parquet") ? `${output}.unfinished` : output;
  const format = name.endsWith(".csv") ? "csv" : "ndjson";
  const { exitCode } = await drmeta([some, ...argv, "-o", to, "--format", format, "--workers", "1"]);
  expect(exitCode).toBe(0);
  return output;
}

const FORMATS = ["results.ndjson", "results.csv", "results.parquet"];

describe("--resume with other options", () => {
  const others: [string, string[], string][] = [
    ["formula", ["--formula", "yi ~ 1 + meta_V(V = vi)", "--formula", "sigma ~ x"], ""],
    ["a formula less", MODEL.slice(0, 2), ""],
    ["method", [...MODEL, "--method", "REML"], ""],
    ["level", [...MODEL, "--conf", "0.9"], "conf_low was"],
    ["fixed value", [...MODEL.slice(0, 2), "--fix", "sigma=0.3"], ""],
    ["levels", [...MODEL, "--levels", "x=b,a"], ""],
    ["weights", [...MODEL, "--weights", "vi"], ""],
    ["no formula", [], ""],
  ];
  test.each(FORMATS)("%s is refused and nothing is changed", async (name) => {
    const jobs = file("options.ndjson", bare(14));
    const output = await unfinished(name, MODEL, bare(14));
    const kept = name.endsWith(".parquet") ? `${output}.unfinished` : output;
    // torn, too
    writeFileSync(kept, readFileSync(kept).subarray(0, -30));
    const before = read(kept);
    for (const [what, argv, words] of others) {
      const { exitCode, stderr } = await drmeta([jobs, ...argv, "-o", output, "--resume"]);
      expect({ what, exitCode }).toEqual({ what, exitCode: 1 });
      expect(stderr, what).toContain("holds results of other options or data");
      expect(stderr, what).toContain('job "job 0": ');
      expect(stderr, what).toContain(words);
      expect(read(kept), what).toBe(before);
    }
    // the same model in other spaces is the same
    const same = MODEL.map((argument) => argument.replaceAll(" ~ ", "~"));
    expect((await drmeta([jobs, ...same, "-o", output, "--resume"])).exitCode).toBe(0);
  });

  test("what only lines of JSON tell: the fitted values, the number of searches", async () => {
    const jobs = file("options.ndjson", bare(14));
    for (const argv of [
      [...MODEL, "--fitted"],
      [...MODEL, "--starts", "1"],
    ]) {
      const output = await unfinished("told.ndjson", MODEL, bare(14));
      const { exitCode, stderr } = await drmeta([jobs, ...argv, "-o", output, "--resume"]);
      expect({ exitCode, stderr }).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(/fitted|evaluations/),
      });
    }
  });

  test("each result is held against the job that would give it", async () => {
    const job = (id: string, formula: string, method: string, seed = 1) =>
      `${JSON.stringify({ id, formulas: [formula], method, data: dataSet(seed) })}\n`;
    const first = job("a", FORMULA, "ML") + job("b", FORMULA, "REML") + job("b", "yi ~ 1", "ML");
    const output = inFolder("own.ndjson");
    await drmeta([file("own-jobs.ndjson", first), "-o", output]);
    const all = first + job("c", FORMULA, "ML");
    // options that all of the jobs override change nothing
    const same = await drmeta([file("own-jobs.ndjson", all), "-o", output, "--resume", "--method", "REML"]);
    expect(same.exitCode).toBe(0);
    expect(lines(read(output)).map(({ id }) => id)).toEqual(["a", "b", "b", "c"]);
    const before = read(output);
    // a job of the same id that has become another, behind one that is new
    const changed = job("d", FORMULA, "ML") + all.replace(job("c", FORMULA, "ML"), job("c", "yi ~ 1", "ML"));
    const refused = await drmeta([file("own-jobs.ndjson", changed), "-o", output, "--resume"]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(
      `job "c": its result is of ${FORMULA}, ML, and now it would be of yi ~ 1, ML`,
    );
    expect(read(output)).toBe(before);
    // other data
    const moved = all.replace(job("a", FORMULA, "ML"), job("a", FORMULA, "ML", 2));
    const { stderr } = await drmeta([file("own-jobs.ndjson", moved), "-o", output, "--resume"]);
    expect(stderr).toContain('job "a": logLik was');
  });

  test("where all have failed their errors tell, but for those that may have gone", async () => {
    const output = inFolder("all-failed.ndjson");
    const jobs = file("all-failed-jobs.ndjson", bare(4));
    const wrong = ["--formula", "yi ~ z + meta_V(V = vi)"];
    expect((await drmeta([jobs, ...wrong, "-o", output])).exitCode).toBe(3);
    const { stderr } = await drmeta([jobs, ...MODEL, "-o", output, "--resume"]);
    expect(stderr).toContain("--retry-failed runs it again");
    expect((await drmeta([jobs, ...MODEL, "-o", output, "--retry-failed"])).exitCode).toBe(0);
    const crashed = '{"id":"job 0","error":{"code":"worker_crashed","message":"the worker died"}}\n';
    writeFileSync(output, crashed);
    expect((await drmeta([jobs, ...MODEL, "-o", output, "--resume"])).exitCode).toBe(3);
    expect(read(output).startsWith(crashed)).toBe(true);
  });
});

describe("--retry-failed", () => {
  const job = (i: number) => {
    const id = i % 5 === 4 ? i : `job ${i}`;
    if (i % 3 === 1) return JSON.stringify({ id, formulas: [FORMULA], path: `late-${i}.csv` });
    if (i === 3)
      return JSON.stringify({ id, formulas: [FORMULA], data: { yi: [0.5, 0.5, 0.5], vi: [0, 0, 0] } });
    return JSON.stringify({ id, formulas: [FORMULA], data: dataSet(i) });
  };
  const JOBS = `${Array.from({ length: 12 }, (_, i) => job(i)).join("\n")}\n`;
  const mend = (i: number) => {
    const { yi, vi } = dataSet(i);
    file(`late-${i}.csv`, `yi,vi\n${yi.map((y, j) => `${y},${vi[j]}`).join("\n")}\n`);
  };
  const breakAgain = () => {
    for (let i = 0; i < 12; i++) rmSync(inFolder(`late-${i}.csv`), { force: true });
  };

  test.each(FORMATS)("%s: failed jobs run again and stand where they stood", async (name) => {
    breakAgain();
    const jobs = file("retry.ndjson", JOBS);
    const output = inFolder(`retry-${name}`);
    expect((await drmeta([jobs, "-o", output])).stderr).toContain(
      "7 converged, 1 did not converge, 4 failed",
    );
    const first = readFileSync(output);
    // nothing has been put right: nothing changes
    expect((await drmeta([jobs, "-o", output, "--retry-failed"])).exitCode).toBe(3);
    expect(readFileSync(output).equals(first)).toBe(true);
    mend(1);
    mend(7);
    // --resume leaves them alone
    expect((await drmeta([jobs, "-o", output, "--resume"])).exitCode).toBe(3);
    expect(readFileSync(output).equals(first)).toBe(true);
    const again = await drmeta([jobs, "-o", output, "--retry-failed"]);
    expect(again.stderr).toBe("drmeta: 12 jobs: 9 converged, 1 did not converge, 2 failed\n");
    const whole = inFolder(`retry-whole-${name}`);
    await drmeta([jobs, "-o", whole]);
    expect(readFileSync(output).equals(readFileSync(whole))).toBe(true);
    expect([`${output}.unfinished`, `${output}.new`].filter(existsSync)).toEqual([]);
    rmSync(whole);
  });

  test.each(FORMATS)("%s: what was there when it was killed is there afterwards", async (name) => {
    breakAgain();
    const jobs = file("retry.ndjson", JOBS);
    const output = inFolder(`kill-${name}`);
    await drmeta([jobs, "-o", output]);
    const first = readFileSync(output);
    for (let i = 1; i < 12; i += 3) mend(i);
    const whole = inFolder(`kill-whole-${name}`);
    await drmeta([jobs, "-o", whole]);
    // as a run leaves it that was killed: results that converged, some that were tried again, and a torn one
    const converged = lines((await drmeta([jobs])).stdout).filter(({ error }) => error === undefined);
    const text = converged.map((result) => `${JSON.stringify(result)}\n`);
    const cut = text.slice(0, 8).join("") + text[8]!.slice(0, 50);
    for (const option of ["--retry-failed", "--resume"]) {
      writeFileSync(output, first);
      file(`kill-${name}.unfinished`, cut);
      file(`kill-${name}.new`, "a draft that was never whole");
      const plain = await drmeta([jobs, "-o", output]);
      expect(plain.stderr).toContain(".unfinished is there, with results of a run that did not end");
      expect(readFileSync(output).equals(first)).toBe(true);
      expect((await drmeta([jobs, "-o", output, option])).stderr).toContain(
        "11 converged, 1 did not converge",
      );
      expect(readFileSync(output).equals(readFileSync(whole))).toBe(true);
      expect([`${output}.unfinished`, `${output}.new`].filter(existsSync)).toEqual([]);
    }
  });

  test("results in another order, of jobs that are gone, and ids that are there twice", async () => {
    breakAgain();
    const line = (id: string, path: string) => `${JSON.stringify({ id, formulas: [FORMULA], path })}\n`;
    const output = inFolder("orders.ndjson");
    mend(1);
    const jobs = [line("gone", "late-1.csv"), line("b", "late-2.csv"), line("a", "late-1.csv")];
    await drmeta([file("orders-jobs.ndjson", jobs.join("") + line("b", "late-2.csv")), "-o", output]);
    mend(2);
    const now = file("orders-jobs.ndjson", [jobs[2], jobs[1], line("new", "late-1.csv"), jobs[1]].join(""));
    const { stderr } = await drmeta([now, "-o", output, "--retry-failed"]);
    expect(stderr).toContain("1 results in");
    expect(lines(read(output)).map(({ id, error }) => [id, error ?? null])).toEqual(
      ["a", "b", "new", "b", "gone"].map((id) => [id, null]),
    );
  });

  test("of jobs of one id it cannot tell which have failed", async () => {
    breakAgain();
    const line = (id: string, path: string) => `${JSON.stringify({ id, formulas: [FORMULA], path })}\n`;
    mend(1);
    const twice = file(
      "twice.ndjson",
      line("b", "late-2.csv") + line("b", "late-1.csv") + line("c", "late-1.csv"),
    );
    for (const name of FORMATS) {
      const output = inFolder(`twice-${name}`);
      await drmeta([twice, "-o", output]);
      const before = readFileSync(output);
      const { exitCode, stderr } = await drmeta([twice, "-o", output, "--retry-failed"]);
      expect({ exitCode, stderr }).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining("of several jobs with the id 'b' some have failed"),
      });
      expect(readFileSync(output).equals(before)).toBe(true);
      expect(existsSync(`${output}.unfinished`)).toBe(false);
    }
  });

  test("a refusal leaves everything as it was", async () => {
    breakAgain();
    const jobs = file("retry.ndjson", JOBS);
    const output = inFolder("refused.csv");
    await drmeta([jobs, "-o", output]);
    const before = read(output);
    const { exitCode } = await drmeta([jobs, "--conf", "0.5", "-o", output, "--retry-failed"]);
    expect({ exitCode, now: read(output) }).toEqual({ exitCode: 1, now: before });
    expect(existsSync(`${output}.unfinished`)).toBe(false);
  });
});

describe("Parquet", () => {
  test("more jobs are added to a finished file, and one without news is left alone", async () => {
    const output = inFolder("more.parquet");
    await drmeta([file("more.ndjson", jobsText(5)), "-o", output]);
    const first = readFileSync(output);
    await drmeta([file("more.ndjson", jobsText(5)), "-o", output, "--resume"]);
    expect(readFileSync(output).equals(first)).toBe(true);
    await drmeta([file("more.ndjson", jobsText(9)), "-o", output, "--resume"]);
    const whole = inFolder("more-whole.parquet");
    await drmeta([file("more.ndjson", jobsText(9)), "-o", whole]);
    expect(readFileSync(output).equals(readFileSync(whole))).toBe(true);
    const other = await drmeta([file("other.parquet", first.subarray(0, 50)), "-o", output, "--resume"]);
    expect(other.exitCode).not.toBe(0);
    const mine = file("mine.parquet", "my own");
    const { stderr } = await drmeta([file("more.ndjson", jobsText(5)), "-o", mine, "--resume"]);
    expect(stderr).toContain("cannot read");
    expect(read(mine)).toBe("my own");
  });
});
