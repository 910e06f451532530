import { SparseLdl } from "../../linalg/sparse-ldl";
import type { Relate, Structure, StructuredLevels } from "../structure";
import { findLevels, type NameIndex, nameIndex } from "./level-names";
import { itself, type MatrixNames, namesWithout, singular } from "./matrix-names";
import { type LevelMatrix, type NamedNumbers, namedNumbers, sparseOf } from "./named-matrix";

/** A pivot of less than this share of its diagonal is one lost to rounding. */
const SINGULAR = 1e-12;

/**
 * The structure of levels whose precision matrix is given: the inverse of a covariance matrix, of which zeros stay zeros. All its names are
 * levels, those with rows first.
 *
 * @throws DrmError "bad_structure", also where the levels are not the matrix's
 */
export function precisionLevels(input: LevelMatrix, { name, group }: MatrixNames): Relate {
  const what = `matrix '${name}'`;
  const matrix = namedNumbers(input, what);
  const index = nameIndex(matrix.names);
  return (levels) => {
    const used = findLevels(levels, index, matrix.names, { what, noun: "name", group });
    return ordered(matrix, levels, used, index, what);
  };
}

/** The precision with the levels that have rows first. */
function ordered(
  matrix: NamedNumbers,
  levels: readonly string[],
  used: Int32Array,
  index: NameIndex,
  what: string,
): StructuredLevels {
  const { names } = matrix;
  const n = names.length;
  const others = namesWithout(names, used);
  const level = new Int32Array(n).fill(-1);
  used.forEach((i, j) => {
    level[i] = j;
  });
  let next = used.length;
  for (let i = 0; i < n; i++) if (level[i]! < 0) level[i] = next++;

  const all: string[] = [];
  level.forEach((l, i) => {
    all[l] = l < levels.length ? levels[l]! : names[i]!;
  });

  const cells = sparseOf(matrix).flatMap((line, i) =>
    Array.from(line, ([j, value]) => ({ a: level[i]!, b: level[j]!, value })),
  );
  const Q = {
    rows: Int32Array.from(cells, ({ a, b }) => Math.max(a, b)),
    columns: Int32Array.from(cells, ({ a, b }) => Math.min(a, b)),
    values: Float64Array.from(cells, ({ value }) => value),
  };
  const factor = new SparseLdl({ n, ...Q });
  const weak = factor.weakPivot(SINGULAR);
  if (weak >= 0) throw singular(all[weak]!, what);
  const columns = new Map<number, Float64Array>();
  const structure: Structure = {
    names: all,
    levels: n,
    ...Q,
    logDet: -factor.logDet,
    scale: new Float64Array(n).fill(1),
    correlation(a, b) {
      let column = columns.get(b);
      if (column === undefined) {
        const unit = new Float64Array(n);
        unit[b] = 1;
        column = factor.solve(unit);
        columns.set(b, column);
      }
      return column[a]!;
    },
  };
  return {
    structure,
    place: Int32Array.from(levels, (_, j) => j),
    others,
    conditional(other) {
      const i = index(other);
      return i < 0 ? null : itself(level[i]!, 1);
    },
  };
}
