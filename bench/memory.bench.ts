// Memory: fits in a loop must leave it where it was, and a dense fit must stay within its bound.
//
//   node bench/run.mjs bench/memory.bench.ts [--quick | --full]
//
// 100,000 fits of the worked example (--quick: 20,000), then loops of block-diagonal and dense fits: the size of the
// WebAssembly memory, which never shrinks, and the resident memory of the process, garbage collected, early in each
// loop (10,000 fits of the worked example) and at its end. --full adds one fit with a dense V of 5,000 rows.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { wasm } from "../bindings/wasm";
import { drm, drmFormula } from "../src/index";
import { blockDiagonal, dense, jobOf, restoration } from "./data";
import { describeMachine, writeResults } from "./machine";
import { duration, megabytes, table } from "./table";
import { secondsOf } from "./timing";

const quick = process.argv.includes("--quick");
const full = process.argv.includes("--full");

/** Resident memory may drift by this much: pages of the heap that the collector has not given back. */
const RESIDENT_DRIFT = 16 * 2 ** 20;
/** WebAssembly memory that a dense fit of DENSE_ROWS rows may take. */
const DENSE_LIMIT = 700 * 2 ** 20;
const DENSE_ROWS = 5000;

setFlagsFromString("--expose-gc");
// the heap's young generation stays as small as it starts: what grows then is what fits leave behind
setFlagsFromString("--semi-space-growth-factor=1");
const collect = runInNewContext("gc") as () => void;

interface Snapshot {
  readonly wasm: number;
  readonly resident: number;
  readonly heap: number;
}

function snapshot(): Snapshot {
  collect();
  collect();
  const { rss, heapUsed } = process.memoryUsage();
  return { wasm: wasm().memory.buffer.byteLength, resident: rss, heap: heapUsed };
}

interface Loop {
  readonly name: string;
  readonly first: number;
  readonly fits: number;
  readonly early: Snapshot;
  readonly late: Snapshot;
  readonly seconds: number;
  readonly steady: boolean;
}

function loop(name: string, first: number, fits: number, job: ReturnType<typeof jobOf>): Loop {
  const { formulas, options } = job;
  const run = (count: number): void => {
    for (let i = 0; i < count; i++) {
      if (drm(drmFormula(...formulas), options).optim.code !== 0)
        throw new Error(`${name}: a fit did not converge`);
    }
  };
  run(first);
  const early = snapshot();
  const seconds = secondsOf(() => run(fits - first));
  const late = snapshot();
  const steady = late.wasm === early.wasm && late.resident - early.resident <= RESIDENT_DRIFT;
  return { name, first, fits, early, late, seconds, steady };
}

console.log(describeMachine());
const share = quick ? 0.2 : 1;
const loops = [
  loop("worked example, 80 rows", 10_000, 100_000 * share, restoration()),
  loop("200 blocks of 5", 100, 1000 * share, jobOf(blockDiagonal(200, 5), "habitat")),
  loop("dense V, n = 200", 200, 2000 * share, jobOf(dense(200), "habitat")),
];
console.log(
  `\n${table(
    ["loop", "after", "and", "wasm", "then", "resident", "then", "JS heap", "then", ""],
    loops.map(({ name, first, fits, early, late, steady }) => [
      name,
      first.toLocaleString("en-US"),
      fits.toLocaleString("en-US"),
      megabytes(early.wasm),
      megabytes(late.wasm),
      megabytes(early.resident),
      megabytes(late.resident),
      megabytes(early.heap),
      megabytes(late.heap),
      steady ? "steady" : "GROWS",
    ]),
  )}`,
);
const [worked] = loops as [Loop, ...Loop[]];
console.log(
  `${Math.round((worked.fits - worked.first) / worked.seconds).toLocaleString("en-US")} fits of the worked example a second`,
);

function large(): {
  rows: number;
  wasm: number;
  peakResident: number;
  seconds: number;
  code: number;
  within: boolean;
} {
  const { formulas, options } = jobOf(dense(DENSE_ROWS), "habitat");
  let code = -1;
  const seconds = secondsOf(() => {
    code = drm(drmFormula(...formulas), options).optim.code;
  });
  const { wasm: bytes } = snapshot();
  const peakResident = process.resourceUsage().maxRSS * 1024;
  return {
    rows: DENSE_ROWS,
    wasm: bytes,
    peakResident,
    seconds,
    code,
    within: code === 0 && bytes <= DENSE_LIMIT,
  };
}

const single = full ? large() : null;
if (single === null) console.log(`dense V, n = ${DENSE_ROWS}: only with --full`);
else {
  console.log(
    `dense V, n = ${DENSE_ROWS}: ${megabytes(single.wasm)} of WebAssembly memory (limit ${megabytes(DENSE_LIMIT)}), ` +
      `process peak ${megabytes(single.peakResident)}, ${duration(single.seconds)}, ${single.within ? "ok" : "TOO MUCH"}`,
  );
}
writeResults("memory", { loops, dense: single });
process.exitCode = loops.every(({ steady }) => steady) && (single?.within ?? true) ? 0 : 1;
