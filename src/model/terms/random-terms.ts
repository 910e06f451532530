import type { Design } from "../../design/design";
import type { GroupDesign } from "../../design/group-design";
import type { Model, Outcomes } from "../model";
import { type Selection, takeFromColumns } from "../selection";
import { type EffectsParts, ofLevelsLeft, RandomEffects } from "./effects";
import type { TermSource } from "./source";
import { Structured } from "./structured";

type EffectsSource = Pick<
  TermSource,
  "rows" | "observation" | "dpars" | "design" | "slope" | "relate" | "held"
>;

/** All terms with random effects, as in the formulas. */
export function randomTermsFrom(source: EffectsSource): RandomEffects[] {
  const { rows, observation } = source;
  const numbered = numbering();
  return source.dpars("sd").map((dpar) => {
    const design = source.design(dpar) as GroupDesign;
    const index = observedLevels(design.index, dpar.outcome!, rows, observation);
    const slope = source.slope(dpar);
    const z = slope === null ? null : observedSlopes(slope, dpar.outcome!, rows, observation);
    const relate = source.relate(dpar);
    const held = source.held(dpar);
    return numbered((first) => termOf({ dpar, design, index, z, relate, held, ...first }));
  });
}

/**
 * Without some rows of the frame, and the observations that are `places`: a level that loses its last row goes, and so does
 * its row in the design of its SD. `outcomes` are those that are left.
 */
export function randomTermsWithout(
  { random }: Pick<Model, "random">,
  rows: Selection,
  places: Selection,
  outcomes: Outcomes | null,
): RandomEffects[] {
  const numbered = numbering();
  return random.map(({ dpar, design: whole, index: before, z: all, relate, held }) => {
    const design = ofLevelsLeft(whole, rows.kept);
    const index =
      outcomes === null
        ? design.index
        : Int32Array.from(places.kept, (place, k) =>
            before[place]! < 0 ? -1 : design.index[outcomes.frameRow[k]!]!,
          );
    const z = all === null ? null : takeFromColumns(all, all.length, 1, places);
    return numbered((first) => termOf({ dpar, design, index, z, relate, held, ...first }));
  });
}

function termOf(parts: EffectsParts): RandomEffects {
  const { relate, design } = parts;
  return relate === null ? new RandomEffects(parts) : new Structured(parts, relate(design.levels));
}

type Firsts = Pick<EffectsParts, "firstLevel" | "firstEffect" | "firstReported">;

/** Numbers the levels of terms that are made one after the other. */
function numbering(): (make: (firsts: Firsts) => RandomEffects) => RandomEffects {
  const next = { firstLevel: 0, firstEffect: 0, firstReported: 0 };
  return (make) => {
    const term = make({ ...next });
    next.firstLevel += term.levels;
    next.firstEffect += term.effects;
    next.firstReported += term.reported;
    return term;
  };
}

/** The level of each observation of one outcome (1 or 2), -1 for those of the other, from the level of each row. */
function observedLevels(
  index: Int32Array,
  outcome: number,
  rows: number,
  observation: Int32Array | null,
): Int32Array {
  if (observation === null) return index;
  const levels = new Int32Array(rows).fill(-1);
  for (let row = 0; row < index.length; row++) {
    const at = observation[2 * row + outcome - 1]!;
    if (at >= 0) levels[at] = index[row]!;
  }
  return levels;
}

/** The column of a random slope by observation of one outcome (1 or 2), 0 for those of the other. */
function observedSlopes(
  { values }: Design,
  outcome: number,
  rows: number,
  observation: Int32Array | null,
): Float64Array {
  if (observation === null) return values;
  const z = new Float64Array(rows);
  for (let row = 0; row < values.length; row++) {
    const at = observation[2 * row + outcome - 1]!;
    if (at >= 0) z[at] = values[row]!;
  }
  return z;
}
