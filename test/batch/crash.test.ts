import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { type BatchJob, fitMany } from "../../src/batch/index";

const folder = vi.hoisted(() => ({ path: "" }));
folder.path = mkdtempSync(join(tmpdir(), "drmeta-crash-"));
afterAll(() => rmSync(folder.path, { recursive: true }));

/**
 * Before it listens to anything else, a worker ends its thread over a job with maxEvaluations 198, the first time, and over
 * one with 199, every time.
 */
const FATE = (marker: string) => `
  const { existsSync, writeFileSync } = require("node:fs");
  const meet = ({ message: { jobs, start, numbers, layouts, models } }) => {
    for (let i = 0, at = start; i < jobs; i++) {
      const { maxEvaluations } = JSON.parse(models[numbers[at]]);
      const { names, rows } = layouts[numbers[at + 1]];
      at += 2 + names.length * rows;
      if (maxEvaluations === 199) process.exit(9);
      if (maxEvaluations !== 198 || existsSync(${JSON.stringify(marker)})) continue;
      writeFileSync(${JSON.stringify(marker)}, "");
      process.exit(9);
    }
  };
  require("node:worker_threads").parentPort.on("message", ({ method, params }) => {
    if (method === "serve") params[0].on("message", meet);
  });`;

vi.mock("../../src/batch/worker-code.generated", async (original) => {
  const { workerCode } = await original<{ workerCode: string }>();
  return {
    get workerCode() {
      return FATE(join(folder.path, "marker")) + workerCode;
    },
  };
});

const good = { yi: [0.1, 0.5, 0.3, 0.9], vi: [0.02, 0.03, 0.02, 0.04] };

async function run(jobs: BatchJob[], workers: number) {
  const out = [];
  for await (const result of fitMany(jobs, { formulas: "yi ~ 1 + meta_V(V = vi)", workers }))
    out.push(result);
  return out;
}

describe.each([1, 2])("%i workers, one of which dies", (workers) => {
  const jobs = Array.from({ length: 60 }, (_, i) => ({
    id: i,
    data: { ...good, yi: good.yi.map((y) => y + i) },
  }));

  test("once: another takes its place, and nothing is missing", async () => {
    rmSync(join(folder.path, "marker"), { force: true });
    const expected = await run(jobs, workers);
    const fateful = jobs.map((job, i) => (i === 30 ? { ...job, maxEvaluations: 198 } : job));
    expect(await run(fateful, workers)).toEqual(expected);
    expect(existsSync(join(folder.path, "marker"))).toBe(true);
  });

  test("over a job, each time: the job has an error and the others their results", async () => {
    const expected = await run(jobs, workers);
    const fateful = jobs.map((job, i) => (i === 30 ? { ...job, maxEvaluations: 199 } : job));
    const results = await run(fateful, workers);
    expect(results[30]).toMatchObject({ index: 30, id: 30, ok: false, error: { code: "worker_crashed" } });
    results[30] = expected[30]!;
    expect(results).toEqual(expected);
  });
});
