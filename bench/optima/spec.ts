// A model to be audited, as a JSON file holds it: what drm() is given, and nothing else. A missed one is written in this
// form with what the audit found.
import type { DrmOptions } from "../../src/index";

export type Cell = number | string | null;
export type Columns = Readonly<Record<string, readonly Cell[]>>;

/** V by name: a full matrix, blocks, or the entries that are not zero (one of each mirrored pair). */
export type Matrix =
  | readonly (readonly number[])[]
  | {
      readonly blocks: readonly {
        readonly rows: readonly number[];
        readonly matrix: readonly (readonly number[])[];
      }[];
    }
  | {
      readonly n: number;
      readonly row: readonly number[];
      readonly column: readonly number[];
      readonly value: readonly number[];
    };

export interface Spec {
  /** KIND-SEED-NUMBER: enough to make the model again */
  readonly id: string;
  readonly kind: string;
  readonly formulas: readonly string[];
  readonly data: Columns;
  readonly matrices: Readonly<Record<string, Matrix>>;
  readonly options: { readonly method: "ML" | "REML"; readonly weights?: string };
}

/** The options of drm() for a model. */
export function drmOptions({ data, matrices, options }: Spec): DrmOptions {
  return { data, matrices, ...options } as DrmOptions;
}
