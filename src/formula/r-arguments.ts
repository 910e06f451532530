import { METHOD_NAMES } from "../method";

/** What an argument of metafor's or of other R functions is here: in code and on the command line. */
interface Answer {
  readonly code: string;
  /** where the command line says it in another way */
  readonly command?: string;
}

const formula = (code: string): Answer => ({ code });

const ARGUMENTS: ReadonlyMap<string, Answer> = new Map([
  ["random", formula("random intercepts stand in the formula of the mean: yi ~ x + (1 | study)")],
  ["mods", formula("moderators stand in the formula of the mean: yi ~ x + meta_V(V = vi)")],
  [
    "scale",
    formula(
      "moderators of the heterogeneity have a formula of their own: sigma ~ x (of a log SD, half of a log tau^2)",
    ),
  ],
  ["yi", formula("effect sizes stand on the left of the formula: yi ~ x")],
  ["vi", formula("sampling variances stand in the formula of the mean: yi ~ x + meta_V(V = vi)")],
  [
    "V",
    {
      code: "sampling variances stand in the formula of the mean, yi ~ x + meta_V(V = V), and a matrix in matrices: { V }",
      command:
        "sampling variances stand in the formula of the mean, yi ~ x + meta_V(V = V), and a matrix in --matrix V=file.csv",
    },
  ],
  ["sei", formula("standard errors stand in the formula of the mean, squared: yi ~ x + meta_V(V = sei^2)")],
  [
    "formula",
    {
      code: 'formulas come first: drm(drmFormula("yi ~ x", "sigma ~ x"), { data })',
      command: "formulas come after the file: drmeta fit data.csv 'yi ~ x' 'sigma ~ x'",
    },
  ],
  [
    "data",
    {
      code: 'data stand beside the formula: drm("yi ~ x", { data })',
      command: "the file comes first: drmeta fit data.csv 'yi ~ x'",
    },
  ],
  [
    "struct",
    formula(
      "random intercepts are independent, (1 | study); two outcomes a study are mu1 = y1 ~ x and mu2 = y2 ~ x with rho12",
    ),
  ],
  [
    "tau2",
    {
      code: "heterogeneity is held as an SD, fixed: { sigma: Math.sqrt(tau2) }",
      command: "heterogeneity is held as an SD, the square root of tau2: --fix sigma=0.2",
    },
  ],
  ["intercept", formula("a formula without an intercept is yi ~ 0 + x")],
  ["intercep", formula("a formula without an intercept is yi ~ 0 + x")],
  [
    "test",
    {
      code: 'tests are chosen after the fit: summary(fit, { test: "knha" })',
      command: "tests are --test z, t, knha or adhoc",
    },
  ],
  [
    "knha",
    { code: 'tests are chosen after the fit: summary(fit, { test: "knha" })', command: "write --test knha" },
  ],
  [
    "hakn",
    { code: 'tests are chosen after the fit: summary(fit, { test: "knha" })', command: "write --test knha" },
  ],
  [
    "level",
    { code: "the level is chosen after the fit: summary(fit, { level: 0.9 })", command: "write --conf 0.9" },
  ],
  [
    "slab",
    {
      code: 'labels belong to plots: forestPlot(fit, { labels: "author" })',
      command: "labels belong to plots: drmeta plot forest data.csv 'yi ~ 1' --labels author",
    },
  ],
  [
    "cluster",
    {
      code: 'robust errors come after the fit: robust(fit, { cluster: "study" })',
      command: "write --robust study",
    },
  ],
  [
    "subset",
    {
      code: "rows are chosen in the data, before the fit",
      command: "rows are chosen in the file, before the fit",
    },
  ],
  [
    "control",
    {
      code: "the search has the options starts and maxEvaluations",
      command: "the search has no options here",
    },
  ],
  [
    "REML",
    { code: 'restricted likelihood is method: "REML"', command: "restricted likelihood is --method REML" },
  ],
  ["fixed.effects", formula("moderators stand in the formula of the mean: yi ~ x + (1 | study)")],
  ["link", formula("links are fixed: identity of the mean, log of SDs")],
  ["na.action", formula("rows with missing values are left out, and the fit says which")],
  ...[
    "measure",
    "ai",
    "bi",
    "ci",
    "di",
    "n1i",
    "n2i",
    "m1i",
    "m2i",
    "sd1i",
    "sd2i",
    "ri",
    "ni",
    "xi",
    "mi",
  ].map((name): [string, Answer] => [
    name,
    {
      code: 'effect sizes are made first, escalc("RR", { data, ai: "tpos", ... }) of drmeta/escalc',
      command: "effect sizes are made first: --escalc 'RR ai=tpos bi=tneg ci=cpos di=cneg'",
    },
  ]),
]);

/** Methods of metafor's rma() that are not likelihoods. */
const MOMENTS = new Map([
  ["MP", "PM"],
  ["CA", "HE"],
  ["MM", "DL"],
  ["SJIT", "SJ"],
  ["GENQ", "DL"],
  ["GENQM", "DL"],
]);

/** The sentence that answers an argument of R's, or null for a name that is none. */
export function answerToRArgument(name: string, where: "code" | "command"): string | null {
  const answer = ARGUMENTS.get(name);
  if (answer === undefined) return null;
  return where === "command" ? (answer.command ?? answer.code) : answer.code;
}

/** The sentence that answers a method of R's, or null for a text that is none. */
export function answerToRMethod(method: string): string | null {
  const name = method.toUpperCase();
  if (name === "FE") return "the common-effect model is EE";
  const near = METHOD_NAMES.find((one) => one.toUpperCase() === name);
  if (near !== undefined) return `write it ${near}`;
  const instead = MOMENTS.get(name);
  if (instead !== undefined) return `${name} is not offered: ${instead} is the nearest`;
  return null;
}

/** `random = ~ 1 | study` among formulas: the answer to its name, or null where it is none of R's arguments. */
export function answerToFormula(text: string): string | null {
  const name = /^\s*([\p{L}.][\p{L}\p{N}._]*)\s*=(?!=)/u.exec(text)?.[1];
  // as a parameter tau2 is one that has another name here, which dparName() tells
  const answer = name === undefined || name === "tau2" ? null : answerToRArgument(name, "code");
  return answer === null ? null : `'${name}' is no parameter: ${answer}`;
}
