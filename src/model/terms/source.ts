import type { Relate } from "../../covariance/structure";
import type { Design } from "../../design/design";
import type { Dpar, DparKind } from "../../formula/dpar";
import type { Block, Outcomes } from "../model";
import type { CorrelatedEffects } from "./correlated-effects";

/** What variance terms are made from: formulas and their frame, or a fit. */
export interface TermSource {
  /** observations of the model */
  readonly rows: number;
  readonly outcomes: Outcomes | null;
  /** the number of each place of the response among them, as in observationNumbers(); null with one outcome */
  readonly observation: Int32Array | null;
  /** in the order of the formulas; those that are held too */
  dpars(kind: DparKind): readonly Dpar[];
  /** null of a dpar that is not estimated; over the levels where the dpar has a group */
  design(dpar: Dpar): Design | null;
  /** the column of a random slope by row, as a design of one column; null of an intercept */
  slope(dpar: Dpar): Design | null;
  /** the known correlation of an SD's levels; null where they are independent */
  relate(dpar: Dpar): Relate | null;
  /** which random effects are correlated, where that is estimated */
  correlated(): readonly CorrelatedEffects[];
  /** the value that a dpar is held at, on its response scale; null where it is estimated */
  held(dpar: Dpar): number | null;
  /** the same block, after what is to be said against it */
  checked(block: Block): Block;
}
