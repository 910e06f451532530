import type { Model } from "../../src/model/model";
import { type EffectsParts, RandomEffects } from "../../src/model/terms/effects";
import { Structured as StructuredTerm } from "../../src/model/terms/structured";
import type { ExactProblem } from "./exact-profile";
import type { Job } from "./ma-case";
import { randomFrom } from "./random-problem";
import { type KnownStructure, randomStructure, type StructureKind } from "./random-structures";

/* Models whose terms have slopes and structures. No formula is needed for them: a term supplies both to any model. */

export const DESIGNS = [
  "structure",
  "structure and intercept of one grouping",
  "structure, crossed",
  "two structures, crossed",
  "slope",
  "slope and intercept of one grouping",
  "slope, crossed with a structure",
  "slope of a structure",
] as const;
type Design = (typeof DESIGNS)[number];

interface TermShape {
  readonly grouping: "a" | "b" | "c";
  readonly structured: boolean;
  readonly slope: boolean;
}

const plain = { structured: false, slope: false } as const;
const SHAPES: Record<Design, readonly TermShape[]> = {
  structure: [{ grouping: "a", structured: true, slope: false }],
  "structure and intercept of one grouping": [
    { grouping: "a", structured: true, slope: false },
    { grouping: "b", ...plain },
  ],
  "structure, crossed": [
    { grouping: "a", structured: true, slope: false },
    { grouping: "b", ...plain },
    { grouping: "c", ...plain },
  ],
  "two structures, crossed": [
    { grouping: "a", structured: true, slope: false },
    { grouping: "c", structured: true, slope: false },
    { grouping: "b", ...plain },
  ],
  slope: [{ grouping: "a", structured: false, slope: true }],
  "slope and intercept of one grouping": [
    { grouping: "a", structured: false, slope: true },
    { grouping: "b", ...plain },
  ],
  "slope, crossed with a structure": [
    { grouping: "c", structured: false, slope: true },
    { grouping: "a", structured: true, slope: false },
  ],
  "slope of a structure": [
    { grouping: "a", structured: true, slope: true },
    { grouping: "c", ...plain },
  ],
};

export type Place = "sigma" | "first" | "others" | "moderator";

export interface Structured {
  readonly job: Job;
  readonly change: (model: Model) => Model;
  readonly places: readonly Place[];
  exactAt(coefficients: readonly number[]): ExactProblem;
}

interface Options {
  readonly method?: "ML" | "REML";
  readonly weights?: boolean;
  readonly multiplied?: boolean;
  readonly size?: number;
  /** rows the other way round, and names that sort so */
  readonly reversed?: boolean;
}

