// Very many small fits: fitMany() on one worker and on all, beside metafor, and its memory.
//
//   node bench/run.mjs bench/batch.bench.ts [--quick | --full]
//
// First memory, in a process that has just started: 200,000 data sets of 10 rows (--quick: 50,000, --full: 1,000,000) are
// fitted, and resident memory at the end is compared with that after 10,000; what is in between shows whether it still
// grows or has settled.
//
// Then speed. Each row fits different simulated data sets of n rows with starts: 1 and compact results. One pool of one
// worker and one of all are open at the same time and take turns of half a second, so that both meet the same
// machine; "scaling" is the median ratio of neighbouring turns. "a core" divides by the CPU time of the whole process,
// the main thread and the collection of garbage included. metafor fits one of the same data sets in the same run.
import { availableParallelism } from "node:os";
import { type BatchJob, type FitManyOptions, fitMany } from "../src/batch/index";
import { diagonal } from "./data";
import { describeMachine, writeResults } from "./machine";
import { type MetaforJob, runMetafor } from "./metafor/metafor";
import { duration, megabytes, percent, table } from "./table";

const quick = process.argv.includes("--quick");
const full = process.argv.includes("--full");
const CORES = availableParallelism();
const SIZES = [10, 80, 300];
/** Workers compile what they run for one to two seconds; then measuring begins. */
const WARM_UP_SECONDS = 2;
/** Of a turn: results that were ready when it began are gone through first, and then it is timed. */
const SETTLE_SECONDS = 0.3;
const TURN_SECONDS = 0.5;
const TURNS = quick ? 4 : 12;
const MEMORY_FITS = full ? 1_000_000 : quick ? 50_000 : 200_000;
const EARLY_FITS = 10_000;
const POINTS = [EARLY_FITS, 50_000, 100_000, 200_000, 500_000, 1_000_000].filter(
  (fits) => fits <= MEMORY_FITS,
);
/** Resident memory at the end, beside that after EARLY_FITS. */
const MOST_GROWTH = 1.2;
const DIFFERENT = 50;

interface Model {
  readonly name: string;
  readonly formulas: readonly string[];
  readonly peer?: { readonly mods: string; readonly scale?: string };
}

const MODELS: readonly Model[] = [
  { name: "intercept only", formulas: ["yi ~ 1 + meta_V(V = vi)"], peer: { mods: "~ 1" } },
  {
    name: "location-scale",
    formulas: ["yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"],
    peer: { mods: "~ habitat + duration", scale: "~ habitat" },
  },
  {
    name: "bivariate",
    formulas: ["mu1 = yi ~ 1 + meta_V(V = meta_vcov_bivariate(vi, vi, cor12 = 0.3))", "mu2 = y2 ~ 1"],
  },
];

type Columns = BatchJob["data"] & { readonly yi: Float64Array; readonly vi: Float64Array };

function dataSets(n: number): Columns[] {
  return Array.from({ length: DIFFERENT }, (_, k) => {
    const { yi, vi, habitat, duration } = diagonal(n, 1000 + k).data;
    const other = diagonal(n, 5000 + k).data.yi;
    // both levels in every data set
    const levels = habitat.map((level, i) => (i < 2 ? ["grassland", "forest"][i]! : level));
    return { yi, vi, habitat: levels, duration, y2: yi.map((y, i) => 0.5 * y + other[i]!) };
  });
}

function* repeated(sets: readonly Columns[], goesOn: (i: number) => boolean): Generator<BatchJob> {
  for (let i = 0; goesOn(i); i++) yield { data: sets[i % sets.length]! };
}

interface Turn {
  readonly perSecond: number;
  readonly perCpuSecond: number;
  readonly fits: number;
  readonly notConverged: number;
}

type Results = ReturnType<typeof open>;

function open(sets: readonly Columns[], model: Model, workers: number) {
  const options: FitManyOptions & { result: "estimates" } = {
    formulas: model.formulas,
    factors: { habitat: ["grassland", "forest"] },
    starts: 1,
    workers,
    result: "estimates",
  };
  return fitMany(
    repeated(sets, () => true),
    options,
  );
}

