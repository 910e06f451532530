import { correlationSensitivity, selection } from "../../src/bias/index";
import {
  checkDrm,
  cumulative,
  drm,
  drmFormula,
  type Fit,
  gaussian,
  gosh,
  marginalMeans,
  metaVcovBivariate,
  metaVcovCluster,
  residualCovariance,
  toJSON,
} from "../../src/index";

// Small data with one of everything: a factor, two numbers, studies, and a second outcome.
const N = 16;
const rows = Array.from({ length: N }, (_, i) => i);
export const DATA = {
  yi: rows.map((i) => 0.2 + 0.05 * i + 0.4 * Math.sin(5 * i)),
  y2: rows.map((i) => 0.1 - 0.03 * i + 0.3 * Math.cos(7 * i)),
  vi: rows.map((i) => 0.02 + 0.003 * i),
  x: rows.map((i) => Math.cos(3 * i)),
  z: rows.map((i) => (i % 5) / 2),
  g: rows.map((i) => (i % 2 === 0 ? "a" : "b")),
  study: rows.map((i) => `s${Math.floor(i / 3)}`),
};

/** Counts of a few 2x2 tables, one of which has a 0. */
const COUNTS = { a: [3, 0, 5], b: [10, 12, 9], c: [6, 2, 4], d: [8, 9, 11], study: ["s1", "s2", "s3"] };

const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

export const plain = once(() =>
  drm(drmFormula("yi ~ x + g + meta_V(V = vi)", "sigma ~ x"), { data: DATA, starts: 1 }),
);
const pooled = once(() => drm("yi ~ 1 + meta_V(V = vi)", { data: DATA, starts: 1 }));
const reduced = once(() => drm("yi ~ x + meta_V(V = vi)", { data: DATA, starts: 1 }));
const full = once(() => drm("yi ~ x + g + meta_V(V = vi)", { data: DATA, starts: 1 }));
const multilevel = once(() => drm("yi ~ x + (1 | study) + meta_V(V = vi)", { data: DATA, starts: 1 }));
const bivariate = once(() =>
  drm(drmFormula("mu1 = yi ~ x", "mu2 = y2 ~ 1"), {
    data: DATA,
    family: [gaussian(), gaussian()],
    starts: 1,
  }),
) as () => Fit;

/**
 * How each exported function is called, with values that it takes and with some of its options. A function that is not
 * here fails the tests.
 */
