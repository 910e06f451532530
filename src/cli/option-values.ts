import { InvalidArgumentError } from "commander";

/** What `--levels` gathers: the levels of each column, and which columns are ordered. */
export interface LevelsOption {
  readonly factors: Readonly<Record<string, readonly string[]>>;
  readonly ordered: ReadonlySet<string>;
}

/** `habitat=grassland,forest`, or `dose=low<mid<high` for an ordered factor. */
export function parseLevels(value: string, before?: LevelsOption): LevelsOption {
  const [column, list] = splitAssignment(value, "col=a,b,... or col=a<b<...");
  // a comma decides: in age=<65,65+ the sign belongs to the level
  const isOrdered = list.includes("<") && !list.includes(",");
  const levels = list.split(isOrdered ? "<" : ",").map((level) => level.trim());
  if (levels.includes("")) throw new InvalidArgumentError("A level is empty.");
  if (before !== undefined && Object.hasOwn(before.factors, column)) {
    throw new InvalidArgumentError(`Column '${column}' is given twice.`);
  }
  const ordered = new Set(before?.ordered);
  if (isOrdered) ordered.add(column);
  return { factors: { ...before?.factors, [column]: levels }, ordered };
}

type Files = Readonly<Record<string, string>>;

/** `V=cov.csv`: name to file. */
export const parseMatrix = filesOf("Matrix", "NAME=FILE.csv");

/** `tree=species.nwk`: name to file. */
export const parseTree = filesOf("Tree", "NAME=FILE.nwk");

function filesOf(what: string, wanted: string): (value: string, before?: Files) => Files {
  return (value, before = {}) => {
    const [name, file] = splitAssignment(value, wanted);
    if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${what} '${name}' is given twice.`);
    return { ...before, [name]: file };
  };
}

/** `sigma=0`: distributional parameter to value. */
export function parseFix(
  value: string,
  before: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  const [dpar, text] = splitAssignment(value, "dpar=number, such as sigma=0");
  const number = Number(text);
  if (!Number.isFinite(number)) throw new InvalidArgumentError(`'${text}' is not a number.`);
  if (Object.hasOwn(before, dpar)) throw new InvalidArgumentError(`'${dpar}' is given twice.`);
  return { ...before, [dpar]: number };
}

/** A confidence level, between 0 and 1. */
export function parseLevel(value: string): number {
  const level = value.trim() === "" ? Number.NaN : Number(value);
  if (level > 0 && level < 1) return level;
  const advice = level > 1 && level < 100 ? ` Write ${level / 100}.` : "";
  throw new InvalidArgumentError(`Wanted a number between 0 and 1.${advice}`);
}

/** A port on this machine. */
export function parsePort(value: string): number {
  const port = value.trim() === "" ? Number.NaN : Number(value);
  if (Number.isInteger(port) && port >= 0 && port < 65536) return port;
  throw new InvalidArgumentError("Wanted a whole number from 0 to 65535.");
}

/** A whole number from 0 on. */
export function parseWhole(value: string): number {
  const whole = value.trim() === "" ? Number.NaN : Number(value);
  if (Number.isSafeInteger(whole) && whole >= 0) return whole;
  throw new InvalidArgumentError("Wanted a whole number from 0 on.");
}

function splitAssignment(value: string, wanted: string): [name: string, rest: string] {
  const at = value.indexOf("=");
  const name = value.slice(0, at).trim();
  const rest = value.slice(at + 1).trim();
  if (at < 0 || name === "" || rest === "") throw new InvalidArgumentError(`Wanted ${wanted}.`);
  return [name, rest];
}
