import { describe, expect, test } from "vitest";
import { Field, Most, Order, Sizes, Status } from "../../assembly/abi";
import { createProblem, ProblemTooLargeError } from "../../bindings/kernel";
import { wasm } from "../../bindings/wasm";
import { randomStream } from "../../src/stats/random";

const below = (random: ReturnType<typeof randomStream>, n: number) => Math.floor(random.uniform() * n);

/** Sizes that fit together, of any mixture of sections. */
function randomSizes(seed: number): Int32Array {
  const random = randomStream(seed);
  const some = (n: number) => (random.uniform() < 0.3 ? 0 : below(random, n));
  const sizes = new Int32Array(Sizes.Count);
  const scale = [10, 200, 3000][seed % 3]!;
  sizes[Field.ScalarRows] = 2 * some(scale);
  sizes[Field.NestedRows] = 2 * some(scale);
  sizes[Field.SparseRows] = 2 * some(scale);
  sizes[Field.PairRows] = 2 * some(scale);
  sizes[Field.P] = below(random, 12);
  sizes[Field.Proportional] = random.uniform() < 0.4 ? 1 : 0;
  sizes[Field.QPhi] = sizes[Field.Proportional] * some(5);
  sizes[Field.QSigma] = some(8);
  sizes[Field.QSd] = some(6);
  sizes[Field.QRho] = some(12);
  sizes[Field.Reml] = random.uniform() < 0.4 ? 1 : 0;
  sizes[Field.Weighted] = sizes[Field.Reml] === 0 && random.uniform() < 0.3 ? 1 : 0;
  sizes[Field.NestedLevels] = some(scale);
  sizes[Field.InnerLevels] = below(random, sizes[Field.NestedLevels]! + 1);
  sizes[Field.Terms] = some(4);
  sizes[Field.SparseLevels] = some(scale);
  sizes[Field.SparseNodes] = some(scale);
  sizes[Field.SparseLists] = some(10 * scale);
  sizes[Field.SparsePanels] = some(30 * scale);
  sizes[Field.SparseFront] = some(200);
  sizes[Field.SparseStack] = some(10 * scale);
  sizes[Field.SparseEdges] = some(10 * scale);
  sizes[Field.SparseStructured] = random.uniform() < 0.5 ? 1 : 0;
  sizes[Field.SparseSlopes] = random.uniform() < 0.5 ? 1 : 0;
  const clusters = some(20);
  let dense = 0;
  for (let c = 0; c < clusters; c++) {
    const m = 1 + below(random, 60);
    dense += m;
    sizes[Field.ClusterEntries]! += (m * (m + 1)) / 2;
    sizes[Field.LargestCluster] = Math.max(sizes[Field.LargestCluster]!, m);
  }
  sizes[Field.Clusters] = clusters;
  sizes[Field.LargestLevels] = some(20);
  sizes[Field.LargestPairs] = some(20);
  sizes[Field.DenseSlopes] = random.uniform() < 0.4 ? 1 : 0;
  sizes[Field.Structures] = below(random, sizes[Field.Terms]! + 1);
  sizes[Field.LargestStructured] = some(sizes[Field.LargestLevels]! + 1);
  sizes[Field.StructuredColumns] = some(sizes[Field.QSd]! + 1);
  sizes[Field.Levels] = sizes[Field.NestedLevels]! + sizes[Field.SparseLevels]! + some(100);
  sizes[Field.Pairs] = sizes[Field.PairRows]! / 2 + some(100);
  sizes[Field.Rows] = dense;
  for (const section of [Field.ScalarRows, Field.NestedRows, Field.SparseRows, Field.PairRows])
    sizes[Field.Rows]! += sizes[section]!;
  return sizes;
}

