import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type Cliques, joinCliques } from "../../../src/linalg/ordering/cliques";
import { minimumDegree } from "../../../src/linalg/ordering/minimum-degree";
import { NodeWord } from "../../../src/model/sparse/assembly";
import { type SparsePlan, sparsePlan } from "../../../src/model/sparse/plan";
import { randomStream } from "../../../src/stats/random";

/** Cliques as rows of data have them: one level of each grouping, or none. */
function crossed(seed: number, rows: number, groups: readonly number[], missing = 0): Cliques {
  const random = randomStream(seed);
  const width = groups.length;
  const members = new Int32Array(rows * width);
  let variables = 0;
  groups.forEach((levels, t) => {
    for (let i = 0; i < rows; i++) {
      const isMissing = random.uniform() < missing;
      members[i * width + t] = isMissing ? -1 : variables + Math.floor(random.uniform() * levels);
    }
    variables += levels;
  });
  return { variables, count: rows, width, members };
}

/** Edges between neighbours in a list, as of a tree's precision. */
function edges(variables: number, pairs: readonly (readonly [number, number])[]): Cliques {
  return { variables, count: pairs.length, width: 2, members: Int32Array.from(pairs.flat()) };
}

/** Which entries of L are not 0, from the textbook: eliminating a variable ties all its neighbours together. */
function filled({ variables, count, width, members }: Cliques, number: readonly number[]): Set<number>[] {
  const rows = Array.from({ length: variables }, () => new Set<number>());
  for (let c = 0; c < count; c++) {
    const own = [...members.subarray(c * width, (c + 1) * width)]
      .filter((v) => v >= 0)
      .map((v) => number[v]!);
    for (const a of own) for (const b of own) if (b > a) rows[a]!.add(b);
  }
  rows.forEach((below) => {
    const first = Math.min(...below);
    for (const other of below) if (other !== first) rows[first]!.add(other);
  });
  return rows;
}

interface Node {
  readonly first: number;
  readonly columns: number;
  readonly isLeaf: boolean;
  readonly list: readonly number[];
  readonly inParent: readonly number[];
  readonly end: number;
  readonly edgeEnd: number;
}

function nodesOf(plan: SparsePlan): Node[] {
  return Array.from({ length: plan.nodes.length / NodeWord.Count }, (_, k) => {
    const word = (which: NodeWord) => plan.nodes[k * NodeWord.Count + which]!;
    const from = word(NodeWord.List);
    const end = from + word(NodeWord.Size);
    return {
      first: word(NodeWord.First),
      columns: Math.max(1, word(NodeWord.Columns)),
      isLeaf: word(NodeWord.Columns) === 0,
      list: [...plan.lists.subarray(from, end)],
      inParent: [...plan.inParent.subarray(from, end)],
      end: word(NodeWord.End),
      edgeEnd: word(NodeWord.EdgeEnd),
    };
  });
}

const shapes = fc.record({
  seed: fc.nat(),
  rows: fc.integer({ min: 1, max: 60 }),
  groups: fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 3 }),
  missing: fc.constantFrom(0, 0.3),
});

/**
 * Rows with a tip of a tree and a study, and the tree's edges beside them. Studies have species from all over the tree, or from a
 * stretch of it.
 */
function phylogeny(seed: number, rows: number, tips: number, studies: number, stretch: number) {
  const random = randomStream(seed);
  const below = (n: number) => Math.floor(random.uniform() * n);
  // neighbours are joined, so that near tips are near relatives
  const live = Array.from({ length: tips }, (_, tip) => tip);
  const pairs: [number, number][] = [];
  let nodes = tips;
  for (; live.length > 2; nodes++) {
    const at = below(live.length - 1);
    for (const child of live.splice(at, 2, nodes)) pairs.push([child, nodes]);
  }
  const members = new Int32Array(2 * rows);
  for (let i = 0; i < rows; i++) {
    // all tips and all studies have rows
    const study =
      i < tips ? Math.floor((i * studies) / tips) : i - tips < studies ? i - tips : below(studies);
    const tip = i < tips ? i : Math.floor((study * tips) / studies) + below(stretch);
    members.set([tip % tips, nodes + study], 2 * i);
  }
  const variables = nodes + studies;
  return { rows: { variables, count: rows, width: 2, members }, tree: edges(variables, pairs) };
}

