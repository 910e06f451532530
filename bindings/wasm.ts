import { instantiateSync } from "as-bind/dist/as-bind.esm.js";
import { inflateSync } from "fflate/browser";
import { installConverters } from "./converters";
import { wasmBytes, wasmDeflated } from "./kernel.generated";

/** The module's exports. What takes an array goes through as-bind; the rest are raw calls with numbers. */
export interface Wasm {
  readonly memory: WebAssembly.Memory;
  createProblem(sizes: Int32Array): number;
  problemBytes(sizes: Int32Array): number;
  disposeProblem(problem: number): void;
  evaluate(problem: number, order: number): number;
  /** frees what as-bind left on the managed heap */
  __collect(): void;
}

let instance: Wasm | undefined;

/** Compiles the inlined module on first use, synchronously: no fetch, no bundler setting, no await. */
export function wasm(): Wasm {
  if (instance === undefined) {
    installConverters();
    // deflated before it became text: base64 hides from a server's compression what bytes have in common
    const deflated = Uint8Array.from(atob(wasmDeflated), (character) => character.charCodeAt(0));
    const bytes = inflateSync(deflated, { out: new Uint8Array(wasmBytes) });
    const bound = instantiateSync(bytes, {});
    const raw = bound.loadedModule.instance.exports as unknown as Wasm;
    instance = {
      memory: raw.memory,
      createProblem: bound.exports.createProblem as unknown as Wasm["createProblem"],
      problemBytes: bound.exports.problemBytes as unknown as Wasm["problemBytes"],
      disposeProblem: raw.disposeProblem,
      evaluate: raw.evaluate,
      __collect: raw.__collect,
    };
  }
  return instance;
}
