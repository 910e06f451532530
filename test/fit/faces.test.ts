import { describe, expect, it } from "vitest";
import { facesOf, hyperplanes } from "../../src/fit/faces";
import { facetNormals, isOn } from "../../src/fit/facets";
import { dot } from "../../src/linalg/vector";
import { randomFrom } from "./random-problem";

const rows = (...values: number[][]) => values.map((row) => Float64Array.from(row));
const staying = (faces: ReturnType<typeof facesOf>) => faces.map(({ stays }) => stays.join("")).sort();

describe("faces of a design's rows", () => {
  it("a constant: all rows can go", () => {
    expect(staying(facesOf(rows([1]), 1))).toEqual(["0"]);
    expect(staying(facesOf(rows([-2], [-1]), 1))).toEqual(["00"]);
  });

  it("a slope through the origin with both signs: what lowers one row raises another", () => {
    expect(facesOf(rows([1], [-1]), 1)).toEqual([]);
  });

  it("two groups: either, or both", () => {
    expect(staying(facesOf(rows([1, 0], [1, 1]), 2))).toEqual(["00", "01", "10"]);
  });

  it("a number: its smallest or its largest value stays, or none", () => {
    expect(staying(facesOf(rows([1, 3], [1, 1], [1, 2], [1, 9]), 2))).toEqual(["0000", "0001", "0100"]);
  });

  it("two numbers: corners and sides of the convex hull, and no row inside it", () => {
    const square = rows([1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [1, 0.5, 0.4]);
    expect(staying(facesOf(square, 3))).toEqual(
      ["00000", "00010", "00100", "00110", "01000", "01010", "10000", "10100", "11000"].sort(),
    );
  });

  it("directions lower the rows that go and leave the others, in random designs", () => {
    const random = randomFrom(4);
    for (let trial = 0; trial < 50; trial++) {
      const q = 2 + random.integer(3);
      const design = Array.from({ length: q + random.integer(12) }, () =>
        Float64Array.from({ length: q }, (_, k) => (k === 0 ? 1 : random.normal())),
      );
      const faces = facesOf(design, q);
      expect(staying(faces)).toContain("0".repeat(design.length));
      for (const { stays, direction } of faces) {
        design.forEach((row, i) => {
          if (stays[i] === 1) expect(Math.abs(dot(row, direction))).toBeLessThan(1e-7);
          else expect(dot(row, direction)).toBeLessThan(0);
        });
      }
    }
  });

  it("all facets of many rows are found, by brute force too: three moderators, and a number beside a smallest other's", () => {
    const random = randomFrom(11);
    const skewed = () => Math.round(100 * Math.exp(1.5 * random.normal())) / 100;
    const designs = [
      Array.from({ length: 30 }, () => Float64Array.of(1, random.normal(), random.normal(), random.normal())),
      Array.from({ length: 40 }, () => {
        const [t, z] = [skewed(), skewed()];
        return Float64Array.of(1, t, z, t * z);
      }),
    ];
    for (const design of designs) {
      const on = (normal: Float64Array) => design.map((row) => (isOn(row, normal) ? 1 : 0)).join("");
      const found = facetNormals(design, 4).map(on).sort();
      const all = new Set<string>();
      for (const normal of hyperplanes(design, 4, 1e6)) {
        const sides = new Set(
          design.filter((row) => !isOn(row, normal)).map((row) => Math.sign(dot(row, normal))),
        );
        if (sides.size === 1) all.add(on(normal));
      }
      expect(found).toEqual([...all].sort());
    }
    expect(facetNormals(rows([1, 0], [0, 1], [-1, -1]), 2)).toEqual([]);
  });

  it("hyperplanes hold q - 1 rows, and are none through rows that say the same", () => {
    const design = rows([1, 0, 0], [1, 1, 2], [1, 3, 1]);
    const normals = [...hyperplanes(design, 3, 100)];
    expect(normals).toHaveLength(3);
    for (const normal of normals) {
      expect(design.filter((row) => Math.abs(dot(row, normal)) < 1e-12)).toHaveLength(2);
    }
    expect([...hyperplanes(rows([1, 1, 1], [2, 2, 2]), 3, 100)]).toEqual([]);
  });
});