describe("problemBytes()", () => {
  const module = wasm();

  test("is what createProblem() allocates", () => {
    for (let seed = 0; seed < 400; seed++) {
      const sizes = randomSizes(seed);
      const predicted = module.problemBytes(sizes);
      const address = module.createProblem(sizes);
      const words = new Int32Array(module.memory.buffer);
      expect(address % 16).toBe(0);
      // the word before a block is its size in the allocator, in steps of 16 bytes, with two bits for its state
      const allocated = words[(address >> 2) - 1]! & ~3;
      expect(allocated - predicted, `seed ${seed}`).toBeGreaterThanOrEqual(0);
      expect(allocated - predicted, `seed ${seed}`).toBeLessThan(32);
      expect(words[(address >> 2) + Field.Bytes]).toBe(predicted);
      module.disposeProblem(address);
    }
  });

  test("holds every array, one after the other", () => {
    for (let seed = 0; seed < 100; seed++) {
      const sizes = randomSizes(seed);
      const address = module.createProblem(sizes);
      const words = new Int32Array(module.memory.buffer);
      const at = (field: Field) => words[(address >> 2) + field]!;
      const size = (field: Field) => sizes[field]!;
      const q = size(Field.QPhi) + size(Field.QSigma) + size(Field.QSd) + size(Field.QRho);
      const others = [Field.ScalarRows, Field.NestedRows, Field.SparseRows, Field.PairRows];
      const dense = others.reduce((rows, section) => rows - size(section), size(Field.Rows));
      const doubles: Partial<Record<Field, number>> = {
        [Field.Y]: size(Field.Rows),
        [Field.X]: size(Field.Rows) * size(Field.P),
        [Field.M]: size(Field.Rows) * size(Field.QPhi),
        [Field.W]: size(Field.Rows) * size(Field.QSigma),
        [Field.U]: size(Field.Levels) * size(Field.QSd),
        [Field.T]: size(Field.Pairs) * size(Field.QRho),
        [Field.ClusterV]: size(Field.ClusterEntries),
        [Field.RowSlopes]: size(Field.DenseSlopes) * dense * size(Field.Terms),
        [Field.Correlations]: size(Field.Structures) * size(Field.ClusterEntries),
        [Field.CrossHessian]: size(Field.P) * q,
        [Field.LevelSolved]: size(Field.Levels) * size(Field.P),
        [Field.Traces]: size(Field.Reml) * q * size(Field.P) ** 2,
      };
      let end = address + 4 * Field.Count;
      for (let field = Field.Y; field < Field.Count; field++) {
        // without weights it is the array before it
        if (field === Field.WeightedInverse && size(Field.Weighted) === 0) continue;
        // and without multipliers V itself
        if (field === Field.ScaledV && size(Field.Proportional) === 0) continue;
        expect(at(field)).toBeGreaterThanOrEqual(end);
        end = at(field) + 8 * (doubles[field as Field] ?? 0);
      }
      expect(end).toBeLessThanOrEqual(address + module.problemBytes(sizes));
      module.disposeProblem(address);
    }
  });

  test("does not wrap around", () => {
    const sizes = new Int32Array(Sizes.Count);
    sizes[Field.Rows] = sizes[Field.ScalarRows] = 2 ** 30;
    sizes[Field.P] = 2 ** 12;
    expect(module.problemBytes(sizes)).toBeGreaterThan(8 * 2 ** 42);
    expect(module.createProblem(sizes)).toBe(0);
    sizes.fill(0);
    sizes[Field.P] = 2 ** 21;
    expect(module.problemBytes(sizes)).toBeGreaterThan(8 * 2 ** 42);
  });
});

