import { describe, expect, test } from "vitest";
import {
  compareFits,
  compile,
  type DataInput,
  DrmError,
  type DrmOptions,
  drm,
  drmFormula,
  formatTable,
  fromJSON,
  marginalMeans,
  parseCsv,
  predict,
  summary,
  tableFrom,
} from "../../src/index";
import { DATA, plain } from "./calls";

// Wrong values inside of what functions are given: a cell, a column, a level, a block of a matrix.

const N = DATA.yi.length;
const all = (value: unknown) => new Array(N).fill(value);
const WRONG: readonly (readonly [string, unknown])[] = [
  ["null", null],
  ["undefined", undefined],
  ["a number", 3],
  ["NaN", Number.NaN],
  ["a text", "nonsense"],
  ["true", true],
  ["an empty array", []],
  ["numbers", [1, 2]],
  ["nulls", all(null)],
  ["holes", new Array(N)],
  ["arrays", [[], [1]]],
  ["symbols", all(Symbol("s"))],
  ["big integers", all(3n)],
  ["objects", all({})],
  ["functions", all(() => 1)],
  ["objects without a prototype", all(Object.create(null))],
  ["a mixture", [1, "a", ...new Array(N - 2).fill(2)]],
  ["an object", {}],
  ["an object with a length", { length: N }],
  ["an object without a prototype", Object.create(null)],
  ["a function", () => 1],
  ["a symbol", Symbol("s")],
  ["a BigInt", 10n],
  ["a Date", new Date(0)],
  ["a Map", new Map()],
  ["infinities", new Float64Array(N).fill(Number.POSITIVE_INFINITY)],
  ["big integers in memory", new BigInt64Array(N)],
  ["bytes", new DataView(new ArrayBuffer(8))],
  ["levels without codes", { levels: ["a"], codes: null }],
  ["levels that are null", { levels: [null], codes: all(0) }],
  ["codes without a level", { levels: ["a", "b"], codes: all(99) }],
  ["codes that are texts", { levels: ["a", "b"], codes: all("x") }],
  ["values that are symbols", { levels: ["a", "b"], values: all(Symbol("s")) }],
  ["numbered texts that are not there", { texts: ["a", "b"], codes: all(7) }],
];

const withV = (V: unknown) =>
  drm("yi ~ 1 + meta_V(V = V)", {
    data: DATA,
    matrices: { V } as unknown as NonNullable<DrmOptions["matrices"]>,
  });
const fitted = (options: object) => drm("yi ~ g + meta_V(V = vi)", { data: DATA, starts: 1, ...options });
const data = (changes: object) => ({ ...DATA, ...changes }) as unknown as DataInput;

const PLACES: Readonly<Record<string, (value: never) => unknown>> = {
  "a response": (yi) => fitted({ data: data({ yi }) }),
  "a variance": (vi) => fitted({ data: data({ vi }) }),
  "a factor": (g) => fitted({ data: data({ g }) }),
  "a grouping": (study) => drm("yi ~ x + (1 | study)", { data: data({ study }), starts: 1 }),
  "row objects": (row) => fitted({ data: [row, row] }),
  "a cell of row objects": (yi) => drm("yi ~ 1", { data: [{ yi }, { yi: 2 }, { yi: 3 }] as DataInput }),
  "data of a compiled model": (rows) => compile("yi ~ x").fit(rows),
  "data of estimates": (rows) => compile("yi ~ x").estimate(rows),
  "a number of new data": (x) => predict(plain(), { x, g: all("a") }),
  "a factor of new data": (g) => predict(plain(), { x: all(1), g } as unknown as DataInput),
  "rows of new data": (row) => predict(plain(), [row, row]),
  "a cell of new data": (x) => predict(plain(), [{ x, g: "a" }]),
  "a matrix": (V) => withV(V),
  "rows of a matrix": (row) => withV(all(row)),
  "a matrix's nrow": (nrow) => withV({ nrow, ncol: 1, values: DATA.vi }),
  "a matrix's values": (values) => withV({ nrow: N, ncol: N, values }),
  blocks: (blocks) => withV({ blocks }),
  "a block": (block) => withV({ blocks: [block] }),
  "rows of a block": (rows) => withV({ blocks: [{ rows, matrix: [1] }] }),
  "a block's matrix": (matrix) => withV({ blocks: [{ rows: [0], matrix }] }),
  "variances of clusters": (vi) =>
    withV({ kind: "cluster", vi, cluster: new Int32Array(N), rho: 0.5, time: null }),
  clusters: (cluster) =>
    withV({ kind: "cluster", vi: Float64Array.from(DATA.vi), cluster, rho: 0.5, time: null }),
  "a value held": (sigma) => drm("yi ~ 1 + meta_V(V = vi)", { data: DATA, fixed: { sigma } }),
  levels: (g) => fitted({ factors: { g } }),
  "a level": (level) => fitted({ factors: { g: [level, "a"] } }),
  "levels of a table": (g) => tableFrom(DATA, { factors: { g } }).column("g"),
  "levels of a CSV": (g) => parseCsv("g\na\nb\n", { factors: { g } }).column("g"),
  weights: (weight) => fitted({ weights: all(weight) }),
  "a family": (family) => fitted({ family: [family] }),
  at: (x) => marginalMeans(plain(), { at: { x } }),
  "one of several at": (x) => marginalMeans(plain(), { at: { x: [x] } }),
  "a formula among several": (formula) => drmFormula("yi ~ x", formula),
  "the state of a saved fit": (fit) => fromJSON({ fit } as never),
  "a fit's vcov": (vcov) => summary({ kind: "drmeta-fit", vcov } as never),
  "a fit among several": (fit) => compareFits([plain(), fit]),
  "a named fit": (fit) => compareFits({ a: plain(), b: fit }),
  "a cell of a table": (cell) => formatTable([{ cell }], { format: "html" }),
  "a table's column": (column) =>
    drm("yi ~ 1", { data: { nrow: N, names: ["yi"], column: () => column } as DataInput }),
  "a table's nrow": (nrow) =>
    drm("yi ~ 1", {
      data: {
        nrow,
        names: ["yi"],
        column: () => ({ kind: "numeric", values: new Float64Array(N) }),
      } as DataInput,
    }),
  "an Arrow vector": (vector) =>
    drm("yi ~ 1", {
      data: { numRows: N, schema: { fields: [{ name: "yi" }] }, getChild: () => vector } as DataInput,
    }),
  "an Arrow array": (cells) =>
    drm("yi ~ 1", {
      data: {
        numRows: N,
        schema: { fields: [{ name: "yi" }] },
        getChild: () => ({ toArray: () => cells }),
      } as DataInput,
    }),
  "an Arrow schema": (schema) =>
    drm("yi ~ 1", { data: { numRows: N, schema, getChild: () => null } as unknown as DataInput }),
};

describe("wrong values are answered, or refused with a DrmError", () => {
  test.each(Object.keys(PLACES))("%s", (place) => {
    const raw: string[] = [];
    for (const [what, value] of WRONG) {
      try {
        PLACES[place]!(value as never);
      } catch (error) {
        if (!(error instanceof DrmError)) raw.push(`${what}: ${String((error as Error).stack)}`);
      }
    }
    expect(raw).toEqual([]);
  });
});
