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

/** The tree or matrix that the levels of a grouping are on, read once, as any of the levels see it: those of the data that have rows. */
export type Relate = (levels: readonly string[]) => StructuredLevels;

/** A structure as the levels of the data see it, and what it says of names that they lack. */
export interface StructuredLevels {
  readonly structure: Structure;
  /** by level of the data: its level in the structure. Two that the structure cannot tell apart (tips at distance 0) share one. */
  readonly place: Int32Array;
  /** names that the structure knows and the data lack: tips, named inner nodes, names of a matrix */
  readonly others: readonly string[];
  /** What the effects u say of the effect of any name; null for one that the structure does not know. */
  conditional(name: string): Conditional | null;
}

/** The effect of a name given all effects u of the structure, inner nodes included, at an SD of 1: N(sum of weights_k u_effects[k], variance). */
export interface Conditional {
  readonly effects: readonly number[];
  readonly weights: readonly number[];
  readonly variance: number;
}
