import type { MatrixInput } from "../../covariance/matrix-input";
import { covarianceLevels } from "../../covariance/related/covariance-levels";
import { type LevelMatrix, namedNumbers } from "../../covariance/related/named-matrix";
import { precisionLevels } from "../../covariance/related/precision-levels";
import { type TreeInput, treeLevels } from "../../covariance/related/tree-levels";
import type { Relate, StructuredLevels } from "../../covariance/structure";
import type { Table } from "../../data/table";
import { DrmError, didYouMean } from "../../errors";
import { randomTermOf } from "../../formula/dpar";
import type { DparFormula } from "../../formula/dpar-formula";
import type { KnownStructure } from "../../formula/known-structure";

/** What a user gives: trees, and matrices, of which those of V are others. */
export interface GivenSources {
  readonly trees?: Readonly<Record<string, TreeInput>> | undefined;
  readonly matrices?: Readonly<Record<string, MatrixInput | LevelMatrix>> | undefined;
}

/** A matrix with names as plain data. */
export type KeptMatrix = Exclude<LevelMatrix, Table>;

/** The trees and matrices that levels of random effects are on, by name, as a fit keeps them. */
export interface KnownSources {
  /** of phylo(): texts, or what readTree() gives */
  readonly trees?: Readonly<Record<string, TreeInput>> | undefined;
  /** of relmat() */
  readonly matrices?: Readonly<Record<string, KeptMatrix>> | undefined;
}

const NO_SOURCES: KnownSources = {};

/**
 * Copies of the trees and matrices that random effects name.
 *
 * @throws DrmError "bad_option" where one is not given, "bad_structure" where it is none
 */
export function keptSources(sds: readonly DparFormula[], given: GivenSources): KnownSources {
  if (sds.every(({ known }) => known === null)) return NO_SOURCES;
  // in maps: a name such as "constructor" is no stranger to a plain object
  const trees = new Map<string, TreeInput>();
  const matrices = new Map<string, KeptMatrix>();
  for (const dpar of sds) {
    if (dpar.known === null) continue;
    const { fn, name } = dpar.known;
    if (fn === "phylo") {
      if (!trees.has(name)) trees.set(name, copiedTree(named(given.trees, dpar, dpar.known, "trees")));
    } else if (!matrices.has(name)) {
      const matrix = named(given.matrices, dpar, dpar.known, "matrices") as LevelMatrix;
      matrices.set(name, copiedMatrix(matrix, name));
    }
  }
  return {
    ...(trees.size > 0 && { trees: Object.fromEntries(trees) }),
    ...(matrices.size > 0 && { matrices: Object.fromEntries(matrices) }),
  };
}

function named<T>(
  all: Readonly<Record<string, T>> | undefined | null,
  dpar: DparFormula,
  { argument, name }: KnownStructure,
  option: "trees" | "matrices",
): T {
  if (all && Object.hasOwn(all, name)) return all[name]!;
  const known = Object.keys(all ?? {});
  const seen = known.length === 0 ? "none is given" : `there is no '${name}'${didYouMean(name, known)}`;
  throw new DrmError(
    "bad_option",
    `${randomTermOf(dpar)}: ${argument} = ${name} is looked up in the option ${option}, and ${seen}`,
  );
}

function copiedTree(tree: TreeInput): TreeInput {
  if (typeof tree !== "object" || tree === null) return tree;
  const { parents, lengths, labels } = tree;
  const isList = [parents, lengths, labels].every(Array.isArray);
  // what is no tree is told where it is read
  return isList ? { parents: [...parents], lengths: [...lengths], labels: [...labels] } : tree;
}

function copiedMatrix(matrix: LevelMatrix, name: string): KeptMatrix {
  const numbers = namedNumbers(matrix, `matrix '${name}'`);
  const levels = numbers.names;
  if ("dense" in numbers) return { levels, values: numbers.dense };
  const cells = numbers.sparse.flatMap((line, i) => Array.from(line, ([j, value]) => ({ i, j, value })));
  return {
    levels,
    row: Int32Array.from(cells, ({ i }) => i),
    column: Int32Array.from(cells, ({ j }) => j),
    value: Float64Array.from(cells, ({ value }) => value),
  };
}

/** The tree or matrix that the levels of an SD are on. What it is for the last levels is kept: fits without some rows mostly have them all. */
export function relateBy({ known, groupColumns }: DparFormula, { trees, matrices }: KnownSources): Relate {
  const { argument, name, scale, branch } = known!;
  const group = groupColumns![0]!;
  const read = argument === "K" ? covarianceLevels : precisionLevels;
  const relate =
    argument === "tree"
      ? treeLevels(trees![name]!, { name, group, scale, branch })
      : read(matrices![name]!, { name, group });
  let last: { readonly levels: readonly string[]; readonly related: StructuredLevels } | null = null;
  return (levels) => {
    const isSame =
      last?.levels.length === levels.length && last.levels.every((level, j) => level === levels[j]);
    if (last === null || !isSame) last = { levels: [...levels], related: relate(levels) };
    return last.related;
  };
}
