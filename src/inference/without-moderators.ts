import type { MatrixInput } from "../covariance/known-v";
import { drm } from "../drm";
import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import { deparse } from "../formula/deparse";
import type { DparFormula } from "../formula/dpar-formula";
import { ungroup } from "../formula/expr";
import { drmFormula } from "../formula/formula";

/**
 * The fit of the same data with an intercept for every mean, all else as it was: random intercepts, offsets, the
 * formulas of the scale, V, weights, method.
 * Throws DrmError("bad_option") for a fit whose means have no moderators.
 */
export function withoutModerators(fit: Fit): Fit {
  const locations = Object.keys(fit.response);
  if (locations.every((dpar) => fit.designs[dpar]!.termLabels.length === 0)) {
    throw new DrmError(
      "bad_option",
      `${locations.join(" and ")} has no moderators: there is nothing to leave out`,
    );
  }
  const formula = drmFormula(...fit.formulas);
  const texts = formula.dpars.flatMap((dpar) => {
    if (dpar.kind === "location") return [interceptOnly(dpar)];
    return dpar.implied ? [] : [dpar.text];
  });
  const { data, nobs, weights } = fit;
  const argument = formula.dpars[0]!.knownV?.argument;
  const known = argument && ungroup(argument);
  const isMatrix = known?.type === "name" && !Object.hasOwn(data, known.name);
  return drm(drmFormula(...texts), {
    data: { nrow: nobs, names: Object.keys(data), column: (name) => data[name] },
    method: fit.method,
    fixed: fit.fixed,
    weights,
    ...(isMatrix && { matrices: { [known.name]: matrixOf(fit) } }),
    // whoever reads this has been told already
    warn: () => {},
  });
}

function interceptOnly({ key, response, offsets, random, knownV }: DparFormula): string {
  const terms = [
    "1",
    ...offsets.map((offset) => `offset(${deparse(offset)})`),
    ...random.map(({ label }) => `(1 | ${label})`),
    ...(knownV === null ? [] : [`${knownV.fn}(V = ${deparse(knownV.argument)})`]),
  ];
  return `${key === "mu" ? "" : `${key} = `}${deparse(response!)} ~ ${terms.join(" + ")}`;
}

/** The rows' own V, which was a matrix of all data rows. */
function matrixOf({ knownV }: Fit): MatrixInput {
  const { variances, blocks } = knownV;
  if (blocks === undefined) return variances;
  const row: number[] = [];
  const column: number[] = [];
  const value: number[] = [];
  const add = (i: number, j: number, v: number) => {
    row.push(i);
    column.push(j);
    value.push(v);
  };
  const inBlock = new Set(blocks.rows);
  variances.forEach((v, i) => {
    if (!inBlock.has(i)) add(i, i, v);
  });
  let first = 0;
  let at = 0;
  for (const size of blocks.sizes) {
    for (let a = 0; a < size; a++) {
      for (let b = 0; b <= a; b++) {
        const [i, j] = [blocks.rows[first + a]!, blocks.rows[first + b]!];
        add(i, j, blocks.values[at++]!);
      }
    }
    first += size;
  }
  return { n: variances.length, row, column, value };
}
