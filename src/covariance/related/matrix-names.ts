import { DrmError } from "../../errors";
import type { Conditional } from "../structure";

export interface MatrixNames {
  /** the name of the matrix, in messages */
  readonly name: string;
  /** the column of the levels, in messages */
  readonly group: string;
}

export function namesWithout(names: readonly string[], used: Int32Array): readonly string[] {
  const isUsed = new Set(used);
  return names.filter((_, i) => !isUsed.has(i));
}

/** What a level says of itself. */
export function itself(level: number, scale: number): Conditional {
  return { effects: [level], weights: [scale], variance: 0 };
}

export function singular(level: string, what: string): DrmError {
  return new DrmError(
    "bad_structure",
    `the ${what} is not positive definite: the row of '${level}' is a combination of the others, or its numbers have too few digits; leave the ` +
      "level out, give one name to levels that are the same, or add a small number such as 1e-6 to the diagonal",
  );
}
