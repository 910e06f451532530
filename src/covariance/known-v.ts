import { DrmError } from "../errors";
import { deparse } from "../formula/deparse";
import type { DparFormula } from "../formula/dpar-formula";
import { type Expr, ungroup } from "../formula/expr";
import { evaluateNumeric } from "../frame/evaluate";
import type { Frame } from "../frame/frame";
import { BlockCovariance } from "./block-covariance";
import { fromBlocks } from "./blocks";
import { fromDense } from "./dense";
import { fromVector, isVariance, takeVariances } from "./diagonal";
import { type MatrixInput, matrixForm } from "./matrix-input";
import { fromBivariate } from "./meta-vcov-bivariate";
import { fromClusters } from "./meta-vcov-cluster";
import { keptEntries, type Selection, selectEntries, wrongSize } from "./selection";
import { fromSparse } from "./sparse";
import { bivariateCall, clusterCall, needsTwoOutcomes } from "./vcov-call";

export { type MatrixInput, missingRows } from "./matrix-input";

import { count } from "../words";

/**
 * Stage 4. Known sampling covariance of the kept rows, split into clusters. Bivariate models: stacked rows y1[1], y2[1],
 * y1[2], ... of the kept studies (2 nrow entries; those of absent outcomes are in the numbering, have variance NaN and
 * belong to no cluster).
 */
export interface KnownV {
  readonly V: BlockCovariance;
  /** dense = one cluster holds all rows (all outcomes that are there, in a bivariate model). */
  readonly kind: "none" | "diagonal" | "block" | "dense";
  /** Argument of meta_V as written ("vi", "V", "se^2"), "1/w" of weights; "" without meta_V, when its variances are zeros. */
  readonly label: string;
}

export interface KnownVOptions {
  /** Receives the deprecation of meta_known_V(), once per process. Default console.warn. */
  readonly warn?: ((message: string) => void) | undefined;
}

/**
 * Evaluates, subsets and checks the V of the location formula (mu, or mu1). A name is looked up in `matrices`, then in
 * the data; in both is an error. Semidefiniteness is not checked here, only what is necessary for it in each pair.
 * Throws DrmError("bad_known_v") and what evaluating the expression throws.
 */
export function buildKnownV(
  location: DparFormula,
  frame: Frame,
  matrices: Readonly<Record<string, MatrixInput>>,
  options: KnownVOptions = {},
): KnownV {
  const { knownV } = location;
  if (knownV === null) {
    const entries = frame.outcomePresent === null ? frame.nrow : 2 * frame.nrow;
    const V = new BlockCovariance(new Float64Array(entries));
    return { kind: "none", label: "", V };
  }
  if (knownV.fn === "meta_known_V") warnDeprecated(options.warn);
  const argument = ungroup(knownV.argument);
  const written = deparse(argument);
  const { inverse } = knownV;
  const V = inverse ? inverseOf(argument, frame) : evaluateV(argument, location.text, frame, matrices);
  const isOne = argument.type === "name" || argument.type === "call";
  const label = inverse ? `1/${isOne ? written : `(${written})`}` : written;
  return { kind: kindOf(V), label, V };
}

/** V = 1 / w */
function inverseOf(argument: Expr, frame: Frame): BlockCovariance {
  const label = deparse(argument);
  const weights = evaluateNumeric(argument, frame, "meta_V()");
  const selection = keptEntries(label, frame);
  if (selection.bivariate) throw wrongSize(selection, weights.length, null);
  const variances = new Float64Array(weights.length);
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i]!;
    variances[i] = 1 / w;
    if (w > 0 && isVariance(variances[i])) continue;
    const row = `${label} = ${w} in row ${frame.rows[i]! + 1}`;
    throw new DrmError(
      "bad_known_v",
      `${row}: weights of a sampling variance 1 / w are finite numbers > 0; remove the row, or correct ${label}`,
    );
  }
  return new BlockCovariance(variances);
}

function evaluateV(
  argument: Expr,
  text: string,
  frame: Frame,
  matrices: Readonly<Record<string, MatrixInput>>,
): BlockCovariance {
  if (argument.type === "call" && argument.fn === "meta_vcov_cluster")
    return clusterCall(argument, frame, text);
  if (argument.type === "call" && argument.fn === "meta_vcov_bivariate")
    return bivariateCall(argument, frame, text);
  const label = deparse(argument);
  if (argument.type === "name" && Object.hasOwn(matrices, argument.name)) {
    if (isColumn(argument.name, frame)) {
      const both = `'${label}' is a column of the data and a matrix`;
      throw new DrmError("bad_known_v", `${both}: rename one so that meta_V(V = ${label}) can mean only one`);
    }
    return fromMatrix(matrices[argument.name]!, selectEntries(label, frame), frame.shortLived);
  }
  const values = evaluateNumeric(argument, frame, "meta_V()");
  const selection = keptEntries(label, frame);
  if (selection.bivariate) throw wrongSize(selection, values.length, null);
  return fromVector(values, selection);
}

function fromMatrix(input: MatrixInput, selection: Selection, shared: boolean): BlockCovariance {
  const { label, dataRows, total } = selection;
  const given = matrixForm(input, selection);
  switch (given.form) {
    case "vector":
      return shared
        ? fromVector(given.values, selection)
        : new BlockCovariance(takeVariances(given.values, selection));
    case "square":
      return fromDense(given.matrix, selection);
    case "blocks":
      return fromBlocks(given.matrix, selection);
    case "sparse":
      return fromSparse(given.matrix, selection);
    case "cluster":
      if (given.matrix.vi.length !== total) throw wrongSize(selection, given.matrix.vi.length, null);
      return fromClusters(given.matrix, selection);
    case "bivariate": {
      if (!selection.bivariate) throw needsTwoOutcomes(`metaVcovBivariate(), the value of '${label}',`);
      const studies = given.matrix.v1.length;
      if (studies === dataRows) return fromBivariate(given.matrix, selection);
      const seen = `'${label}' has variances of ${count(studies, "study")}, but the data have ${count(dataRows, "row")}`;
      throw new DrmError(
        "bad_known_v",
        `${seen}: give one of each for every data row, dropped rows included`,
      );
    }
  }
}

function kindOf(V: BlockCovariance): KnownV["kind"] {
  if (V.clusters === 0) return "diagonal";
  return V.clusters === 1 && V.largestCluster === V.present ? "dense" : "block";
}

function isColumn(name: string, frame: Frame): boolean {
  try {
    frame.column(name);
    return true;
  } catch (error) {
    // a column that cannot be converted is a column all the same
    return !(error instanceof DrmError && error.code === "unknown_column");
  }
}

let warned = false;

function warnDeprecated(warn: (message: string) => void = console.warn): void {
  if (warned) return;
  warned = true;
  warn("meta_known_V() is deprecated: write meta_V()");
}
