import type { Doubles } from "../data/doubles";
import type { Layout, Part } from "./layout";
import type { Variable } from "./variables";

/** The values of a layout's columns, column-major. */
export function fillDesign(
  { intercept, names, terms }: Layout,
  variables: readonly Variable[],
  nrow: number,
  doubles: Doubles = (length) => new Float64Array(length),
): Float64Array {
  const values = doubles(nrow * names.length);
  let offset = 0;
  if (intercept) {
    values.fill(1, 0, nrow);
    offset = nrow;
  }
  for (const parts of terms) {
    offset =
      parts.length === 1
        ? fillMain(parts[0]!, variables, values, offset, nrow)
        : fillCross(parts, variables, values, offset, nrow);
  }
  return values;
}

/** Writes the columns of one variable at `offset`; returns where the next column starts. */
function fillMain(
  { variable: v, contrasts, names }: Part,
  variables: readonly Variable[],
  values: Float64Array,
  offset: number,
  nrow: number,
): number {
  const variable = variables[v]!;
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

function fillCross(
  parts: readonly Part[],
  variables: readonly Variable[],
  values: Float64Array,
  offset: number,
  nrow: number,
): number {
  const blocks = parts.map((part) => {
    const block = new Float64Array(nrow * part.names.length);
    fillMain(part, variables, block, 0, nrow);
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
