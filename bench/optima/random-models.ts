// Seeded random models of every kind that drm() fits: small meta-analyses, most of them, with one to four scale
// coefficients a part, as moderator analyses have.
import { normal, uniform } from "../data";
import { designColumns } from "./columns";
import { orthogonal } from "./small";
import type { Cell, Matrix, Spec } from "./spec";

export interface Kind {
  readonly name: string;
  /** no scale has a moderator */
  readonly constant: boolean;
  readonly what: string;
  readonly make: (random: Source, rows: number) => Omit<Spec, "id" | "kind"> | null;
}

interface Source {
  readonly uniform: () => number;
  readonly normal: () => number;
  /** 0 .. below n */
  readonly integer: (below: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(items: readonly T[]) => T;
}

const [FEWEST_ROWS, MOST_ROWS] = [3, 100];

/** The number-th model of a kind. */
export function randomModel(kind: Kind, seed: number, number: number): Spec {
  const name = [...kind.name].reduce((hash, character) => (31 * hash + character.charCodeAt(0)) | 0, 7);
  const random = source((name ^ Math.imul(seed, 0x9e3779b1)) + Math.imul(number + 1, 0x85ebca6b));
  for (;;) {
    const u = random.uniform();
    // most are small: that is where several maxima are
    const rows = Math.round(FEWEST_ROWS * (MOST_ROWS / FEWEST_ROWS) ** (u ** 1.1));
    const made = kind.make(random, rows);
    if (made !== null) return { id: `${kind.name}-${seed}-${number}`, kind: kind.name, ...made };
  }
}

function source(seed: number): Source {
  const next = uniform(seed);
  const gauss = normal(seed ^ 0x5bd1e995);
  const integer = (below: number): number => Math.floor(next() * below);
  return {
    uniform: next,
    normal: gauss,
    integer,
    chance: (probability) => next() < probability,
    pick: (items) => items[integer(items.length)],
  };
}

type Numbers = number[];
type Data = Record<string, Cell[]>;

function round(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}

/** Moderators: a measurement, a dose, a year, a skewed count, two levels, three levels. */
function moderators(random: Source, rows: number): Data {
  const fill = (cell: () => Cell): Cell[] => Array.from({ length: rows }, cell);
  return {
    x: fill(() => Number(random.normal().toFixed(3))),
    z: fill(() => Number((10 * random.uniform()).toFixed(2))),
    year: fill(() => 1915 + random.integer(96)),
    t: fill(() => Number(Math.exp(1.2 * random.normal()).toFixed(2))),
    b: fill(() => random.pick(["no", "yes"])),
    f: fill(() => random.pick(["a", "b", "c"])),
  };
}

const MODERATORS = ["x", "z", "year", "t", "b", "f", "x", "z", "b"] as const;

/** The right side of a formula with so many moderators; now and then an interaction or cell means. */
function rightSide(random: Source, most: number, least = 0): string {
  const size = least + random.integer(most - least + 1);
  const terms: string[] = [];
  while (terms.length < size) {
    const term = random.pick(MODERATORS);
    if (!terms.includes(term)) terms.push(term);
  }
  if (size === 2 && random.chance(0.2)) terms.push(`${terms[0]}:${terms[1]}`);
  if (size === 1 && (terms[0] === "b" || terms[0] === "f") && random.chance(0.2)) terms.unshift("0");
  return terms.length === 0 ? "1" : terms.join(" + ");
}

function variances(random: Source, rows: number): Numbers {
  const middle = Math.exp(Math.log(0.05) + 0.5 * random.normal());
  const spread = random.pick([0.3, 0.8, 1.2]);
  return Array.from({ length: rows }, () => round(middle * Math.exp(spread * random.normal()), 6));
}

/** SDs of a scale with moderators: some have none, some a little, some much more at one end. */
function trueSds(random: Source, right: string, data: Data, rows: readonly number[]): Numbers {
  const size = random.chance(0.2) ? 0 : Math.exp(Math.log(0.25) + 0.8 * random.normal());
  const { values } = designColumns(right.split(" + "), data, rows);
  const slopes = values.map((column) => {
    const middle = column.reduce((sum, value) => sum + value, 0) / column.length;
    const spread = Math.sqrt(column.reduce((sum, value) => sum + (value - middle) ** 2, 0) / column.length);
    return { middle, slope: spread > 0 ? (0.8 * random.normal()) / spread : 0 };
  });
  return rows.map((_, i) => {
    let log = 0;
    slopes.forEach(({ middle, slope }, k) => {
      log += slope * (values[k][i] - middle);
    });
    return size * Math.exp(Math.min(log, 3));
  });
}

function trueMeans(random: Source, right: string, data: Data, rows: readonly number[]): Numbers {
  const { values } = designColumns(right.split(" + "), data, rows);
  const slopes = values.map((column) => {
    const spread = Math.sqrt(column.reduce((sum, value) => sum + value ** 2, 0) / column.length);
    return spread > 0 ? (0.3 * random.normal()) / spread : 0;
  });
  return rows.map((_, i) => slopes.reduce((sum, slope, k) => sum + slope * values[k][i], 0));
}

/** Whether drm() takes these terms over these rows: independent columns, two levels at least of every factor. */
function isEstimable(right: string, data: Data, rows: readonly number[]): boolean {
  const terms = right.split(" + ");
  const { values } = designColumns(terms, data, rows);
  if (values.length > rows.length) return false;
  for (const term of terms.flatMap((each) => each.split(":"))) {
    if (typeof data[term]?.[0] === "string" && new Set(rows.map((row) => data[term][row])).size < 2)
      return false;
  }
  const design = new Float64Array(rows.length * values.length);
  values.forEach((column, k) => {
    column.forEach((value, i) => {
      design[i * values.length + k] = value;
    });
  });
  const all = rows.map((_, i) => i);
  return orthogonal(design, rows.length, values.length, all).columns === values.length;
}

type Method = "ML" | "REML";

function method(random: Source): Method {
  return random.chance(0.5) ? "ML" : "REML";
}

/** Sampling errors with covariance V of clusters of rows, and V as drm() takes it. */
interface Known {
  readonly text: string;
  readonly columns: Data;
  readonly matrices: Record<string, Matrix>;
  readonly errors: Numbers;
}

function independent(random: Source, rows: number, zeros: boolean): Known {
  const vi = variances(random, rows);
  if (zeros) {
    const how = random.chance(0.6) ? 1 : 2;
    for (let k = 0; k < how; k++) vi[random.integer(rows)] = 0;
  }
  return { text: "vi", columns: { vi }, matrices: {}, errors: vi.map((v) => Math.sqrt(v) * random.normal()) };
}

type Layout = "block" | "cluster" | "dense" | "sparse";

/** A positive definite V: blocks of 1 to 6 rows, by an assumed correlation within studies, full, or sparse. */
function correlated(random: Source, rows: number, layout: Layout, study?: readonly Cell[]): Known {
  const vi = variances(random, rows);
  const all = Array.from({ length: rows }, (_, i) => i);
  const full = all.map((i) => all.map((j) => (i === j ? vi[i] : 0)));
  const covary = (i: number, j: number, correlation: number): void => {
    full[i][j] = full[j][i] = correlation * Math.sqrt(vi[i] * vi[j]);
  };
  const blocks: number[][] = [];
  if (layout === "block") {
    for (let start = 0; start < rows; ) {
      const size = Math.min(rows - start, 1 + random.integer(6));
      blocks.push(all.slice(start, start + size));
      start += size;
    }
    for (const block of blocks) {
      const rho = random.pick([0.2, 0.5, 0.8]);
      for (const i of block) for (const j of block) if (j < i) covary(i, j, rho);
    }
  } else if (layout === "cluster") {
    const rho = random.pick([0.3, 0.6]);
    for (const i of all) for (const j of all) if (j < i && study![i] === study![j]) covary(i, j, rho);
    const text = `meta_vcov_cluster(vi, s, rho = ${rho})`;
    return { text, columns: { vi }, matrices: {}, errors: drawn(random, full) };
  } else if (layout === "dense") {
    const loadings = all.map(() => [random.normal(), random.normal()].map((value) => 0.5 * value));
    const dot = (i: number, j: number): number =>
      loadings[i][0] * loadings[j][0] + loadings[i][1] * loadings[j][1];
    for (const i of all) {
      for (const j of all) if (j < i) covary(i, j, dot(i, j) / Math.sqrt((1 + dot(i, i)) * (1 + dot(j, j))));
    }
  } else {
    for (let e = 0; e < rows; e++) {
      const [i, j] = [random.integer(rows), random.integer(rows)];
      if (i !== j) covary(i, j, 0.6 * random.uniform() - 0.2);
    }
    // diagonally dominant in correlations, so that V is positive definite
    const sums = all.map((i) =>
      all.reduce((sum, j) => sum + (i === j ? 0 : Math.abs(full[i][j]) / Math.sqrt(vi[i] * vi[j])), 0),
    );
    const largest = Math.max(1, ...sums) * 1.05;
    for (const i of all) for (const j of all) if (i !== j) full[i][j] /= largest;
  }
  const errors = drawn(random, full);
  if (layout === "block") {
    const listed = blocks.map((block) => ({
      rows: block,
      matrix: block.map((i) => block.map((j) => full[i][j])),
    }));
    return { text: "V", columns: {}, matrices: { V: { blocks: listed } }, errors };
  }
  if (layout === "dense") return { text: "V", columns: {}, matrices: { V: full }, errors };
  const entries = all.flatMap((i) => all.filter((j) => j <= i && full[i][j] !== 0).map((j) => [i, j]));
  const V = {
    n: rows,
    row: entries.map(([i]) => i),
    column: entries.map(([, j]) => j),
    value: entries.map(([i, j]) => full[i][j]),
  };
  return { text: "V", columns: {}, matrices: { V }, errors };
}

/** A draw from N(0, V). */
function drawn(random: Source, V: readonly Numbers[]): Numbers {
  const rows = V.length;
  const L = V.map((line) => [...line]);
  const out: Numbers = [];
  const z = V.map(() => random.normal());
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j <= i; j++) {
      for (let k = 0; k < j; k++) L[i][j] -= L[i][k] * L[j][k];
      L[i][j] = i === j ? Math.sqrt(Math.max(L[i][i], 0)) : L[i][j] / L[j][j];
      sum += L[i][j] * z[j];
    }
    out.push(sum);
  }
  return out;
}

