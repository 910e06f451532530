import type { TermAnswers } from "./term";

/** R = diag(sigma_i^2): the heterogeneity of each row. */
export class Residual implements TermAnswers {
  readonly input = "rows";

  tie(): void {}
}
