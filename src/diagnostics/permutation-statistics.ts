import { locationsOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import type { TestStatistic } from "../inference/test-basis";
import { choleskyFactor } from "../linalg/cholesky";
import { choleskySolve } from "../linalg/solve";
import type { Model } from "../model/model";
import type { OpenedFit } from "../opened/open-fit";
import { refit } from "../opened/refit";
import { knappHartungFactor } from "./knapp-hartung-factor";

/** By coefficient, and of the mean's moderators together. */
export interface Statistics {
  readonly z: Float64Array;
  readonly qm: number;
  readonly df: number;
}

/** Of the model fitted by its own method. Those of sigma need no factor: in a run of its moderators nothing of the mean counts. */
export function statisticsOf(opened: OpenedFit, model: Model, test: TestStatistic): Statistics {
  const found = refit(model, { near: null, starts: 1 });
  const { estimates, stdErrors, vcov } = found;
  const p = model.location.columns;
  const factor =
    test === "knha" || test === "adhoc" ? knappHartungFactor(model, found, test, opened.standard) : 1;
  const z = new Float64Array(estimates.length);
  for (let j = 0; j < z.length; j++) z[j] = estimates[j]! / (stdErrors[j]! * (j < p ? Math.sqrt(factor) : 1));
  const tested = moderatorsOf(opened.fit);
  const k = estimates.length;
  const V = Float64Array.from(
    { length: tested.length ** 2 },
    (_, at) => vcov[tested[Math.floor(at / tested.length)]! * k + tested[at % tested.length]!]!,
  );
  const b = Float64Array.from(tested, (j) => estimates[j]!);
  const L = choleskyFactor(V, tested.length);
  const solved = L === null ? null : choleskySolve(L, tested.length, b.slice());
  const wald = solved === null ? Number.NaN : b.reduce((sum, value, j) => sum + value * solved[j]!, 0);
  return { z, qm: test === "z" ? wald : wald / (factor * tested.length), df: tested.length };
}

/** The mean's columns that are not its intercept, or this where it is alone. */
function moderatorsOf(fit: Fit): number[] {
  const { names } = fit.designs[locationsOf(fit)[0]!.key]!;
  const others = names.flatMap((name, j) => (name === "(Intercept)" ? [] : [j]));
  return others.length > 0 ? others : [0];
}
