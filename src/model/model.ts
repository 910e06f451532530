import type { KnownV } from "../covariance/known-v";
import type { Design } from "../design/design";

/** Stage 5. Everything that the likelihood needs, in data order. Immutable. */
export interface Model {
  readonly method: "ML" | "REML";
  /** rows of the stacked response */
  readonly rows: number;
  /** response minus offset */
  readonly y: Float64Array;
  /** the sum of the offset() terms, null when there are none */
  readonly offset: Float64Array | null;
  /** the left-hand side as written */
  readonly responseLabel: string;
  readonly location: Design;
  /** null when sigma is held at a value */
  readonly scale: Design | null;
  /** log of the value that sigma is held at (-Infinity for 0); NaN when it is estimated */
  readonly fixedLogSigma: number;
  readonly knownV: KnownV;
  /** likelihood multipliers, or null for all ones */
  readonly weights: Float64Array | null;
}
