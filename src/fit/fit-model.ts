import { ProblemTooLargeError } from "../../bindings/kernel";
import { DrmError } from "../errors";
import type { Frame } from "../frame/frame";
import type { BuiltModel } from "../model/build-model";
import type { Model } from "../model/model";
import { checkCovariance } from "./check-covariance";
import { createEngine, type Engine } from "./engine";
import type { Fit } from "./fit";
import { type SearchOptions, search } from "./optimise";
import { buildFit } from "./result";
import { standardModel } from "./standard-model";
import { uncertainty } from "./uncertainty";

export interface FitOptions {
  readonly starts?: number;
  readonly maxEvaluations?: number;
}

const MAX_EVALUATIONS = 200;

/** Stage 6. Optimizes a model and collects the result. */
export function fitModel(frame: Frame, built: BuiltModel, options: FitOptions): Fit {
  const { model } = built;
  const searchOptions: SearchOptions = {
    starts: options.starts,
    maxEvaluations: options.maxEvaluations ?? MAX_EVALUATIONS,
  };
  const engine = engineFor(model);
  try {
    checkCovariance(engine, model, frame);
    const found = search(engine, searchOptions);
    engine.settleAt(found.best.theta);
    return buildFit(frame, built, engine, found, uncertainty(engine, found.best), searchOptions);
  } finally {
    engine.dispose();
  }
}

function engineFor(model: Model): Engine {
  try {
    return createEngine(standardModel(model));
  } catch (error) {
    if (error instanceof ProblemTooLargeError) {
      const mb = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MB`;
      const what = `V has a cluster of ${Math.max(...model.knownV.clusterSizes)} rows that depend on each other`;
      const needed = `the fit needs ${mb(error.neededBytes)} of WebAssembly memory and ${mb(error.availableBytes)} are available`;
      throw new DrmError("too_large", `${what}: ${needed}; give V as blocks, or fit a subset`);
    }
    throw error;
  }
}
