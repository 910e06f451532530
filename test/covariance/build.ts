import { buildKnownV, type KnownV, type MatrixInput, missingRows } from "../../src/covariance/known-v";
import { drmFormula } from "../../src/formula/formula";
import { buildFrame } from "../../src/frame/frame";
import { literalTable } from "../frame/literal-table";

type Data = Parameters<typeof literalTable>[0];

/** The V of a model: rows without a variance in a vector are dropped, as drm() does it. */
export function knownV(
  formulas: string | readonly string[],
  data: Data,
  matrices: Readonly<Record<string, MatrixInput>> = {},
): KnownV {
  const formula = drmFormula(...(typeof formulas === "string" ? [formulas] : formulas));
  const table = literalTable(data);
  const names = Object.keys(matrices);
  const missing = names.map((name) => ({ name, rows: missingRows(matrices[name]!, table.nrow) }))[0];
  const frame = buildFrame(formula, table, {
    matrixNames: new Set(names),
    missingV:
      missing === undefined || missing.rows === null ? null : { name: missing.name, rows: missing.rows },
  });
  return buildKnownV(formula.dpars[0]!, frame, matrices);
}

/** y of n rows, and the V that `matrix` gives them. */
export function vOf(n: number, matrix: MatrixInput): KnownV {
  return knownV("y ~ 1 + meta_V(V = V)", { y: new Array(n).fill(0.5) }, { V: matrix });
}

/** The V of a bivariate model in which every study has both outcomes. */
export function bivariateV(n: number, matrix: MatrixInput): KnownV {
  const y = new Array(n).fill(0.5);
  return knownV(["mu1 = y1 ~ 1 + meta_V(V = V)", "mu2 = y2 ~ 1"], { y1: y, y2: y }, { V: matrix });
}

/** The clusters as lists: rows, then the rows of the lower triangle. */
export function clustersOf({ V }: KnownV): { rows: number[]; V: number[][] }[] {
  const clusters: { rows: number[]; V: number[][] }[] = [];
  V.eachBlock(({ rows, matrix }) => {
    const m = rows.length;
    const cells = matrix();
    const triangle = Array.from(rows, (_, a) => Array.from(cells.subarray(a * m, a * m + a + 1)));
    clusters.push({ rows: Array.from(rows), V: triangle });
  });
  return clusters;
}

/** Everything but the label, as plain arrays. */
export function plain(v: KnownV): unknown {
  return { kind: v.kind, variances: Array.from(v.V.variances), clusters: clustersOf(v) };
}