describe("an evaluation stays within Field.Vectors, which Field.Scratch follows", () => {
  const module = wasm();
  // so many coefficients that a chunk of the scalar kernel is not what needs most, and clusters too small to be factored in Scratch
  test.each([
    { section: "pair", pairs: 3, dense: 0, q: 600, reml: 1, qPhi: 0, structures: 0 },
    { section: "dense", pairs: 5, dense: 10, q: 200, reml: 0, qPhi: 0, structures: 0 },
    { section: "dense, restricted", pairs: 5, dense: 10, q: 200, reml: 1, qPhi: 0, structures: 0 },
    { section: "pair, multipliers", pairs: 3, dense: 0, q: 600, reml: 1, qPhi: 2, structures: 0 },
    { section: "dense, multipliers", pairs: 5, dense: 10, q: 200, reml: 0, qPhi: 200, structures: 0 },
    {
      section: "dense, restricted, multipliers",
      pairs: 5,
      dense: 10,
      q: 200,
      reml: 1,
      qPhi: 200,
      structures: 0,
    },
    { section: "dense, correlated", pairs: 5, dense: 10, q: 200, reml: 0, qPhi: 0, structures: 1 },
    {
      section: "dense, correlated, restricted",
      pairs: 5,
      dense: 10,
      q: 200,
      reml: 1,
      qPhi: 0,
      structures: 1,
    },
    {
      section: "dense, correlated, multipliers",
      pairs: 5,
      dense: 10,
      q: 200,
      reml: 1,
      qPhi: 90,
      structures: 1,
    },
  ])("$section", ({ pairs, dense, q, reml, qPhi, structures }) => {
    const random = randomStream(q + reml);
    const levels = dense > 0 ? 3 : 0;
    const sizes = new Int32Array(Sizes.Count);
    sizes[Field.Rows] = 2 * pairs;
    sizes[Field.PairRows] = 2 * pairs - dense;
    sizes[Field.P] = 3;
    sizes[Field.Proportional] = qPhi > 0 ? 1 : 0;
    sizes[Field.QPhi] = qPhi;
    sizes[Field.QSigma] = q;
    sizes[Field.QSd] = 2;
    sizes[Field.QRho] = 2;
    sizes[Field.Levels] = sizes[Field.LargestLevels] = levels;
    sizes[Field.Terms] = 1;
    sizes[Field.Pairs] = pairs;
    sizes[Field.Clusters] = dense > 0 ? 1 : 0;
    sizes[Field.ClusterEntries] = (dense * (dense + 1)) / 2;
    sizes[Field.LargestCluster] = dense;
    sizes[Field.LargestPairs] = dense / 2;
    sizes[Field.DenseSlopes] = sizes[Field.Structures] = structures;
    sizes[Field.LargestStructured] = structures * levels;
    sizes[Field.StructuredColumns] = structures * 2;
    sizes[Field.Reml] = reml;
    const address = module.createProblem(sizes);
    const header = new Uint32Array(module.memory.buffer, address, Field.Count);
    const doubles = (field: Field, n: number) => new Float64Array(module.memory.buffer, header[field]!, n);
    const words = (field: Field, n: number) => new Int32Array(module.memory.buffer, header[field]!, n);
    const some = (field: Field, n: number) =>
      doubles(field, n).forEach((_, i, a) => {
        a[i] = 0.1 * (random.uniform() - 0.5);
      });
    some(Field.Y, 2 * pairs);
    some(Field.X, 6 * pairs);
    some(Field.M, 2 * pairs * qPhi);
    if (qPhi > 0) some(Field.LogMultiplierOffset, 2 * pairs);
    some(Field.W, 2 * pairs * q);
    some(Field.LogSigmaOffset, 2 * pairs);
    doubles(Field.V, 2 * pairs).fill(1);
    some(Field.U, 2 * levels);
    some(Field.LogSdOffset, levels);
    some(Field.T, 2 * pairs);
    some(Field.EtaOffset, pairs);
    some(Field.PairV, pairs - dense / 2);
    words(Field.ClusterSizes, dense > 0 ? 3 : 0).set([dense, levels, dense / 2].slice(0, dense > 0 ? 3 : 0));
    const V = doubles(Field.ClusterV, sizes[Field.ClusterEntries]!).fill(0);
    for (let i = 0; i < dense; i++) V[(i * (i + 3)) / 2] = 1;
    for (let i = 0; i < dense; i++) words(Field.RowLevels, dense)[i] = i % 3;
    for (let i = 0; i < dense; i++) words(Field.PairFirst, dense)[i] = i;
    some(Field.RowSlopes, structures * dense);
    words(Field.TermStructures, structures).fill(0);
    const K = doubles(Field.Correlations, structures * sizes[Field.ClusterEntries]!);
    for (let i = 0, at = 0; i < dense; i++)
      for (let k = 0; k <= i; k++, at++) if (at < K.length) K[at] = i % 3 === k % 3 ? 1 : 0.4;
    some(Field.Theta, qPhi + q + 4);
    const scratch = doubles(Field.Scratch, 100).fill(42);
    expect(module.evaluate(address, Order.Hessian)).toBe(Status.Ok);
    expect(doubles(Field.Value, 1)[0]).not.toBeNaN();
    expect([...scratch]).toEqual(Array(100).fill(42));
    module.disposeProblem(address);
  });
});

