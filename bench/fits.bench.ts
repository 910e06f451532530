// Whole fits, from formulas and data to estimates and standard errors, beside metafor when it is installed.
//
//   node bench/run.mjs bench/fits.bench.ts [--quick | --full]
//
// --quick leaves out metafor beyond 1 s and the largest sizes; --full runs metafor where it takes minutes.
// Every fit is checked in the same run: it must have converged, its log-likelihood must be that of plain loops at its
// estimates, and metafor's where metafor ran. "chol" is the fit's time in Cholesky factorizations of the same size,
// timed in the same process. Ratios compare times of one run on one machine only.
import Benchmark from "benchmark";
import { type DrmOptions, drm, drmFormula, type Fit, sigma } from "../src/index";
import { doubles, loadKernels, positiveDefinite } from "../test/kernels/compile";
import { blockDiagonal, type DataSet, dense, diagonal, HABITATS, jobOf, restoration } from "./data";
import { plainGls } from "./gls";
import { describeMachine, writeResults } from "./machine";
import { type MetaforJob, runMetafor } from "./metafor/metafor";
import { duration, percent, table } from "./table";
import { repeat, secondsOf, summarise, type Timing } from "./timing";

const quick = process.argv.includes("--quick");
const full = process.argv.includes("--full");
/** metafor is given this long for one job. */
const PEER_LIMIT = full ? 900 : 60;

/** A fit with a dense V costs at most this many Cholesky factorizations. */
const MOST_FACTORIZATIONS = 25;

interface Case {
  readonly name: string;
  readonly formulas: readonly string[];
  readonly options: DrmOptions;
  /** below 10 ms: benchmark.js counts the runs of a sample */
  readonly small: boolean;
  /** seconds wanted, and at most */
  readonly target?: readonly [number, number];
  readonly blocks?: readonly Float64Array[];
  /** set beside Cholesky factorizations of this size */
  readonly factorizations?: number;
  /** null with a reason: metafor is not asked */
  readonly peer?: Omit<MetaforJob, "name" | "control" | "factors" | "method"> | string;
}

interface Result {
  readonly name: string;
  readonly time: Timing;
  readonly evaluations: number;
  readonly target: readonly [number, number] | null;
  readonly cholesky: { readonly seconds: number; readonly ratio: number } | null;
  readonly metafor: { readonly seconds: number; readonly ratio: number; readonly logLik: number } | string;
  readonly logLik: number;
  readonly logLikError: number | null;
  readonly checked: boolean;
}

const MODS = "~ habitat + duration";

function caseOf(name: string, set: DataSet, scale: string, rest: Partial<Case> = {}): Case {
  const job = jobOf(set, scale);
  return { name, ...job, small: false, ...(set.blocks ? { blocks: set.blocks } : {}), ...rest };
}

function peerOf(set: DataSet, rest: Partial<MetaforJob> = {}): Exclude<Case["peer"], string | undefined> {
  const { yi, vi, habitat, duration } = set.data;
  const call = set.blocks ? "rma.mv" : "rma";
  return {
    call,
    data: { yi, vi, habitat, duration },
    mods: MODS,
    ...(set.blocks ? { blocks: set.blocks } : {}),
    ...rest,
  };
}

