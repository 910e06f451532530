import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ownDoubles } from "../../src/data/doubles";
import type { FactorColumn, NumericColumn } from "../../src/data/table";
import { type DataInput, ownTableFrom, tableFrom } from "../../src/data/table-from";
import { DrmError } from "../../src/errors";

function errorOf(run: () => unknown): DrmError {
  try {
    run();
  } catch (error) {
    if (error instanceof DrmError) return error;
    throw error;
  }
  throw new Error("wanted a DrmError");
}

describe("text by number", () => {
  const texts = ["wood", "bog", "fen", "moor"];
  const levels = ["moor", "fen", "bog", "wood"];

  test("is the column of its texts, sorted or with the levels given", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1, max: 3 }), { minLength: 1, maxLength: 30 }),
        fc.boolean(),
        (codes, given) => {
          const options = given ? { factors: { x: levels } } : {};
          const cells = codes.map((code) => texts[code] ?? null);
          const wanted = tableFrom({ x: cells, y: codes }, options).column("x");
          const seen = tableFrom({ x: { texts, codes }, y: codes }, options).column("x");
          // cells that are all missing have no type; numbered ones are text
          if (codes.some((code) => code >= 0)) expect(seen).toEqual(wanted);
          else expect(seen).toMatchObject({ kind: "factor", codes: Int32Array.from(codes) });
        },
      ),
    );
  });

  test("names the row of a text that is no level, and of a number that is no text", () => {
    const column = (codes: number[], factors?: Record<string, string[]>) => () =>
      tableFrom({ x: { texts, codes } }, factors ? { factors } : {}).column("x");
    expect(errorOf(column([0, 1], { x: ["wood"] })).message).toContain(
      "factor 'x', row 2: 'bog' is not among",
    );
    for (const code of [4, -2, 0.5, Number.NaN]) {
      const message = `text 'x', row 2: code ${code}; wanted -1 (missing) or 0 to 3`;
      expect(errorOf(column([0, code])).message).toBe(message);
      expect(errorOf(column([0, code], { x: levels })).message).toBe(message);
    }
  });
});

