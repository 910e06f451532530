// From formulas and columns to the audit's model, by its own reading of the few forms of formula that its models have.
import { designColumns } from "./columns";
import type { Cluster, Part, PlainModel } from "./plain-model";
import { orthogonal } from "./small";
import type { Columns, Matrix, Spec } from "./spec";

interface Formula {
  /** "mu", "mu1", "sigma", "sd(d:s)", ... */
  readonly dpar: string;
  /** left side of a location formula */
  readonly response: string;
  readonly terms: readonly string[];
}

/** An effect size: a row's, or that of one outcome of a row. */
interface Observation {
  readonly row: number;
  readonly outcome: number;
}

interface Grouping {
  readonly dpar: string;
  readonly columns: readonly string[];
  readonly outcome: number;
}

export function readSpec({ formulas, data, matrices, options }: Spec): PlainModel {
  const parsed = formulas.map(parse);
  const locations = parsed.filter(({ dpar }) => /^mu/.test(dpar));
  const bivariate = locations.length === 2;
  // a row of zero weight says nothing
  const observations = observationsOf(locations, data).filter(
    ({ row }) => options.weights === undefined || data[options.weights][row] !== 0,
  );
  const n = observations.length;
  const ofOutcome = (outcome: number): number[] =>
    observations.flatMap((observation, k) => (observation.outcome === outcome ? [k] : []));

  const y = Float64Array.from(
    observations,
    ({ row, outcome }) => data[locations[outcome].response][row] as number,
  );
  const location = locations.map(({ dpar, terms }, outcome) => {
    const at = ofOutcome(outcome);
    const columns = designColumns(
      terms.filter(isPlain),
      data,
      at.map((k) => observations[k].row),
    );
    return { dpar, at, ...columns };
  });
  const names = location.flatMap((part) => part.names.map((name) => `${part.dpar}:${name}`));
  const p = names.length;
  const X = new Float64Array(n * p);
  let first = 0;
  for (const { at, values } of location) {
    values.forEach((column, k) => {
      for (let i = 0; i < at.length; i++) X[at[i] * p + first + k] = column[i];
    });
    first += values.length;
  }

  const termsOf = (dpar: string): readonly string[] => parsed.find((f) => f.dpar === dpar)?.terms ?? ["1"];
  const rowsOf = (at: readonly number[]): number[] => at.map((k) => observations[k].row);
  const parts: Part[] = (bivariate ? ["sigma1", "sigma2"] : ["sigma"]).map((dpar, outcome) => {
    const at = ofOutcome(outcome);
    return part("sigma", dpar, designColumns(termsOf(dpar), data, rowsOf(at)), at, []);
  });
  const labels: string[][] = parts.map(() => []);
  for (const { dpar, columns, outcome } of locations.flatMap(({ terms }, o) =>
    groupings(terms, o, bivariate),
  )) {
    const levels = new Map<string, number>();
    const firstRows: number[] = [];
    const levelOf = observations.map((observation) => {
      if (observation.outcome !== outcome) return -1;
      const label = columns.map((column) => data[column][observation.row]).join(":");
      if (!levels.has(label)) {
        levels.set(label, firstRows.length);
        firstRows.push(observation.row);
      }
      return levels.get(label)!;
    });
    labels.push([...levels.keys()]);
    parts.push(part("sd", dpar, designColumns(termsOf(dpar), data, firstRows), [], levelOf));
  }
  const pairs: [number, number][] = [];
  for (let k = 0; k + 1 < n; k++) {
    if (observations[k].row === observations[k + 1].row) pairs.push([k, k + 1]);
  }
  if (pairs.length > 0) {
    const columns = designColumns(
      termsOf("rho12"),
      data,
      pairs.map(([k]) => observations[k].row),
    );
    parts.push(part("rho", "rho12", columns, pairs.flat(), []));
  }

  const V = knownV(locations[0].terms, observations, data, matrices);
  const weights =
    options.weights === undefined
      ? null
      : Float64Array.from(observations, ({ row }) => data[options.weights!][row] as number);
  const rowOf = Int32Array.from(observations, ({ row }) => row);
  // the likelihood is that of any columns with this span, and raw years squared cost it its digits
  const { values: basis } = orthogonal(X, n, p, [...observations.keys()]);
  const model = { n, p, y, X: basis, names, weights, parts, rowOf, labels, reml: options.method === "REML" };
  return {
    ...model,
    v: Float64Array.from({ length: n }, (_, i) => V(i, i)),
    clusters: clustersOf(n, V, parts, pairs),
    spread: spreadOf(y, basis, n, p),
  };
}

function parse(text: string): Formula {
  const [, dpar, response, right] = /^(?:(\S+)\s*=)?\s*(.*?)\s*~\s*(.*)$/.exec(text)!;
  const isScale = /^(sigma|sd|rho12)/.test(dpar ?? response);
  return { dpar: dpar ?? (isScale ? response : "mu"), response, terms: splitTerms(right) };
}

/** Splits at each + outside brackets. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let depth = 0;
  let term = "";
  for (const character of text) {
    if (character === "(") depth++;
    if (character === ")") depth--;
    if (character === "+" && depth === 0) {
      terms.push(term.trim());
      term = "";
    } else term += character;
  }
  return [...terms, term.trim()];
}

function isPlain(term: string): boolean {
  return !term.includes("(");
}

/** (1 | d/s) is (1 | d) and (1 | d:s). */
function groupings(terms: readonly string[], outcome: number, bivariate: boolean): Grouping[] {
  const sd = bivariate ? `sd${outcome + 1}` : "sd";
  return terms.flatMap((term) => {
    const bar = /^\(1 \| (.*)\)$/.exec(term);
    if (bar === null) return [];
    const nested = bar[1].split("/");
    return nested.map((_, depth) => {
      const columns = nested.slice(0, depth + 1);
      return { dpar: `${sd}(${columns.join(":")})`, columns, outcome };
    });
  });
}

