import { DrmError } from "../errors";
import { correlations, phisOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { errorVariances } from "../opened/term-variances";
import { isList, shown } from "../options";
import { outcomesOf } from "./outcomes";

/**
 * The symmetric 2 x 2 matrix [[variance1, covariance], [covariance, variance2]] of each study, in columns. A study that
 * lacks an outcome has NaN for its variance and for the covariance.
 */
export interface StudyMatrices {
  /** of the first outcome; a variance, NaN where a study lacks it */
  readonly variance1: Float64Array;
  /** of the second outcome */
  readonly variance2: Float64Array;
  /** of the two; NaN where a study lacks one */
  readonly covariance: Float64Array;
  /** covariance / sqrt(variance1 variance2); NaN where a variance is 0 */
  readonly correlation: Float64Array;
}

/** Covariances of two outcomes within each study. */
export interface ResidualCovariance {
  /** the model's part: how the true effects of studies vary around their means */
  readonly between: StudyMatrices;
  /** the known part, V (known up to phi, D V D): sampling error */
  readonly sampling: StudyMatrices;
  /** their sum: how the observed effects vary around their means */
  readonly marginal: StudyMatrices;
}

/**
 * The residual covariance of the two outcomes of a study, taken apart, one matrix per study (row used):
 *
 *   marginal = sampling + between = [[v1, v12], [v12, v2]] + [[s1^2, r s1 s2], [r s1 s2, s2^2]]
 *
 * with s1, s2, r the study's sigma1, sigma2 and rho12. `between.correlation` is rho12; `marginal.correlation` is the
 * correlation that the observed effects show, sampling error included. Random intercepts are not residual: their
 * variance is in varianceComponents(). Throws DrmError("bad_option") for a fit of one outcome.
 */
export function residualCovariance(fit: Fit): ResidualCovariance {
  requireFit("residualCovariance", fit);
  if (fit.family !== "biv_gaussian") {
    throw new DrmError(
      "bad_option",
      "residualCovariance() needs a bivariate fit; this one has a single outcome",
    );
  }
  const [first, second] = outcomesOf(fit);
  const [sigma1, sigma2] = [fit.fitted[first.scale], fit.fitted[second.scale]];
  // without one a sigma is held at 0
  const rho = correlations(fit) ?? new Float64Array(fit.nobs);
  const between = studyMatrices(
    sigma1.map((sd) => sd * sd),
    sigma2.map((sd) => sd * sd),
    rho.map((r, i) => r * sigma1[i] * sigma2[i]),
  );
  // every fit of two outcomes has them
  const known = fit.knownV.covariances!;
  const [phi1, phi2] = phisOf(fit).map(({ key }) => fit.fitted[key]);
  const v12 = phi1 === undefined ? known.slice() : known.map((v, i) => v * Math.sqrt(phi1[i] * phi2[i]));
  const sampling = studyMatrices(errorVariances(fit, first), errorVariances(fit, second), v12);
  const sum = (part: "variance1" | "variance2" | "covariance") =>
    sampling[part].map((value, i) => value + between[part][i]);
  return {
    between,
    sampling,
    marginal: studyMatrices(sum("variance1"), sum("variance2"), sum("covariance")),
  };
}

/** The matrix of one study, `study` counting rows used from 0: `studyMatrix(residualCovariance(fit).between, 0)`. */
export function studyMatrix(
  matrices: StudyMatrices,
  study: number,
): readonly [readonly [number, number], readonly [number, number]] {
  const { variance1, variance2, covariance } = matrices ?? {};
  if (!(isList(variance1) && isList(variance2) && isList(covariance))) {
    const wanted = "a part of residualCovariance(): studyMatrix(residualCovariance(fit).between, 0)";
    throw new DrmError("bad_option", `studyMatrix() takes ${wanted}; it was given ${shown(matrices)}`);
  }
  if (!(Number.isInteger(study) && study >= 0 && study < variance1.length)) {
    throw new DrmError(
      "bad_option",
      `study ${shown(study)}: the fit has studies 0 to ${variance1.length - 1}`,
    );
  }
  const shared = covariance[study];
  return [
    [variance1[study], shared],
    [shared, variance2[study]],
  ];
}

function studyMatrices(
  variance1: Float64Array,
  variance2: Float64Array,
  covariance: Float64Array,
): StudyMatrices {
  const correlation = covariance.map((shared, i) => shared / Math.sqrt(variance1[i] * variance2[i]));
  return { variance1, variance2, covariance, correlation };
}
