import { ProblemTooLargeError } from "../../bindings/kernel";
import { DrmError } from "../errors";
import type { Frame } from "../frame/frame";
import type { BuiltModel } from "../model/build-model";
import { count } from "../words";
import { checkPositiveDefinite, checkSemidefinite } from "./check-covariance";
import { type Engine, withEngine } from "./engine";
import { buildEstimates, type Estimates } from "./estimates";
import type { Fit } from "./fit";
import { MAX_EVALUATIONS, type Search, type SearchOptions, search } from "./optimise";
import { buildFit } from "./result";
import { settle } from "./settle";
import { standardModel } from "./standard-model";
import { type Uncertainty, uncertainty } from "./uncertainty";

export interface FitOptions {
  readonly starts?: number;
  readonly maxEvaluations?: number;
}

/** Stage 6. Optimizes a model and collects the result. */
export function fitModel(frame: Frame, built: BuiltModel, options: FitOptions): Fit {
  return optimised(frame, built, options, (engine, found, inference, searchOptions) =>
    buildFit(frame, built, engine, found, inference, searchOptions),
  );
}

/** The numbers of a fit alone: no designs, fitted values or predicted random intercepts. */
export function estimateModel(frame: Frame, built: BuiltModel, options: FitOptions): Estimates {
  return optimised(frame, built, options, (engine, found, inference) =>
    buildEstimates(frame, built, engine, found, inference),
  );
}

function optimised<Result>(
  frame: Frame,
  built: BuiltModel,
  options: FitOptions,
  collect: (engine: Engine, found: Search, inference: Uncertainty, options: SearchOptions) => Result,
): Result {
  const { model } = built;
  const searchOptions: SearchOptions = {
    starts: options.starts,
    maxEvaluations: options.maxEvaluations ?? MAX_EVALUATIONS,
  };
  try {
    checkSemidefinite(model, built.knownV.label, frame);
    return withEngine(standardModel(model), (engine) => {
      checkPositiveDefinite(engine, model, frame);
      const found = search(engine, searchOptions);
      const { best } = settle(engine, found.best);
      const reported = best === found.best ? found : { ...found, best };
      return collect(engine, reported, uncertainty(engine, best, frame.doubles), searchOptions);
    });
  } catch (error) {
    throw error instanceof ProblemTooLargeError ? tooLarge(error) : error;
  }
}

function tooLarge({
  largestCluster,
  largestFront,
  neededBytes,
  availableBytes,
}: ProblemTooLargeError): DrmError {
  const mb = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MB`;
  const needed = `the fit needs ${mb(neededBytes)} of WebAssembly memory and ${mb(availableBytes)} are available`;
  // a front takes at least eight doubles for each two of its levels
  if (64 * largestFront ** 2 > neededBytes / 2) {
    const what = `the crossed random intercepts tie ${count(largestFront, "level")} to each other`;
    return new DrmError(
      "too_large",
      `${what}: ${needed}; drop the grouping with the most levels, or fit a subset of the rows`,
    );
  }
  // a cluster of m rows takes about 3 m^2 / 2 doubles: is it that, or many rows and columns?
  if (12 * largestCluster ** 2 < neededBytes / 2) {
    return new DrmError("too_large", `${needed}: fit a subset of the rows, or fewer terms`);
  }
  const what = `${largestCluster} rows depend on each other through V or crossed random intercepts`;
  return new DrmError("too_large", `${what}: ${needed}; split them into independent blocks, or fit a subset`);
}
