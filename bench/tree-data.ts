// Seeded effect sizes of species on a tree, crossed with studies.
import { normal, uniform } from "./data";

export interface TreeShape {
  readonly rows: number;
  readonly species: number;
  readonly studies: number;
  /** a study's species are among so many that are next to each other on the tree */
  readonly neighbours: number;
}

/** Columns of the data, and the tree in Newick. */
export interface TreeData {
  readonly data: {
    readonly species: readonly string[];
    readonly study: readonly string[];
    readonly vi: Float64Array;
    readonly yi: Float64Array;
  };
  readonly tree: string;
}

/** A coalescent tree of height 1 whose tips are numbered from left to right. The SDs are 0.4 of species, 0.25 of studies, 0.2 of rows. */
export function treeData({ rows, species, studies, neighbours }: TreeShape, seed = 4): TreeData {
  const random = uniform(seed);
  const draw = normal(seed + 1);
  const below = (n: number) => Math.floor(random() * n);
  const { effects, tree } = coalescent(species, random, draw);
  const ofStudy = Float64Array.from({ length: studies }, () => 0.25 * draw());
  const first = Int32Array.from({ length: studies }, () => below(species));
  const study = Array.from({ length: rows }, (_, i) => (i < studies ? i : below(studies)));
  const tip = study.map((j) => (first[j]! + below(neighbours)) % species);
  const vi = Float64Array.from({ length: rows }, () => 0.01 + 0.1 * random());
  const yi = vi.map(
    (v, i) => 0.2 + 0.4 * effects[tip[i]!]! + ofStudy[study[i]!]! + Math.sqrt(v + 0.04) * draw(),
  );
  return { data: { species: tip.map((t) => `sp${t}`), study: study.map((j) => `st${j}`), vi, yi }, tree };
}

interface Lineage {
  readonly height: number;
  readonly parts: readonly Lineage[];
}

/** Kingman's coalescent: of k lineages two meet after a time of mean 2 / (k (k - 1)), here slowed near the tips so that they differ. */
function coalescent(species: number, random: () => number, draw: () => number) {
  const live: Lineage[] = Array.from({ length: species }, () => ({ height: 0, parts: [] }));
  let height = 0;
  while (live.length > 1) {
    const k = live.length;
    height -= (Math.log(random()) / ((k * (k - 1)) / 2)) * (0.2 + k / species);
    const take = () => {
      const at = Math.floor(random() * live.length);
      const [lineage] = live.splice(at, 1);
      return lineage!;
    };
    live.push({ height, parts: [take(), take()] });
  }
  const effects: number[] = [];
  const text = (node: Lineage, above: number, effect: number): string => {
    const length = above - node.height;
    const own = effect + Math.sqrt(length / height) * draw();
    const name =
      node.parts.length === 0
        ? `sp${effects.push(own) - 1}`
        : `(${node.parts.map((part) => text(part, node.height, own)).join(",")})`;
    return `${name}:${(length / height).toFixed(8)}`;
  };
  return { tree: `${text(live[0]!, height, 0)};`, effects };
}