export const CALLS: Readonly<Record<string, () => readonly unknown[]>> = {
  // drmeta
  metaVcovBivariate: () => [{ v1: DATA.vi, v2: DATA.vi, cor12: 0.3 }],
  metaVcovCluster: () => [{ vi: DATA.vi, cluster: DATA.study, rho: 0.4 }],
  formatMatrix: () => [metaVcovCluster({ vi: DATA.vi, cluster: DATA.study }), 4],
  toDense: () => [metaVcovBivariate({ v1: DATA.vi, v2: DATA.vi })],
  parseCsv: () => ["yi,g\n1,a\n2,b\n", { factors: { g: ["b", "a"] } }],
  tableFrom: () => [DATA, { factors: { g: ["b", "a"] } }],
  influence: () => [pooled(), { by: DATA.study }],
  leaveOneOut: () => [pooled(), { by: DATA.study }],
  cumulative: () => [pooled(), { by: DATA.study }],
  gosh: () => [pooled(), { by: DATA.study, subsets: 5 }],
  permutationTest: () => [pooled(), { exact: false, iterations: 3, seed: 1 }],
  compile: () => ["yi ~ x + meta_V(V = vi)", { starts: 1 }],
  isDrmError: () => [new Error("another")],
  drm: () => ["yi ~ x + meta_V(V = vi)", { data: DATA, starts: 1 }],
  gaussian: () => [],
  contrasts: () => [marginalMeans(plain(), { by: "g" }), { method: "pairwise" }],
  marginalMeans: () => [plain(), { by: "g", at: { x: 0.5 } }],
  drmFormula: () => ["yi ~ x", "sigma ~ x"],
  coefficientTable: () => [plain(), 0.9, "wald", "z"],
  coef: () => [plain(), "mu"],
  dparKeys: () => [plain()],
  standardErrors: () => [plain(), "mu"],
  vcov: () => [plain(), "mu"],
  confint: () => [plain(), { parm: "mu:x" }],
  fitted: () => [plain(), "mu"],
  rho12: () => [bivariate()],
  sigma: () => [plain()],
  aic: () => [plain()],
  aicc: () => [plain()],
  bic: () => [plain()],
  df: () => [plain()],
  formulas: () => [plain()],
  logLik: () => [plain()],
  nobs: () => [plain()],
  predict: () => [plain(), { x: [0, 1], g: ["a", "b"] }, { dpar: "mu" }],
  predictionInterval: () => [plain(), { x: [0, 1], g: ["a", "b"] }, { dpar: "mu" }],
  linearCombination: () => [plain(), [1, 0.5, 1], { dpar: "mu" }],
  profile: () => [pooled(), { parm: "sigma", points: 2 }],
  qTest: () => [plain()],
  ranef: () => [multilevel(), "study"],
  residualCovariance: () => [bivariate()],
  studyMatrix: () => [residualCovariance(bivariate()).between, 0],
  hatvalues: () => [plain()],
  residuals: () => [plain(), { type: "pearson" }],
  robust: () => [plain(), { cluster: DATA.study }],
  sd: () => [multilevel(), "study", { per: "row" }],
  sdRatio: () => [plain(), "x", { level: 0.9 }],
  simulate: () => [plain(), 2, { seed: 1 }],
  testBasis: () => [plain(), "t"],
  waldTest: () => [plain(), { terms: ["g"] }],
  anova: () => [reduced(), full()],
  compareFits: () => [[reduced(), full()]],
  augment: () => [plain(), { test: "t" }],
  checkDrm: () => [plain(), { gradientTolerance: 1e-5 }],
  checkData: () => [DATA, { effect: "yi", variance: "vi", study: "study" }],
  glance: () => [plain(), { test: "t" }],
  heterogeneity: () => [full(), { by: "g" }],
  fromJSON: () => [toJSON(plain(), { full: true })],
  toJSON: () => [plain(), { level: 0.9 }],
  r2: () => [full(), reduced()],
  report: () => [plain(), { level: 0.9 }],
  scaleIntervals: () => [plain(), { newdata: { x: [0] }, method: "wald" }],
  summary: () => [plain(), { level: 0.9 }],
  formatTable: () => [checkDrm(plain()), { format: "markdown" }],
  termTests: () => [plain(), { dpar: "mu" }],
  tidy: () => [plain(), { conf_int: true }],
  varianceComponents: () => [plain(), { by: "g" }],
  varianceShares: () => [plain(), { by: "g" }],
  update: () => [plain(), { formula: "~ . - g" }],
  // drmeta/batch
  bootstrap: () => [pooled(), { seed: 1, replicates: 2, workers: 1 }],
  fitMany: () => [[{ data: DATA }], { formulas: "yi ~ x + meta_V(V = vi)", workers: 1 }],
  // drmeta/plot
  bivariatePlot: () => [bivariate(), { level: 0.9 }],
  bivariateRegions: () => [bivariate(), { level: 0.9 }],
  caterpillarPlot: () => [plain(), { level: 0.9 }],
  caterpillarRows: () => [plain(), { level: 0.9 }],
  orchardPlot: () => [plain(), { group: "g" }],
  orchardGroups: () => [plain(), { group: "g" }],
  moderatorCurves: () => [plain(), { x: "x" }, "mu"],
  baujatPlot: () => [pooled(), { labels: DATA.study }],
  influencePlot: () => [pooled(), { labels: DATA.study }],
  baujatPoints: () => [pooled(), { labels: DATA.study }],
  qqPlot: () => [plain(), { group: "g" }],
  qqPoints: () => [plain(), { group: "g" }],
  residualPlot: () => [plain(), { x: "x" }],
  residualPoints: () => [plain(), { x: "x" }],
  forestPlot: () => [plain(), { sort: "estimate" }],
  forestRows: () => [plain(), { sort: "estimate" }],
  funnelPlot: () => [plain(), { contours: [0.9, 0.95] }],
  funnelPoints: () => [plain(), { of: "effect" }],
  heterogeneityPlot: () => [plain(), { x: "x" }],
  locationScalePlot: () => [plain(), { x: "x" }],
  profilePlot: () => [pooled(), { level: 0.9 }],
  plotNamed: () => ["forest"],
  correlationPlot: () => [
    correlationSensitivity(pooled(), { cluster: DATA.study, rho: [0.2, 0.6] }),
    { ylab: "mean" },
  ],
  cumulativePlot: () => [cumulative(pooled()), { xlab: "mean" }],
  goshPlot: () => [gosh(pooled(), { by: DATA.study }), { highlight: "s1" }],
  selectionPlot: () => [selection(pooled(), { type: "stepfun", steps: [0.025] }), { theme: "light" }],
  // drmeta/escalc
  aggregate: () => [DATA, { cluster: "study", rho: 0.5 }],
  conv2x2: () => [{ ori: [2, 3], ni: [100, 90], n1i: [40, 50], n2i: [30, 45] }, { study: ["a", "b"] }],
  convDelta: () => [
    { data: DATA, yi: "yi", vi: "vi" },
    { transf: "exp", names: ["e", "v"] },
  ],
  convFivenum: () => [{ min: [1, 2], median: [4, 5], max: [8, 9], n: [20, 30] }, { test: false }],
  convWald: () => [{ out: [1.5, 2], ciLb: [1, 1.5], ciUb: [2.25, 2.67] }, { transf: "log" }],
  guessEscalc: () => [COUNTS],
  harmonicMean: () => [[3, 6]],
  sharedControl: () => ["RD", { data: COUNTS, ai: "a", bi: "b", ci: "c", di: "d" }, { control: [1, 1, 2] }],
  vcalc: () => [{ vi: [0.1, 0.2], cluster: ["a", "a"], rho: 0.5 }],
  escalc: () => ["RD", { data: COUNTS, ai: "a", bi: "b", ci: "c", di: "d" }, { add: 1, study: "study" }],
  // drmeta/trees
  readTree: () => ["((a:1,b:1):1,c:2);", { tree: 1, rooted: true }],
};
