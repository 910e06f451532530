import { createProblem, PADDING, type Problem, type RowsInput } from "../../bindings/kernel";
import type { Basis } from "../design/basis";
import { kernelV } from "../model/kernel-v";
import { rearrange, rearrangeRows, type Sections } from "../model/sections";
import { kernelCorrelations } from "./kernel-correlations";
import type { StandardModel } from "./standard-model";
import { blockOf } from "./theta-blocks";

/** Copies a standard model into WebAssembly memory, its rows, levels and pairs in the order of `layout`. */
export function load(model: StandardModel, layout: Sections): Problem {
  const sd = blockOf(model, "sd");
  const rho = blockOf(model, "rho");
  const V = kernelV(layout, model.V, model.unit * model.unit);
  const levels = layout.modelLevel;
  const { parent, end } = layout.nested;
  const pairs = layout.modelPair;
  const { y, X, W, logSigmaOffset, v, multipliers, weights } = rowsOf(model, layout);
  return createProblem({
    rows: layout.rows,
    scalarRows: layout.scalarRows,
    nestedRows: layout.nestedRows,
    sparseRows: layout.sparseRows,
    pairRows: layout.pairRows,
    y,
    X,
    p: model.location.columns,
    W,
    qSigma: blockOf(model, "sigma").basis.columns,
    logSigmaOffset,
    v,
    multipliers,
    weights,
    reml: model.reml,
    levels: {
      count: levels.length,
      U: rearrange(sd.basis.values, levels, sd.basis.rows, sd.basis.columns),
      qSd: sd.basis.columns,
      logSdOffset: rearrange(sd.offset, levels, sd.basis.rows, 1),
      parent,
      end,
    },
    sparse: layout.sparse,
    correlations: kernelCorrelations(layout, model.random),
    pairs: {
      count: pairs.length,
      T: rearrange(rho.basis.values, pairs, rho.basis.rows, rho.basis.columns),
      qRho: rho.basis.columns,
      etaOffset: rearrange(rho.offset, pairs, rho.basis.rows, 1),
      v12: V.pairs,
    },
    clusters: {
      sizes: layout.clusterSizes,
      V: V.clusters,
      rowLevels: layout.rowLevels,
      terms: layout.terms,
      ...layout.denseLevels,
      pairRows: layout.clusterPairs,
    },
  });
}

/** What the rows of a model have, in the order of `layout`; to be copied, not kept. Padding is where there is none. */
export function rowsOf(model: StandardModel, layout: Sections): RowsInput {
  const { rows, location, weights } = model;
  const phi = blockOf(model, "phi");
  const sigma = blockOf(model, "sigma");
  const row = (values: Float64Array, padding = 0) => rearrangeRows(values, layout, rows, 1, padding);
  const design = ({ values, columns }: Basis) => rearrangeRows(values, layout, rows, columns);
  return {
    y: row(model.y, PADDING.y),
    X: design(location),
    W: design(sigma.basis),
    logSigmaOffset: row(sigma.offset, PADDING.logSigmaOffset),
    v: row(model.v, PADDING.v),
    multipliers:
      phi.dpars.length > 0
        ? { M: design(phi.basis), qPhi: phi.basis.columns, logOffset: row(phi.offset) }
        : null,
    weights: weights === null ? null : row(weights, PADDING.weights),
  };
}
