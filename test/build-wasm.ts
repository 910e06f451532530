import { execFileSync } from "node:child_process";

/** The tests run against the sources, so the inlined module must be the one that assembly/ compiles to now. */
export function setup(): void {
  execFileSync(process.execPath, ["scripts/build-wasm.mjs"], { stdio: "inherit" });
}
