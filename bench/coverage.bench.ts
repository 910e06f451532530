// How often nominal 95 % intervals hold the true coefficient: location-scale meta-regressions of 10 to 160 studies.
//
//   node bench/run.mjs bench/coverage.bench.ts [--quick]
//
// Every data set is drawn from the model that is fitted. An interval that does not exist (a coefficient at its boundary
// has no Wald interval) counts as a miss. Exit code 1 when a coverage at 80 or more studies is outside 93 to 97 % by more
// than the simulation's own error.
import { type ConfidenceInterval, confint, drm, drmFormula, type Fit } from "../src/index";
import { normal } from "./data";
import { describeMachine, writeResults } from "./machine";
import { duration, table } from "./table";
import { secondsOf } from "./timing";

const quick = process.argv.includes("--quick");
const DATA_SETS = quick ? 200 : 2000;
const STUDIES = [10, 20, 40, 80, 160] as const;
/** Coverage at LARGE or more studies, give or take two standard errors of the simulation: 0.01 with 2,000 data sets. */
const [LEAST, MOST] = [0.93, 0.97];
const SIMULATION_ERROR = 2 * Math.sqrt((0.95 * 0.05) / DATA_SETS);
const LARGE = 80;

const TRUTH = {
  "mu:(Intercept)": 0.15,
  "mu:habitatforest": 0.26,
  "mu:duration": 0.1,
  "sigma:(Intercept)": Math.log(0.3),
  "sigma:habitatforest": Math.log(2),
} as const;
type Name = keyof typeof TRUTH;
const NAMES = Object.keys(TRUTH) as Name[];
const LOCATION = NAMES.slice(0, 3);
const SCALE = NAMES.slice(3);

interface Method {
  readonly label: string;
  readonly of: readonly Name[];
  readonly intervals: (ml: Fit, reml: Fit) => ConfidenceInterval[];
}

const METHODS: readonly Method[] = [
  { label: "Wald z", of: NAMES, intervals: (ml) => confint(ml) },
  { label: "profile", of: NAMES, intervals: (ml) => confint(ml, { method: "profile" }) },
  { label: "t", of: LOCATION, intervals: (ml) => confint(ml, { parm: "mu", test: "t" }) },
  { label: "knha", of: LOCATION, intervals: (ml) => confint(ml, { parm: "mu", test: "knha" }) },
  { label: "REML z", of: NAMES, intervals: (_, reml) => confint(reml) },
  { label: "REML t", of: LOCATION, intervals: (_, reml) => confint(reml, { parm: "mu", test: "t" }) },
  { label: "REML knha", of: LOCATION, intervals: (_, reml) => confint(reml, { parm: "mu", test: "knha" }) },
  {
    label: "REML profile",
    of: SCALE,
    intervals: (_, reml) => confint(reml, { parm: "sigma", method: "profile" }),
  },
];

const FORMULA = drmFormula("yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat");
const HABITATS = ["grassland", "forest"] as const;

/** Half of the studies in each habitat; sampling variances around 0.05. */
function draw(studies: number, seed: number) {
  const random = normal(seed);
  const vi = Float64Array.from({ length: studies }, () => 0.05 * Math.exp(0.5 * random()));
  const duration = Float64Array.from({ length: studies }, random);
  const habitat = Array.from({ length: studies }, (_, i) => HABITATS[i % 2]!);
  const yi = vi.map((v, i) => {
    const forest = i % 2;
    const mean =
      TRUTH["mu:(Intercept)"] + forest * TRUTH["mu:habitatforest"] + TRUTH["mu:duration"] * duration[i]!;
    const sigma = Math.exp(TRUTH["sigma:(Intercept)"] + forest * TRUTH["sigma:habitatforest"]);
    return mean + Math.sqrt(v + sigma ** 2) * random();
  });
  return { yi, vi, habitat, duration };
}

interface Coverage {
  readonly studies: number;
  /** by coefficient and method, shares of the data sets */
  readonly covered: Record<string, Record<string, number>>;
  /** share of the ML fits with a coefficient at its boundary */
  readonly atBoundary: number;
  readonly notConverged: number;
  readonly seconds: number;
}

function cover(studies: number): Coverage {
  const covered: Record<string, Record<string, number>> = {};
  for (const name of NAMES) covered[name] = {};
  let atBoundary = 0;
  let notConverged = 0;
  const seconds = secondsOf(() => {
    for (let k = 0; k < DATA_SETS; k++) {
      const data = draw(studies, 1000 * studies + k);
      const options = { data, factors: { habitat: HABITATS } };
      const [ml, reml] = [drm(FORMULA, options), drm(FORMULA, { ...options, method: "REML" })];
      if (ml.coefficients.some((one) => one.atBoundary)) atBoundary++;
      if (ml.optim.code !== 0 || reml.optim.code !== 0) {
        notConverged++;
        continue;
      }
      for (const { label, of, intervals } of METHODS) {
        for (const { dpar, term, lower, upper } of intervals(ml, reml)) {
          const name = `${dpar}:${term}` as Name;
          if (!of.includes(name)) continue;
          const holds = lower <= TRUTH[name] && TRUTH[name] <= upper;
          covered[name]![label] = (covered[name]![label] ?? 0) + (holds ? 1 / DATA_SETS : 0);
        }
      }
    }
  });
  return { studies, covered, atBoundary: atBoundary / DATA_SETS, notConverged, seconds };
}

const shown = (share: number | undefined) => (share === undefined ? "" : (100 * share).toFixed(1));

console.log(describeMachine());
console.log(
  `${DATA_SETS.toLocaleString("en-US")} data sets a line; coverage of nominal 95 % intervals, percent`,
);
const results = STUDIES.map((studies) => {
  const result = cover(studies);
  const { covered, atBoundary, notConverged, seconds } = result;
  console.log(
    `\n${studies} studies: ${shown(atBoundary)} % of the fits at the boundary, ${notConverged} not converged, ${duration(seconds)}`,
  );
  const labels = METHODS.map(({ label }) => label);
  console.log(
    table(
      ["coefficient", ...labels],
      NAMES.map((name) => [name, ...labels.map((label) => shown(covered[name]![label]))]),
    ),
  );
  return result;
});
writeResults("coverage", { dataSets: DATA_SETS, results });

const outside = results
  .filter(({ studies }) => studies >= LARGE)
  .flatMap(({ studies, covered }) =>
    Object.entries(covered).flatMap(([name, shares]) =>
      Object.entries(shares)
        .filter(([, share]) => share < LEAST - SIMULATION_ERROR || share > MOST + SIMULATION_ERROR)
        .map(([label, share]) => `${studies} studies, ${name}, ${label}: ${shown(share)}`),
    ),
  );
if (outside.length > 0) {
  console.log(`\noutside ${shown(LEAST)} to ${shown(MOST)} %:\n${outside.join("\n")}`);
  process.exitCode = 1;
}
