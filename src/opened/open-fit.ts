import { keep } from "../data/doubles";
import { type Engine, withEngine } from "../fit/engine";
import { isExactAt, withFloors } from "../fit/exact-rows";
import type { Fit } from "../fit/fit";
import { type MarginalCovariance, marginalCovariance } from "../fit/marginal-covariance";
import { MAX_EVALUATIONS, SAME_OPTIMUM, search } from "../fit/optimise";
import { type StandardModel, standardModel } from "../fit/standard-model";
import type { Model } from "../model/model";
import { termsOf } from "../model/terms/terms";
import { modelOf } from "./model-of-fit";
import { fromCoefficients, scaleCoefficients } from "./scale-coefficients";

/**
 * What the questions after a fit share. Each part is made when it is first asked for, once. All are JavaScript objects: an
 * engine's memory is lent for the time of a question (withEngine), so that fits that are kept hold none.
 */
class OpenedFit {
  readonly fit: Fit;
  private parts: {
    model?: Model;
    searched?: StandardModel;
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
    const { searched } = this;
    if (searched.exactRows.length === 0) return searched;
    // for a row that is met, what divides by its variance needs one
    this.parts.standard ??= keep(() => (isExactAt(searched, this.theta) ? withFloors(searched) : searched));
    return this.parts.standard;
  }

  private get searched(): StandardModel {
    this.parts.searched ??= keep(() => standardModel(this.model));
    return this.parts.searched;
  }

  /** the optimum in the coordinates of `standard` */
  get theta(): Float64Array {
    this.parts.theta ??= optimumOf(this.fit, this.searched);
    return this.parts.theta;
  }

  /** Sigma of any observations, at any spreads */
  get covariance(): MarginalCovariance {
    this.parts.covariance ??= keep(() => marginalCovariance(termsOf(this.model)));
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
  return withEngine(standard, (engine) => soughtAgain(engine, fit).slice());
}

/** By the search of the default, or, where that ends elsewhere, by that of a fit with `starts` given. */
function soughtAgain(engine: Engine, { optim: { startsTried: starts }, logLik }: Fit): Float64Array {
  const ends = (thorough: boolean) => {
    const { theta, value } = search(engine, { maxEvaluations: MAX_EVALUATIONS, starts, thorough }).best;
    return { theta, off: Math.abs(engine.model.logLikConstant - value - logLik) };
  };
  const usual = ends(true);
  if (usual.off < SAME_OPTIMUM) return usual.theta;
  const plain = ends(false);
  return plain.off < usual.off ? plain.theta : usual.theta;
}
