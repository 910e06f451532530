import type { Measure } from "./measure";
import { ALPHAS } from "./measures/alphas";
import { BISERIAL } from "./measures/biserial";
import { CHANGES } from "./measures/changes";
import { CORRELATION_MEASURES } from "./measures/correlations";
import { ASSOCIATION_OF_DICHOTOMIES } from "./measures/dichotomies";
import { INCIDENCE_RATES } from "./measures/incidence-rates";
import { MATCHED_PAIRS } from "./measures/matched-pairs";
import { MEAN_DIFFERENCES } from "./measures/mean-differences";
import { MEANS } from "./measures/means";
import { COMPARING_RATES } from "./measures/person-time";
import { PROPORTIONS } from "./measures/proportions";
import { RATIOS } from "./measures/ratios";
import { DETERMINATIONS, REGRESSION_COEFFICIENTS } from "./measures/regressions";
import { COMPARING_RISKS } from "./measures/two-by-two";

/** Every measure by its name, family by family. A new one is an entry in its family's file, a new family a line here. */
export const MEASURES: Readonly<Record<string, Measure>> = {
  ...COMPARING_RISKS,
  ...ASSOCIATION_OF_DICHOTOMIES,
  ...MATCHED_PAIRS,
  ...COMPARING_RATES,
  ...MEAN_DIFFERENCES,
  ...RATIOS,
  ...BISERIAL,
  ...CHANGES,
  ...CORRELATION_MEASURES,
  ...REGRESSION_COEFFICIENTS,
  ...DETERMINATIONS,
  ...PROPORTIONS,
  ...INCIDENCE_RATES,
  ...MEANS,
  ...ALPHAS,
};
