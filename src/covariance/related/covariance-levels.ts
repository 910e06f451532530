import { DrmError } from "../../errors";
import type { Relate } from "../structure";
import { denseLevels } from "./dense-levels";
import { findLevels, nameIndex } from "./level-names";
import { type MatrixNames, namesWithout } from "./matrix-names";
import { denseOf, type LevelMatrix, namedNumbers } from "./named-matrix";
import { rootedLevels } from "./rooted-levels";
import { treeOfMatrix } from "./three-point";

/** A correlation may exceed 1 by rounding. */
const HAIR = 1e-9;

/**
 * The structure of levels whose covariances are the cells of a matrix K; its scale stays. A K that is a tree's becomes that tree, which has a sparse
 * inverse. Of any other the part of the levels with rows is inverted, in groups that correlate; levels that K cannot tell apart are one.
 *
 * @throws DrmError "bad_structure", also where the levels are not the matrix's
 */
export function covarianceLevels(input: LevelMatrix, { name, group }: MatrixNames): Relate {
  const what = `matrix '${name}'`;
  const matrix = namedNumbers(input, what);
  const { names } = matrix;
  const n = names.length;
  const K = denseOf(matrix);
  const sds = Float64Array.from(names, (_, i) => Math.sqrt(K[i * n + i]!));
  checkCorrelations(K, names, sds, what);
  const index = nameIndex(names);
  const tree = treeOfMatrix(K, n);
  return (levels) => {
    const used = findLevels(levels, index, names, { what, noun: "name", group });
    const others = namesWithout(names, used);
    if (tree === null) return denseLevels({ K, n, sds, index, used, levels, others, what });
    const { parents, depths, tips } = tree;
    const nodeSds = new Float64Array(parents.length).fill(1);
    tips.forEach((node, i) => {
      nodeSds[node] = sds[i]!;
    });
    return rootedLevels({
      parents,
      depths,
      levels,
      nodes: used.map((i) => tips[i]!),
      sds: nodeSds,
      others,
      nodeOf: (other) => tips[index(other)] ?? -1,
      what,
    });
  };
}

function checkCorrelations(K: Float64Array, names: readonly string[], sds: Float64Array, what: string): void {
  const n = names.length;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const value = K[i * n + j]!;
      if (Math.abs(value) <= sds[i]! * sds[j]! * (1 + HAIR)) continue;
      throw new DrmError(
        "bad_structure",
        `the ${what} has ${value} at ('${names[i]}', '${names[j]}'), a correlation beyond 1: their diagonal cells are ` +
          `${K[i * n + i]} and ${K[j * n + j]}`,
      );
    }
  }
}