describe("columns", () => {
  test("numbers, booleans and text; null, undefined and NaN are missing", () => {
    const table = tableFrom({
      yi: [1, null, undefined, Number.NaN, Number.POSITIVE_INFINITY],
      treated: [true, false, null, true, false],
      habitat: ["wood", null, "bog", "wood", undefined],
    });
    expect(table.nrow).toBe(5);
    expect(table.names).toEqual(["yi", "treated", "habitat"]);
    expect(table.column("yi")).toEqual({
      kind: "numeric",
      values: Float64Array.of(1, NaN, NaN, NaN, Infinity),
    });
    expect(table.column("treated")).toEqual({ kind: "logical", values: Float64Array.of(1, 0, NaN, 1, 0) });
    expect(table.column("habitat")).toEqual({
      kind: "factor",
      codes: Int32Array.of(1, -1, 0, 1, -1),
      levels: ["bog", "wood"],
      ordered: false,
    });
    expect(table.column("nothing")).toBeUndefined();
    expect(table.column("toString")).toBeUndefined();
  });

  test("a column of nothing but missing cells is numeric", () => {
    expect(tableFrom({ x: [null, undefined] }).column("x")).toEqual({
      kind: "numeric",
      values: Float64Array.of(NaN, NaN),
    });
  });

  test("text stays text, even when it looks like numbers", () => {
    expect(tableFrom({ id: ["10", "2", "1"] }).column("id")).toMatchObject({ levels: ["1", "10", "2"] });
  });

  test("a Float64Array is used as it is, other typed arrays are converted", () => {
    const values = Float64Array.of(1, 2);
    const table = tableFrom({ a: values, b: Int16Array.of(3, 4), c: Float32Array.of(0.5, NaN) });
    expect((table.column("a") as { values: Float64Array }).values).toBe(values);
    expect(table.column("b")).toEqual({ kind: "numeric", values: Float64Array.of(3, 4) });
    expect(table.column("c")).toEqual({ kind: "numeric", values: Float64Array.of(0.5, NaN) });
  });

  test("a column is converted once", () => {
    const table = tableFrom({ x: [1, 2] });
    expect(table.column("x")).toBe(table.column("x"));
  });

  test("a column that nobody asks for may hold anything", () => {
    const table = tableFrom({ yi: [1, 2], note: [{}, 3], source: "a book" } as unknown as DataInput);
    expect(table.column("yi")).toBeDefined();
    expect(errorOf(() => table.column("source")).message).toMatch("column 'source' is text ('a book')");
    expect(errorOf(() => table.column("note")).message).toMatch("column 'note', row 1 is an object");
  });

  test("levels sort as in R: digits first, then letters, lower case before upper", () => {
    const x = ["b", "B", "a", "A", "10", "9", "_", "é", "f"];
    expect(tableFrom({ x }).column("x")).toMatchObject({
      levels: ["_", "10", "9", "a", "A", "b", "B", "é", "f"],
    });
  });

  test("many levels in any order give the same factor", () => {
    const x = Array.from({ length: 50 }, (_, i) => `s${(i * 37) % 50}`);
    const factorOf = (cells: string[]) => tableFrom({ x: cells }).column("x") as FactorColumn;
    const { codes, levels } = factorOf(x);
    expect(Array.from(codes, (code) => levels[code])).toEqual(x);
    expect(factorOf([...x].reverse()).levels).toEqual(levels);
  });

  test("columns that are factors already", () => {
    const levels = ["low", "high"];
    const codes = [1, -1, 0];
    const wanted = { kind: "factor", codes: Int32Array.from(codes), levels, ordered: false };
    expect(tableFrom({ dose: { levels, codes } }).column("dose")).toEqual(wanted);
    expect(tableFrom({ dose: { levels, values: ["high", null, "low"] } }).column("dose")).toEqual(wanted);
    expect(tableFrom({ dose: { levels, codes, ordered: true } }).column("dose")).toEqual({
      ...wanted,
      ordered: true,
    });
    expect(errorOf(() => tableFrom({ dose: { levels, codes: [0, 2] } }).column("dose"))).toMatchObject({
      code: "bad_factor",
      message: "factor 'dose', row 2: code 2; wanted -1 (missing) or 0 to 1",
    });
  });
});

