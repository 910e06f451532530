import { DrmError } from "../../errors";
import type { Structure, StructuredLevels } from "../structure";
import { nodeGiven } from "./node-given";
import { type Fitted, fitted, type Rooted, sharedDepth } from "./rooted";

/** What the nodes of a tree are to the data. */
export interface RootedInput extends Rooted {
  /** by level of the data */
  readonly levels: readonly string[];
  /** by level of the data: its node */
  readonly nodes: Int32Array;
  /** by node: the SD of its effect. An effect is that times one of variance 1 */
  readonly sds: Float64Array;
  /** names that the data lack, and the node of any name, -1 for none */
  readonly others: readonly string[];
  readonly nodeOf: (name: string) => number;
  /** "tree 'tree'", in messages */
  readonly what: string;
}

/** Two levels at one place must be the same to this part of their SDs: they share one effect. */
const SAME_SD = 1e-6;

/** The structure of levels on a rooted tree. */
export function rootedLevels(input: RootedInput): StructuredLevels {
  const { levels, nodes, sds, others, nodeOf, what } = input;
  const tree = fitted(input, nodes);
  const level = new Int32Array(tree.parents.length).fill(-1);
  const place = new Int32Array(levels.length);
  const names: string[] = [];
  const scale: number[] = [];
  // a level at the root has the effect 0: one of its own, times 0
  const atRoot: number[] = [];
  levels.forEach((name, j) => {
    const node = tree.nodes[j]!;
    const sd = sds[nodes[j]!]!;
    const first = node === 0 ? -1 : level[node]!;
    place[j] = first < 0 ? names.length : first;
    if (first >= 0) {
      if (Math.abs(sd - scale[first]!) > SAME_SD * sd) throw perfectlyCorrelated(names[first]!, name, what);
      return;
    }
    if (node === 0) atRoot.push(names.length);
    else level[node] = names.length;
    names.push(name);
    scale.push(sd);
  });
  const nodeByLevel = namedNodes(level, names.length);
  let next = names.length;
  for (let node = 1; node < level.length; node++) if (level[node]! < 0) level[node] = next++;

  const scales = Float64Array.from(scale);
  const structure: Structure = {
    names,
    levels: next,
    ...precision(tree, level, atRoot),
    scale: scales,
    correlation(a, b) {
      const both = scales[a]! * scales[b]!;
      if (a === b || both === 0) return both;
      const [x, y] = [nodeByLevel[a]!, nodeByLevel[b]!];
      const share = sharedDepth(tree, x, y) / (Math.sqrt(tree.depths[x]!) * Math.sqrt(tree.depths[y]!));
      return both * share;
    },
  };
  return {
    structure,
    place,
    others,
    conditional(name) {
      const node = nodeOf(name);
      return node < 0 ? null : nodeGiven(input, tree, node, level);
    },
  };
}

/** By named level its node in the fitted tree, 0 for one at the root. */
function namedNodes(level: Int32Array, named: number): Int32Array {
  const nodes = new Int32Array(named);
  level.forEach((l, node) => {
    if (l >= 0) nodes[l] = node;
  });
  return nodes;
}

/** P and log |P^-1| = sum of log q: see rooted.ts. */
function precision(
  { parents, depths }: Fitted,
  level: Int32Array,
  atRoot: readonly number[],
): Pick<Structure, "rows" | "columns" | "values" | "logDet"> {
  // the diagonal, and at most one entry below it for each node but the root
  const own = atRoot.length + parents.length - 1;
  const rows = new Int32Array(own + parents.length - 1);
  const columns = new Int32Array(rows.length);
  const values = new Float64Array(rows.length);
  let count = own;
  let logDet = 0;
  atRoot.forEach((l, k) => {
    rows[k] = l;
    columns[k] = l;
    values[k] = 1;
  });
  for (let node = 1; node < parents.length; node++) {
    const parent = parents[node]!;
    const q = (depths[node]! - depths[parent]!) / depths[node]!;
    logDet += Math.log(q);
    const place = atRoot.length + node - 1;
    rows[place] = level[node]!;
    columns[place] = level[node]!;
    values[place]! += 1 / q;
    if (parent === 0) continue;
    const carried = depths[parent]! / depths[node]!;
    values[atRoot.length + parent - 1]! += carried / q;
    rows[count] = Math.max(level[node]!, level[parent]!);
    columns[count] = Math.min(level[node]!, level[parent]!);
    values[count++] = -Math.sqrt(carried) / q;
  }
  return {
    rows: rows.subarray(0, count),
    columns: columns.subarray(0, count),
    values: values.subarray(0, count),
    logDet,
  };
}

function perfectlyCorrelated(a: string, b: string, what: string): DrmError {
  return new DrmError(
    "bad_structure",
    `levels '${a}' and '${b}' are perfectly correlated in the ${what} but have different variances: give them one name`,
  );
}
