// What a measurement was made on; every benchmark prints it and keeps it with its numbers.
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, platform, totalmem } from "node:os";
import { join } from "node:path";
import { wasmSha256 } from "../bindings/kernel.generated";
import { version } from "../src/index";

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGB: number;
  readonly platform: string;
  readonly node: string;
  readonly date: string;
  readonly drmeta: string;
  /** first digits of the kernels' sha256 */
  readonly wasm: string;
}

export function machine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown processor",
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 2 ** 30),
    platform: platform(),
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    drmeta: version,
    wasm: wasmSha256.slice(0, 12),
  };
}

export function describeMachine(): string {
  const { processor, cores, memoryGB, platform, node, date, drmeta, wasm } = machine();
  return `${processor}, ${cores} cores, ${memoryGB} GB, ${platform}, Node ${node}, ${date}; drmeta ${drmeta}, kernels ${wasm}`;
}

/** Writes build/bench/NAME.json, the machine first. */
export function writeResults(name: string, results: object): void {
  const folder = join("build", "bench");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.json`);
  writeFileSync(path, `${JSON.stringify({ machine: machine(), ...results }, null, 2)}\n`);
  console.log(`\n${path}`);
}
