import type { Design } from "../../design/design";
import type { GroupDesign } from "../../design/group-design";
import type { Dpar } from "../../formula/dpar";
import type { Model, Outcomes } from "../model";
import { type Selection, takeFromColumns } from "../selection";
import { Correlated, CorrelationGroup, type EffectRoles } from "./correlated";
import { correlationMap } from "./correlated-effects";
import { type EffectsParts, ofLevelsLeft, RandomEffects } from "./effects";
import type { TermSource } from "./source";
import { Structured } from "./structured";

type EffectsSource = Pick<
  TermSource,
  "rows" | "observation" | "dpars" | "design" | "slope" | "relate" | "correlated" | "held"
>;

/** All terms with random effects, as in the formulas. */
export function randomTermsFrom(source: EffectsSource): RandomEffects[] {
  const { rows, observation } = source;
  const numbered = numbering();
  const rolesOf = rolesIn(source);
  return source.dpars("sd").map((dpar) => {
    const design = source.design(dpar) as GroupDesign;
    const index = observedLevels(design.index, dpar.outcome!, rows, observation);
    const slope = source.slope(dpar);
    const z = slope === null ? null : observedSlopes(slope, dpar.outcome!, rows, observation);
    const relate = source.relate(dpar);
    const held = source.held(dpar);
    const roles = rolesOf(dpar);
    return numbered((first) => termOf({ dpar, design, index, z, relate, held, ...first }, roles));
  });
}

/** By dpar, the roles of its effects in the group that they are of; null of those that are of none. */
function rolesIn(source: EffectsSource): (dpar: Dpar) => EffectRoles | null {
  const correlations = source.dpars("cor");
  const roles = new Map<string, EffectRoles>();
  let first = 0;
  for (const effects of source.correlated()) {
    const map = correlationMap(effects);
    const dpar = correlations.find(({ key }) => key === effects.dpar)!;
    const group = new CorrelationGroup({ dpar, map, first, owners: effects.owners });
    first += map.parameters;
    for (const { dpar: key, owner, role } of effects.members) roles.set(key, { group, owner, role });
  }
  return ({ key }) => roles.get(key) ?? null;
}

/** Those of the levels that are left, in a group of its own, which all terms of the group before have. */
function rolesLeft(
  groups: Map<CorrelationGroup, CorrelationGroup>,
  { group: before, owner, role }: EffectRoles,
  whole: GroupDesign,
  left: GroupDesign,
): EffectRoles {
  let group = groups.get(before);
  if (group === undefined) {
    group = new CorrelationGroup(before);
    groups.set(before, group);
  }
  const numberOf = new Map(whole.levels.map((level, number) => [level, number]));
  const kept = left.levels.map((level) => numberOf.get(level)!);
  return {
    group,
    owner: Int32Array.from(kept, (level) => owner[level]!),
    role: Int32Array.from(kept, (level) => role[level]!),
  };
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
  const groups = new Map<CorrelationGroup, CorrelationGroup>();
  return random.map(({ dpar, design: whole, index: before, z: all, relate, held, roles }) => {
    const design = ofLevelsLeft(whole, rows.kept);
    const index =
      outcomes === null
        ? design.index
        : Int32Array.from(places.kept, (place, k) =>
            before[place]! < 0 ? -1 : design.index[outcomes.frameRow[k]!]!,
          );
    const z = all === null ? null : takeFromColumns(all, all.length, 1, places);
    const left = roles === null ? null : rolesLeft(groups, roles, whole, design);
    return numbered((first) => termOf({ dpar, design, index, z, relate, held, ...first }, left));
  });
}

function termOf(parts: EffectsParts, roles: EffectRoles | null): RandomEffects {
  const { relate, design } = parts;
  if (roles !== null) return new Correlated(parts, roles);
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