interface Univariate {
  readonly known: (random: Source, rows: number, study: readonly Cell[]) => Known | null;
  readonly groups?: "one" | "nested" | "crossed";
  /** moderators of sigma at least; none without */
  readonly moderated?: boolean;
  /** moderators of the intercepts' SDs */
  readonly sdModerated?: boolean;
  readonly weights?: boolean;
}

function univariate(options: Univariate): Kind["make"] {
  return (random, rows) => {
    const data = moderators(random, rows);
    const all = Array.from({ length: rows }, (_, i) => i);
    const w = all.map(() => (options.weights ? random.pick([0, 0.5, 1, 1, 1, 2, 3]) : 1));
    const counted = all.filter((i) => w[i] > 0);
    const right = rightSide(random, 2);
    const scale = options.moderated
      ? rightSide(random, 2, options.sdModerated && random.chance(0.3) ? 0 : 1)
      : "1";
    if (!isEstimable(right, data, counted) || !isEstimable(scale, data, counted)) return null;
    const p = designColumns(right.split(" + "), data, all).values.length;
    if (counted.length < p + 2) return null;

    const groups = options.groups === undefined ? [] : groupings(random, options.groups, rows, data);
    if (groups === null) return null;
    const formulas: string[] = [];
    const effects = new Float64Array(rows);
    for (const { dpar, index, levels } of groups) {
      const own = options.sdModerated ? levelModerators(random, dpar, index, levels, data) : "1";
      const firstRows = Array.from({ length: levels }, (_, level) => index.indexOf(level));
      if (!isEstimable(own, data, firstRows)) return null;
      if (own !== "1") formulas.push(`${dpar} ~ ${own}`);
      const sds = trueSds(random, own, data, firstRows);
      const draws = sds.map((sd) => sd * random.normal());
      for (const i of all) effects[i] += draws[index[i]];
    }
    const known = options.known(random, rows, data.s ?? []);
    if (known === null) return null;
    const means = trueMeans(random, right, data, all);
    const sds = trueSds(random, scale, data, all);
    const yi = means.map((mean, i) =>
      round(mean + effects[i] + sds[i] * random.normal() + known.errors[i], 8),
    );
    const weights: Data = options.weights ? { w } : {};
    const bars = { one: " + (1 | s)", nested: " + (1 | d/s)", crossed: " + (1 | s) + (1 | c)" };
    const location = `yi ~ ${right}${options.groups === undefined ? "" : bars[options.groups]}`;
    const text = known.text === "" ? location : `${location} + meta_V(V = ${known.text})`;
    // the intercept of "0 + b" beside a grouping is spelled first all the same
    return {
      formulas: [text, ...(scale === "1" ? [] : [`sigma ~ ${scale}`]), ...formulas],
      data: used(
        [text, scale, ...formulas],
        { ...data, ...known.columns, yi, ...weights },
        options.weights ? ["w"] : [],
      ),
      matrices: known.matrices,
      options: options.weights ? { method: "ML", weights: "w" } : { method: method(random) },
    };
  };
}

