// Very many small fits: fitMany() on one worker and on all, beside metafor, and its memory.
//
//   node bench/run.mjs bench/batch.bench.ts [--quick | --full]
//
// Each row fits different simulated data sets of n rows with starts: 1 and compact results. "a core" divides by the CPU
// time of the whole process, the main thread included, so that other work on the machine does not enter; "1 worker" and
// "all" are by the clock. metafor fits one of the same data sets in the same run. The last part fits 200,000 data sets of
// 10 rows (--quick: 50,000, --full: 1,000,000) and compares resident memory with that after 10,000; what is in between shows
// whether it still grows or has settled.
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
/** Workers compile what they run for one to two seconds; then a measurement begins, and takes this long. */
const WARM_UP_SECONDS = 2;
const SECONDS = quick ? 1.5 : 3;
/** One worker and all take turns, so that both meet the same machine; medians are reported. */
const ROUNDS = quick ? 1 : 3;
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

interface Run {
  readonly perSecond: number;
  readonly perCpuSecond: number;
  readonly notConverged: number;
  readonly fits: number;
}

async function run(sets: readonly Columns[], model: Model, workers: number): Promise<Run> {
  const options: FitManyOptions & { result: "estimates" } = {
    formulas: model.formulas,
    factors: { habitat: ["grassland", "forest"] },
    starts: 1,
    workers,
    result: "estimates",
  };
  const warm = performance.now() + 1e3 * WARM_UP_SECONDS;
  const end = warm + 1e3 * SECONDS;
  const jobs = repeated(sets, () => performance.now() < end);
  let begin = 0;
  let cpu = process.cpuUsage();
  let notConverged = 0;
  let fits = 0;
  for await (const result of fitMany(jobs, options)) {
    if (!result.ok) throw new Error(result.error.message);
    if (begin === 0) {
      if (performance.now() < warm) continue;
      begin = performance.now();
      cpu = process.cpuUsage();
      continue;
    }
    if (result.code !== 0) notConverged++;
    fits++;
  }
  const seconds = (performance.now() - begin) / 1e3;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: fits / seconds, perCpuSecond: fits / ((user + system) / 1e6), notConverged, fits };
}

function middle(runs: readonly Run[]): Run {
  return [...runs].sort((a, b) => a.perSecond - b.perSecond)[runs.length >> 1]!;
}

console.log(describeMachine());
const rate = (value: number): string => Math.round(value).toLocaleString("en-US");
const jobs: MetaforJob[] = [];
const measured = [];
for (const model of MODELS) {
  for (const n of SIZES) {
    const sets = dataSets(n);
    const ones: Run[] = [];
    const alls: Run[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      ones.push(await run(sets, model, 1));
      alls.push(await run(sets, model, CORES));
    }
    const [one, all] = [middle(ones), middle(alls)];
    measured.push({ model: model.name, n, one, all });
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
    measured.map(({ model, n, one, all }) => {
      const theirs = peerSeconds(`${model}, ${n}`);
      return [
        model,
        String(n),
        rate(one.perCpuSecond),
        rate(one.perSecond),
        rate(all.perSecond),
        (all.perSecond / one.perSecond).toFixed(2),
        theirs === null ? (peer === null ? "not installed" : "-") : duration(theirs),
        percent(all.notConverged / all.fits),
      ];
    }),
  )}`,
);

const sets = dataSets(10);
const resident: number[] = [];
let done = 0;
const begin = performance.now();
const options = { formulas: MODELS[0]!.formulas, starts: 1 };
for await (const result of fitMany(
  repeated(sets, (i) => i < MEMORY_FITS),
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
writeResults("batch", {
  measured,
  metafor: jobs.map(({ name }) => [name, peerSeconds(name)]),
  early,
  late,
  seconds,
});
process.exitCode = steady ? 0 : 1;
