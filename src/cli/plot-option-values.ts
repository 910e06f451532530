import { InvalidArgumentError } from "commander";

/** A number. */
export function parseNumber(value: string): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number)) {
    throw new InvalidArgumentError(`'${value}' is not a number.`);
  }
  return number;
}

/** A size: px, dots per inch. */
export function parsePositive(value: string): number {
  const number = parseNumber(value);
  if (number <= 0) throw new InvalidArgumentError("Wanted a positive number.");
  return number;
}

/** `0.9,0.95,0.99` */
export function parseContours(value: string): number[] {
  return value.split(",").map(parseNumber);
}

/** `-1,2.5`: from and to. */
export function parseRange(value: string): [number, number] {
  const ends = value.split(",").map(parseNumber);
  if (ends.length !== 2 || ends[0]! >= ends[1]!) {
    throw new InvalidArgumentError("Wanted two numbers, the smaller one first: -1,2.5.");
  }
  return [ends[0]!, ends[1]!];
}

/** `habitat=forest`, `duration=3`: what is given for numeric columns is read as a number. */
export function parseAt(
  value: string,
  before: Readonly<Record<string, string | number>> = {},
): Readonly<Record<string, string | number>> {
  const [, name, cell] = /^([^=]+)=(.+)$/.exec(value) ?? [];
  if (name === undefined || cell === undefined) throw new InvalidArgumentError("Wanted col=value.");
  const number = Number(cell);
  return { ...before, [name.trim()]: Number.isFinite(number) ? number : cell.trim() };
}
