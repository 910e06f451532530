/** The variables of one term, as indices, and which of them get a dummy for every level. */
export interface CodedTerm {
  /** "a", "a:b" */
  readonly label: string;
  /** positions of its variables */
  readonly variables: readonly number[];
  /** of each, whether it has a column for every level instead of contrasts */
  readonly full: readonly boolean[];
}

/**
 * R's rule for how a factor is coded inside a term (Chambers and Hastie 1992, section 2.4.1): by contrasts when
 * the term without that factor is contained in an earlier term, by all its dummies otherwise. A main effect
 * counts as contained in the intercept; without an intercept the first factor of the formula gets all dummies.
 */
export function codeTerms(
  labels: readonly string[],
  terms: readonly (readonly number[])[],
  isFactor: readonly boolean[],
  intercept: boolean,
): CodedTerm[] {
  let mayFill = !intercept;
  return terms.map((variables, t) => {
    const full = variables.map((variable) => {
      if (!isFactor[variable]) return false;
      if (mayFill) {
        mayFill = false;
        return true;
      }
      const rest = variables.filter((other) => other !== variable);
      if (rest.length === 0) return false;
      return !terms.slice(0, t).some((earlier) => rest.every((other) => earlier.includes(other)));
    });
    return { label: labels[t]!, variables, full };
  });
}
