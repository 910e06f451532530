import { describe, expect, test } from "vitest";
import { type BatchJob, type FitManyOptions, fitMany, type Progress } from "../../src/batch/index";
import { type DrmOptions, drm, drmFormula, parseCsv } from "../../src/index";
import { randomStream } from "../../src/stats/random";

const FORMULAS = ["yi ~ group + x + meta_V(V = vi)", "sigma ~ group"];

/** A seeded location-scale data set. */
function dataSet(seed: number, rows = 24) {
  const random = randomStream(seed);
  const group = Array.from({ length: rows }, (_, i) => (i % 3 === 0 ? "a" : "b"));
  const x = Float64Array.from({ length: rows }, () => random.normal());
  const vi = Array.from({ length: rows }, () => 0.02 + 0.05 * random.uniform());
  const yi = vi.map((v, i) => 0.2 * x[i]! + Math.sqrt(v + (group[i] === "a" ? 0.3 : 0.05)) * random.normal());
  return { yi, vi, group, x };
}

async function all<T>(results: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const result of results) out.push(result);
  return out;
}

const estimatesOf = (options: FitManyOptions, jobs: Parameters<typeof fitMany>[0]) =>
  all(fitMany(jobs, { result: "estimates", ...options } as FitManyOptions & { result: "estimates" }));