async function take(results: Results, seconds: number): Promise<Turn> {
  const begin = performance.now();
  const cpu = process.cpuUsage();
  let fits = 0;
  let notConverged = 0;
  let elapsed = 0;
  while (elapsed < seconds) {
    const { value } = await results.next();
    if (!value?.ok) throw new Error(value?.error.message ?? "no more results");
    if (value.code !== 0) notConverged++;
    fits++;
    elapsed = (performance.now() - begin) / 1e3;
  }
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: fits / elapsed, perCpuSecond: fits / ((user + system) / 1e6), fits, notConverged };
}

async function inTurns(sets: readonly Columns[], model: Model): Promise<{ one: Turn[]; all: Turn[] }> {
  const [one, all] = [open(sets, model, 1), open(sets, model, CORES)];
  for (const results of [one, all]) await take(results, WARM_UP_SECONDS);
  const turns: { one: Turn[]; all: Turn[] } = { one: [], all: [] };
  for (let k = 0; k < TURNS; k++) {
    await take(one, SETTLE_SECONDS);
    turns.one.push(await take(one, TURN_SECONDS));
    await take(all, SETTLE_SECONDS);
    turns.all.push(await take(all, TURN_SECONDS));
  }
  await Promise.all([one.return(), all.return()]);
  return turns;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

const total = (turns: readonly Turn[], of: "fits" | "notConverged"): number =>
  turns.reduce((sum, turn) => sum + turn[of], 0);

console.log(describeMachine());
const rate = (value: number): string => Math.round(value).toLocaleString("en-US");

const small = dataSets(10);
const resident: number[] = [];
let done = 0;
const begin = performance.now();
const options = { formulas: MODELS[0]!.formulas, starts: 1 };
for await (const result of fitMany(
  repeated(small, (i) => i < MEMORY_FITS),
  options,
)) {
  if (!result.ok) throw new Error(result.error.message);
  if (POINTS.includes(++done)) resident.push(process.memoryUsage().rss);
}
const early = resident[0]!;
const late = resident.at(-1)!;
const seconds = (performance.now() - begin) / 1e3;
const steady = late <= MOST_GROWTH * early;
console.log(
  `\n${table(
    ["fits", "resident", "beside the first"],
    POINTS.map((fits, k) => [rate(fits), megabytes(resident[k]!), (resident[k]! / early).toFixed(2)]),
  )}\n${steady ? "steady" : "GROWS"}; ${rate(MEMORY_FITS / seconds)} fits a second`,
);
const jobs: MetaforJob[] = [];
const measured = [];
for (const model of MODELS) {
  for (const n of SIZES) {
    const sets = dataSets(n);
    const { one, all } = await inTurns(sets, model);
    measured.push({
      model: model.name,
      n,
      core: median(all.map(({ perCpuSecond }) => perCpuSecond)),
      one: median(one.map(({ perSecond }) => perSecond)),
      all: median(all.map(({ perSecond }) => perSecond)),
      scaling: median(all.map(({ perSecond }, k) => perSecond / one[k]!.perSecond)),
      notConverged: total(all, "notConverged") / total(all, "fits"),
    });
    if (model.peer === undefined) continue;
    const { yi, vi, habitat, duration } = sets[0] as unknown as MetaforJob["data"];
    jobs.push({
      name: `${model.name}, ${n}`,
      call: "rma",
      method: "ML",
      data: { yi: yi!, vi: vi!, habitat: habitat!, duration: duration! },
      factors: { habitat: ["grassland", "forest"] },
      control: "default",
      repeats: 10,
      ...model.peer,
    });
  }
}
const peer = runMetafor(jobs, 120);
const peerSeconds = (name: string): number | null =>
  peer?.results.get(name)?.values.get("seconds")?.get("") ?? null;

console.log(
  `\nfits a second, starts: 1; "all": ${CORES} workers\n${table(
    ["model", "n", "a core", "1 worker", "all", "scaling", "metafor, a fit", "not converged"],
    measured.map(({ model, n, core, one, all, scaling, notConverged }) => {
      const theirs = peerSeconds(`${model}, ${n}`);
      return [
        model,
        String(n),
        rate(core),
        rate(one),
        rate(all),
        scaling.toFixed(2),
        theirs === null ? (peer === null ? "not installed" : "-") : duration(theirs),
        percent(notConverged),
      ];
    }),
  )}`,
);

writeResults("batch", {
  measured,
  metafor: jobs.map(({ name }) => [name, peerSeconds(name)]),
  early,
  late,
  seconds,
});
process.exitCode = steady ? 0 : 1;
