import { describe, expect, it } from "vitest";
import { partsOf } from "../../src/fit/design-parts";
import { facesOf } from "../../src/fit/faces";
import { dot } from "../../src/linalg/vector";
import { close } from "./edge-expectations";
import { randomFrom } from "./random-problem";
import { fitTo } from "./simulated";

const GROUPS = ["a", "b", "c", "d", "e"];

/** Of `f + z + f:z`: each group has a line of its own. */
function lines(seed: number, rows: number, groups = GROUPS) {
  const random = randomFrom(seed);
  const z = Array.from({ length: rows }, () => random.normal());
  const f = z.map((_, i) => groups[i % groups.length]!);
  const design = z.map((value, i) => {
    const group = groups.map((name, k) => (k === 0 || name === f[i] ? 1 : 0));
    return Float64Array.from([...group, ...group.map((one) => one * value)]);
  });
  return { random, z, f, design };
}

describe("parts of a design", () => {
  it("groups with slopes of their own are apart, and their coordinates lead back to coefficients", () => {
    const { random, design, f } = lines(1, 50);
    const parts = partsOf(design, 10);
    expect(parts.map(({ members }) => members.map((i) => f[i]!).join("")).sort()).toEqual(
      GROUPS.map((name) => name.repeat(10)),
    );
    for (const { members, rows, q, lift } of parts) {
      expect(q).toBe(2);
      const coordinates = Float64Array.of(random.normal(), random.normal());
      const coefficients = lift(coordinates);
      design.forEach((row, i) => {
        const at = members.indexOf(i);
        close(dot(row, coefficients), at < 0 ? 0 : dot(rows[at]!, coordinates), 1e-12);
      });
    }
  });

  it("a common slope ties them", () => {
    const { design, z } = lines(1, 50);
    expect(
      partsOf(
        design.map((row, i) => Float64Array.from([...row.subarray(0, GROUPS.length), z[i]!])),
        GROUPS.length + 1,
      ),
    ).toHaveLength(1);
  });

  it("every group can go as a whole, however many rows there are", () => {
    const { design, f } = lines(2, 90);
    const stays = new Set(facesOf(design, 10).map((face) => face.stays.join("")));
    for (const name of GROUPS) expect(stays).toContain(f.map((one) => (one === name ? 0 : 1)).join(""));
    expect(stays).toContain("0".repeat(90));
  });
});

describe("the search, where groups share nothing", () => {
  // log L is the sum of those of the groups by themselves, wherever each has its supremum
  it.each([1, 2])("each group's supremum is found: %d", (seed) => {
    const groups = GROUPS.slice(0, 3);
    const { random, z, f } = lines(seed, 60, groups);
    const vi = z.map(() => 0.05 * Math.exp(random.normal()));
    // no heterogeneity in one group, little in another
    const sizes = [0, 0.1, 0.5];
    const yi = z.map((_, i) => Math.sqrt(vi[i]! + sizes[i % sizes.length]! ** 2) * random.normal());
    const all = fitTo({ yi, vi, z, f }, ["yi ~ 0 + f + meta_V(V = vi)", "sigma ~ f + z + f:z"]);
    const sum = groups.reduce((total, name) => {
      const own = <T>(values: readonly T[]) => values.filter((_, i) => f[i] === name);
      const data = { yi: own(yi), vi: own(vi), z: own(z) };
      return total + fitTo(data, ["yi ~ 1 + meta_V(V = vi)", "sigma ~ z"]).logLik;
    }, 0);
    close(all.logLik, sum, 1e-6);
  });
});