describe("a plan", () => {
  it("has room for all of L, and every row, edge and child in its place", () => {
    fc.assert(
      fc.property(shapes, fc.nat(40), ({ seed, rows, groups, missing }, edgeCount) => {
        const own = crossed(seed, rows, groups, missing);
        // levels without rows, and edges among all
        const cliques = { ...own, variables: own.variables + 4 };
        const { variables, width, members } = cliques;
        const random = randomStream(seed + 1);
        const beside = edges(
          variables,
          Array.from({ length: edgeCount }, () => {
            const a = Math.floor(random.uniform() * variables);
            return [a, (a + 1 + Math.floor(random.uniform() * (variables - 1))) % variables] as const;
          }),
        );
        const plan = sparsePlan(cliques, beside);
        expect([...plan.variables].sort((a, b) => a - b)).toEqual(
          Array.from({ length: variables }, (_, v) => v),
        );
        const number: number[] = [];
        plan.variables.forEach((variable, k) => {
          number[variable] = k;
        });
        const nodes = nodesOf(plan);
        const nodeOf = nodes.flatMap((node) => Array<Node>(node.columns).fill(node));
        filled(joinCliques(cliques, beside), number).forEach((below, column) => {
          for (const row of below) expect(nodeOf[column]!.list).toContain(row);
        });
        let first = 0;
        let row = 0;
        let edge = 0;
        nodes.forEach((node, k) => {
          expect(node.first).toBe(first);
          first += node.columns;
          const own = Array.from({ length: node.columns }, (_, j) => node.first + j);
          expect(node.list.slice(0, node.columns)).toEqual(own);
          expect(node.list).toEqual([...new Set(node.list)].sort((a, b) => a - b));
          const rest = node.list.slice(node.columns);
          if (rest.length > 0) {
            const parent = nodeOf[rest[0]!]!;
            expect(parent.isLeaf).toBe(false);
            expect(node.inParent.slice(node.columns).map((place) => parent.list[place])).toEqual(rest);
            // a front's leaves come directly before it
            if (node.isLeaf) {
              const next = nodes.slice(k).find(({ isLeaf }) => !isLeaf);
              expect(next).toBe(parent);
            }
          }
          for (; row < node.end; row++) {
            const clique = plan.cliques[row]! * width;
            for (let t = 0; t < width; t++) {
              const member = members[clique + t]!;
              const place = plan.places[row * width + t]!;
              if (member < 0) expect(place).toBe(-1);
              else expect(node.list[place]).toBe(number[member]);
            }
          }
          for (; edge < node.edgeEnd; edge++) {
            const of = [0, 1].map((k) => number[beside.members[2 * plan.edges[edge]! + k]!]!);
            const places = [...plan.edgePlaces.subarray(2 * edge, 2 * edge + 2)];
            expect(places.map((place) => node.list[place])).toEqual(of.sort((a, b) => a - b));
            expect(places[0]).toBeLessThan(node.columns);
          }
        });
        expect(first).toBe(variables);
        expect(row).toBe(plan.cliques.length);
        expect(edge).toBe(edgeCount);
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  // counted: that an ordering gets worse is seen here, and not by a clock
  test.each([
    { name: "600 x 40", cliques: crossed(1, 3000, [600, 40]), most: 4.5e4, panels: 6e3 },
    { name: "4,000 x 200", cliques: crossed(1, 20_000, [4000, 200]), most: 3e6, panels: 7e4 },
    { name: "300 x 300, an expander", cliques: crossed(1, 1200, [300, 300]), most: 1.3e6, panels: 4e4 },
  ])("little work and fill: $name", ({ cliques, most, panels }) => {
    const plan = sparsePlan(cliques);
    expect(plan.flops).toBeLessThan(most);
    expect(plan.panels).toBeLessThan(panels);
  });

  test.each([
    { name: "85 tips, 194 studies of any", of: phylogeny(1, 400, 85, 194, 85), most: 8.5e4, panels: 5.2e3 },
    {
      name: "341 tips, 457 studies of a stretch",
      of: phylogeny(1, 1828, 341, 457, 3),
      most: 4.1e4,
      panels: 9e3,
    },
  ])("little work and fill on a tree: $name", ({ of, most, panels }) => {
    const plan = sparsePlan(of.rows, of.tree);
    expect(plan.flops).toBeLessThan(most);
    expect(plan.panels).toBeLessThan(panels);
  });

  it("eliminates a tree without fill", () => {
    const random = randomStream(2);
    const n = 2000;
    const pairs = Array.from(
      { length: n - 1 },
      (_, i) => [i + 1, Math.floor(random.uniform() * (i + 1))] as const,
    );
    const plan = sparsePlan(edges(n, pairs));
    // two numbers a column; a few zeros are let in where columns make a front
    expect(plan.panels).toBeLessThan(4 * n);
    expect(plan.flops).toBeLessThan(40 * n);
  });
});

describe("minimumDegree()", () => {
  it("eliminates a grid with far less fill than by rows", () => {
    const side = 40;
    const pairs: [number, number][] = [];
    for (let i = 0; i < side; i++) {
      for (let j = 0; j < side; j++) {
        if (j + 1 < side) pairs.push([i * side + j, i * side + j + 1]);
        if (i + 1 < side) pairs.push([i * side + j, (i + 1) * side + j]);
      }
    }
    const grid = edges(side * side, pairs);
    const number: number[] = [];
    minimumDegree(grid).forEach((v, k) => {
      number[v] = k;
    });
    const entries = (order: readonly number[]) =>
      filled(grid, order).reduce((sum, below) => sum + below.size, 0);
    const byRows = entries(Array.from({ length: side * side }, (_, v) => v));
    expect(byRows).toBeGreaterThan(60_000);
    expect(entries(number)).toBeLessThan(0.35 * byRows);
  });
});
