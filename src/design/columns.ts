import type { Doubles } from "../data/doubles";
import type { CodedTerm } from "./coding";
import { type Contrasts, contrastsOf } from "./contrasts";
import type { Variable } from "./variables";

export interface FilledColumns {
  readonly names: readonly string[];
  readonly assign: readonly number[];
  readonly values: Float64Array;
}

/** One variable inside one term: its columns and the ends of their names. */
interface Part {
  readonly variable: Variable;
  readonly names: readonly string[];
  readonly contrasts: Contrasts | null;
}

/** Writes the intercept and the columns of every term; in an interaction the first variable varies fastest. */
export function fillDesign(
  intercept: boolean,
  terms: readonly CodedTerm[],
  variables: readonly Variable[],
  nrow: number,
  doubles: Doubles = (length) => new Float64Array(length),
): FilledColumns {
  const parts = terms.map((term) => term.variables.map((v, k) => partOf(variables[v]!, term.full[k]!)));
  const names: string[] = intercept ? ["(Intercept)"] : [];
  const assign: number[] = intercept ? [0] : [];
  for (let t = 0; t < parts.length; t++) {
    for (const name of crossNames(parts[t]!)) {
      names.push(name);
      assign.push(t + 1);
    }
  }
  const values = doubles(nrow * names.length);
  let offset = 0;
  if (intercept) {
    values.fill(1, 0, nrow);
    offset = nrow;
  }
  for (const of of parts)
    offset = of.length === 1 ? fillMain(of[0]!, values, offset, nrow) : fillCross(of, values, offset, nrow);
  return { names, assign, values };
}

function partOf(variable: Variable, full: boolean): Part {
  const { label } = variable;
  if (variable.kind === "numeric") {
    const { columns } = variable;
    const names = columns.length === 1 ? [label] : columns.map((_, k) => `${label}${k + 1}`);
    return { variable, names, contrasts: null };
  }
  const { levels, ordered } = variable.factor;
  const contrasts = contrastsOf(levels, ordered, full);
  return { variable, names: contrasts.names.map((name) => label + name), contrasts };
}

function crossNames(parts: readonly Part[]): readonly string[] {
  if (parts.length === 1) return parts[0]!.names;
  let names: string[] = [""];
  for (const part of parts) {
    names = part.names.flatMap((name) => names.map((before) => (before === "" ? name : `${before}:${name}`)));
  }
  return names;
}

/** Writes the columns of one variable at `offset`; returns where the next column starts. */
function fillMain(
  { variable, contrasts, names }: Part,
  values: Float64Array,
  offset: number,
  nrow: number,
): number {
  if (variable.kind === "numeric") {
    variable.columns.forEach((column, k) => {
      values.set(column, offset + k * nrow);
    });
  } else if (contrasts?.values === null) {
    const { codes } = variable.factor;
    const { skip } = contrasts;
    // the columns start as zeros, so a dummy is one store a row
    for (let i = 0; i < nrow; i++) {
      const column = codes[i]! - skip;
      if (column >= 0) values[offset + column * nrow + i] = 1;
    }
  } else if (contrasts !== null) {
    const { codes } = variable.factor;
    const width = names.length;
    for (let j = 0; j < width; j++) {
      for (let i = 0; i < nrow; i++) {
        if (codes[i]! >= 0) values[offset + j * nrow + i] = contrasts.values![codes[i]! * width + j]!;
      }
    }
  }
  return offset + names.length * nrow;
}

function fillCross(parts: readonly Part[], values: Float64Array, offset: number, nrow: number): number {
  const blocks = parts.map((part) => {
    const block = new Float64Array(nrow * part.names.length);
    fillMain(part, block, 0, nrow);
    return block;
  });
  const widths = parts.map((part) => part.names.length);
  const count = widths.reduce((product, width) => product * width, 1);
  for (let c = 0; c < count; c++) {
    const start = offset + c * nrow;
    let rest = c;
    blocks.forEach((block, k) => {
      const from = (rest % widths[k]!) * nrow;
      rest = Math.floor(rest / widths[k]!);
      if (k === 0) for (let i = 0; i < nrow; i++) values[start + i] = block[from + i]!;
      else for (let i = 0; i < nrow; i++) values[start + i] = values[start + i]! * block[from + i]!;
    });
  }
  return offset + count * nrow;
}
