/**
 * How heterogeneity is estimated: by maximum or restricted maximum likelihood, or tau^2 = sigma^2 by an equation of moments
 * (fit/moments.ts has them), by metafor's names.
 */
export const MOMENT_METHODS: readonly MomentMethod[] = [
  "DL",
  "HE",
  "HS",
  "HSk",
  "SJ",
  "PM",
  "EB",
  "PMM",
  "DLIT",
];

/** An estimator of tau^2 that solves an equation of moments. */
export type MomentMethod = "DL" | "HE" | "HS" | "HSk" | "SJ" | "PM" | "EB" | "PMM" | "DLIT";

/** How a model is fitted. */
export type Method = "ML" | "REML" | MomentMethod;

/** metafor's names of the common-effect model, which is sigma held at 0 by maximum likelihood. */
export type CommonEffect = "EE" | "CE";

const METHODS: readonly Method[] = ["ML", "REML", ...MOMENT_METHODS];
/** What can be asked for. */
export const METHOD_NAMES: readonly (Method | CommonEffect)[] = [...METHODS, "EE", "CE"];

export function isCommonEffect(method: unknown): method is CommonEffect {
  return method === "EE" || method === "CE";
}

export function isMethod(name: unknown): name is Method {
  return METHODS.some((method) => method === name);
}

export function isMoments(method: Method): method is MomentMethod {
  return method !== "ML" && method !== "REML";
}

/** Who proposed an estimator. */
const MOMENT_NAMES: Readonly<Record<MomentMethod, string>> = {
  DL: "DerSimonian-Laird",
  HE: "Hedges",
  HS: "Hunter-Schmidt",
  HSk: "Hunter-Schmidt with the correction for few studies",
  SJ: "Sidik-Jonkman",
  PM: "Paule-Mandel",
  EB: "empirical Bayes",
  PMM: "median-unbiased Paule-Mandel",
  DLIT: "iterated DerSimonian-Laird",
};

/** "restricted maximum likelihood", "moments (DerSimonian-Laird, DL)". */
export function methodWords(method: Method): string {
  if (isMoments(method)) return `moments (${MOMENT_NAMES[method]}, ${method})`;
  return method === "ML" ? "maximum likelihood" : "restricted maximum likelihood";
}
