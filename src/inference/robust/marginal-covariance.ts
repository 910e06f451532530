import { correlations } from "../../fit/dpars";
import type { Fit } from "../../fit/fit";
import type { Model } from "../../model/model";
import { outcomesOf } from "../outcomes";

/**
 * Sigma = V + R + Z G Z' of a fit, for some of its observations at a time: a function from m observations of the model
 * (openFit(fit).model) to their m x m matrix, row-major. Nothing of the order of all observations squared is formed.
 */
export function marginalCovariance(fit: Fit, model: Model): (members: Int32Array) => Float64Array {
  const sigma = residualSds(fit, model);
  const partner = new Int32Array(model.rows).fill(-1);
  for (let s = 0; s < model.pairs.length; s += 2) {
    partner[model.pairs[s]!] = model.pairs[s + 1]!;
    partner[model.pairs[s + 1]!] = model.pairs[s]!;
  }
  const rho = correlations(fit);
  const random = model.random.map(({ index }, t) => ({ index, sd: fit.random![t]!.sd }));
  const covariance = (a: number, b: number): number => {
    let sum = model.V.at(a, b);
    if (a === b) sum += sigma[a]! ** 2;
    // the two outcomes of a study have one row in the frame
    else if (partner[a] === b) sum += rho![model.outcomes!.frameRow[a]!]! * sigma[a]! * sigma[b]!;
    for (const { index, sd } of random) {
      const level = index[a]!;
      if (level >= 0 && level === index[b]) sum += sd[level]! ** 2;
    }
    return sum;
  };
  return (members) => {
    const m = members.length;
    const out = new Float64Array(m * m);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j <= i; j++) out[j * m + i] = out[i * m + j] = covariance(members[i]!, members[j]!);
    }
    return out;
  };
}

function residualSds(fit: Fit, { rows, outcomes }: Model): Float64Array {
  const sds = outcomesOf(fit).map(({ scale }) => fit.fitted[scale]!);
  return Float64Array.from({ length: rows }, (_, k) =>
    outcomes === null ? sds[0]![k]! : sds[outcomes.outcome[k]!]![outcomes.frameRow[k]!]!,
  );
}
