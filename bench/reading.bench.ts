// Reading a table: the reader beside papaparse alone, which splits the text into cells and does no more.
//
//   node bench/run.mjs bench/reading.bench.ts [--quick]
//
// A CSV of 100 MB (--quick: 10 MB) in several dialects, with a column of labels, four of numbers and one of two categories.
// "papaparse": bytes to text to cells. "reader": bytes to a Table, with the columns that a model of it asks for (study, yi, vi,
// dose) and with all of them. Processor time, since the collector works beside; "held" is what stays in memory of the heap. Exit
// code 1 when the reader takes more than twice the time of papaparse for the columns of a model.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import Papa from "papaparse";
import { readTable } from "../src/data/read-file";
import type { Table } from "../src/data/table";
import { randomStream } from "../src/stats/random";
import { describeMachine, writeResults } from "./machine";
import { duration, megabytes, table } from "./table";

const quick = process.argv.includes("--quick");
const BYTES = quick ? 10e6 : 100e6;
const REPEATS = 3;
const LIMIT = 2;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const DIALECTS = [
  { name: "commas, decimal points", delimiter: ",", decimal: ".", quote: "" },
  { name: "semicolons, decimal commas", delimiter: ";", decimal: ",", quote: "" },
  { name: "tabs, quoted labels", delimiter: "\t", decimal: ".", quote: '"' },
] as const;
const MODEL = ["study", "yi", "vi", "dose"];

function csv({ delimiter, decimal, quote }: (typeof DIALECTS)[number], size = BYTES): Uint8Array {
  const random = randomStream(1);
  const lines = [["study", "yi", "vi", "n", "dose", "habitat"].join(delimiter)];
  let length = 0;
  while (length < size) {
    const number = (x: number, digits: number) => x.toFixed(digits).replace(".", decimal);
    const line = [
      `${quote}Author ${lines.length % 5000}${quote}`,
      number(random.normal(), 6),
      number(0.01 + random.uniform(), 8),
      String(Math.floor(10 + 900 * random.uniform())),
      number(50 * random.uniform(), 2),
      `${quote}${random.uniform() < 0.5 ? "forest" : "grassland"}${quote}`,
    ].join(delimiter);
    lines.push(line);
    length += line.length + 1;
  }
  return new TextEncoder().encode(`${lines.join("\n")}\n`);
}

/** Seconds of the processor, and bytes of the heap that `run` leaves behind. */
async function measured(run: () => Promise<unknown>): Promise<{ seconds: number; held: number }> {
  collect();
  const heap = process.memoryUsage().heapUsed;
  const start = process.cpuUsage();
  const kept = await run();
  const { user, system } = process.cpuUsage(start);
  collect();
  const held = process.memoryUsage().heapUsed - heap;
  if (kept === undefined) throw new Error("nothing was read");
  return { seconds: (user + system) / 1e6, held };
}

async function reader(bytes: Uint8Array, columns: readonly string[] | null): Promise<Table> {
  const read = (await readTable(bytes)).table({});
  for (const name of columns ?? read.names) read.column(name);
  return read;
}

const results = [];
for (const dialect of DIALECTS) {
  let bytes = csv(dialect, 1e6);
  const runs = {
    papaparse: async () =>
      Papa.parse(new TextDecoder().decode(bytes), { delimiter: dialect.delimiter, newline: "\n" }).data,
    model: () => reader(bytes, MODEL),
    all: () => reader(bytes, null),
  };
  // compiled by then
  for (let i = 0; i < 3; i++) for (const run of Object.values(runs)) await run();
  bytes = csv(dialect);
  const found = { papaparse: [] as number[], model: [] as number[], all: [] as number[] };
  const held = { papaparse: 0, model: 0, all: 0 };
  for (let i = 0; i < REPEATS; i++) {
    for (const name of ["papaparse", "model", "all"] as const) {
      const one = await measured(runs[name]);
      found[name].push(one.seconds);
      held[name] = one.held;
    }
  }
  const median = (seconds: readonly number[]) => [...seconds].sort((a, b) => a - b)[REPEATS >> 1]!;
  const papaparse = median(found.papaparse);
  results.push({
    dialect: dialect.name,
    bytes: bytes.length,
    papaparse,
    model: median(found.model),
    ratio: median(found.model) / papaparse,
    all: median(found.all),
    ratioOfAll: median(found.all) / papaparse,
    held,
  });
}

console.log(describeMachine());
console.log();
console.log(
  table(
    ["", "size", "papaparse", "reader", "ratio", "all columns", "ratio", "held", "held by papaparse"],
    results.map(({ dialect, bytes, papaparse, model, ratio, all, ratioOfAll, held }) => [
      dialect,
      megabytes(bytes),
      duration(papaparse),
      duration(model),
      ratio.toFixed(2),
      duration(all),
      ratioOfAll.toFixed(2),
      megabytes(held.all),
      megabytes(held.papaparse),
    ]),
  ),
);
writeResults("reading", { results });
const slow = results.filter(({ ratio }) => ratio > LIMIT);
if (slow.length > 0) {
  console.log(`\nslower than ${LIMIT} times papaparse: ${slow.map(({ dialect }) => dialect).join("; ")}`);
  process.exitCode = 1;
}
