// An audit of the optima that drm() finds: random models of every kind, each maximised again by a search of its own over a
// likelihood of its own.
//
//   node bench/run.mjs bench/optima.bench.ts [--quick] [--models N] [--seed S] [--kind K] [--id ID] [--findings FILE]
//
// With --findings what the audit's search finds is kept in FILE, and taken from there where it is: a changed drm() is judged
// again in minutes. A changed audit wants a new file.
//
// "Missed" is a log-likelihood more than 1e-4 below the audit's best. Every model that is missed, or otherwise not as it
// should be, is written to build/bench/optima/ID.json with what was found. Exit code 1 when one of a constant scale is
// missed, more than 0.2 % of the others, or when the two likelihoods disagree.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine, writeResults } from "./machine";
import { openFindings } from "./optima/findings";
import { shareInterval } from "./optima/interval";
import { KINDS, type Kind, randomModel } from "./optima/random-models";
import type { Spec } from "./optima/spec";
import { judge, type Verdict } from "./optima/verdict";
import { duration, table } from "./table";

const { values: options } = parseArgs({
  args: process.argv.slice(2).filter((argument) => !argument.endsWith(".ts")),
  options: {
    quick: { type: "boolean" },
    full: { type: "boolean" },
    models: { type: "string" },
    seed: { type: "string", default: "1" },
    kind: { type: "string" },
    id: { type: "string" },
    findings: { type: "string" },
  },
});
const SEED = Number(options.seed);
const MODELS = Number(options.models ?? (options.quick ? 300 : 10_800));
const MOST_MISSED = 0.002;
const FOLDER = join("build", "bench", "optima");
const SUPREMA = fileURLToPath(new URL("../test/fit/suprema/", import.meta.url));

/** As the files of suprema/, with the audit's findings. */
function record({
  spec,
  outcome,
  got,
  loss,
  audit,
  where,
  message,
  converged,
  disagreement,
}: Verdict): string {
  const { best, finite, unbounded, evaluations } = audit;
  const found = {
    outcome,
    drmeta_logLik: got,
    better_logLik: best.value,
    loss,
    best_finite_logLik: finite?.value ?? null,
    where,
    scales_at_better: best.scales.map((values) => [...values]),
    drm: { converged, message },
    disagreement,
    unbounded,
    evaluations,
  };
  return `${JSON.stringify({ ...spec, audit: found })}\n`;
}

function describe({
  spec,
  outcome,
  got,
  audit,
  where,
  message,
  milliseconds,
  disagreement,
}: Verdict): string {
  const { best, finite, evaluations } = audit;
  return [
    `${spec.id}: ${outcome}`,
    `  ${spec.formulas.join("\n  ")}`,
    `  ${spec.options.method}, ${Object.values(spec.data)[0].length} rows`,
    `  drm ${got} (${message}), ${milliseconds[0].toFixed(1)} ms`,
    `  audit ${best.value} (${where}), ${evaluations} evaluations, ${milliseconds[1].toFixed(0)} ms`,
    `  best finite maximum ${finite?.value ?? "none met"}`,
    ...(disagreement === null ? [] : [`  the likelihoods disagree by ${disagreement}`]),
  ].join("\n");
}

/** Models that were once missed: the audit must do at least as well as whoever found them. */
function selfCheck(): boolean {
  const failed = readdirSync(SUPREMA)
    .filter((name) => name.endsWith(".json"))
    .filter((name) => {
      const spec = JSON.parse(readFileSync(join(SUPREMA, name), "utf8")) as Spec & {
        readonly audit: { readonly better_logLik: number };
      };
      const { audit, got } = judge(spec);
      const known = spec.audit.better_logLik;
      const found = audit.best.value >= known - 1e-4;
      console.log(
        `${spec.id}: known supremum ${known.toFixed(6)}, audit ${audit.best.value.toFixed(6)}, drm() ${got.toFixed(6)}${found ? "" : " NOT FOUND"}`,
      );
      return !found;
    });
  return failed.length === 0;
}

interface Tally {
  readonly kind: Kind;
  readonly verdicts: Verdict[];
}

function auditAll(kinds: readonly Kind[]): Tally[] {
  mkdirSync(FOLDER, { recursive: true });
  for (const name of readdirSync(FOLDER)) rmSync(join(FOLDER, name));
  const each = Math.ceil(MODELS / kinds.length);
  const findings = openFindings(options.findings);
  return kinds.map((kind) => {
    const verdicts: Verdict[] = [];
    for (let number = 0; number < each; number++) {
      const verdict = judge(randomModel(kind, SEED, number), findings);
      const fine = verdict.outcome === "same" || verdict.outcome === "unbounded, both";
      if (!fine || !verdict.converged || verdict.disagreement !== null) {
        writeFileSync(join(FOLDER, `${verdict.spec.id}.json`), record(verdict));
      }
      verdicts.push(verdict);
    }
    console.error(`${kind.name}: ${each}, ${count(verdicts, "missed")} missed`);
    return { kind, verdicts };
  });
}

