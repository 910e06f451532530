import type { CovarianceBlocks } from "../covariance/block-cells";
import type { Column, LabelCells } from "../data/table";
import type { Design } from "../design/design";
import type { Dpar } from "../formula/dpar";
import type { Method } from "../method";
import type { CorrelatedEffects } from "../model/terms/correlated-effects";
import type { KnownSources } from "../model/terms/relate";

/**
 * What drm() returns: plain, frozen data. It survives structuredClone, so a worker can post it to a page; everything
 * asked of it is a function (`summary(fit)`, `coef(fit)`, ...).
 *
 * Arrays are per row used, in data order, unless said otherwise. In a bivariate fit a row is a study, and what exists
 * once per outcome is keyed by dpar (`mu1`, `mu2`, `sigma1`, `sigma2`).
 */
export interface Fit {
  /** tells a fit from other data */
  readonly kind: "drmeta-fit";
  /** version of drmeta that made the fit */
  readonly version: string;
  /** as given, in any order */
  readonly formulas: readonly string[];
  /** "gaussian" for one outcome, "biv_gaussian" for two */
  readonly family: "gaussian" | "biv_gaussian";
  /** maximum or restricted maximum likelihood, or the equation of moments that tau^2 = sigma^2 solves */
  readonly method: Method;
  /** rows used; studies in a bivariate fit. Rows of zero weight count. */
  readonly nobs: number;
  /** data rows left out for missing values */
  readonly dropped: DroppedRows;
  /**
   * log-likelihood at the optimum, or its supremum when a parameter is at its boundary; REML: the restricted one, with
   * + log|X'X| / 2; methods of moments: the likelihood at their estimates
   */
  readonly logLik: number;
  /** number of estimated parameters (mu, sigma, sd, rho12 together); those at a boundary count */
  readonly df: number;
  /**
   * the distributional parameters that are estimated or held at a value, in the order of their coefficients: location
   * first, then sigma, sd(group), rho12. Of two outcomes with a sigma held at 0 there is no rho12
   */
  readonly dpars: readonly Dpar[];
  /** location first, then sigma, sd(group), rho12, in the order of `vcov` */
  readonly coefficients: readonly Coefficient[];
  /**
   * k x k, row-major, link scale; NaN in the rows and columns of a coefficient that has no standard error. REML: zero
   * between the location and the rest
   */
  readonly vcov: Float64Array;
  /** dpars held at a value on their response scale, such as { sigma: 0 } */
  readonly fixed: Readonly<Record<string, number>>;
  /** by dpar key: "mu", "sigma", "sd(study)", ... ; fixed dpars have none */
  readonly designs: Readonly<Record<string, Design>>;
  /** by dpar of random slopes: the column that they are of, as a design of one column; absent without */
  readonly slopes?: Readonly<Record<string, Design>>;
  /** the trees and matrices that levels of random effects are on, by name; absent without */
  readonly trees?: KnownSources["trees"];
  /** matrices with named levels, as `trees` */
  readonly matrices?: KnownSources["matrices"];
  /** which random effects are correlated, and the parameters of their correlations; absent without */
  readonly correlated?: readonly FittedCorrelations[];
  /** by location dpar ("mu"; "mu1", "mu2"): response, NaN where a bivariate study lacks the outcome */
  readonly response: Readonly<Record<string, Response>>;
  /** likelihood multipliers, or null */
  readonly weights: Float64Array | null;
  /** known sampling variances and covariances */
  readonly knownV: KnownVSummary;
  /** one per grouping of the random intercepts, in formula order; absent without random effects */
  readonly random?: readonly RandomEffect[];
  /** by dpar: fitted mean (offset included) and fitted SD on the response scale; `rho12` on the response scale */
  readonly fitted: Readonly<Record<string, Float64Array>>;
  /** 0-based row numbers in the user's data */
  readonly rows: Int32Array;
  /** the columns that the formulas use, rows used only */
  readonly data: Readonly<Record<string, Column>>;
  /** cells of the columns that no formula uses and whose names stand for studies or authors, rows used only; absent where there are none */
  readonly studyCells?: Readonly<Record<string, LabelCells>>;
  /** the column of the data that holds the squares of what meta_V() was given, and so the variances; absent without one */
  readonly squaresOfV?: string;
  /** how the search went */
  readonly optim: OptimSummary;
  /** what robust() did to `vcov` and the standard errors of the location; absent in what drm() returns */
  readonly robust?: RobustErrors;
}

/** A fit of one outcome, as its `family` says. */
export type UnivariateFit = Fit & { readonly family: "gaussian" };
/** A fit of two outcomes per study, as its `family` says. */
export type BivariateFit = Fit & { readonly family: "biv_gaussian" };

/** The response of one outcome over the rows used. */
export interface Response {
  /** the left-hand side as written: "yi", "log(y)" */
  readonly label: string;
  /** as the left-hand side gives them; NaN where a study lacks the outcome */
  readonly values: Float64Array;
  /** known part of the mean, of offset(); null without */
  readonly offset: Float64Array | null;
}

/** An estimated coefficient. */
export interface Coefficient {
  /** the distributional parameter: "mu", "sigma", "sd(study)", "rho12", ... */
  readonly dpar: string;
  /** the column of its design: "(Intercept)", "habitatforest", ... */
  readonly term: string;
  /** link scale (identity for mu, log-SD for sigma and sd, atanh-like for rho12); -Infinity, Infinity or NaN at a boundary */
  readonly estimate: number;
  /** NaN when it does not exist */
  readonly stdError: number;
  /** true when the likelihood keeps rising as this coefficient runs to infinity (an SD of zero, a correlation of +-1) */
  readonly atBoundary: boolean;
}

