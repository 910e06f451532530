/** What a summary has no test of, why, and what tests it instead. */
import type { WaldTest } from "../inference/wald-test";
import { pText } from "./format";
import { qName } from "./model-tests";
import type { FitSummary } from "./summary";

/** Why log-SD intercepts have no test, and what tests heterogeneity instead. */
export function logSdNotes(summary: FitSummary): string[] {
  const { coefficients, withoutTest, tests, random } = summary;
  const estimated = coefficients.filter(({ name, atBoundary }) => withoutTest.includes(name) && !atBoundary);
  if (estimated.length === 0) return [];
  const why = "Log-SD intercepts have no z or p: 0 there is an SD of 1";
  if (tests.q?.df === 0) return [why];
  if (tests.q === null) return [[why, ...testsInstead(summary, estimated)].join(". ")];
  const which = random.length > 0 ? "all SDs together" : "heterogeneity";
  const one = random.length > 0 ? "; of one SD: anova() with the fit without it" : "";
  return [`${why}. Test of ${which}: ${qName(summary)} below, ${pText(tests.q.pValue)}${one}`];
}

/** Where there is no Q: what can be refitted without an SD, and which SD no fit is without. */
function testsInstead(
  { tests, knownV, responses, parameters }: FitSummary,
  estimated: FitSummary["coefficients"],
): string[] {
  const dpars = [...new Set(estimated.map(({ dpar }) => dpar))];
  const sds = dpars.filter((dpar) =>
    parameters.some((one) => one.dpar === dpar && one.component === "random-effect-scale"),
  );
  const withSigma = sds.length < dpars.length;
  const notes: string[] = [];
  if (withSigma && knownV.kind !== "none" && !tests.certainRows) {
    const held = responses.length > 1 ? "sigma1: 0, sigma2: 0" : "sigma: 0";
    const what = sds.length === 0 ? "heterogeneity" : "sigma";
    notes.push(`Test of ${what}: anova(update(fit, { fixed: { ${held} } }), fit)`);
  }
  if (sds.length > 0) {
    const what = sds.length === 1 ? sds[0] : `one of ${sds.join(", ")}`;
    notes.push(`Test of ${what}: anova() with the fit without it`);
  }
  if (withSigma && knownV.kind === "none" && sds.length > 0) {
    notes.push("Sigma has none, as it holds the sampling errors");
  }
  if (sds.length === 0 && knownV.kind !== "none" && tests.certainRows) {
    notes.push(
      "Heterogeneity has no test, as V leaves a row (or a combination of rows) without sampling error",
    );
  }
  return notes;
}

/** Why moderators have no joint test. */
export function whyNoTest({
  coefficients,
  factor,
  robust,
  parameters,
}: FitSummary): (test: WaldTest) => string {
  return ({ dpar, terms, ddf }) => {
    const own = coefficients.filter((row) => row.dpar === dpar && terms.includes(row.term));
    if (own.some(({ stdError }) => Number.isNaN(stdError))) return "a coefficient has no standard error";
    if (parameters.some((one) => one.dpar === dpar)) return "their covariance matrix is singular";
    if (factor === 0) return "the Knapp-Hartung factor is 0";
    const certain = own.filter(({ stdError }) => stdError === 0).map(({ name }) => name);
    if (certain.length > 0) return `${certain.join(", ")} rests on one cluster`;
    if (robust === null) return "their covariance matrix is singular";
    if (ddf !== null && ddf <= 0) return "there are too few clusters";
    return "a combination of their coefficients rests on one cluster";
  };
}
