import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serialize } from "node:v8";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drm } from "../../src/drm";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "drmeta-process-"));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  for (const format of ["esm", "cjs"] as const) {
    await build({
      entryPoints: [join(ROOT, "src/batch/index.ts")],
      outfile: join(folder, format === "esm" ? "batch.mjs" : "batch.cjs"),
      bundle: true,
      format,
      platform: "node",
      target: "node20",
      mainFields: ["browser", "module", "main"],
      ...(format === "esm" && {
        banner: {
          js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
        },
      }),
      alias: { workerpool: join(ROOT, "node_modules/workerpool/src/index.js") },
      logLevel: "silent",
    });
  }
});

/** Runs node to its end: a process that does not end makes the test fail. */
function node(argv: string[], { env = {}, stdin = null as string | null } = {}) {
  const child = spawn(process.execPath, argv, { cwd: folder, env: { ...process.env, ...env } });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => {
    stdout += data;
    // a REPL ends when it is told to, after it has answered
    if (stdin !== null && /results: \d/.test(stdout)) child.stdin.end();
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  if (stdin !== null) child.stdin.write(stdin);
  else child.stdin.end();
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

const ESM = `import { bootstrap, fitMany } from "./batch.mjs";`;
const CJS = `const { bootstrap, fitMany } = require("./batch.cjs");`;
const JOBS = `
const jobs = Array.from({ length: 600 }, (_, i) => ({ data: { yi: [0.1, 0.5, 0.3, i], vi: [0.02, 0.03, 0.02, 0.04] } }));
const options = { formulas: "yi ~ 1 + meta_V(V = vi)", workers: 2 };`;
const COUNT = `${JOBS}
async function count() {
  let n = 0;
  for await (const result of fitMany(jobs, options)) if (result.ok) n++;
  console.log("results: " + n);
}
count().catch((error) => console.log(error.name, error.code, error.message));`;

describe("a batch runs however its process was started", () => {
  test.each<[string, string[], object]>([
    ["node -e", ["-e", CJS + COUNT], {}],
    ["node -p", ["-p", CJS + COUNT], {}],
    ["--input-type=module", ["--input-type=module", "-e", ESM + COUNT], {}],
    ["--input-type=commonjs", ["--input-type=commonjs", "-e", CJS + COUNT], {}],
    ["NODE_OPTIONS", ["-e", ESM + COUNT], { env: { NODE_OPTIONS: "--input-type=module" } }],
    ["a REPL", ["-i"], { stdin: `${`${CJS}${COUNT}`.replaceAll("\n", " ")}\n` }],
  ])("%s", async (_, argv, settings) => {
    const { code, stdout } = await node(argv, settings);
    expect(stdout).toContain("results: 600\n");
    expect(code).toBe(0);
  });
});

const PERMISSION = process.allowedNodeEnvironmentFlags.has("--permission")
  ? "--permission"
  : "--experimental-permission";
const FORBIDDEN =
  "a batch is fitted in worker threads, which Node's permission model forbids here: start node with --allow-worker";

/** A fit as another process reads it. */
const FIT = serialize(drm("yi ~ 1", { data: { yi: [0.1, 0.4, 0.2, 0.5] } })).toString("base64");

describe("Node's permission model", () => {
  test.each([
    ["fitMany", COUNT],
    [
      "bootstrap",
      `const fit = require("node:v8").deserialize(Buffer.from("${FIT}", "base64"));
      bootstrap(fit, { seed: 1 }).catch((error) => console.log(error.name, error.code, error.message));`,
    ],
  ])("%s says which option is missing, and the process ends", async (_, code) => {
    const result = await node([PERMISSION, "--allow-fs-read=*", "-e", CJS + code]);
    expect(result).toMatchObject({ code: 0, stdout: `DrmError not_supported ${FORBIDDEN}\n` });
  });

  test("with the option it runs", async () => {
    const { code, stdout } = await node([
      PERMISSION,
      "--allow-fs-read=*",
      "--allow-worker",
      "-e",
      CJS + COUNT,
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "results: 600\n" });
  });
});

describe("a process ends", () => {
  test("when one result was asked for and never another", async () => {
    const one = `${ESM}${JOBS}
    const results = fitMany(jobs, options);
    console.log((await results.next()).value.index);`;
    expect(await node(["--input-type=module", "-e", one])).toMatchObject({ code: 0, stdout: "0\n" });
  });

  test("but not while somebody waits for what comes after a pause", async () => {
    const pause = `${ESM}${JOBS}
    let n = 0;
    for await (const result of fitMany(jobs, options)) {
      if (n++ % 200 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    console.log("results: " + n);`;
    expect(await node(["--input-type=module", "-e", pause])).toMatchObject({
      code: 0,
      stdout: "results: 600\n",
    });
  });

  test("when threads cannot be made", async () => {
    const broken = `
    const threads = require("node:worker_threads");
    threads.Worker = class { constructor() { throw new Error("no threads today"); } };`;
    const { code, stdout } = await node(["-e", `${broken}${CJS}${COUNT}`]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "DrmError not_supported workers cannot be started here: no threads today\n",
    });
  });

  test("when every worker dies at its start", async () => {
    const broken = `
    const threads = require("node:worker_threads");
    const { Worker } = threads;
    threads.Worker = class extends Worker { constructor(_, options) { super("throw new Error('no')", options); } };`;
    const { code, stdout } = await node(["-e", `${broken}${CJS}${COUNT}`]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^DrmError not_supported workers cannot be started here: .*no\n$/);
  });
});
