// drmeta beside metafor, number by number, on the reference cases' data (ML).
//
//   node bench/run.mjs bench/metafor/compare.ts
//
// metafor runs twice, with its default control and with tightened tolerances. A number that disagrees under both is a
// failure (exit 1), unless metafor's own log-likelihood says that it stopped below our optimum: then both
// log-likelihoods are shown and the case is marked.
//
// What is set beside what: metafor models log tau^2, so sigma = alpha / 2 and its standard error is halved; a variance
// tau2 is turned into sigma = log(tau2) / 2. metafor's standard errors of the mean are conditional on the scale
// parameters, (X' S^-1 X)^-1; drmeta's are joint, a little larger. The conditional ones are computed here from our fit.
import {
  aic,
  aicc,
  bic,
  coef,
  DrmError,
  drm,
  drmFormula,
  type Fit,
  fitted,
  logLik,
  sigma,
  standardErrors,
} from "../../src/index";
import { plainGls } from "../gls";
import { describeMachine, writeResults } from "../machine";
import { table } from "../table";
import { type Comparison, comparisons } from "./cases";
import { type MetaforResult, runMetafor } from "./metafor";

/** Estimates, in standard errors; two optimizers agree this well when both reach the optimum. */
const ESTIMATE = 1e-4;
/** Standard errors, relative: metafor differentiates numerically. */
const ERROR = 1e-4;
/** Log-likelihoods and information criteria, relative to max(1, |x|): second order in the estimates. */
const LIKELIHOOD = 1e-8;
/** SDs at their boundary, in typical sampling SDs: metafor stops at a small positive value. */
const ZERO = 1e-3;

interface Line {
  readonly quantity: string;
  readonly ours: number;
  readonly theirs: number;
  readonly tolerance: number;
}

type Verdict = "agrees" | "agrees, tight control" | "metafor stops short" | "metafor fails" | "DISAGREES";

const difference = ({ ours, theirs }: Line): number => (ours === theirs ? 0 : Math.abs(ours - theirs));
const agrees = (line: Line): boolean => difference(line) <= line.tolerance;

/** Every number that both report. */
function linesOf({ blocks, options }: Comparison, fit: Fit, theirs: MetaforResult["values"]): Line[] {
  const lines: Line[] = [];
  const { values: y } = fit.response.mu!;
  const design = fit.designs.mu!;
  const p = design.names.length;
  const sd = options.fixed ? new Float64Array(y.length) : (sigma(fit) as Float64Array);
  const beta = coef(fit, "mu");
  const plain = plainGls({
    y: fit.response.mu!.offset === null ? y : y.map((value, i) => value - fit.response.mu!.offset![i]!),
    X: design.values,
    p,
    beta: Object.values(beta),
    sigma: sd,
    v: fit.knownV.variances,
    blocks,
  });
  const criterion = (name: string, ours: number): void => {
    const value = theirs.get("fit")!.get(name)!;
    lines.push({ quantity: name, ours, theirs: value, tolerance: LIKELIHOOD * Math.max(1, Math.abs(ours)) });
  };
  criterion("logLik", logLik(fit));
  lines.push({
    quantity: "logLik against plain loops",
    ours: logLik(fit),
    theirs: plain.logLik,
    tolerance: 1e-9 * Math.max(1, Math.abs(plain.logLik)),
  });
  criterion("AIC", aic(fit));
  criterion("BIC", bic(fit));
  criterion("AICc", aicc(fit));
  design.names.forEach((name, k) => {
    const error = Math.sqrt(plain.covariance[k * p + k]!);
    const [estimate, peerError] = [theirs.get("beta")!.get(name)!, theirs.get("se")!.get(name)!];
    lines.push({ quantity: `mu ${name}`, ours: beta[name]!, theirs: estimate, tolerance: ESTIMATE * error });
    lines.push({
      quantity: `SE mu ${name}, conditional`,
      ours: error,
      theirs: peerError,
      tolerance: ERROR * error,
    });
  });
  if (options.fixed === undefined) lines.push(...scaleLines(fit, theirs));
  const means = [...theirs.get("fitted")!.values()];
  const ours = fitted(fit, "mu") as Float64Array;
  const offset = fit.response.mu!.offset;
  const worst = ours.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (offset?.[i] ?? 0) - means[i]!)),
    0,
  );
  const typical = Math.max(...design.names.map((_, k) => Math.sqrt(plain.covariance[k * p + k]!)));
  lines.push({
    quantity: "fitted means, largest difference",
    ours: worst,
    theirs: 0,
    tolerance: ESTIMATE * Math.max(typical, 1e-3 * Math.max(...means.map(Math.abs))),
  });
  return lines;
}