/** The columns that the formulas name. */
function used(formulas: readonly string[], data: Data, more: readonly string[]): Data {
  const names = new Set([...more, ...formulas.flatMap((text) => text.match(/\w+/g) ?? [])]);
  return Object.fromEntries(Object.entries(data).filter(([name]) => names.has(name)));
}

interface RandomGrouping {
  readonly dpar: string;
  readonly index: readonly number[];
  readonly levels: number;
}

/** Adds the grouping columns; null where rows and levels could not be told apart. */
function groupings(
  random: Source,
  how: "one" | "nested" | "crossed",
  rows: number,
  data: Data,
): RandomGrouping[] | null {
  const column = (name: string, levels: number): void => {
    data[name] = Array.from({ length: rows }, () => `${name}${random.integer(levels)}`);
  };
  const studies = Math.max(2, Math.round(rows / random.pick([1.5, 2.5, 4])));
  if (how === "nested") {
    column("d", Math.max(2, Math.round(studies / random.pick([2, 3]))));
    column("s", random.pick([2, 3]));
  } else {
    column("s", studies);
    if (how === "crossed") column("c", Math.max(2, Math.round(rows / random.pick([2, 4]))));
  }
  const columns = { one: [["s"]], nested: [["d"], ["d", "s"]], crossed: [["s"], ["c"]] }[how];
  const groups = columns.map((names) => {
    const seen = new Map<string, number>();
    const index = Array.from({ length: rows }, (_, i) => {
      const label = names.map((name) => data[name][i]).join(":");
      if (!seen.has(label)) seen.set(label, seen.size);
      return seen.get(label)!;
    });
    return { dpar: `sd(${names.join(":")})`, index, levels: seen.size };
  });
  if (groups.some(({ levels }) => levels < 2 || levels === rows)) return null;
  // the same partition twice
  const [first, second] = groups;
  if (second !== undefined && first.levels === second.levels) {
    if (new Set(first.index.map((level, i) => `${level}:${second.index[i]}`)).size === first.levels)
      return null;
  }
  return groups;
}