function* cases(): Generator<Case> {
  const worked = restoration();
  const columns = worked.options.data as MetaforJob["data"];
  yield {
    name: "worked example, 80 rows, sigma ~ habitat",
    ...worked,
    small: true,
    target: [0.06e-3, 0.1e-3],
    peer: { call: "rma", data: columns, mods: MODS, scale: "~ habitat", repeats: 20 },
  };
  yield { name: "  the same, starts: 1", ...worked, options: { ...worked.options, starts: 1 }, small: true };
  const thousand = diagonal(1000);
  yield caseOf("1,000 rows, sigma ~ habitat", thousand, "habitat", {
    small: true,
    peer: quick ? "skipped (--quick)" : peerOf(thousand, { scale: "~ habitat" }),
  });
  yield caseOf("100,000 rows, sigma ~ habitat", diagonal(100_000), "habitat", {
    target: [0.05, 0.1],
    peer: "skipped (80 GB: it forms n x n matrices)",
  });
  const studies = blockDiagonal(2000, 5);
  yield caseOf("2,000 blocks of 5, sigma ~ habitat", studies, "habitat", { target: [0.06, 0.06] });
  yield caseOf("2,000 blocks of 5, sigma ~ 1", studies, "1", {
    peer: full ? peerOf(studies, { sparse: true }) : "skipped (--full)",
  });
  yield caseOf("20,000 blocks of 5, sigma ~ habitat", blockDiagonal(20_000, 5), "habitat", {
    target: [0.8, 0.8],
  });
  const targets: Readonly<Record<number, readonly [number, number]>> = { 500: [0.1, 0.15], 1000: [0.6, 0.8] };
  for (const n of quick ? [200, 500] : [200, 500, 1000, 2000]) {
    const set = dense(n);
    yield caseOf(`dense V, n = ${n}, sigma ~ habitat`, set, "habitat", {
      factorizations: n,
      ...(targets[n] ? { target: targets[n] } : {}),
    });
    const reason = quick && n > 200 ? "(--quick)" : n > 1000 && !full ? "(--full)" : null;
    yield caseOf(`dense V, n = ${n}, sigma ~ 1`, set, "1", {
      factorizations: n,
      peer: reason === null ? peerOf(set) : `skipped ${reason}`,
    });
  }
}

/** Small fits are timed once the compilers of the JavaScript engine are done with them. */
const WARM_UP_MILLISECONDS = 1500;

/** Times in samples of many fits each: Benchmark counts and calibrates. */
function benchmark(run: () => unknown): Timing {
  const warm = performance.now() + WARM_UP_MILLISECONDS;
  while (performance.now() < warm) run();
  const suite = new Benchmark({ fn: run, minSamples: 40, maxTime: quick ? 1 : 3 });
  suite.run({ async: false });
  if (suite.error) throw suite.error;
  return summarise(suite.stats.sample);
}

/** Seconds of one Cholesky factorization; the copy that restores the matrix is not counted. */
function timeCholesky(n: number): { run: () => number; dispose: () => void } {
  const values = positiveDefinite(n, n, n);
  const address = kernels.allocate(n * n * 8);
  const scratch = kernels.allocate(kernels.scratchBytes(n));
  return {
    run: () => {
      doubles(kernels, address, n * n).set(values);
      return secondsOf(() => kernels.fast.cholesky(address, n, n, scratch));
    },
    dispose: () => {
      kernels.release(address);
      kernels.release(scratch);
    },
  };
}

/** The log-likelihood of plain loops at the fit's estimates minus the fit's; null where plain loops take too long. */
function logLikError(fit: Fit, blocks: readonly Float64Array[] | undefined): number | null {
  if (blocks?.some(({ length }) => length > 1000 ** 2)) return null;
  const { values, names } = fit.designs.mu!;
  const beta = fit.coefficients.filter(({ dpar }) => dpar === "mu").map(({ estimate }) => estimate);
  const y = fit.response.mu!.values;
  const model = {
    y,
    X: values,
    p: names.length,
    beta,
    sigma: sigma(fit) as Float64Array,
    v: fit.knownV.variances,
    blocks,
  };
  return plainGls(model).logLik - fit.logLik;
}

