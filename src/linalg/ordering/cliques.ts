/**
 * The graph of a sparse symmetric matrix as a sum of small dense ones: clique c adds to all entries between its members. Rows
 * of data are cliques of their levels, and what levels have to do with each other beside data (a tree's edges) are cliques of two.
 */
export interface Cliques {
  /** of the matrix: members are below it */
  readonly variables: number;
  readonly count: number;
  /** members of each clique at most */
  readonly width: number;
  /** count x width, row-major: members, all different, -1 for none */
  readonly members: Int32Array;
}

/** Numbers grouped by a key: those of key k are `items` from `start[k]` to `start[k + 1]`, ascending. */
export interface Groups {
  readonly start: Int32Array;
  readonly items: Int32Array;
}

/** The cliques that each variable is in. */
export function cliquesOf({ variables, count, width, members }: Cliques): Groups {
  const start = new Int32Array(variables + 1);
  for (let k = 0; k < members.length; k++) if (members[k]! >= 0) start[members[k]! + 1]!++;
  for (let v = 0; v < variables; v++) start[v + 1]! += start[v]!;
  const items = new Int32Array(start[variables]!);
  const next = start.slice(0, variables);
  for (let c = 0; c < count; c++) {
    for (let k = c * width; k < (c + 1) * width; k++) {
      const v = members[k]!;
      if (v >= 0) items[next[v]!++] = c;
    }
  }
  return { start, items };
}

/** Numbers 0 to keys.length - 1 by their key, stably; keys of -1 are in no group. */
export function groupBy(keys: Int32Array, groups: number): Groups {
  return cliquesOf({ variables: groups, count: keys.length, width: 1, members: keys });
}

/** Those of both, one after the other. */
export function joinCliques(a: Cliques, b: Cliques): Cliques {
  if (b.count === 0) return a;
  const width = Math.max(a.width, b.width);
  const members = new Int32Array((a.count + b.count) * width).fill(-1);
  let at = 0;
  for (const { count, width: own, members: from } of [a, b]) {
    for (let c = 0; c < count; c++) {
      members.set(from.subarray(c * own, (c + 1) * own), at);
      at += width;
    }
  }
  return { variables: a.variables, count: a.count + b.count, width, members };
}
