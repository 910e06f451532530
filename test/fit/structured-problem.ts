import type { DrmOptions } from "../../src/drm";
import type { Job } from "./ma-case";
import type { PlainProblem } from "./plain-problem";
import { type Random, randomFrom, randomProblem } from "./random-problem";

/** Models in which more than V ties rows together. */
export const STRUCTURES = [
  "intercept",
  "intercept, sd moderated",
  "nested",
  "crossed",
  "intercept, block V",
  "nested, block V",
  "pairs",
  "pairs, covariances",
  "pairs, outcomes missing",
] as const;
export type Structure = (typeof STRUCTURES)[number];

interface Both {
  readonly job: Job;
  readonly problem: PlainProblem;
}

/** A small random model, as drm() reads it and as the textbook does. */
export function structuredProblem(seed: number, structure: Structure): Both {
  const random = randomFrom(seed);
  return structure.startsWith("pairs") ? pairs(random, structure) : intercepts(random, seed, structure);
}

function intercepts(random: Random, seed: number, structure: Structure): Both {
  const rows = 9 + random.integer(6);
  const kind = structure.endsWith("block V") ? "mixed" : "diagonal";
  const base = randomProblem({ seed: seed + 1, rows, p: 2, q: 2, kind, weighted: false });
  const g = Array.from({ length: rows }, (_, i) => `g${i < 4 ? i % 2 : random.integer(4)}`);
  const h = Array.from({ length: rows }, (_, i) => `h${i < 4 ? i >> 1 : random.integer(3)}`);
  const both = g.map((name, i) => `${name}:${h[i]}`);
  const nested = structure.startsWith("nested");
  const terms = nested ? [g, both] : structure === "crossed" ? [g, h] : [g];
  const grouped = terms.map((labels) => {
    const levels = [...new Set(labels)].sort();
    return levels.map((level) => labels.flatMap((label, i) => (label === level ? [i] : [])));
  });
  const moderated = structure === "intercept, sd moderated";
  // a moderator of sd(g) is constant within a level
  const z = g.map((label) => 0.5 * (label.charCodeAt(1) - 49));
  const U = grouped.flatMap((levels, t) =>
    levels.map(([first]) => (moderated ? [1, z[first!]!] : grouped.map((_, s) => (s === t ? 1 : 0)))),
  );
  const problem: PlainProblem = { ...base, levels: { members: grouped.flat(), U } };
  const part = nested ? "(1 | g/h)" : structure === "crossed" ? "(1 | g) + (1 | h)" : "(1 | g)";
  const formulas = [`y ~ x + ${part} + meta_V(V = V)`, "sigma ~ w", ...(moderated ? ["sd(g) ~ z"] : [])];
  const data = { y: [...base.y], x: base.X.map((row) => row[1]!), w: base.W!.map((row) => row[1]!), g, h, z };
  const V = base.V.map((row) => [...row]);
  return { problem, job: { formulas, options: { data, matrices: { V } } } };
}

function pairs(random: Random, structure: Structure): Both {
  const studies = 6 + random.integer(4);
  const column = (draw: () => number): number[] => Array.from({ length: studies }, draw);
  const x = column(random.normal);
  const y = [column(random.normal), column(random.normal)];
  const v = [column(() => 0.05 + random.uniform()), column(() => 0.05 + random.uniform())];
  const cor = structure === "pairs" ? 0 : 0.6;
  const lost = (study: number): number =>
    structure === "pairs, outcomes missing" && study % 3 === 0 ? study % 2 : -1;

  const observed = x.flatMap((_, s) => [0, 1].filter((o) => o !== lost(s)).map((o) => ({ s, o })));
  const numbers = observed.map((one, i) => ({ ...one, i }));
  const V = observed.map((a) =>
    observed.map((b) => {
      if (a.s !== b.s) return 0;
      return (a.o === b.o ? 1 : cor) * Math.sqrt(v[a.o]![a.s]! * v[b.o]![b.s]!);
    }),
  );
  const complete = x.map((_, s) => s).filter((s) => lost(s) < 0);
  const place = (s: number, o: number): number => numbers.find((one) => one.s === s && one.o === o)!.i;
  const side = (s: number, o: number): number[] => (o === 0 ? [1, x[s]!, 0, 0] : [0, 0, 1, x[s]!]);
  const problem: PlainProblem = {
    y: observed.map(({ s, o }) => y[o]![s]!),
    X: observed.map(({ s, o }) => side(s, o)),
    W: observed.map(({ s, o }) => side(s, o)),
    V,
    clusters: [],
    weights: null,
    pairs: {
      rows: complete.map((s) => [place(s, 0), place(s, 1)] as const),
      T: complete.map((s) => [1, x[s]!]),
    },
  };
  const shown = (o: number) => y[o]!.map((value, s) => (lost(s) === o ? null : value));
  const data = { y1: shown(0), y2: shown(1), v1: v[0]!, v2: v[1]!, x } as unknown as DrmOptions["data"];
  const known = structure === "pairs" ? "v1, v2" : `v1, v2, cor12 = ${cor}`;
  const formulas = [
    `mu1 = y1 ~ x + meta_V(V = meta_vcov_bivariate(${known}))`,
    "mu2 = y2 ~ x",
    "sigma1 = ~ x",
    "sigma2 = ~ x",
    "rho12 = ~ x",
  ];
  return { problem, job: { formulas, options: { data } } };
}