function measure(one: Case): Result {
  const { name, formulas, options, small, factorizations, blocks } = one;
  const run = (): Fit => drm(drmFormula(...formulas), options);
  const fit = run();
  let time: Timing;
  let cholesky: Result["cholesky"] = null;
  if (small) {
    time = benchmark(run);
  } else if (factorizations === undefined) {
    time = repeat(run, { budget: quick ? 1 : 4, least: 5 });
  } else {
    const factor = timeCholesky(factorizations);
    factor.run();
    const factors: number[] = [];
    // a factorization before every fit, so that both see the same machine
    time = repeat(run, { budget: quick ? 1 : 5, least: 3, between: () => factors.push(factor.run()) });
    factor.dispose();
    const { median } = summarise(factors);
    cholesky = { seconds: median, ratio: time.median / median };
  }

  const error = logLikError(fit, blocks);
  const metafor = askPeer(one);
  const scale = Math.max(1, Math.abs(fit.logLik));
  const checked =
    fit.optim.code === 0 &&
    (error === null || Math.abs(error) <= 1e-9 * scale) &&
    // metafor stops at its tolerance: it may be a little lower, not higher
    (typeof metafor === "string" ||
      (metafor.logLik - fit.logLik <= 1e-8 * scale && fit.logLik - metafor.logLik <= 1e-4));
  return {
    name,
    time,
    evaluations: fit.optim.evaluations,
    target: one.target ?? null,
    cholesky,
    metafor: typeof metafor === "string" ? metafor : { ...metafor, ratio: metafor.seconds / time.median },
    logLik: fit.logLik,
    logLikError: error,
    checked,
  };
}

let peerVersion: string | null = null;
let peerPresent = true;

function askPeer({ peer }: Case): { seconds: number; logLik: number } | string {
  if (peer === undefined) return "-";
  if (typeof peer === "string") return peer;
  if (!peerPresent) return "not installed";
  const job: MetaforJob = {
    ...peer,
    name: "job",
    method: "ML",
    factors: { habitat: HABITATS },
    control: "default",
  };
  const answer = runMetafor([job], PEER_LIMIT);
  if (answer === null) {
    peerPresent = false;
    return "not installed";
  }
  peerVersion = answer.version;
  const result = answer.results.get("job");
  if (result === undefined) return `> ${PEER_LIMIT} s`;
  if (result.error !== null) return `failed: ${result.error}`;
  const seconds = result.values.get("seconds");
  return { seconds: seconds!.get("")!, logLik: result.values.get("fit")!.get("logLik")! };
}

function verdict({ target, time }: Result): string {
  if (target === null) return "";
  if (time.median <= target[0]) return "met";
  return time.median <= target[1] ? "within limit" : "MISSED";
}

const kernels = await loadKernels();
console.log(describeMachine());
const results: Result[] = [];
for (const one of cases()) {
  const result = measure(one);
  results.push(result);
  process.stderr.write(`${result.name}: ${duration(result.time.median)}\n`);
}
console.log(peerVersion ?? (peerPresent ? "metafor was not asked" : "metafor: not installed"));

console.log(
  `\n${table(
    [
      "fit",
      "median",
      "spread",
      "fits/s",
      "evals",
      "target",
      "limit",
      "",
      "chol",
      "metafor",
      "ratio",
      "check",
    ],
    results.map((result) => {
      const { name, time, evaluations, target, cholesky, metafor, checked } = result;
      return [
        name,
        duration(time.median),
        percent(time.spread),
        time.median < 0.01 ? Math.round(1 / time.median).toLocaleString("en-US") : "",
        String(evaluations),
        target ? duration(target[0]) : "",
        target ? duration(target[1]) : "",
        verdict(result),
        cholesky
          ? `${cholesky.ratio.toFixed(1)}${cholesky.ratio > MOST_FACTORIZATIONS ? " MISSED" : ""}`
          : "",
        typeof metafor === "string" ? metafor.replace(/ \(.*/, "") : duration(metafor.seconds),
        typeof metafor === "string" ? "" : `${Math.round(metafor.ratio).toLocaleString("en-US")}x`,
        checked ? "ok" : "WRONG",
      ];
    }),
  )}`,
);
for (const { name, metafor } of results) {
  if (typeof metafor === "string" && metafor.includes("(")) console.log(`metafor ${metafor}: ${name}`);
}
writeResults("fits", { peer: peerVersion, results });
process.exitCode = results.every(({ checked }) => checked) ? 0 : 1;
