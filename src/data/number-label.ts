import { DrmError } from "../errors";

/**
 * Refuses a number that names a study or a cluster and may be that of two: beyond 2^53 - 1 doubles are not told apart.
 *
 * @param row of the data, from 0
 */
export function refuseInexactId(name: string, value: number, row: number): void {
  if (!(Math.abs(value) > Number.MAX_SAFE_INTEGER)) return;
  throw new DrmError(
    "bad_data",
    `'${name}', row ${row + 1}: ${value} as a name of a study or cluster may stand for several, since numbers beyond ` +
      `${Number.MAX_SAFE_INTEGER} are not exact: give these identifiers as texts`,
  );
}

/**
 * How a number reads as a level: 15 significant digits, as in R, so that 0.1 + 0.2 is level "0.3". A whole number has no noise of
 * arithmetic to lose, and may be an identifier of more digits.
 */
export function numberLabel(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(15)));
}
