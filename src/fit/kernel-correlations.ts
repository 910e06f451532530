import type { CorrelationsInput } from "../../bindings/kernel";
import type { Sections } from "../model/sections";
import type { CorrelationGroup } from "../model/terms/correlated";
import type { LevelsInput } from "../model/terms/term";

/** Correlations of random effects as the engine takes them; null where none is estimated. */
export function kernelCorrelations(
  { modelLevel, nested, sparse }: Sections,
  random: readonly LevelsInput[],
): CorrelationsInput | null {
  const groups: CorrelationGroup[] = [];
  const termGroups = Int32Array.from(random, ({ roles }) => {
    if (roles === null) return -1;
    const known = groups.indexOf(roles.group);
    return known >= 0 ? known : groups.push(roles.group) - 1;
  });
  if (groups.length === 0) return null;
  // by level of the model, -1 where its effect is of no group
  const roleOf: number[] = [];
  const ownerOf: number[] = [];
  for (const { levels, roles } of random) {
    for (let level = 0; level < levels; level++) {
      roleOf.push(roles === null ? -1 : roles.role[level]!);
      ownerOf.push(roles === null ? -1 : roles.owner[level]!);
    }
  }
  const dense = modelLevel.subarray(nested.parent.length + (sparse?.levels ?? 0));
  const levelRoles = new Int32Array(2 * dense.length);
  dense.forEach((level, u) => {
    levelRoles[2 * u] = roleOf[level]!;
    levelRoles[2 * u + 1] = ownerOf[level]!;
  });
  return {
    termGroups,
    sizes: Int32Array.from(groups.flatMap(({ map, first }) => [map.roles, first, map.parameters])),
    levelRoles,
    qCor: groups.reduce((sum, { map }) => sum + map.parameters, 0),
    fill(kappa, { C, first, second }, order) {
      let [value, slope, bend] = [0, 0, 0];
      for (const group of groups) {
        const { map } = group;
        const square = map.roles ** 2;
        const n = map.parameters;
        map.fill(
          group.own(kappa),
          C.subarray(value, value + square),
          order > 0 ? first.subarray(slope, slope + n * square) : null,
          order > 1 ? second.subarray(bend, bend + (n * (n + 1) * square) / 2) : null,
        );
        value += square;
        slope += n * square;
        bend += (n * (n + 1) * square) / 2;
      }
    },
  };
}
