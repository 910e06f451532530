// How often the reported optimum is not the best one there is, and what the starts cost.
//
//   node bench/run.mjs test/fit/starts-quality.ts [problems]
//
// Seeded random location-scale problems of 8 to 40 rows. "Best" is the best of what drm() would report and of Newton
// runs from 30 random starts. An optimum is missed when it is more than 1e-4 in log-likelihood below that.
import { createEngine } from "../../src/fit/engine";
import { search } from "../../src/fit/optimise";
import { minimise } from "../../src/fit/trust-region";
import { standardFor } from "./engine-for";
import type { PlainProblem } from "./plain-problem";
import { type Random, randomFrom } from "./random-problem";

const MISSED = 1e-4;
const RANDOM_STARTS = 30;

type Kind = "continuous" | "factor" | "both";

/** A meta-analysis: effects around a regression line, heterogeneity that depends on moderators, known variances. */
function study(random: Random, kind: Kind): PlainProblem {
  const rows = 8 + random.integer(33);
  const x = Array.from({ length: rows }, () => random.normal());
  const levels = 2 + random.integer(3);
  const f = Array.from({ length: rows }, (_, i) => i % levels);
  const W = x.map((xi, i) => {
    const dummies = Array.from({ length: levels - 1 }, (_, l) => (f[i] === l + 1 ? 1 : 0));
    return kind === "continuous" ? [1, xi] : kind === "factor" ? [1, ...dummies] : [1, xi, ...dummies];
  });
  const X = x.map((xi) => [1, xi]);
  const gamma = W[0]!.map((_, k) => (k === 0 ? -0.7 + 0.5 * random.normal() : 0.7 * random.normal()));
  const v = x.map(() => 0.02 + 0.3 * random.uniform() ** 2);
  const y = X.map((row, i) => {
    const sigma = Math.exp(W[i]!.reduce((sum, w, k) => sum + w * gamma[k]!, 0));
    return 0.2 + 0.3 * row[1]! + Math.sqrt(v[i]! + sigma * sigma) * random.normal();
  });
  const V = v.map((value, i) => v.map((_, j) => (i === j ? value : 0)));
  return { y, X, W, V, clusters: [], weights: null };
}

function measure(kind: Kind, problems: number): void {
  const random = randomFrom(1);
  let missed = 0;
  let loss = 0;
  let evaluations = 0;
  let notConverged = 0;
  for (let problem = 0; problem < problems; problem++) {
    const engine = createEngine(standardFor(study(random, kind)));
    const { best } = search(engine, { starts: 9, maxEvaluations: 200 });
    evaluations += engine.evaluations();
    if (!best.converged) notConverged++;
    let least = best.value;
    for (let s = 0; s < RANDOM_STARTS; s++) {
      const start = Float64Array.from(best.theta, (_, k) =>
        k === 0 ? -1 + 2 * random.normal() : 2 * random.normal(),
      );
      const run = minimise(engine.objective, start, { maxEvaluations: 200 });
      if (Number.isFinite(run.value)) least = Math.min(least, run.value);
    }
    if (best.value > least + MISSED) {
      missed++;
      loss = Math.max(loss, best.value - least);
    }
    engine.dispose();
  }
  const share = ((100 * missed) / problems).toFixed(2);
  const mean = (evaluations / problems).toFixed(1);
  console.log(
    `${kind}: missed ${missed} of ${problems} (${share} %), worst by ${loss.toFixed(3)}; ${mean} evaluations a fit; ${notConverged} not converged`,
  );
}

const problems = Number(process.argv[3] ?? 2000);
for (const kind of ["continuous", "factor", "both"] as const) measure(kind, problems);