describe("errors of the table", () => {
  test.each<[string, DataInput, string, string]>([
    [
      "numbers and text",
      { x: [1, null, "n/a"] },
      "bad_data",
      "column 'x', row 3 is text ('n/a') but row 1 is a number (1)",
    ],
    [
      "text and numbers",
      { x: ["a", null, 7] },
      "bad_data",
      "column 'x', row 3 is a number (7) but row 1 is text ('a')",
    ],
    [
      "booleans and numbers",
      { x: [true, 1] },
      "bad_data",
      "column 'x', row 2 is a number (1) but row 1 is a boolean (true)",
    ],
    ["dates", { x: [new Date(0)] } as unknown as DataInput, "bad_data", "column 'x', row 1 is a Date"],
    ["BigInt", { x: [1n] } as unknown as DataInput, "bad_data", "convert it with Number()"],
    [
      "BigInt arrays",
      { x: BigInt64Array.of(1n) } as unknown as DataInput,
      "bad_data",
      "Float64Array.from(x, Number)",
    ],
  ])("%s", (_, data, code, message) => {
    const error = errorOf(() => tableFrom(data).column("x"));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  test("columns of different length", () => {
    expect(errorOf(() => tableFrom({ yi: [1, 2], vi: [1] })).message).toBe(
      "columns 'yi' and 'vi' have 2 and 1 row; wanted columns of one length",
    );
  });

  test("no data", () => {
    expect(errorOf(() => tableFrom({})).code).toBe("bad_data");
    expect(errorOf(() => tableFrom([])).code).toBe("no_rows");
    expect(errorOf(() => tableFrom({ yi: [] })).code).toBe("no_rows");
    expect(errorOf(() => tableFrom(null as unknown as DataInput)).code).toBe("bad_data");
    expect(errorOf(() => tableFrom([1, 2] as unknown as DataInput)).message).toMatch("data, row 1");
  });
});

describe("levels given", () => {
  test("text takes the order given", () => {
    const table = tableFrom({ h: ["b", "a", null] }, { factors: { h: ["b", "a", "c"] } });
    expect(table.column("h")).toEqual({
      kind: "factor",
      codes: Int32Array.of(0, 1, -1),
      levels: ["b", "a", "c"],
      ordered: false,
    });
  });

  test("a numeric column becomes a factor, whatever it is stored in", () => {
    const wanted = { kind: "factor", codes: Int32Array.of(1, 0, -1), levels: ["2", "0.3"], ordered: false };
    const cells = [0.1 + 0.2, 2, Number.NaN];
    const options = { factors: { dose: ["2", "0.3"] } };
    expect(tableFrom({ dose: cells }, options).column("dose")).toEqual(wanted);
    expect(tableFrom({ dose: Float64Array.from(cells) }, options).column("dose")).toEqual(wanted);
    expect(tableFrom(tableFrom({ dose: cells }), options).column("dose")).toEqual(wanted);
    expect(
      tableFrom(
        cells.map((dose) => ({ dose })),
        options,
      ).column("dose"),
    ).toEqual(wanted);
  });

  test("booleans are TRUE and FALSE, or true and false", () => {
    const x = [true, false, null];
    const codes = Int32Array.of(0, 1, -1);
    expect(tableFrom({ x }, { factors: { x: ["TRUE", "FALSE"] } }).column("x")).toMatchObject({ codes });
    expect(tableFrom({ x }, { factors: { x: ["true", "false"] } }).column("x")).toMatchObject({ codes });
    const again = tableFrom(tableFrom({ x }), { factors: { x: ["TRUE", "FALSE"] } });
    expect(again.column("x")).toMatchObject({ codes });
  });

  test("a Table is given new levels", () => {
    const table = tableFrom({ h: ["a", "b", null], x: [1, 2, 3] });
    expect(tableFrom(table)).toBe(table);
    const changed = tableFrom(table, { factors: { h: ["b", "a"] }, ordered: new Set(["h"]) });
    expect(changed.column("h")).toEqual({
      kind: "factor",
      codes: Int32Array.of(1, 0, -1),
      levels: ["b", "a"],
      ordered: true,
    });
    expect(changed.column("x")).toBe(table.column("x"));
  });

  test("ordered text without levels keeps its sorted levels; ordered numbers need levels", () => {
    const data = { h: ["b", "a"], x: [1, 2] };
    expect(tableFrom(data, { ordered: new Set(["h"]) }).column("h")).toMatchObject({
      levels: ["a", "b"],
      ordered: true,
    });
    expect(errorOf(() => tableFrom(data, { ordered: new Set(["x"]) }).column("x")).code).toBe("bad_factor");
  });

  test("a value that is not among them, a level twice, no levels", () => {
    const h = ["grassland", "forrest"];
    const given = (levels: string[]) =>
      errorOf(() => tableFrom({ h }, { factors: { h: levels } }).column("h"));
    expect(given(["grassland", "forest"])).toMatchObject({
      code: "bad_factor",
      message:
        "factor 'h', row 2: 'forrest' is not among the levels grassland, forest; did you mean 'forest'?",
    });
    expect(given(["a", "b", "a"]).message).toBe("factor 'h': level 'a' is listed twice");
    expect(given([]).code).toBe("bad_factor");
  });

  test("levels for a column that is not there", () => {
    const error = errorOf(() => tableFrom([{ habitat: "a" }], { factors: { habitatt: ["a"] } }));
    expect(error).toMatchObject({ code: "unknown_column" });
    expect(error.message).toMatch("did you mean 'habitat'?");
  });
});

describe("row objects", () => {
  test("the columns are the union of the keys; a key that is absent is a missing cell", () => {
    const table = tableFrom([{ yi: 1 }, { yi: 2, habitat: "bog" }, { vi: 0.1, habitat: null }]);
    expect(table.names).toEqual(["yi", "habitat", "vi"]);
    expect(table.column("yi")).toEqual({ kind: "numeric", values: Float64Array.of(1, 2, NaN) });
    expect(table.column("habitat")).toMatchObject({ codes: Int32Array.of(-1, 0, -1), levels: ["bog"] });
    expect(table.column("nothing")).toBeUndefined();
  });

  test("names that every object has are no columns, unless they are", () => {
    expect(tableFrom([{ yi: 1 }]).column("constructor")).toBeUndefined();
    expect(tableFrom([{ yi: 1, valueOf: 3 }]).column("valueOf")).toMatchObject({
      values: Float64Array.of(3),
    });
  });

  test("a key that is always undefined is a column of missing cells", () => {
    expect(tableFrom([{ yi: 1, x: undefined }]).column("x")).toMatchObject({ values: Float64Array.of(NaN) });
  });
});

describe("Arrow-like tables", () => {
  const columns: Record<
    string,
    { toArray(): ArrayLike<unknown>; nullCount?: number; get?(i: number): unknown }
  > = {
    yi: { toArray: () => Float64Array.of(1, 2) },
    habitat: { toArray: () => ["bog", "wood"] },
    // the buffer of a column with nulls holds a 0 where the null is
    vi: { toArray: () => Float64Array.of(0, 0.2), nullCount: 1, get: (i) => (i === 0 ? null : 0.2) },
    short: { toArray: () => [1] },
  };
  const arrow = {
    numRows: 2,
    schema: { fields: Object.keys(columns).map((name) => ({ name })) },
    getChild: (name: string) => columns[name] ?? null,
  };

  test("columns, nulls included", () => {
    const table = tableFrom(arrow);
    expect(table).toMatchObject({ nrow: 2, names: ["yi", "habitat", "vi", "short"] });
    expect(table.column("yi")).toMatchObject({ values: Float64Array.of(1, 2) });
    expect(table.column("vi")).toMatchObject({ values: Float64Array.of(NaN, 0.2) });
    expect(table.column("habitat")).toMatchObject({ levels: ["bog", "wood"] });
    expect(table.column("nothing")).toBeUndefined();
    expect(errorOf(() => table.column("short")).message).toMatch("has 1 cell for 2 rows");
  });
});

test("rows, columns and Arrow hold the same data", () => {
  const cell = (value: fc.Arbitrary<number | string | boolean>) =>
    fc.array(fc.option(value), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(cell(fc.double()), cell(fc.string()), cell(fc.boolean()), (x, h, t) => {
      const columns = { x, h, t };
      const rows = x.map((_, i) => ({ x: x[i], h: h[i], t: t[i] }));
      const arrow = {
        numRows: 5,
        schema: { fields: [{ name: "x" }, { name: "h" }, { name: "t" }] },
        getChild: (name: string) => ({ toArray: () => columns[name as "x" | "h" | "t"] }),
      };
      for (const name of ["x", "h", "t"]) {
        const wanted = tableFrom(columns).column(name);
        expect(tableFrom(rows).column(name)).toEqual(wanted);
        expect(tableFrom(arrow).column(name)).toEqual(wanted);
      }
    }),
  );
});

describe("a table of one's own", () => {
  const x = Float64Array.of(1, 2, 3);
  const written = {
    kind: "factor" as const,
    codes: Int32Array.of(0, 1, 2),
    levels: ["1", "2.0", "3"],
    ordered: false,
  };
  const number = { kind: "numeric" as const, values: x, written };
  const ways: Readonly<Record<string, DataInput>> = {
    columns: { x, number } as DataInput,
    "a table": tableFrom({ x, number } as DataInput),
    "a table of another library": {
      nrow: 3,
      names: ["x", "number"],
      column: (name: string) => (name === "x" ? { kind: "numeric", values: x } : number),
    } as DataInput,
  };
  test.each(Object.keys(ways))("has the columns of %s, in other memory", (way) => {
    const shared = tableFrom(ways[way]!);
    const own = ownTableFrom(ways[way]!, {}, ownDoubles());
    for (const name of ["x", "number"]) {
      expect(own.column(name)).toEqual(shared.column(name));
      expect(own.column(name)).toBe(own.column(name));
      expect((own.column(name) as NumericColumn).values).not.toBe(
        (shared.column(name) as NumericColumn).values,
      );
    }
    const { codes, levels } = (own.column("number") as NumericColumn).written!;
    expect(codes).not.toBe(written.codes);
    expect(levels).not.toBe(written.levels);
  });
});
