// Whole fits with crossed random intercepts, and with species on a tree beside studies, which the sparse kernel takes, and what
// they are made of.
//
//   node bench/run.mjs bench/terms.bench.ts [--quick | --full]
//
// "flops" and "numbers" are counted, not timed: multiplications (each with an addition) of one factorization, and the
// numbers of its factor. "value" is one evaluation of the likelihood, pass over the rows included, and "of peak" its share of the
// machine's multiply-add rate by the counted operations, as linalg.bench.ts has it for dense matrices. A tree is read from its text
// in each fit. "nested" is the time beside a fit of the same rows with (1 | study) alone, "dense" beside one whose V is
// a matrix, so that the same model is one dense cluster, "metafor" beside one fit by rma.mv: ratios of one run. Every fit must have
// converged, by the sparse kernel, and where they ran the dense one and metafor must have found the same optimum. --quick leaves out
// 100,000 rows and metafor, which takes minutes for 1,828 rows on a tree: --full. drmTMB is not run: its times were measured once,
// for data of this shape, on another machine.

import { Order } from "../bindings/kernel";
import { type DrmOptions, drm, type Fit } from "../src/index";
import { engineForJob } from "../test/fit/engine-for";
import { loadKernels } from "../test/kernels/compile";
import { normal, uniform } from "./data";
import { describeMachine, writeResults } from "./machine";
import { type MetaforJob, runMetafor } from "./metafor/metafor";
import { peakRate } from "./peak";
import { duration, percent, table } from "./table";
import { repeat, secondsOf, type Timing } from "./timing";
import { type TreeShape, treeData } from "./tree-data";

const quick = process.argv.includes("--quick");
const full = process.argv.includes("--full");
/** metafor is given this many seconds for one fit. */
const PEER_LIMIT = 900;

interface Crossed {
  readonly rows: number;
  readonly studies: number;
  readonly labs: number;
  /** seconds wanted, and at most */
  readonly target: readonly [number, number] | null;
  readonly besideDense: boolean;
  /** seconds that drmTMB took for data of this shape, on another machine */
  readonly drmTMB: number | null;
}

const ALL: readonly Crossed[] = [
  { rows: 400, studies: 80, labs: 12, target: null, besideDense: true, drmTMB: null },
  { rows: 3000, studies: 600, labs: 40, target: [0.008, 0.03], besideDense: false, drmTMB: 0.97 },
  { rows: 20_000, studies: 4000, labs: 200, target: [0.06, 0.2], besideDense: false, drmTMB: 6.5 },
  { rows: 100_000, studies: 10_000, labs: 500, target: [0.35, 1], besideDense: false, drmTMB: null },
];

const TREES: readonly (TreeShape & Pick<Crossed, "target">)[] = [
  { rows: 1828, species: 341, studies: 457, neighbours: 2, target: [0.012, 0.04] },
  { rows: 20_000, species: 5000, studies: 4000, neighbours: 40, target: [0.2, 0.6] },
];

const CROSSED = "yi ~ 1 + (1 | study) + (1 | lab) + meta_V(V = vi)";
const TREE = "yi ~ 1 + (1 | study) + phylo(1 | species, tree = tree) + meta_V(V = vi)";
const NESTED = "yi ~ 1 + (1 | study) + meta_V(V = vi)";

function simulate({ rows, studies, labs }: Crossed) {
  const random = uniform(rows);
  const draw = normal(rows + 1);
  const effects = (count: number, sd: number) => Array.from({ length: count }, () => sd * draw());
  const [ofStudy, ofLab] = [effects(studies, 0.3), effects(labs, 0.2)];
  const study = Array.from({ length: rows }, () => Math.floor(random() * studies));
  const lab = Array.from({ length: rows }, () => Math.floor(random() * labs));
  const vi = Float64Array.from({ length: rows }, () => 0.02 + 0.06 * random());
  const yi = vi.map((v, i) => 0.2 + ofStudy[study[i]!]! + ofLab[lab[i]!]! + Math.sqrt(v + 0.04) * draw());
  return { study, lab, vi, yi };
}

interface Result extends Work {
  readonly name: string;
  readonly time: Timing;
  readonly evaluations: number;
  readonly target: Crossed["target"];
  readonly nested: number;
  readonly dense: number | null;
  /** the time beside it, or why there is none */
  readonly metafor: number | string;
  readonly drmTMB: number | null;
}

function converged(formula: string, options: DrmOptions): Fit {
  const fit = drm(formula, options);
  if (fit.optim.code !== 0)
    throw new Error(`${formula}: expected a converged fit, got '${fit.optim.message}'`);
  return fit;
}

const REPEATS = { budget: quick ? 1 : 3, least: 3 };

function timed(run: () => Fit, kernel: string) {
  const fit = run();
  if (fit.optim.kernel !== kernel)
    throw new Error(`expected the ${kernel} kernel, got '${fit.optim.kernel}'`);
  return { fit, time: repeat(run, REPEATS) };
}

/** What one evaluation of the likelihood is made of, and how fast it is. */
interface Work {
  readonly flops: number;
  readonly numbers: number;
  /** seconds */
  readonly value: number;
  /** GFLOP/s */
  readonly peak: number;
}

const kernels = await loadKernels();

