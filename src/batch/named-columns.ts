import type { ModelOptions } from "./job";

/**
 * Tells which columns a model may need: those whose names stand in its formulas, its weights, or have levels given. One
 * too many does no harm; a formula with a `.` may need all.
 */
export function namedColumns({
  formulas,
  weights,
  factors,
  ordered,
}: ModelOptions): (name: string) => boolean {
  const text = [formulas ?? "", typeof weights === "string" ? weights : ""].flat().join("\n");
  const words = new Set([
    ...(text.match(/[\p{L}\p{N}_.]+/gu) ?? []),
    ...Object.keys(factors ?? {}),
    ...(ordered ?? []),
  ]);
  const isNamed = (name: string) =>
    words.has(name) || words.has(".") || text.includes(`\`${name}\``) || weights === name;
  // asked for the same names again and again
  const answers = new Map<string, boolean>();
  return (name) => {
    let answer = answers.get(name);
    if (answer === undefined) {
      answer = isNamed(name);
      answers.set(name, answer);
    }
    return answer;
  };
}
