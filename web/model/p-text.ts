import { formatPValue } from "../../src/report/format";

/** "p = 0.0123", "p <1e-16". */
export function pText(p: number): string {
  const text = formatPValue(p);
  return text.startsWith("<") ? `p ${text}` : `p = ${text}`;
}