function count(verdicts: readonly Verdict[], outcome: Verdict["outcome"]): number {
  return verdicts.filter((verdict) => verdict.outcome === outcome).length;
}

const HEADERS = [
  "kind",
  "models",
  "missed",
  "percent",
  "95% limits",
  "largest",
  "at an edge",
  "told of",
  "audit below",
  "unbounded",
  "not said",
  "wrongly",
  "code 1",
  "refused",
  "disagree",
];

function row(name: string, verdicts: readonly Verdict[]): string[] {
  const missed = verdicts.filter(({ outcome }) => outcome === "missed");
  const [low, high] = shareInterval(missed.length, verdicts.length);
  const largest = missed.reduce((most, { loss }) => Math.max(most, loss), 0);
  const atEdge = missed.filter(({ where }) => !/^(\S+ inside(; )?)+$/.test(where)).length;
  return [
    name,
    `${verdicts.length}`,
    `${missed.length}`,
    ((100 * missed.length) / verdicts.length).toFixed(2),
    `${(100 * low).toFixed(2)}-${(100 * high).toFixed(2)}`,
    missed.length === 0 ? "" : largest.toPrecision(3),
    `${atEdge}`,
    `${count(verdicts, "told of")}`,
    `${count(verdicts, "ahead")}`,
    `${count(verdicts, "unbounded, both")}`,
    `${count(verdicts, "unbounded, not said")}`,
    `${count(verdicts, "unbounded, wrongly")}`,
    `${verdicts.filter(({ converged, outcome }) => !converged && outcome !== "refused").length}`,
    `${count(verdicts, "refused")}`,
    `${verdicts.filter(({ disagreement }) => disagreement !== null).length}`,
  ];
}

/** True when few enough are missed. */
function report(tallies: readonly Tally[]): boolean {
  const [constant, moderated] = [true, false].map((which) =>
    tallies.filter(({ kind }) => kind.constant === which).flatMap(({ verdicts }) => verdicts),
  );
  const rows = tallies.map(({ kind, verdicts }) => row(kind.name, verdicts));
  if (constant.length > 0) rows.push(row("constant scale", constant));
  if (moderated.length > 0) rows.push(row("scale moderators", moderated));
  console.log(`\n${table(HEADERS, rows)}`);
  const all = [...constant, ...moderated];
  const missed = all.filter(({ outcome }) => outcome === "missed").sort((a, b) => b.loss - a.loss);
  if (missed.length > 0) {
    const ids = missed.map(({ spec, loss }) => `${spec.id} ${loss.toPrecision(2)}`);
    console.log(`\nmissed, worst first, and by how much: ${ids.slice(0, 40).join(", ")}`);
    if (ids.length > 40) console.log(`and ${ids.length - 40} more in ${FOLDER}`);
  }
  const [drmTime, auditTime] = [0, 1].map(
    (k) => all.reduce((sum, each) => sum + each.milliseconds[k], 0) / 1000,
  );
  console.log(`\ndrm() took ${duration(drmTime)}, the audit ${duration(auditTime)}`);
  return (
    count(constant, "missed") === 0 &&
    count(moderated, "missed") <= MOST_MISSED * moderated.length &&
    all.every(({ disagreement }) => disagreement === null)
  );
}

console.log(describeMachine());
if (options.id !== undefined) {
  const [, name, seed, number] = /^(.*)-(\d+)-(\d+)$/.exec(options.id) ?? [];
  const kind = KINDS.find((each) => each.name === name);
  if (kind === undefined)
    throw new Error(
      `--id ${options.id}: wanted KIND-SEED-NUMBER, KIND of ${KINDS.map((each) => each.name).join(", ")}`,
    );
  const verdict = judge(randomModel(kind, Number(seed), Number(number)));
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${verdict.spec.id}.json`), record(verdict));
  console.log(describe(verdict));
} else {
  const kinds = KINDS.filter(
    ({ name }) => options.kind === undefined || options.kind.split(",").includes(name),
  );
  const sound = selfCheck();
  const tallies = auditAll(kinds);
  const fine = report(tallies);
  writeResults("optima", {
    seed: SEED,
    kinds: tallies.map(({ kind, verdicts }) => ({
      kind: kind.name,
      what: kind.what,
      models: verdicts.length,
      outcomes: Object.fromEntries(
        [...new Set(verdicts.map(({ outcome }) => outcome))].map((outcome) => [
          outcome,
          count(verdicts, outcome),
        ]),
      ),
      missed: verdicts
        .filter(({ outcome }) => outcome === "missed")
        .map(({ spec, loss, where, audit }) => ({
          id: spec.id,
          loss,
          where,
          best_finite: audit.finite?.value ?? null,
        })),
    })),
  });
  if (!fine || !sound) process.exitCode = 1;
}
