import { type Cliques, groupBy, joinCliques } from "../../linalg/ordering/cliques";
import { minimumDegree } from "../../linalg/ordering/minimum-degree";
import { Assembly } from "./assembly";
import { eliminationTree } from "./elimination-tree";
import { type Front, frontsOf } from "./fronts";

/**
 * How the sparse kernel eliminates: once for a problem, since only the numbers change from one evaluation to the next. Nodes are
 * leaves and fronts, children before parents; the leaves of a front are those that come directly before it. Variables are
 * numbered in the order of elimination, so that the columns of a node are consecutive.
 */
export interface SparsePlan {
  /** by number: the cliques' variable */
  readonly variables: Int32Array;
  /** cliques in the order of their nodes; those without members are in none */
  readonly cliques: Int32Array;
  /** cliques x width, in this order: a member's place in the list of the clique's node, -1 for none */
  readonly places: Int32Array;
  /** edges in the order of their nodes */
  readonly edges: Int32Array;
  /** edges x 2, in this order: the two places in the list of the edge's node, ascending */
  readonly edgePlaces: Int32Array;
  /** nodes x NodeWord.Count, see `NodeWord` */
  readonly nodes: Int32Array;
  /** of each node the numbers that it is about: its columns, then the rows below them, ascending */
  readonly lists: Int32Array;
  /** beside `lists`, of the rows below: their place in the parent's list */
  readonly inParent: Int32Array;
  /** numbers in all columns x rows of nodes */
  readonly panels: number;
  /** rows of the largest front, ... */
  readonly largestFront: number;
  /** ... and numbers of what waits for its parent at most */
  readonly stack: number;
  /** of a factorization, a multiplication and an addition each */
  readonly flops: number;
}

const NO_EDGES: Cliques = { variables: 0, count: 0, width: 2, members: new Int32Array(0) };

/** `edges` are cliques of two of the same variables: entries of the matrix that no row of data has to be there for. */
export function sparsePlan(rows: Cliques, edges = NO_EDGES): SparsePlan {
  const cliques = joinCliques(rows, edges);
  const tree = eliminationTree(cliques, minimumDegree(cliques));
  const { nodes, parents } = inOrder(frontsOf(tree));
  const { numberOf, variables, nodeOf } = numbering(nodes, tree.order);
  const homes = groupBy(homesOf(cliques, numberOf, nodeOf), nodes.length);
  const assembly = new Assembly(cliques, rows, nodes, parents, numberOf, homes);
  for (let k = 0; k < nodes.length; k++) assembly.add(k);
  const { words, places, lists, inParent, used, panels, largestFront, stack, flops } = assembly;
  return {
    variables,
    cliques: assembly.rows,
    places,
    edges: assembly.edges,
    edgePlaces: assembly.edgePlaces,
    nodes: words,
    lists: lists.subarray(0, used),
    inParent: inParent.subarray(0, used),
    ...{ panels, largestFront, stack, flops },
  };
}

/** A front's leaves directly before it. Parents by place in the new order. */
function inOrder(fronts: readonly Front[]): { readonly nodes: Front[]; readonly parents: Int32Array } {
  const leavesOf = groupBy(
    Int32Array.from(fronts, ({ isLeaf, parent }) => (isLeaf ? parent : -1)),
    fronts.length,
  );
  const order: number[] = [];
  for (let f = 0; f < fronts.length; f++) {
    if (fronts[f]!.isLeaf) continue;
    for (let q = leavesOf.start[f]!; q < leavesOf.start[f + 1]!; q++) order.push(leavesOf.items[q]!);
    order.push(f);
  }
  const placeOf = new Int32Array(fronts.length);
  order.forEach((f, k) => {
    placeOf[f] = k;
  });
  return {
    nodes: order.map((f) => fronts[f]!),
    parents: Int32Array.from(order, (f) => (fronts[f]!.parent < 0 ? -1 : placeOf[fronts[f]!.parent]!)),
  };
}

interface Numbering {
  readonly numberOf: Int32Array;
  readonly variables: Int32Array;
  /** by number */
  readonly nodeOf: Int32Array;
}

function numbering(nodes: readonly Front[], order: Int32Array): Numbering {
  const variables = new Int32Array(order.length);
  const numberOf = new Int32Array(order.length);
  const nodeOf = new Int32Array(order.length);
  let next = 0;
  nodes.forEach(({ columns }, k) => {
    for (const j of columns) {
      variables[next] = order[j]!;
      numberOf[order[j]!] = next;
      nodeOf[next++] = k;
    }
  });
  return { numberOf, variables, nodeOf };
}

/** The node in which each clique's first member is eliminated: all the others are in its list. */
function homesOf({ count, width, members }: Cliques, numberOf: Int32Array, nodeOf: Int32Array): Int32Array {
  const homes = new Int32Array(count);
  for (let c = 0; c < count; c++) {
    let first = nodeOf.length;
    for (let k = c * width; k < (c + 1) * width; k++) {
      if (members[k]! >= 0) first = Math.min(first, numberOf[members[k]!]!);
    }
    homes[c] = first === nodeOf.length ? -1 : nodeOf[first]!;
  }
  return homes;
}