/** What is there: y1[1], y2[1], y1[2], ... */
function observationsOf(locations: readonly Formula[], data: Columns): Observation[] {
  return data[locations[0].response].flatMap((_, row) =>
    locations.flatMap(({ response }, outcome) => (data[response][row] === null ? [] : [{ row, outcome }])),
  );
}

function part(
  kind: Part["kind"],
  dpar: string,
  { names, values }: { readonly names: readonly string[]; readonly values: readonly (readonly number[])[] },
  at: readonly number[],
  levelOf: readonly number[],
): Part {
  const units = values[0].length;
  const columns = values.length;
  const design = new Float64Array(units * columns);
  values.forEach((column, k) => {
    for (let u = 0; u < units; u++) design[u * columns + k] = column[u];
  });
  return {
    kind,
    dpar,
    names,
    units,
    design,
    columns,
    at: Int32Array.from(at),
    levelOf: Int32Array.from(levelOf),
  };
}

/** V of two observations, by their numbers. */
function knownV(
  terms: readonly string[],
  observations: readonly Observation[],
  data: Columns,
  matrices: Spec["matrices"],
): (i: number, j: number) => number {
  const term = terms.find((each) => each.startsWith("meta_V("));
  if (term === undefined) return () => 0;
  const argument = /^meta_V\(V = (.*)\)$/.exec(term)![1];
  const bivariate = /^meta_vcov_bivariate\((\w+), (\w+), cor12 = (.*)\)$/.exec(argument);
  const cluster = /^meta_vcov_cluster\((\w+), (\w+), rho = (.*)\)$/.exec(argument);
  if (bivariate !== null) {
    const columns = [data[bivariate[1]], data[bivariate[2]]] as readonly (readonly number[])[];
    return (i, j) => {
      const [a, b] = [observations[i], observations[j]];
      if (a.row !== b.row) return 0;
      const product = columns[a.outcome][a.row] * columns[b.outcome][b.row];
      return i === j ? columns[a.outcome][a.row] : Number(bivariate[3]) * Math.sqrt(product);
    };
  }
  const column = data[cluster?.[1] ?? argument] as readonly number[] | undefined;
  if (column !== undefined) {
    const groups = cluster === null ? null : data[cluster[2]];
    return (i, j) => {
      const [a, b] = [observations[i].row, observations[j].row];
      if (a === b) return column[a];
      return groups !== null && groups[a] === groups[b]
        ? Number(cluster![3]) * Math.sqrt(column[a] * column[b])
        : 0;
    };
  }
  const rows = data[Object.keys(data)[0]].length;
  const full = fullMatrix(matrices[argument], rows);
  return (i, j) => full[observations[i].row * rows + observations[j].row];
}

function fullMatrix(matrix: Matrix, rows: number): Float64Array {
  const full = new Float64Array(rows * rows);
  if ("blocks" in matrix) {
    for (const block of matrix.blocks) {
      block.rows.forEach((a, i) => {
        block.rows.forEach((b, j) => {
          full[a * rows + b] = block.matrix[i][j];
        });
      });
    }
  } else if ("row" in matrix) {
    matrix.value.forEach((value, e) => {
      full[matrix.row[e] * rows + matrix.column[e]] = value;
      full[matrix.column[e] * rows + matrix.row[e]] = value;
    });
  } else {
    matrix.forEach((line, i) => {
      full.set(line, i * rows);
    });
  }
  return full;
}

/** Connected components of what V, shared levels and pairs tie together. */
function clustersOf(
  n: number,
  V: (i: number, j: number) => number,
  parts: readonly Part[],
  pairs: readonly (readonly [number, number])[],
): Cluster[] {
  const root = Array.from({ length: n }, (_, i) => i);
  const find = (i: number): number => (root[i] === i ? i : find(root[i]));
  const tie = (i: number, j: number): void => {
    root[find(i)] = find(j);
  };
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) if (V(i, j) !== 0) tie(i, j);
  for (const { kind, levelOf } of parts) {
    if (kind !== "sd") continue;
    const seen = new Map<number, number>();
    levelOf.forEach((level, i) => {
      if (level < 0) return;
      if (seen.has(level)) tie(i, seen.get(level)!);
      seen.set(level, i);
    });
  }
  for (const [i, j] of pairs) tie(i, j);
  const members = new Map<number, number[]>();
  for (let i = 0; i < n; i++) members.set(find(i), [...(members.get(find(i)) ?? []), i]);
  return [...members.values()].map((rows) => ({
    rows: Int32Array.from(rows),
    V: Float64Array.from({ length: rows.length ** 2 }, (_, e) =>
      V(rows[Math.floor(e / rows.length)], rows[e % rows.length]),
    ),
    pairs: pairs.flatMap(([i, j], pair) =>
      rows.includes(i) ? [[rows.indexOf(i), rows.indexOf(j), pair] as const] : [],
    ),
  }));
}

function spreadOf(y: Float64Array, X: Float64Array, n: number, p: number): number {
  const all = Array.from({ length: n }, (_, i) => i);
  const { values, columns } = orthogonal(X, n, p, all);
  const residuals = Float64Array.from(y);
  for (let k = 0; k < columns; k++) {
    let product = 0;
    for (let i = 0; i < n; i++) product += values[i * columns + k] * residuals[i];
    for (let i = 0; i < n; i++) residuals[i] -= (product / n) * values[i * columns + k];
  }
  const squares = residuals.reduce((sum, r) => sum + r * r, 0);
  return squares > 0 ? Math.sqrt(squares / n) : 1;
}