/** Data rows that were left out, and why. */
export interface DroppedRows {
  /** how many */
  readonly count: number;
  /** `row` is the 1-based data row; `columns` the ones that were missing in it */
  readonly rows: readonly { readonly row: number; readonly columns: readonly string[] }[];
  /** how many of them each column had a missing value in */
  readonly byColumn: Readonly<Record<string, number>>;
}

/** The random intercepts or slopes of one grouping; the arrays but `codes` are one per level. */
export interface RandomEffect {
  /** "sd(study)"; "sd1(study)" for the first of two outcomes; "sd(bmi | study)" of slopes, "sd(phylo(species))" of a tree */
  readonly dpar: string;
  /** "study", "district:school", "phylo(species)" */
  readonly group: string;
  /** "(Intercept)", or the column that slopes are of */
  readonly term: string;
  /** names of the levels that rows have, in order */
  readonly levels: readonly string[];
  /** of levels of a column within a group: by level, the group and the level of the column; absent otherwise */
  readonly cells?: {
    /** by level, the group that it is in */
    readonly groups: readonly string[];
    /** by level, the level of the column */
    readonly levels: readonly string[];
  };
  /** the level of each row used */
  readonly codes: Int32Array;
  /** fitted SD of the level's random intercept or slope, response scale */
  readonly sd: Float64Array;
  /** predicted random intercept or slope (BLUP) */
  readonly estimate: Float64Array;
  /** prediction error SD, with the location coefficients estimated */
  readonly stdError: Float64Array;
  /**
   * of a tree or a matrix: its names that no row has, and those at one place with another that has; NaN where the SD has moderators,
   * which such levels lack. Absent where levels are independent
   */
  readonly others?: OtherLevels;
}

/** Names of a tree or a matrix that no row has. */
export interface OtherLevels {
  /** names: tips, inner nodes that have one, rows of a matrix */
  readonly levels: readonly string[];
  /** as in RandomEffect */
  readonly sd: Float64Array;
  /** predicted by the levels that are related */
  readonly estimate: Float64Array;
  /** of prediction */
  readonly stdError: Float64Array;
}

/** Random effects that are correlated, as the fit has them. */
export interface FittedCorrelations extends CorrelatedEffects {
  /** the parameters that the correlations are computed from; huge but finite where a correlation is at its end */
  readonly kappa: Float64Array;
}

/** What is known of the sampling errors. Variances, not SDs. */
export interface KnownVSummary {
  /**
   * "none" without meta_V(); "diagonal" for independent errors; "block" and "dense" for covariances within
   * clusters
   */
  readonly kind: "none" | "diagonal" | "block" | "dense";
  /** the argument of meta_V as written, "" when there is none */
  readonly label: string;
  /** known sampling variances (the diagonal of V), one per row used; zeros without meta_V. Stacked y1[1], y2[1], ... when bivariate */
  readonly variances: Float64Array;
  /** of two outcomes: the known sampling covariance within each study; NaN where it lacks one. Absent with one outcome */
  readonly covariances?: Float64Array;
  /** covariance clusters of more than one row */
  readonly clusters: number;
  /** rows of the largest cluster; 1 for independent errors */
  readonly largestCluster: number;
  /** entries of V held, m^2 for a cluster of m rows; absent for a diagonal V */
  readonly entries?: number;
  /** V within its clusters of more than one row; absent for a diagonal V */
  readonly blocks?: CovarianceBlocks;
  /** of V; absent when it was not computed */
  readonly rank?: number;
  /** largest over smallest eigenvalue of the worst-conditioned cluster; absent when it was not computed */
  readonly condition?: number;
}

/** Cluster-robust errors of the location coefficients. */
export interface RobustErrors {
  /** the correction for few clusters */
  readonly type: "CR0" | "CR1" | "CR2";
  /** the grouping column; "" when clusters were given as an array */
  readonly cluster: string;
  /** how many */
  readonly clusters: number;
  /** the cluster of each row used, from 0 */
  readonly codes: Int32Array;
  /** of the t distribution of each location coefficient */
  readonly df: Float64Array;
}

/** Everything about the run. */
export interface OptimSummary {
  /** 0 converged; 1 not converged; 2 the likelihood is unbounded */
  readonly code: 0 | 1 | 2;
  /** `code` in words */
  readonly message: string;
  /** steps of the best run */
  readonly iterations: number;
  /** of the likelihood, over all runs */
  readonly evaluations: number;
  /** allowed in a run */
  readonly maxEvaluations: number;
  /** gradient of the negative log-likelihood at the optimum per coefficient, in standardised design columns; NaN for those at a boundary */
  readonly gradient: Float64Array;
  /** largest absolute value in `gradient`, those at a boundary apart */
  readonly maxGradient: number;
  /** largest `maxGradient` that counts as converged */
  readonly gradientTolerance: number;
  /** whether the optimum is a maximum in every direction */
  readonly hessianPositiveDefinite: boolean;
  /** condition number of the joint Hessian in standardised columns */
  readonly hessianCondition: number;
  /** log-likelihoods of the distinct optima met, best first; more than one means that the likelihood has several maxima */
  readonly optima: readonly number[];
  /** true where the likelihood has no bound at an edge far from the optimum reported; absent otherwise */
  readonly unboundedElsewhere?: true;
  /** how many runs were made */
  readonly startsTried: number;
  /** which covariance kernel ran: "scalar", "dense", ... */
  readonly kernel: string;
}
