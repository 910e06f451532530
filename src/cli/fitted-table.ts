import type { Fit } from "../fit/fit";

/** Fitted values on the response scale in full precision: a line for each row used, its number in the data first. */
export function fittedTable(fit: Fit): string {
  const dpars = Object.keys(fit.fitted);
  const values = Object.values(fit.fitted);
  const lines = Array.from(fit.rows, (row, i) => [row + 1, ...values.map((column) => column[i]!)].join("\t"));
  return [["row", ...dpars].join("\t"), ...lines].join("\n");
}
