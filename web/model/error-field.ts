import type { ErrorCode } from "../../src/errors";
import type { Choices, Field } from "./choices";

/** What a refused fit says: the code and sentence of a DrmError; "internal" for a fault of our own. */
export interface Failure {
  readonly code: ErrorCode | "internal";
  readonly message: string;
}

/**
 * The field to show a failure beside. Typed formulas have one field. Otherwise the code decides where it can, and a
 * column that the message names in quotes leads to the field where it was chosen.
 */
export function fieldOf({ code, message: text }: Failure, choices: Choices): Field {
  const message = text.split("\n")[0]!; // further lines repeat the formula
  if (code === "no_rows") return "data";
  if (choices.test !== "z" && /\btest\b|Knapp/.test(message)) return "test";
  if (choices.typed !== null) return "formula";
  if (code === "bad_known_v" && choices.correlation !== "" && /\b(rho|cor12|correlation)\b/.test(message)) {
    return "correlation";
  }
  if (choices.study !== "" && message.includes("(1 | ")) return "study";
  if (choices.scaleModerators.length > 0 && /^sigma[12]?\b/.test(message)) return "scaleModerators";
  const chosen = fieldsByColumn(choices);
  for (const [, column] of message.matchAll(/['‘`]([^'’`]+)['’`]/g)) {
    const field = chosen.get(column!);
    if (field !== undefined) return field;
  }
  for (const [column, field] of chosen) {
    if (startsWithName(message, column)) return field;
  }
  if (code === "bad_known_v" || code === "not_positive_definite") return "uncertainty";
  if (code === "aliased_design") return "moderators";
  if (code === "bad_option") return "method";
  return "formula";
}

/** The field of each chosen column; where a column was chosen twice, the first field in this order. */
function fieldsByColumn({ first, second, ...choices }: Choices): Map<string, Field> {
  const pairs: [string, Field][] = [
    [first.effect, "effect"],
    [first.uncertainty, "uncertainty"],
    [second?.effect ?? "", "secondEffect"],
    [second?.uncertainty ?? "", "secondUncertainty"],
    [choices.correlation, "correlation"],
    [choices.study, "study"],
    ...choices.moderators.map((name): [string, Field] => [name, "moderators"]),
    ...choices.scaleModerators.map((name): [string, Field] => [name, "scaleModerators"]),
  ];
  return new Map(pairs.filter(([name]) => name !== "").reverse());
}

/** `vi[17] = -0.02: ...` and `se^2, row 3: ...` begin with the column. */
function startsWithName(message: string, column: string): boolean {
  return message.startsWith(column) && !/^[\p{L}\p{N}._]/u.test(message.slice(column.length));
}