function scaleLines(fit: Fit, theirs: MetaforResult["values"]): Line[] {
  const lines: Line[] = [];
  const own = coef(fit, "sigma");
  const errors = standardErrors(fit, "sigma");
  const alpha = theirs.get("alpha");
  const tau2 = theirs.get("tau2");
  const atBoundary = fit.coefficients.some((c) => c.atBoundary);
  if (atBoundary) {
    // the coefficient is minus infinity for us and some large negative number for metafor: compare the SDs by row
    const { values, names, nrow } = fit.designs.sigma!;
    const ours = sigma(fit) as Float64Array;
    const peer = ours.map((_, i) => {
      if (alpha === undefined) return Math.sqrt(tau2!.get("")!);
      let log = 0;
      names.forEach((name, k) => {
        log += (values[k * nrow + i]! * alpha.get(name)!) / 2;
      });
      return Math.exp(log);
    });
    const typical = Math.sqrt(fit.knownV.variances.reduce((sum, v) => sum + v, 0) / nrow);
    const seen = new Set<number>();
    ours.forEach((value, i) => {
      if (seen.has(value)) return;
      seen.add(value);
      lines.push({
        quantity: `fitted sigma, row ${i + 1}`,
        ours: value,
        theirs: peer[i]!,
        tolerance: ZERO * typical,
      });
    });
    return lines;
  }
  const peerErrors = theirs.get("se_alpha");
  const varianceErrors = theirs.get("se_tau2");
  for (const [name, estimate] of Object.entries(own)) {
    const error = errors[name]!;
    const level = tau2?.has(name) ? name : "";
    const variance = tau2?.get(level);
    const value = alpha ? alpha.get(name)! / 2 : 0.5 * Math.log(variance!);
    lines.push({ quantity: `sigma ${name}`, ours: estimate, theirs: value, tolerance: ESTIMATE * error });
    // rma gives a variance without scale = an expected-information error, which is another quantity
    if (peerErrors === undefined && varianceErrors === undefined) continue;
    const peerError = peerErrors ? peerErrors.get(name)! / 2 : varianceErrors!.get(level)! / (2 * variance!);
    lines.push({ quantity: `SE sigma ${name}`, ours: error, theirs: peerError, tolerance: ERROR * error });
  }
  return lines;
}

interface Outcome {
  readonly name: string;
  readonly verdict: Verdict;
  readonly note: string;
  readonly lines: readonly Line[];
}

function judge(comparison: Comparison, results: ReadonlyMap<string, MetaforResult>): Outcome {
  const { name, formulas, options } = comparison;
  const fit = drm(drmFormula(...formulas), { ...options, warn: () => {} });
  const runs = ["default", "tight"].map((control) => results.get(`${name}.${control}`));
  const tried = runs.map((run) => (run && run.error === null ? linesOf(comparison, fit, run.values) : null));
  const likelihood = (lines: readonly Line[]): Line => lines.find(({ quantity }) => quantity === "logLik")!;
  const shortBy = (lines: readonly Line[]): number => likelihood(lines).ours - likelihood(lines).theirs;
  const [byDefault, byTight] = tried;
  if (byDefault?.every(agrees)) return { name, verdict: "agrees", note: "", lines: byDefault };
  const missed = byDefault
    ? `default control: logLik ${shortBy(byDefault).toExponential(1)} below ours`
    : `default control: ${runs[0]?.error ?? "no result"}`;
  if (byTight?.every(agrees)) return { name, verdict: "agrees, tight control", note: missed, lines: byTight };
  const lines = byTight ?? byDefault ?? null;
  if (lines === null) return { name, verdict: "metafor fails", note: missed, lines: [] };
  const { ours, theirs, tolerance } = likelihood(lines);
  // only what depends on the stopping point is excused: the likelihood at our estimates must still be right
  const twin = lines.find(({ quantity }) => quantity.startsWith("logLik against"))!;
  if (ours - theirs > tolerance && agrees(twin)) {
    return { name, verdict: "metafor stops short", note: `logLik: ours ${ours}, metafor's ${theirs}`, lines };
  }
  return { name, verdict: "DISAGREES", note: `logLik: ours ${ours}, metafor's ${theirs}`, lines };
}

const list = comparisons();
const jobs = list.flatMap(({ peer }) =>
  (["default", "tight"] as const).map((control) => ({ ...peer, name: `${peer.name}.${control}`, control })),
);
const run = runMetafor(jobs, 600);
if (run === null) {
  console.log("metafor: not installed (needs Rscript and the R package metafor); nothing compared");
  process.exit(0);
}
console.log(`${describeMachine()}\n${run.version}; ML; conditional standard errors of mu on both sides\n`);

const outcomes: Outcome[] = [];
for (const comparison of list) {
  try {
    outcomes.push(judge(comparison, run.results));
  } catch (error) {
    if (!(error instanceof DrmError)) throw error;
    outcomes.push({
      name: comparison.name,
      verdict: "DISAGREES",
      note: `drmeta: ${error.message}`,
      lines: [],
    });
  }
}

const shown = (x: number): string => (Number.isFinite(x) ? String(Number(x.toPrecision(10))) : String(x));
const rows = outcomes.flatMap(({ name, lines, verdict }) =>
  lines.map((line) => [
    name,
    line.quantity,
    shown(line.ours),
    shown(line.theirs),
    difference(line).toExponential(1),
    line.tolerance.toExponential(1),
    agrees(line) ? "" : verdict === "DISAGREES" ? "DISAGREES" : "short",
  ]),
);
console.log(table(["case", "quantity", "drmeta", "metafor", "difference", "tolerance", ""], rows));
console.log(
  `\n${table(
    ["case", "verdict", "numbers", "note"],
    outcomes.map(({ name, verdict, lines, note }) => [name, verdict, String(lines.length), note]),
  )}`,
);

const failed = outcomes.filter(({ verdict }) => verdict === "DISAGREES");
const numbers = rows.filter((row) => row[6] === "").length;
console.log(
  `\n${outcomes.length - failed.length} of ${outcomes.length} models agree, ${numbers} of ${rows.length} numbers within tolerance`,
);
writeResults("metafor", { peer: run.version, outcomes });
process.exitCode = failed.length > 0 ? 1 : 0;