/** Moderators that are constant within a level: a measurement, two levels, or both. */
function levelModerators(
  random: Source,
  dpar: string,
  index: readonly number[],
  levels: number,
  data: Data,
): string {
  const suffix = dpar.replace(/\W|sd/g, "");
  const numbers = Array.from({ length: levels }, () => Number(random.normal().toFixed(3)));
  const twos = Array.from({ length: levels }, () => random.pick(["no", "yes"]));
  data[`gx${suffix}`] = index.map((level) => numbers[level]);
  data[`gb${suffix}`] = index.map((level) => twos[level]);
  return random.pick([`gx${suffix}`, `gb${suffix}`, `gx${suffix} + gb${suffix}`, "1"]);
}

interface Bivariate {
  readonly known: boolean;
  readonly sigma?: boolean;
  readonly rho?: boolean;
  readonly weights?: boolean;
  readonly group?: boolean;
  readonly zeros?: boolean;
}

function bivariate(options: Bivariate): Kind["make"] {
  return (random, rows) => {
    const data = moderators(random, rows);
    const all = Array.from({ length: rows }, (_, i) => i);
    const missing = random.chance(0.4) ? 0.2 : 0;
    const lacks = all.map(() => (random.chance(missing) ? random.integer(2) : -1));
    const present = [0, 1].map((outcome) => all.filter((i) => lacks[i] !== outcome));
    const pairs = all.filter((i) => lacks[i] < 0);
    const rights = [rightSide(random, options.known ? 2 : 1), rightSide(random, 1)];
    const scales = options.sigma
      ? [rightSide(random, 2, random.integer(2)), rightSide(random, 2, 1)]
      : ["1", "1"];
    const coscale = options.rho ? rightSide(random, 2, 1) : "1";
    const designs = [...rights, ...scales].map((right, k) => [right, present[k % 2]] as const);
    if (pairs.length < 3) return null;
    for (const [right, at] of [...designs, [coscale, pairs] as const]) {
      if (!isEstimable(right, data, at)) return null;
      // a factor must have the same levels in the rows that its formula sees
      if (
        designColumns(right.split(" + "), data, at).values.length !==
        designColumns(right.split(" + "), data, all).values.length
      )
        return null;
    }
    const p = rights.reduce(
      (sum, right) => sum + designColumns(right.split(" + "), data, all).values.length,
      0,
    );
    if (present[0].length + present[1].length < p + 4) return null;

    const cor = Number((1.8 * random.uniform() - 0.9).toFixed(2));
    const v = [variances(random, rows), variances(random, rows)];
    if (options.zeros) v[random.integer(2)][random.integer(rows)] = 0;
    const means = rights.map((right) => trueMeans(random, right, data, all));
    const sds = scales.map((right) => trueSds(random, right, data, all));
    const etas = trueMeans(random, coscale, data, all).map((value) => 5 * value);
    const y: Cell[][] = [[], []];
    for (const i of all) {
      const rho = Math.tanh(etas[i]);
      const shared = [random.normal(), random.normal()];
      const heterogeneity = [shared[0], rho * shared[0] + Math.sqrt(1 - rho ** 2) * shared[1]];
      const sampling = [random.normal(), random.normal()];
      const errors = options.known
        ? [sampling[0], cor * sampling[0] + Math.sqrt(1 - cor ** 2) * sampling[1]]
        : [0, 0];
      // without a known V the residual SD is all there is
      const least = options.known ? 0 : 0.3;
      for (const o of [0, 1]) {
        const sd = Math.max(sds[o][i], least);
        y[o].push(
          lacks[i] === o
            ? null
            : round(means[o][i] + sd * heterogeneity[o] + Math.sqrt(v[o][i]) * errors[o], 8),
        );
      }
    }
    const [y1, y2] = y;
    const known = options.known ? ` + meta_V(V = meta_vcov_bivariate(v1, v2, cor12 = ${cor}))` : "";
    const bars = ["", ""];
    if (options.group) {
      const groups = groupings(random, "one", rows, data);
      if (groups === null) return null;
      const which = random.integer(3);
      for (const o of [0, 1]) if (which === 2 || which === o) bars[o] = " + (1 | s)";
      // each outcome must see a level twice
      const repeated = [0, 1].every(
        (o) => bars[o] === "" || new Set(present[o].map((i) => data.s[i])).size < present[o].length,
      );
      if (!repeated) return null;
    }
    const weights: Data = options.weights ? { w: all.map(() => random.pick([0.5, 1, 1, 2, 3])) } : {};
    const formulas = [
      `mu1 = y1 ~ ${rights[0]}${bars[0]}${known}`,
      `mu2 = y2 ~ ${rights[1]}${bars[1]}`,
      ...scales.flatMap((right, o) => (right === "1" ? [] : [`sigma${o + 1} = ~ ${right}`])),
      ...(coscale === "1" ? [] : [`rho12 = ~ ${coscale}`]),
    ];
    const columns = { ...data, v1: v[0], v2: v[1], y1, y2, ...weights };
    return {
      formulas,
      data: used(formulas, columns, options.weights ? ["w"] : []),
      matrices: {},
      options: options.weights ? { method: "ML", weights: "w" } : { method: method(random) },
    };
  };
}

