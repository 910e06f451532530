import type { GroupDesign } from "../design/group-design";
import { buildGrouping } from "../design/grouping";
import { DrmError } from "../errors";
import type { DparFormula } from "../formula/dpar-formula";
import type { CorrelationForm } from "../formula/structures";
import { WITHIN } from "../formula/within";
import { asLabels } from "../frame/as-factor";
import type { Frame } from "../frame/frame";
import { dropUnusedLevels } from "../frame/levels";
import { presentRows } from "../frame/restrict";
import type { CorrelatedEffects, CorrelatedMember } from "./terms/correlated-effects";

type Dpars = Readonly<Record<"sd" | "cor" | "location", readonly DparFormula[]>>;

/** Which random effects are correlated, of formulas and their frame. `designOf` gives the design of an SD over its levels. */
export function correlatedEffects(
  dpars: Dpars,
  frame: Frame,
  designOf: (key: string) => GroupDesign,
): CorrelatedEffects[] {
  return dpars.cor.map(({ key }) => {
    const sds = dpars.sd.filter(({ correlations }) => correlations === key);
    const [first] = sds;
    return first!.within === undefined
      ? ofColumns(key, sds, dpars, designOf)
      : ofLevelsWithin(key, first!, frame, designOf(first!.key));
  });
}

/** Intercept and slopes of a level: each SD has a role, and the level is the owner. */
function ofColumns(
  dpar: string,
  sds: readonly DparFormula[],
  { location }: Dpars,
  designOf: (key: string) => GroupDesign,
): CorrelatedEffects {
  const numbers = new Map<string, number>();
  const members = sds.map(({ key }, role): CorrelatedMember => {
    const { levels } = designOf(key);
    const owner = Int32Array.from(levels, (level) => {
      if (!numbers.has(level)) numbers.set(level, numbers.size);
      return numbers.get(level)!;
    });
    return { dpar: key, owner, role: new Int32Array(levels.length).fill(role) };
  });
  const several = new Set(sds.map(({ outcome }) => outcome)).size > 1;
  const intercepts = sds.every(({ slope }) => slope === undefined);
  const roles = sds.map(({ outcome, slope }) => {
    const column = slope ?? "(Intercept)";
    const mean = location.find((one) => one.outcome === outcome)!.key;
    return several ? (intercepts ? mean : `${mean}:${column}`) : column;
  });
  return { dpar, form: "us", roles, owners: numbers.size, members };
}

/** The levels of a column within a group: roles are the levels, owners the groups. */
function ofLevelsWithin(
  dpar: string,
  sd: DparFormula,
  frame: Frame,
  { index, levels }: GroupDesign,
): CorrelatedEffects {
  const { key, within, slope, groupColumns } = sd;
  const form: CorrelationForm = WITHIN[within!].form!;
  const groups = buildGrouping(sd, groupColumns!.slice(0, -1), frame, presentRows(sd, frame));
  const inner = innerLevels(sd, frame);
  const owner = new Int32Array(levels.length);
  const role = new Int32Array(levels.length);
  for (let i = 0; i < index.length; i++) {
    if (index[i]! < 0) continue;
    owner[index[i]!] = groups.index[i]!;
    role[index[i]!] = inner.codes[i]!;
  }
  if (inner.levels.length < 2) {
    throw new DrmError(
      "bad_factor",
      `'${slope}' has one level ('${inner.levels[0] ?? ""}') in the rows used, so ${dpar} cannot be estimated: write (1 | ${groupColumns!.slice(0, -1).join(":")})`,
    );
  }
  const members = [{ dpar: key, owner, role }];
  const effects = { dpar, form, roles: inner.levels, owners: groups.levels.length, members };
  return form === "car" ? { ...effects, times: timesOf(sd, frame, inner) } : effects;
}

/** The levels of the column within groups that rows have, and the level of each row. */
function innerLevels(
  sd: DparFormula,
  frame: Frame,
): { readonly levels: readonly string[]; readonly codes: Int32Array } {
  const column = asLabels(
    sd.slope!,
    frame.column(sd.groupColumns![sd.groupColumns!.length - 1]!),
    frame.rows,
  );
  const present = presentRows(sd, frame);
  const codes = column.codes.map((code, i) => (present === null || present[i] === 1 ? code : -1));
  return dropUnusedLevels({ ...column, codes });
}

/** By level, its group and its level of the column. */
function cellsOf(
  sd: DparFormula,
  { index, levels }: GroupDesign,
  frame: Frame,
): NonNullable<GroupDesign["cells"]> {
  const groups = buildGrouping(sd, sd.groupColumns!.slice(0, -1), frame, presentRows(sd, frame));
  const inner = innerLevels(sd, frame);
  const cells = { groups: new Array<string>(levels.length), levels: new Array<string>(levels.length) };
  for (let i = 0; i < index.length; i++) {
    if (index[i]! < 0) continue;
    cells.groups[index[i]!] = groups.levels[groups.index[i]!]!;
    cells.levels[index[i]!] = inner.levels[inner.codes[i]!]!;
  }
  return cells;
}

/** By role, the number that the column is there. */
function timesOf(
  { key, slope, groupColumns }: DparFormula,
  frame: Frame,
  { levels, codes }: { readonly levels: readonly string[]; readonly codes: Int32Array },
): Float64Array {
  const column = frame.column(groupColumns![groupColumns!.length - 1]!);
  if (column.kind === "factor") {
    throw new DrmError(
      "bad_factor",
      `${key}: car() goes by the numbers of a column, and '${slope}' is a category; write ar(0 + ${slope} | ...) for its positions`,
    );
  }
  const times = new Float64Array(levels.length);
  codes.forEach((code, i) => {
    if (code >= 0) times[code] = column.values[i]!;
  });
  return times;
}

/** The design of an SD whose columns are the levels of a factor, named after them: t1, not outcomet1. */
export function withLevelNames(sd: DparFormula, design: GroupDesign, frame: Frame): GroupDesign {
  const { key, within, slope, groupColumns } = sd;
  if (within === undefined) return design;
  const named = { ...design, cells: cellsOf(sd, design, frame) };
  if (!WITHIN[within].ownSds) return named;
  const name = groupColumns![groupColumns!.length - 1]!;
  if (frame.column(name).kind !== "factor") {
    throw new DrmError(
      "bad_factor",
      `${key}: '${slope}' is a column of numbers, and ${within}() has an effect for each level of a category: make it one (in drm() with factors: { ${name}: [...] }, on the command line with --levels), or write (0 + ${slope} | ${groupColumns!.slice(0, -1).join(":")}) for its slope`,
    );
  }
  return { ...named, names: design.names.map((column) => column.slice(slope!.length)) };
}