/** A problem of one's wishes without its arrays: it is refused before they are read. */
function wished(rows: number, pairs: number, qRho: number) {
  const empty = new Float64Array(0);
  const none = new Int32Array(0);
  return {
    rows,
    scalarRows: 0,
    nestedRows: 0,
    sparseRows: 0,
    pairRows: rows,
    y: empty,
    X: empty,
    p: 2,
    W: empty,
    qSigma: 2,
    logSigmaOffset: empty,
    v: empty,
    multipliers: null,
    weights: null,
    reml: false,
    levels: { count: 0, U: empty, qSd: 0, logSdOffset: empty, parent: none, end: none },
    sparse: null,
    correlations: null,
    pairs: { count: pairs, T: empty, qRho, etaOffset: empty, v12: empty },
    clusters: {
      ...{ sizes: none, V: empty, rowLevels: none, terms: 0, pairRows: none },
      ...{ z: null, structured: none, correlations: empty },
    },
  };
}

test("a problem that is too large is refused with the bytes that it needs, and the next one is fitted", () => {
  // each has 960 MB of T alone
  for (const [pairs, qRho] of [
    [12_000_000, 10],
    [1_200_000, 100],
  ] as const) {
    let error: unknown;
    try {
      createProblem(wished(2 * pairs, pairs, qRho));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ProblemTooLargeError);
    const { neededBytes, availableBytes } = error as ProblemTooLargeError;
    expect(neededBytes).toBeGreaterThan(Math.max(Most.Bytes, 8 * pairs * qRho));
    expect(availableBytes).toBe(Most.Bytes);
  }
  createProblem(wished(2, 1, 1)).dispose();
});

test("levels that would fill up beyond any memory are refused, however many numbers that is", () => {
  const none = new Int32Array(0);
  for (const panels of [2 ** 28, 2 ** 31, 2 ** 33]) {
    const sparse = {
      ...{ levels: 9000, places: none, rowLevels: none, nodes: none, lists: none, inParent: none },
      ...{ panels, largestFront: 8000, stack: 0, z: null, precision: null },
    };
    let error: unknown;
    try {
      createProblem({ ...wished(2, 1, 1), sparse });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ProblemTooLargeError);
    expect((error as ProblemTooLargeError).neededBytes).toBeGreaterThan(
      8 * 4 * Math.min(panels, 2 ** 31 - 1),
    );
    expect((error as ProblemTooLargeError).largestFront).toBe(8000);
  }
});

test("memory that is full is an error with its own words, and leaves the module usable", () => {
  const open: { dispose(): void }[] = [];
  let error: unknown;
  try {
    // above 0.7 GB each: the sixth does not fit in 4 GiB
    for (let i = 0; i < 6; i++) open.push(createProblem(wished(2_000_000, 1_000_000, 80)));
  } catch (thrown) {
    error = thrown;
  }
  for (const problem of open) problem.dispose();
  expect(error).toBeInstanceOf(ProblemTooLargeError);
  expect((error as ProblemTooLargeError).availableBytes).toBeLessThan(Most.Bytes);
  createProblem(wished(2, 1, 1)).dispose();
});
