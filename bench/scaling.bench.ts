// Time of a whole fit with `sigma ~ habitat` against the number of rows, with the exponent of the fitted power law.
//
//   node bench/run.mjs bench/scaling.bench.ts [--quick]
//
// The exponent is the slope of log time on log rows by least squares over all sizes; "last" is the slope between the
// two largest. Linear work has 1; dense work tends to 3, from below, as the factorizations outgrow reading V.
import { drm, drmFormula } from "../src/index";
import { blockDiagonal, type DataSet, dense, diagonal, jobOf } from "./data";
import { describeMachine, writeResults } from "./machine";
import { duration, percent, table } from "./table";
import { repeat, type Timing } from "./timing";

const quick = process.argv.includes("--quick");

interface Series {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly data: (rows: number) => DataSet;
}

const ALL: readonly Series[] = [
  { name: "diagonal V", sizes: quick ? [1e3, 1e4, 1e5] : [1e3, 1e4, 1e5, 1e6], data: diagonal },
  {
    name: "blocks of 5",
    sizes: quick ? [1e3, 1e4] : [1e3, 1e4, 1e5],
    data: (rows) => blockDiagonal(rows / 5, 5),
  },
  { name: "dense V", sizes: quick ? [100, 200, 500] : [100, 200, 500, 1000, 2000], data: dense },
];

interface Point {
  readonly rows: number;
  readonly time: Timing;
  readonly evaluations: number;
}

function measure({ sizes, data }: Series): Point[] {
  return sizes.map((rows) => {
    const { formulas, options } = jobOf(data(rows), "habitat");
    const run = () => drm(drmFormula(...formulas), options);
    const { optim } = run();
    if (optim.code !== 0) throw new Error(`${rows} rows: expected a converged fit, got '${optim.message}'`);
    return { rows, time: repeat(run, { budget: quick ? 0.5 : 2, least: 3 }), evaluations: optim.evaluations };
  });
}

function slope(points: readonly Point[]): number {
  const x = points.map(({ rows }) => Math.log(rows));
  const y = points.map(({ time }) => Math.log(time.median));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const cross = x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0);
  return cross / x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
}

console.log(describeMachine());
const results = ALL.map((series) => {
  const points = measure(series);
  const [exponent, last] = [slope(points), slope(points.slice(-2))];
  console.log(`\n${series.name}: time ~ rows^${exponent.toFixed(2)}, last ${last.toFixed(2)}`);
  console.log(
    table(
      ["rows", "median", "spread", "evals", "us a row"],
      points.map(({ rows, time, evaluations }) => [
        rows.toLocaleString("en-US"),
        duration(time.median),
        percent(time.spread),
        String(evaluations),
        ((time.median / rows) * 1e6).toFixed(3),
      ]),
    ),
  );
  return { name: series.name, exponent, last, points };
});
writeResults("scaling", { results });