function workOf(formula: string, options: DrmOptions, fit: Fit): Work {
  const { engine, layout, thetaOf, dispose } = engineForJob({ formulas: [formula], options });
  const scale = fit.coefficients.filter(({ dpar }) => dpar !== "mu").map(({ estimate }) => estimate);
  const theta = thetaOf(scale);
  const samples: number[] = [];
  const peaks: number[] = [];
  for (let k = 0; k < 15; k++) {
    peaks.push(peakRate(kernels));
    samples.push(secondsOf(() => engine.problem.evaluate(theta, Order.Value)));
  }
  dispose();
  const { flops, panels } = layout.sparse!;
  return { flops, numbers: panels, value: Math.min(...samples), peak: Math.max(...peaks) };
}

/** Seconds of one fit by rma.mv with these random effects; a reason where there are none. */
function besideMetafor({ logLik }: Fit, job: Pick<MetaforJob, "data" | "random" | "tree">): number | string {
  const run = runMetafor(
    [{ name: "terms", call: "rma.mv", method: "ML", factors: {}, mods: "~ 1", control: "default", ...job }],
    PEER_LIMIT,
  );
  if (run === null) return "not installed";
  const values = run.results.get("terms")?.values;
  const [seconds, found] = [values?.get("seconds")?.get(""), values?.get("fit")?.get("logLik")];
  if (seconds === undefined || found === undefined) return run.results.get("terms")?.error ?? "too long";
  if (Math.abs(found - logLik) > 1e-3)
    throw new Error(`metafor has the log-likelihood ${found}, drm() ${logLik}`);
  return seconds;
}

function measure(set: Crossed): Result {
  const data = simulate(set);
  const run = (formula: string, options: Partial<DrmOptions> = {}) =>
    converged(formula, { data, ...options });
  const { fit, time } = timed(() => run(CROSSED), "sparse");
  const work = workOf(CROSSED, { data }, fit);
  let dense: number | null = null;
  if (set.besideDense) {
    // variances as one matrix: of the same model one dense cluster
    const V = Array.from(data.vi, (v, i) =>
      Float64Array.from({ length: set.rows }, (_, k) => (i === k ? v : 1e-300)),
    );
    const matrix = CROSSED.replace("vi", "V");
    const other = run(matrix, { matrices: { V } } as Partial<DrmOptions>);
    if (other.optim.kernel !== "dense")
      throw new Error(`expected the dense kernel, got '${other.optim.kernel}'`);
    if (Math.abs(other.logLik - fit.logLik) > 1e-8) {
      throw new Error(
        `the dense kernel has the log-likelihood ${other.logLik}, the sparse one ${fit.logLik}`,
      );
    }
    dense =
      repeat(() => run(matrix, { matrices: { V } } as Partial<DrmOptions>), REPEATS).median / time.median;
  }
  return {
    name: `${set.rows.toLocaleString("en-US")} rows, ${set.studies} x ${set.labs}`,
    time,
    evaluations: fit.optim.evaluations,
    ...work,
    target: set.target,
    nested: time.median / repeat(() => run(NESTED), REPEATS).median,
    dense,
    metafor:
      !set.besideDense || quick ? "-" : besideMetafor(fit, { data, random: ["~ 1 | study", "~ 1 | lab"] }),
    drmTMB: set.drmTMB,
  };
}

function measureTree(set: (typeof TREES)[number]): Result {
  const { data, tree } = treeData(set);
  const { fit, time } = timed(() => converged(TREE, { data, trees: { tree } }), "sparse");
  const work = workOf(TREE, { data, trees: { tree } }, fit);
  const { rows, species, studies } = set;
  return {
    name: `${rows.toLocaleString("en-US")} rows, ${species} on a tree x ${studies}`,
    time,
    evaluations: fit.optim.evaluations,
    ...work,
    target: set.target,
    nested: time.median / repeat(() => converged(NESTED, { data, trees: { tree } }), REPEATS).median,
    dense: null,
    metafor:
      rows > 2000
        ? "-"
        : full
          ? besideMetafor(fit, { data, random: ["~ 1 | study", "~ 1 | species"], tree })
          : "--full",
    drmTMB: null,
  };
}

console.log(describeMachine());
const sets = ALL.filter(({ rows }) => !quick || rows <= 20_000);
const results = [...sets.map(measure), ...TREES.map(measureTree)];
console.log(
  table(
    [
      "fit",
      "median",
      "spread",
      "evals",
      "flops",
      "numbers",
      "value",
      "of peak",
      "target",
      "limit",
      "",
      "nested",
      "dense",
      "metafor",
      "drmTMB (elsewhere)",
    ],
    results.map((result) => {
      const { name, time, evaluations, flops, numbers, value, peak, target, nested, dense, metafor, drmTMB } =
        result;
      const verdict =
        target === null
          ? ""
          : time.median <= target[0]
            ? "met"
            : time.median <= target[1]
              ? "within limit"
              : "MISSED";
      return [
        name,
        duration(time.median),
        percent(time.spread),
        String(evaluations),
        flops.toExponential(2),
        numbers.toLocaleString("en-US"),
        duration(value),
        percent((2 * flops) / value / 1e9 / peak),
        target === null ? "" : duration(target[0]),
        target === null ? "" : duration(target[1]),
        verdict,
        `${nested.toFixed(1)}x`,
        dense === null ? "" : `1/${dense.toFixed(0)}`,
        typeof metafor === "string"
          ? metafor
          : `${duration(metafor)}, ${(metafor / time.median).toFixed(0)}x`,
        drmTMB === null ? "" : duration(drmTMB),
      ];
    }),
  ),
);
writeResults("terms", { results });
