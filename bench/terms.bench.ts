// Whole fits with crossed random intercepts, and with species on a tree beside studies, which the sparse kernel takes, and what
// they are made of.
//
//   node bench/run.mjs bench/terms.bench.ts [--quick]
//
// "flops" and "numbers" are counted, not timed: multiplications (each with an addition) of one factorization, and the
// numbers of its factor. A tree is read from its text in each fit. "nested" is the time beside a fit of the same rows with (1 | study) alone, "dense" beside one whose V is
// a matrix, so that the same model is one dense cluster: ratios of one run. Every fit must have converged, by the sparse kernel,
// and where it ran the dense one must have found the same optimum. --quick leaves out 100,000 rows.

import { treeLevels } from "../src/covariance/related/tree-levels";
import { type DrmOptions, drm, type Fit } from "../src/index";
import { sparseLevels } from "../src/model/sparse/section";
import { normal, uniform } from "./data";
import { describeMachine, writeResults } from "./machine";
import { duration, percent, table } from "./table";
import { repeat, type Timing } from "./timing";
import { type TreeShape, treeData } from "./tree-data";

const quick = process.argv.includes("--quick");

interface Crossed {
  readonly rows: number;
  readonly studies: number;
  readonly labs: number;
  /** seconds wanted, and at most */
  readonly target: readonly [number, number] | null;
  readonly besideDense: boolean;
}

const ALL: readonly Crossed[] = [
  { rows: 400, studies: 80, labs: 12, target: null, besideDense: true },
  { rows: 3000, studies: 600, labs: 40, target: [0.008, 0.03], besideDense: false },
  { rows: 20_000, studies: 4000, labs: 200, target: [0.06, 0.2], besideDense: false },
  { rows: 100_000, studies: 10_000, labs: 500, target: [0.35, 1], besideDense: false },
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

const LEVELS = { input: "levels", z: null, structure: null } as const;

/** How the levels of some groupings are eliminated, the last of them on a tree if there is one. */
function eliminationOf(columns: readonly (readonly (string | number)[])[], tree: string | null = null) {
  const terms = columns.map((column, t) => {
    const number = new Map<string, number>();
    for (const cell of column) if (!number.has(String(cell))) number.set(String(cell), number.size);
    const index = Int32Array.from(column, (cell) => number.get(String(cell))!);
    const isOnTree = tree !== null && t === columns.length - 1;
    if (!isOnTree) return { ...LEVELS, index, levels: number.size };
    const options = { name: "tree", group: "species", scale: true, branch: null } as const;
    const { structure, place } = treeLevels(tree, options)([...number.keys()]);
    return {
      ...LEVELS,
      index: index.map((level) => place[level]!),
      levels: structure.names.length,
      structure,
    };
  });
  const rows = Array.from(columns[0]!, (_, i) => i);
  const { section } = sparseLevels(
    rows,
    terms as never,
    terms.map(() => 0),
  );
  return section!;
}

interface Result {
  readonly name: string;
  readonly time: Timing;
  readonly evaluations: number;
  readonly flops: number;
  readonly numbers: number;
  readonly target: Crossed["target"];
  readonly nested: number;
  readonly dense: number | null;
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

function measure(set: Crossed): Result {
  const data = simulate(set);
  const run = (formula: string, options: Partial<DrmOptions> = {}) =>
    converged(formula, { data, ...options });
  const { fit, time } = timed(() => run(CROSSED), "sparse");
  const { flops, panels } = eliminationOf([data.study, data.lab]);
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
    flops,
    numbers: panels,
    target: set.target,
    nested: time.median / repeat(() => run(NESTED), REPEATS).median,
    dense,
  };
}

function measureTree(set: (typeof TREES)[number]): Result {
  const { data, tree } = treeData(set);
  const { fit, time } = timed(() => converged(TREE, { data, trees: { tree } }), "sparse");
  const { flops, panels } = eliminationOf([data.study, data.species], tree);
  const { rows, species, studies } = set;
  return {
    name: `${rows.toLocaleString("en-US")} rows, ${species} on a tree x ${studies}`,
    time,
    evaluations: fit.optim.evaluations,
    flops,
    numbers: panels,
    target: set.target,
    nested: time.median / repeat(() => converged(NESTED, { data, trees: { tree } }), REPEATS).median,
    dense: null,
  };
}

console.log(describeMachine());
const sets = ALL.filter(({ rows }) => !quick || rows <= 20_000);
const results = [...sets.map(measure), ...TREES.map(measureTree)];
console.log(
  table(
    ["fit", "median", "spread", "evals", "flops", "numbers", "target", "limit", "", "nested", "dense"],
    results.map(({ name, time, evaluations, flops, numbers, target, nested, dense }) => {
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
        target === null ? "" : duration(target[0]),
        target === null ? "" : duration(target[1]),
        verdict,
        `${nested.toFixed(1)}x`,
        dense === null ? "" : `1/${dense.toFixed(0)}`,
      ];
    }),
  ),
);
writeResults("terms", { results });
