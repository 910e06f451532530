import { keep } from "../data/doubles";
import { withEngine } from "../fit/engine";
import type { Fit } from "../fit/fit";
import { type MarginalCovariance, marginalCovariance } from "../fit/marginal-covariance";
import { search } from "../fit/optimise";
import { type StandardModel, standardModel } from "../fit/standard-model";
import type { Model } from "../model/model";
import { modelOf } from "./model-of-fit";
import { fromCoefficients, scaleCoefficients } from "./scale-coefficients";

const MAX_EVALUATIONS = 200;

/**
 * What the questions after a fit share. Each part is made when it is first asked for, once. All are JavaScript objects: an
 * engine's memory is lent for the time of a question (withEngine), so that fits that are kept hold none.
 */
class OpenedFit {
  readonly fit: Fit;
  private parts: {
    model?: Model;
    standard?: StandardModel;
    theta?: Float64Array;
    covariance?: MarginalCovariance;
  } = {};

  constructor(fit: Fit) {
    this.fit = fit;
  }

  /** the model that the fit was made from */
  get model(): Model {
    this.parts.model ??= keep(() => modelOf(this.fit));
    return this.parts.model;
  }

  /** the model in the units and columns in which it is optimized: what an engine is made from */
  get standard(): StandardModel {
    this.parts.standard ??= keep(() => standardModel(this.model));
    return this.parts.standard;
  }

  /** the optimum in the coordinates of `standard` */
  get theta(): Float64Array {
    this.parts.theta ??= optimumOf(this.fit, this.standard);
    return this.parts.theta;
  }

  /** Sigma of any observations, at any spreads */
  get covariance(): MarginalCovariance {
    this.parts.covariance ??= keep(() => marginalCovariance(this.standard));
    return this.parts.covariance;
  }
}

export type { OpenedFit };

const opened = new WeakMap<Fit, OpenedFit>();

/** A fit that was copied or read back from JSON is another one, and opened anew. */
export function openFit(fit: Fit): OpenedFit {
  let found = opened.get(fit);
  if (found === undefined) {
    found = new OpenedFit(fit);
    opened.set(fit, found);
  }
  return found;
}

/** With a coefficient at its boundary the supremum is sought again: its place cannot be read off the estimates. */
function optimumOf(fit: Fit, standard: StandardModel): Float64Array {
  const scale = scaleCoefficients(fit);
  if (scale !== null) return fromCoefficients(standard, scale);
  const options = { maxEvaluations: MAX_EVALUATIONS, starts: fit.optim.startsTried };
  return withEngine(standard, (engine) => search(engine, options).best.theta.slice());
}
