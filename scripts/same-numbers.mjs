// npm run same-numbers [-- COMMIT] [--models N] [--seed S] [--only KIND] [--tolerance T]
//
// Whether the present tree says the same as a commit (by default HEAD~1): both are built and asked about random models of
// every kind and all reference cases. Texts, errors and the order of keys must be identical, numbers equal to a relative
// 1e-12. Prints the first differences and, by question, how much was compared; exit code 1 when anything differs.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { bundle } from "./bundle.mjs";
import { buildLibrary, checkOut } from "./same-numbers/library.mjs";

const USAGE = "usage: npm run same-numbers -- [COMMIT] [--models N] [--seed S] [--only KIND] [--tolerance T]";
const THREADS = 2;
const MOST_SHOWN = 20;

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const { commit, models, seed, only, tolerance } = readArguments();
const folder = mkdtempSync(join(tmpdir(), "same-numbers-"));
try {
  const libraries = await bothLibraries();
  const questioned = await modelsAsked();
  const told = await compareAll(libraries, questioned);
  process.exitCode = report(told) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        models: { type: "string", default: "2000" },
        seed: { type: "string", default: "1" },
        only: { type: "string" },
        tolerance: { type: "string", default: "1e-12" },
      },
    });
    if (positionals.length > 1) throw new Error(`one commit, not ${positionals.join(" and ")}`);
    const commit = execFileSync(
      "git",
      ["rev-parse", "--verify", "--end-of-options", `${positionals[0] ?? "HEAD~1"}^{commit}`],
      { encoding: "utf8" },
    ).trim();
    const numbers = {
      models: Number(values.models),
      seed: Number(values.seed),
      tolerance: Number(values.tolerance),
    };
    for (const name of ["models", "seed"]) {
      if (!Number.isSafeInteger(numbers[name]) || numbers[name] < 0)
        throw new Error(`--${name} ${values[name]}: wanted a whole number`);
    }
    if (!(numbers.tolerance >= 0))
      throw new Error(`--tolerance ${values.tolerance}: wanted a number, 0 or more`);
    return { commit, only: values.only, ...numbers };
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}

/** URLs of the prior library and the present one. */
async function bothLibraries() {
  console.log(`building ${commit.slice(0, 10)} and the present tree`);
  const tree = join(folder, "tree");
  checkOut(commit, tree);
  const outfiles = ["before", "after"].map((name) => join(folder, `${name}.mjs`));
  await buildLibrary(tree, outfiles[0]);
  await buildLibrary(".", outfiles[1]);
  return outfiles.map((outfile) => pathToFileURL(outfile).href);
}

async function modelsAsked() {
  const outfile = join(folder, "models.mjs");
  await bundle("scripts/same-numbers/models.ts", outfile);
  const { KIND_NAMES, modelsToCompare } = await import(pathToFileURL(outfile).href);
  if (only !== undefined && !KIND_NAMES.includes(only))
    throw new Error(`--only ${only}: the kinds are ${KIND_NAMES.join(", ")}`);
  return modelsToCompare(models, seed, only);
}

/** What the threads tell of each model. */
async function compareAll(libraries, questioned) {
  const outfile = join(folder, "share.mjs");
  await bundle("scripts/same-numbers/share.ts", outfile);
  const told = [];
  const start = performance.now();
  let last = start;
  const threads = Array.from({ length: THREADS }, (_, thread) => {
    const share = questioned.filter((_, number) => number % THREADS === thread);
    const worker = new Worker(pathToFileURL(outfile), {
      workerData: { libraries, models: share, tolerance },
    });
    return new Promise((done, failed) => {
      worker.on("message", (model) => {
        told.push(model);
        for (const { first, question } of model.compared) {
          if (first !== null) progress(`${model.id}: ${question} differs`);
        }
        if (performance.now() - last > 10_000) {
          progress(`${told.length} of ${questioned.length} models`);
          last = performance.now();
        }
      });
      worker.on("error", failed);
      worker.on("exit", done);
    });
  });
  await Promise.all(threads);
  progress(`${told.length} of ${questioned.length} models`);
  if (told.length !== questioned.length) throw new Error("a thread ended early");
  return told;

  function progress(text) {
    console.error(`${((performance.now() - start) / 1000).toFixed(0).padStart(4)} s  ${text}`);
  }
}

/** Prints the first differences and the table; true when nothing differs. */
function report(told) {
  const compared = told.flatMap(({ id, compared }) => compared.map((each) => ({ id, ...each })));
  const differing = compared.filter(({ first }) => first !== null);
  for (const { id, first } of differing.slice(0, MOST_SHOWN)) {
    console.log(`\n${id}: ${first.where}\n  before ${first.before}\n  after  ${first.after}`);
  }
  if (differing.length > MOST_SHOWN)
    console.log(`\nand ${differing.length - MOST_SHOWN} more answers that differ`);
  const header = ["question", "answers", "differ", "numbers", "not bit for bit", "largest", "seconds"];
  const rows = [...byQuestion(compared)].map(([question, answers]) => [
    question,
    answers.length,
    answers.filter(({ first }) => first !== null).length,
    total(answers, "numbers"),
    total(answers, "inexact"),
    answers.reduce((most, { largest }) => Math.max(most, largest), 0).toPrecision(2),
    (total(answers, "milliseconds") / 1000).toFixed(1),
  ]);
  console.log();
  for (const row of [header, ...rows]) console.log(row.map((cell, k) => aligned(String(cell), k)).join(" "));
  const models = new Set(differing.map(({ id }) => id)).size;
  console.log(
    differing.length === 0
      ? `\n${told.length} models, ${compared.length} answers: the same as ${commit.slice(0, 10)}`
      : `\n${told.length} models, ${compared.length} answers: ${differing.length} answers of ${models} models differ from ${commit.slice(0, 10)}`,
  );
  return differing.length === 0;
}

function byQuestion(compared) {
  const answers = new Map();
  for (const each of compared) answers.set(each.question, [...(answers.get(each.question) ?? []), each]);
  return answers;
}

function total(answers, key) {
  return answers.reduce((sum, answer) => sum + answer[key], 0);
}

function aligned(cell, column) {
  return column === 0 ? cell.padEnd(14) : cell.padStart(15);
}
