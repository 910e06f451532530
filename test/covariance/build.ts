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
export function clustersOf({
  clusterSizes,
  clusterRows,
  clusterV,
}: KnownV): { rows: number[]; V: number[][] }[] {
  let row = 0;
  let cell = 0;
  return Array.from(clusterSizes, (m) => {
    const rows = Array.from(clusterRows.subarray(row, row + m));
    const V = rows.map((_, a) =>
      Array.from(clusterV.subarray(cell + (a * (a + 1)) / 2, cell + ((a + 1) * (a + 2)) / 2)),
    );
    row += m;
    cell += (m * (m + 1)) / 2;
    return { rows, V };
  });
}

/** Everything but the label, as plain arrays. */
export function plain(v: KnownV): unknown {
  return { kind: v.kind, variances: Array.from(v.variances), clusters: clustersOf(v) };
}