/** Rows in random order; the SDs of a and c have moderators that are constant within levels. */
export function structured(
  seed: number,
  design: Design,
  kind: StructureKind,
  { method = "ML", weights: weighted = false, multiplied = false, size = 1, reversed = false }: Options = {},
): Structured {
  const random = randomFrom(seed);
  const rows = size * (18 + random.integer(8));
  const draw = (letter: string, count: number) =>
    Array.from({ length: rows }, (_, i) => `${letter}${i < count ? i : random.integer(count)}`);
  const a = draw("a", size * 7);
  const sameGrouping = design.endsWith("one grouping");
  // a formula refuses two intercepts of one grouping: there b is drawn anew for it, and the term gets a's rows
  const drawn = draw("b", size * (sameGrouping ? 7 : 5));
  const b = sameGrouping ? a.map((label) => `b${label.slice(1)}`) : drawn;
  const groupings = { a, b, c: draw("c", size * 4) };
  const byLabel = (labels: readonly string[], f: (number: number) => number) =>
    labels.map((label) => f(Number(label.slice(1))));
  const moderators = {
    a: byLabel(a, (k) => 0.3 * (k % 3)),
    b: null,
    c: byLabel(groupings.c, (k) => 0.4 * (k % 2)),
  };
  const normals = () => a.map(() => random.normal());
  const [x, w, y] = [normals(), normals(), normals()];
  const z = a.map(() => (random.uniform() < 0.3 ? 0 : random.normal()));
  const v = a.map(() => 0.02 + random.uniform() ** 2);
  const weights = weighted ? a.map(() => (random.uniform() < 0.2 ? 0 : 0.3 + 2 * random.uniform())) : null;
  const shapes = SHAPES[design];
  const data = { ...groupings, b: drawn, ma: moderators.a, mc: moderators.c, x, w, v, y };
  const formulas = [
    `y ~ x + ${shapes.map((term) => `(1 | ${term.grouping})`).join(" + ")} + meta_V(V = v${
      multiplied ? ', scale = "proportional"' : ""
    })`,
    ...(multiplied ? ["phi ~ x"] : []),
    "sigma ~ w",
    ...shapes.flatMap(({ grouping }) => (moderators[grouping] ? [`sd(${grouping}) ~ m${grouping}`] : [])),
  ];
  const names = shapes.map(({ grouping }) => [...new Set(groupings[grouping])]);
  const known = shapes.map(({ structured: is }, t): KnownStructure | null =>
    is ? randomStructure(random, kind, names[t]!) : null,
  );
  return {
    job: { formulas, options: { data: reversed ? backwards(data) : data, weights, method } },
    change: (model) => {
      let firstEffect = 0;
      return {
        ...model,
        random: model.random.map((term, t) => {
          const index = sameGrouping ? model.random[0]!.index : term.index;
          const made = changed({ ...term, index, firstEffect }, shapes[t]!, known[t]!, z, reversed);
          firstEffect += made.effects;
          return made;
        }),
      };
    },
    places: [
      ...(multiplied ? (["moderator", "moderator"] as const) : []),
      "sigma",
      "moderator",
      ...shapes.flatMap(({ grouping }, t): Place[] => [
        t === 0 ? "first" : "others",
        ...(moderators[grouping] ? (["moderator"] as const) : []),
      ]),
    ],
    exactAt(coefficients) {
      const next = coefficients.values();
      const take = () => next.next().value!;
      const linear = (by: readonly number[] | null) => {
        const constant = take();
        const slope = by === null ? 0 : take();
        return a.map((_, i) => constant + slope * (by?.[i] ?? 0));
      };
      const logPhi = multiplied ? linear(x) : a.map(() => 0);
      const logSigma = linear(w);
      return {
        y,
        X: x.map((xi) => [1, xi]),
        v: v.map((vi, i) => vi * Math.exp(logPhi[i]!)),
        weights,
        sigma: logSigma.map(Math.exp),
        levels: [],
        structured: shapes.map(({ grouping, slope }, t) => {
          const logOmega = linear(moderators[grouping]);
          const level = groupings[grouping].map((label) => names[t]!.indexOf(label));
          const identity = names[t]!.map((_, r) => names[t]!.map((__, c) => (r === c ? 1 : 0)));
          return {
            x: logOmega.map((log, i) => Math.exp(log) * (slope ? z[i]! : 1)),
            level,
            K: known[t]?.K ?? identity,
          };
        }),
      };
    },
  };
}

/** The intercept as a term with a slope or a structure. All rows are tied, so that no few of them are left to the dense kernel. */
function changed(
  term: EffectsParts,
  { slope }: TermShape,
  known: KnownStructure | null,
  z: readonly number[],
  reversed: boolean,
): Model["random"][number] {
  const parts = { ...term, z: slope ? Float64Array.from(reversed ? [...z].reverse() : z) : null };
  const names = known?.structure.names.map(reversed ? renamed : (name) => name) ?? [];
  const made =
    known === null
      ? new RandomEffects(parts)
      : new StructuredTerm(parts, {
          structure: reordered({ ...known.structure, names }, term.design.levels),
          place: Int32Array.from(term.design.levels, (_, level) => level),
          others: [],
          conditional: () => null,
        });
  const tie = (link: (first: number, row: number) => void) => {
    for (let i = 1; i < term.index.length; i++) link(0, i);
  };
  return Object.assign(made, { tie });
}

/** A name that sorts the other way round. */
function renamed(name: string): string {
  return `${name[0]}${1e6 - Number(name.slice(1))}`;
}

function backwards(data: Record<string, readonly (string | number)[]>): Job["options"]["data"] {
  const columns = Object.entries(data).map(([name, column]) => {
    const values = column.map((value) => (typeof value === "string" ? renamed(value) : value));
    return [name, values.reverse()] as const;
  });
  return Object.fromEntries(columns) as Job["options"]["data"];
}

/** With the numbers that the model has for the names. */
function reordered(structure: KnownStructure["structure"], names: readonly string[]) {
  const to = Int32Array.from({ length: structure.levels }, (_, level) =>
    level < names.length ? names.indexOf(structure.names[level]!) : level,
  );
  const from = names.map((name) => structure.names.indexOf(name));
  const number = (level: number) => to[level]!;
  return {
    ...structure,
    names,
    rows: structure.rows.map((row, e) => Math.max(number(row), number(structure.columns[e]!))),
    columns: structure.columns.map((column, e) => Math.min(number(column), number(structure.rows[e]!))),
    scale: Float64Array.from(from, (level) => structure.scale[level]!),
    correlation: (one: number, two: number) => structure.correlation(from[one]!, from[two]!),
  };
}
