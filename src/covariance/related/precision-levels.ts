import { sparseFactor } from "../../linalg/sparse-factor";
import type { Structure, StructuredLevels } from "../structure";
import { findLevels, nameIndex } from "./level-names";
import { itself, type MatrixNames, namesWithout, singular } from "./matrix-names";
import { type NamedMatrix, namedNumbers, sparseOf } from "./named-matrix";

/** A pivot of less than this share of its diagonal is one lost to rounding. */
const SINGULAR = 1e-12;

/**
 * The structure of levels whose precision matrix is given: the inverse of a covariance matrix, of which zeros stay zeros. All its names are
 * levels, those with rows first.
 *
 * @throws DrmError "bad_structure"
 */
export function precisionLevels(
  input: NamedMatrix,
  levels: readonly string[],
  { name, group }: MatrixNames,
): StructuredLevels {
  const what = `matrix '${name}'`;
  const matrix = namedNumbers(input, what);
  const { names } = matrix;
  const n = names.length;
  const index = nameIndex(names);
  const used = findLevels(levels, index, names, { what, noun: "name", group });
  const others = namesWithout(names, used);
  const level = new Int32Array(n).fill(-1);
  used.forEach((i, j) => {
    level[i] = j;
  });
  let next = used.length;
  for (let i = 0; i < n; i++) if (level[i]! < 0) level[i] = next++;

  const Q = sparseOf(matrix);
  const factor = sparseFactor(Q, SINGULAR);
  if (typeof factor === "number") throw singular(names[factor]!, what);
  const cells = Q.flatMap((line, i) =>
    Array.from(line, ([j, value]) => ({ a: level[i]!, b: level[j]!, value })),
  );
  const rowOf = new Int32Array(n);
  level.forEach((l, i) => {
    rowOf[l] = i;
  });
  const columns = new Map<number, Float64Array>();
  const structure: Structure = {
    names: Array.from(rowOf, (i, l) => (l < levels.length ? levels[l]! : names[i]!)),
    levels: n,
    rows: Int32Array.from(cells, ({ a, b }) => Math.max(a, b)),
    columns: Int32Array.from(cells, ({ a, b }) => Math.min(a, b)),
    values: Float64Array.from(cells, ({ value }) => value),
    logDet: -factor.logDet,
    scale: new Float64Array(n).fill(1),
    correlation(a, b) {
      let column = columns.get(b);
      if (column === undefined) {
        const unit = new Float64Array(n);
        unit[rowOf[b]!] = 1;
        column = factor.solve(unit);
        columns.set(b, column);
      }
      return column[rowOf[a]!]!;
    },
  };
  return {
    structure,
    place: Int32Array.from(levels, (_, j) => j),
    others,
    conditional(other) {
      const i = index(other);
      return i < 0 ? null : itself(n, level[i]!);
    },
  };
}
