import type { Engine } from "./engine";
import { blockOf } from "./theta-blocks";

/**
 * What an engine has of each level, columns being those of a level one after the other: z' S^-1 r, z' S^-1 z or z' S^-1 X, by the
 * model's number of levels that rows have.
 */
export function levelResults(
  { problem, layout, model }: Pick<Engine, "problem" | "layout" | "model">,
  name: "levelScore" | "levelInverse" | "levelSolved",
  columns: number,
): Float64Array {
  const { modelLevel } = layout;
  const read = problem.read(name, new Float64Array(modelLevel.length * columns));
  const out = new Float64Array(blockOf(model, "sd").basis.rows * columns);
  for (let u = 0; u < modelLevel.length; u++) {
    const level = modelLevel[u]!;
    if (level < 0) continue;
    for (let j = 0; j < columns; j++) out[level * columns + j] = read[u * columns + j]!;
  }
  return out;
}
