/**
 * The order in which the engine keeps rows: those with a variance of their own first (an even number, since they are
 * taken two at a time), then the clusters one after the other.
 */
export interface RowOrder {
  /** rows in the problem, padding included */
  readonly total: number;
  readonly scalarRows: number;
  /** for each problem row its model row, -1 for padding; null when problem and model rows are the same */
  readonly modelRow: Int32Array | null;
}

export function rowOrder(rows: number, clusterRows: Int32Array): RowOrder {
  const alone = rows - clusterRows.length;
  const scalarRows = alone + (alone & 1);
  const total = scalarRows + clusterRows.length;
  if (clusterRows.length === 0 && scalarRows === rows) return { total, scalarRows, modelRow: null };

  const modelRow = new Int32Array(total).fill(-1);
  if (clusterRows.length === 0) {
    for (let i = 0; i < rows; i++) modelRow[i] = i;
  } else {
    const clustered = new Uint8Array(rows);
    for (let i = 0; i < clusterRows.length; i++) clustered[clusterRows[i]!] = 1;
    let next = 0;
    for (let i = 0; i < rows; i++) if (clustered[i] === 0) modelRow[next++] = i;
    modelRow.set(clusterRows, scalarRows);
  }
  return { total, scalarRows, modelRow };
}

/** Rearranges a column (or several, column-major) from model to problem order; padding gets `fill`. */
export function toProblemOrder(values: Float64Array, order: RowOrder, rows: number, columns: number, fill = 0): Float64Array {
  const { modelRow, total } = order;
  if (modelRow === null) return values;
  const out = new Float64Array(total * columns);
  for (let j = 0; j < columns; j++) {
    const from = j * rows;
    const to = j * total;
    for (let i = 0; i < total; i++) {
      const row = modelRow[i]!;
      out[to + i] = row < 0 ? fill : values[from + row]!;
    }
  }
  return out;
}
