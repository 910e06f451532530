import { execFileSync } from "node:child_process";

/** The tests run against the sources, so what is inlined must be what assembly/ and src/batch/ compile to now. */
export function setup(): void {
  for (const script of ["scripts/build-wasm.mjs", "scripts/build-worker.mjs"]) {
    execFileSync(process.execPath, [script], { stdio: "inherit" });
  }
}