/** Rows of a dense cluster cost their cube: those models stay smaller. */
const MOST_DENSE = 60;
const anyV = (random: Source, rows: number): Known | null =>
  random.pick([
    () => correlated(random, rows, "block"),
    () => (rows > MOST_DENSE ? null : correlated(random, rows, "dense")),
    () => correlated(random, rows, "sparse"),
  ])();
const withV =
  (layout: Layout) =>
  (random: Source, rows: number): Known | null =>
    layout === "dense" && rows > MOST_DENSE ? null : correlated(random, rows, layout);
const withinStudies = (random: Source, rows: number, study: readonly Cell[]): Known | null =>
  random.chance(0.5) ? correlated(random, rows, "cluster", study) : correlated(random, rows, "block");
const unknown = (random: Source, rows: number): Known => ({
  text: "",
  columns: {},
  matrices: {},
  errors: Array.from({ length: rows }, () => 0.3 * random.normal()),
});
const ordinary = (random: Source, rows: number): Known => independent(random, rows, false);
const withZeros = (random: Source, rows: number): Known => independent(random, rows, true);

const kind = (name: string, constant: boolean, what: string, make: Kind["make"]): Kind => ({
  name,
  constant,
  what,
  make,
});

export const KINDS: readonly Kind[] = [
  kind("re", true, "variances, constant sigma", univariate({ known: ordinary })),
  kind("reV", true, "block, dense or sparse V, constant sigma", univariate({ known: anyV })),
  kind("ri", true, "one random intercept", univariate({ known: ordinary, groups: "one" })),
  kind("nested", true, "(1 | d/s)", univariate({ known: ordinary, groups: "nested" })),
  kind("crossed", true, "(1 | s) + (1 | c)", univariate({ known: ordinary, groups: "crossed" })),
  kind(
    "riV",
    true,
    "a random intercept, V within studies",
    univariate({ known: withinStudies, groups: "one" }),
  ),
  kind("biv", true, "two outcomes", bivariate({ known: true })),
  kind("ls", false, "variances, sigma formula", univariate({ known: ordinary, moderated: true })),
  kind("block", false, "block V, sigma formula", univariate({ known: withV("block"), moderated: true })),
  kind("dense", false, "full V, sigma formula", univariate({ known: withV("dense"), moderated: true })),
  kind("sparse", false, "sparse V, sigma formula", univariate({ known: withV("sparse"), moderated: true })),
  kind(
    "weights",
    false,
    "weights, sigma formula",
    univariate({ known: ordinary, moderated: true, weights: true }),
  ),
  kind("noV", false, "no known V, sigma formula", univariate({ known: unknown, moderated: true })),
  kind("zero", false, "rows with v = 0, sigma formula", univariate({ known: withZeros, moderated: true })),
  kind(
    "sdf",
    false,
    "a random intercept, sigma and sd formulas",
    univariate({ known: ordinary, groups: "one", moderated: true, sdModerated: true }),
  ),
  kind(
    "sdfV",
    false,
    "the same, V within studies",
    univariate({ known: withinStudies, groups: "one", moderated: true, sdModerated: true }),
  ),
  kind(
    "nestedf",
    false,
    "(1 | d/s), sigma and sd formulas",
    univariate({ known: ordinary, groups: "nested", moderated: true, sdModerated: true }),
  ),
  kind(
    "crossedf",
    false,
    "crossed, sigma and sd formulas",
    univariate({ known: ordinary, groups: "crossed", moderated: true, sdModerated: true }),
  ),
  kind(
    "zeroRi",
    false,
    "a random intercept, rows with v = 0",
    univariate({ known: withZeros, groups: "one", moderated: true }),
  ),
  kind(
    "wri",
    false,
    "nested random intercepts and weights",
    univariate({ known: ordinary, groups: "nested", moderated: true, weights: true }),
  ),
  kind("bivsigma", false, "two outcomes, sigma formulas", bivariate({ known: true, sigma: true })),
  kind("bivrho", false, "two outcomes, rho12 formula", bivariate({ known: true, rho: true })),
  kind("bivall", false, "two outcomes, all formulas", bivariate({ known: true, sigma: true, rho: true })),
  kind(
    "bivw",
    false,
    "two outcomes, weights, sigma formulas",
    bivariate({ known: true, sigma: true, weights: true }),
  ),
  kind(
    "bivri",
    false,
    "two outcomes, random intercepts",
    bivariate({ known: true, sigma: true, group: true }),
  ),
  kind("bivnoV", false, "two outcomes without known V", bivariate({ known: false, sigma: true })),
  kind(
    "bivzero",
    false,
    "two outcomes, a row with v = 0",
    bivariate({ known: true, sigma: true, zeros: true }),
  ),
];
