/**
 * A known correlation among the levels of a grouping, K: of species on a tree, of the names of a matrix. A row of level j has
 * the effect scale_j u_j, u ~ N(0, P^-1), with P sparse; levels that can have no rows (inner nodes of a tree) come last.
 */
export interface Structure {
  /** of the levels that can have rows, by level */
  readonly names: readonly string[];
  /** all, inner nodes included */
  readonly levels: number;
  /** lower triangle of P with its diagonal, each entry once */
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
  /** log |P^-1| */
  readonly logDet: number;
  /** by named level */
  readonly scale: Float64Array;
  /** scale_a scale_b (P^-1)_ab of two named levels */
  correlation(a: number, b: number): number;
}
