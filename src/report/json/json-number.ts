/** null stands for every number that does not exist or is infinite. */
export type JsonNumber = number | null;

/** The number, or null where it does not exist. */
export function jsonNumber(value: number | undefined): JsonNumber {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