describe("fitMany", () => {
  const jobs = Array.from({ length: 300 }, (_, i) => ({ id: `job ${i}`, data: dataSet(i) }));

  test.each([1, 2, 3])("gives what drm() gives, in order: %i workers", async (workers) => {
    const results = await estimatesOf({ formulas: FORMULAS, workers }, jobs);
    expect(results).toHaveLength(jobs.length);
    results.forEach((result, i) => {
      if (!result.ok) throw new Error(result.error.message);
      const fit = drm(drmFormula(...FORMULAS), { data: jobs[i]!.data });
      expect(result).toMatchObject({ index: i, id: `job ${i}`, nobs: 24, code: fit.optim.code });
      expect(result.logLik).toBe(fit.logLik);
      expect([...result.estimates]).toEqual(fit.coefficients.map(({ estimate }) => estimate));
      expect([...result.stdErrors]).toEqual(fit.coefficients.map(({ stdError }) => stdError));
      expect(result.message).toBe(fit.optim.message);
      expect(result.coefficients).toEqual(fit.coefficients.map(({ dpar, term }) => ({ dpar, term })));
      expect([...result.atBoundary]).toEqual(fit.coefficients.map(({ atBoundary }) => Number(atBoundary)));
    });
  });

  test("complete fits are the fits of drm()", async () => {
    const some = jobs.slice(0, 5);
    const results = await all(fitMany(some, { formulas: FORMULAS, workers: 1, result: "fit" }));
    results.forEach((result, i) => {
      if (!result.ok) throw new Error(result.error.message);
      expect(result.fit).toEqual(drm(drmFormula(...FORMULAS), { data: some[i]!.data }));
    });
  });

  test("every kind of data and option", async () => {
    const { yi, vi, group, x } = dataSet(1);
    const rows = yi.map((y, i) => ({ yi: y, vi: vi[i]!, group: group[i]!, x: x[i]! }));
    const csv = `yi,vi,group,x,notes\n${rows.map((row) => Object.values(row).join(",")).join(",1\n")},oops\n`;
    const flag = yi.map((y) => y > 0);
    const gaps = { ...dataSet(2), x: [null, ...dataSet(2).x.slice(1)], group: [...group.slice(0, 23), null] };
    const V = vi.map((v, i) => vi.map((_, j) => (i === j ? v : 0.001)));
    const weights = yi.map((_, i) => 1 + (i % 2));
    const two = { y1: yi, y2: [...x], v1: vi, v2: vi };
    const study = yi.map((_, i) => `s${i >> 1}`);
    // studies 1.1 and 1.10 are two, though their numbers are one
    const ids = yi.map((y, i) => `${["1.1", "1.10", "2.2", "2.20"][i % 4]},${y + (i % 4)},${vi[i]}`);
    const named = parseCsv(`study,yi,vi\n${ids.join("\n")}\n`);
    const various: (BatchJob & { formulas: string[] })[] = [
      { formulas: FORMULAS, data: rows },
      { formulas: FORMULAS, data: parseCsv(csv.replace(",oops", ",1")) },
      { formulas: FORMULAS, data: parseCsv(csv) },
      { formulas: FORMULAS, data: { yi, vi, x, group: { levels: ["b", "a"], values: group } } },
      { formulas: FORMULAS, data: { yi, vi, group, x: Float32Array.from(x) } },
      { formulas: FORMULAS, data: gaps },
      { formulas: ["yi ~ flag + meta_V(V = vi)"], data: { yi, vi, flag } },
      { formulas: FORMULAS, data: { yi, vi, group, x }, factors: { group: ["b", "a"] } },
      { formulas: ["yi ~ x + meta_V(V = vi)"], data: { yi, vi, group, x }, factors: { group: ["a", "b"] } },
      { formulas: ["yi ~ . + meta_V(V = vi)"], data: { yi, vi, group, x } },
      { formulas: ["yi ~ `my x` + meta_V(V = vi)"], data: { yi, vi, "my x": x } },
      { formulas: ["yi ~ x + meta_V(V = V)"], data: { yi, x }, matrices: { V } },
      { formulas: ["yi ~ x + meta_V(V = vi)"], data: { yi, vi, x }, weights },
      { formulas: ["yi ~ x + meta_V(V = vi)"], data: { yi, vi, x, w: weights }, weights: "w" },
      { formulas: ["yi ~ x + meta_V(V = vi)"], data: { yi, vi, x }, method: "REML" },
      { formulas: ["yi ~ x + meta_V(V = vi)"], data: { yi, vi, x }, fixed: { sigma: 0 }, starts: 1 },
      { formulas: ["yi ~ x + (1 | study) + meta_V(V = vi)"], data: { yi, vi, x, study } },
      { formulas: ["yi ~ 1 + (1 | study) + meta_V(V = vi)"], data: named },
      {
        formulas: ["mu1 = y1 ~ 1 + meta_V(V = meta_vcov_bivariate(v1, v2, cor12 = 0.2))", "mu2 = y2 ~ 1"],
        data: two,
      },
    ];
    const results = await all(fitMany(various, { workers: 1, result: "fit" }));
    results.forEach((result, i) => {
      if (!result.ok) throw new Error(`job ${i}: ${result.error.message}`);
      const { formulas, ...options } = various[i]!;
      expect(result.fit.logLik, `job ${i}`).toBe(drm(drmFormula(...formulas), options as DrmOptions).logLik);
    });
  });

  test("a job that fails says why, and stops nothing", async () => {
    const good = { data: dataSet(3) };
    const { yi, vi, x } = good.data;
    const bad: unknown[] = [
      good,
      { data: { yi, vi, x } },
      { data: { yi: [], vi: [], x: [], group: [] } },
      { data: dataSet(4), formulas: "yi ~ + )" },
      { data: { ...dataSet(4), x: [1] } },
      { id: 7, data: { ...dataSet(4), x: dataSet(4).yi.map(() => () => 1) } },
      null,
      { data: dataSet(4), weight: 1 },
      { data: { yi: [0.5, 0.5, 0.5], vi: [0, 0, 0] }, formulas: "yi ~ 1 + meta_V(V = vi)" },
      { data: parseCsv("yi,vi\n1,2\n3,oops\n2,1\n4,5\n"), formulas: "yi ~ 1 + meta_V(V = vi)" },
      good,
    ];
    for (const workers of [1, 2]) {
      const results = await estimatesOf({ formulas: FORMULAS, workers }, bad as BatchJob[]);
      const said = results.map((result) => (result.ok ? result.code : result.error.code));
      expect(said).toEqual([
        0,
        "unknown_column",
        "no_rows",
        "bad_formula",
        "bad_data",
        "bad_data",
        "bad_job",
        "bad_job",
        2,
        "bad_data",
        0,
      ]);
      expect(results.map(({ index }) => index)).toEqual(bad.map((_, i) => i));
      expect(results[5]).toMatchObject({ id: 7, ok: false });
      expect(results[1]).toMatchObject({ error: { message: expect.stringContaining("'group'") } });
      expect(results[9]).toMatchObject({ error: { message: expect.stringContaining("'oops'") } });
      expect(results.at(-1)).toEqual({ ...results[0], index: bad.length - 1 });
    }
  });

  test("options that no job can run with are an error", async () => {
    await expect(estimatesOf({ formulas: "yi ~ + )" }, [])).rejects.toThrow("^");
    await expect(estimatesOf({ workers: 0 }, [])).rejects.toThrow("workers = 0");
    await expect(estimatesOf({ result: "all" as "fit" }, [])).rejects.toThrow("result = 'all'");
    expect(await estimatesOf({ formulas: FORMULAS, workers: 2 }, [])).toEqual([]);
  });

  test("data may be changed once the next job is asked for", async () => {
    const data = dataSet(0);
    async function* reusing() {
      for (let seed = 0; seed < 40; seed++) {
        const { yi, vi, x } = dataSet(seed);
        Object.assign(data.yi, yi);
        Object.assign(data.vi, vi);
        data.x.set(x);
        yield { data };
      }
    }
    const results = await estimatesOf({ formulas: FORMULAS, workers: 2 }, reusing());
    const separate = Array.from({ length: 40 }, (_, seed) => ({ data: dataSet(seed) }));
    expect(results).toEqual(await estimatesOf({ formulas: FORMULAS, workers: 1 }, separate));
  });

  test("progress counts, with a total for an array", async () => {
    const seen: Progress[] = [];
    const onProgress = (progress: Progress) => seen.push(progress);
    const mixed = [...jobs.slice(0, 30), { data: { yi: [1] } }];
    await estimatesOf({ formulas: FORMULAS, workers: 1, onProgress }, mixed);
    expect(seen.at(-1)).toMatchObject({ done: 31, failed: 1, total: 31, secondsLeft: 0 });
    expect(seen.map(({ done }) => done)).toEqual([...seen.map(({ done }) => done)].sort((a, b) => a - b));
  });

  test("jobs are read when there is room for them", async () => {
    let read = 0;
    function* endless() {
      for (;;) {
        read++;
        yield { data: dataSet(read % 10, 12) };
      }
    }
    const results = fitMany(endless(), { formulas: "yi ~ 1 + meta_V(V = vi)", workers: 1 });
    let taken = 0;
    for await (const { ok } of results) {
      expect(ok).toBe(true);
      if (++taken === 3) break;
    }
    const soon = read;
    // at most three chunks: the first ones are 4 jobs, and a chunk is at most four times the one before
    expect(soon).toBeLessThan(4 + 16 + 64 + 256);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(read).toBe(soon);
  });

  test("a source that pauses has its jobs fitted meanwhile", async () => {
    let release = () => {};
    async function* pausing() {
      yield { data: dataSet(1) };
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      yield { data: dataSet(2) };
    }
    const results = fitMany(pausing(), { formulas: FORMULAS, workers: 1 });
    expect((await results.next()).value).toMatchObject({ index: 0, ok: true });
    release();
    expect((await results.next()).value).toMatchObject({ index: 1, ok: true });
    expect((await results.next()).done).toBe(true);
  });

  test("an error of the source comes after the results of its jobs", async () => {
    function* failing() {
      for (let i = 0; i < 20; i++) yield { data: dataSet(i) };
      throw new Error("the source is broken");
    }
    let taken = 0;
    const run = async () => {
      for await (const _ of fitMany(failing(), { formulas: FORMULAS, workers: 2 })) taken++;
    };
    await expect(run()).rejects.toThrow("the source is broken");
    expect(taken).toBe(20);
  });

  test.each([1, 2])("the signal ends it, even amid a long fit: %i workers", async (workers) => {
    const controller = new AbortController();
    let taken = 0;
    const endless = (function* () {
      for (let i = 0; ; i++) yield { data: dataSet(i % 5) };
    })();
    const run = async () => {
      for await (const _ of fitMany(endless, { formulas: FORMULAS, workers, signal: controller.signal })) {
        if (++taken === 10) controller.abort(new Error("enough"));
      }
    };
    await expect(run()).rejects.toThrow("enough");
    expect(taken).toBe(10);
    const aborted = AbortSignal.abort();
    await expect(estimatesOf({ formulas: FORMULAS, workers, signal: aborted }, jobs)).rejects.toThrow(
      /abort/i,
    );
  });
});

test("data of a job that are none are its error, not a fault of the library", async () => {
  const wrong: unknown[] = [
    5,
    "nonsense",
    true,
    null,
    undefined,
    [],
    {},
    [null],
    { yi: 5 },
    { yi: [] },
    () => 1,
  ];
  const jobs = wrong.map((data) => ({ data, formulas: "yi ~ 1" })) as BatchJob[];
  const codes: string[] = [];
  for await (const result of fitMany(jobs, { workers: 1 })) codes.push(result.ok ? "ok" : result.error.code);
  expect(codes).toHaveLength(wrong.length);
  expect(codes.filter((code) => !/^(bad_data|bad_job|no_rows|unknown_column)$/.test(code))).toEqual([]);
});
