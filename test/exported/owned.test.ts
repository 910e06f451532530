import { describe, expect, test } from "vitest";
import * as batch from "../../src/batch/index";
import { reuse, scratch } from "../../src/data/doubles";
import * as library from "../../src/index";
import {
  compile,
  type DataInput,
  type DrmOptions,
  drm,
  drmFormula,
  type Fit,
  parseCsv,
  tableFrom,
} from "../../src/index";
import * as plot from "../../src/plot/index";
import { CALLS } from "./calls";
import { exportedFunctions } from "./signatures";

// A fit owns its numbers: what becomes of the arrays that it was made from, or of those that it gave away, changes nothing.

const N = 14;
const rows = Array.from({ length: N }, (_, i) => i);
const yi = () => Float64Array.from(rows, (i) => 0.2 + 0.05 * i + 0.4 * Math.sin(5 * i));
const y2 = () => Float64Array.from(rows, (i) => 0.1 - 0.03 * i + 0.3 * Math.cos(7 * i));
const vi = () => Float64Array.from(rows, (i) => 0.02 + 0.003 * i);
const x = () => Float64Array.from(rows, (i) => Math.cos(3 * i));
const g = () => rows.map((i) => (i % 2 === 0 ? "a" : "b"));
const study = () => ({
  levels: ["s0", "s1", "s2", "s3", "s4"],
  codes: Int32Array.from(rows, (i) => Math.floor(i / 3)),
});
const dense = () => {
  const V = new Float64Array(N * N);
  rows.forEach((i) => {
    V[i * N + i] = 0.03 + 0.002 * i;
    if (i % 2 === 1) V[i * N + i - 1] = V[(i - 1) * N + i] = 0.01;
  });
  return V;
};

type Made = () => { readonly formulas: string[]; readonly options: DrmOptions };
const columns = () =>
  ({ yi: yi(), y2: y2(), vi: vi(), x: x(), g: g(), study: study() }) as unknown as DataInput;

/** One of each way in which arrays come into a fit. */
const INPUTS: Readonly<Record<string, Made>> = {
  "columns of numbers in memory": () => ({
    formulas: ["yi ~ x + g + meta_V(V = vi)", "sigma ~ x"],
    options: { data: columns() },
  }),
  "columns as plain arrays": () => ({
    formulas: ["yi ~ 0 + x + meta_V(V = vi)"],
    options: { data: { yi: [...yi()], vi: [...vi()], x: [...x()] } },
  }),
  "row objects": () => ({
    formulas: ["yi ~ x + meta_V(V = vi)"],
    options: { data: rows.map((i) => ({ yi: yi()[i], vi: vi()[i], x: x()[i] })) },
  }),
  "a missing cell": () => {
    const data = { yi: yi(), vi: vi(), x: x() };
    data.x[3] = Number.NaN;
    return { formulas: ["yi ~ x + meta_V(V = vi)"], options: { data } };
  },
  "a table": () => ({
    formulas: ["yi ~ x + g + (1 | study) + meta_V(V = vi)"],
    options: { data: tableFrom(columns()) },
  }),
  "a table of one's own": () => {
    const own: Record<string, library.Column> = {
      yi: { kind: "numeric", values: yi() },
      g: { kind: "factor", codes: Int32Array.from(rows, (i) => i % 2), levels: ["a", "b"], ordered: false },
    };
    return {
      formulas: ["yi ~ g"],
      options: {
        data: { nrow: N, names: ["yi", "g"], column: (name: string) => own[name], own } as DataInput,
      },
    };
  },
  "a CSV": () => ({
    formulas: ["yi ~ g + meta_V(V = vi)"],
    options: {
      data: parseCsv(["yi,vi,g", ...rows.map((i) => `${yi()[i]},${vi()[i]},${g()[i]}`)].join("\n")),
    },
  }),
  "an Arrow table": () => {
    const vectors: Record<string, Float64Array> = { yi: yi(), vi: vi() };
    const data = {
      numRows: N,
      schema: { fields: [{ name: "yi" }, { name: "vi" }] },
      getChild: (name: string) => ({ toArray: () => vectors[name]!, vectors }),
      vectors,
    };
    return { formulas: ["yi ~ 1 + meta_V(V = vi)"], options: { data: data as DataInput } };
  },
  "random intercepts": () => ({
    formulas: ["yi ~ x + (1 | study) + meta_V(V = vi)", "sd(study) ~ 1"],
    options: { data: columns() },
  }),
  "an offset": () => ({
    formulas: ["yi ~ 1 + offset(x) + meta_V(V = vi)"],
    options: { data: columns() },
  }),
  "a matrix": () => ({
    formulas: ["yi ~ x + meta_V(V = V)"],
    options: { data: columns(), matrices: { V: dense() } },
  }),
  "a vector of variances": () => ({
    formulas: ["yi ~ x + meta_V(V = V)"],
    options: { data: columns(), matrices: { V: vi() } },
  }),
  "a matrix by its rows": () => ({
    formulas: ["yi ~ x + meta_V(V = V)"],
    options: { data: columns(), matrices: { V: rows.map((i) => dense().slice(i * N, (i + 1) * N)) } },
  }),
  "a matrix in blocks": () => ({
    formulas: ["yi ~ x + meta_V(V = V)"],
    options: {
      data: columns(),
      matrices: {
        V: {
          blocks: rows
            .filter((i) => i % 2 === 0)
            .map((i) => ({ rows: [i, i + 1], matrix: Float64Array.of(0.04, 0.01, 0.01, 0.05) })),
        },
      },
    },
  }),
  "clusters of effects": () => ({
    formulas: ["yi ~ x + meta_V(V = V)"],
    options: {
      data: columns(),
      matrices: { V: library.metaVcovCluster({ vi: vi(), cluster: rows.map((i) => Math.floor(i / 2)) }) },
    },
  }),
  "weights in an array": () => ({
    formulas: ["yi ~ x + meta_V(V = vi)"],
    options: { data: columns(), weights: Float64Array.from(rows, (i) => 1 + (i % 3)) },
  }),
  "weights in a column": () => ({
    formulas: ["yi ~ x + meta_V(V = vi)"],
    options: {
      data: { ...columns(), w: Float64Array.from(rows, (i) => 1 + (i % 3)) } as DataInput,
      weights: "w",
    },
  }),
  "levels and order": () => ({
    formulas: ["yi ~ g + meta_V(V = vi)"],
    options: { data: columns(), factors: { g: ["b", "a"] }, ordered: ["g"] },
  }),
  "a value held": () => ({
    formulas: ["yi ~ x + meta_V(V = vi)"],
    options: { data: columns(), fixed: { sigma: 0.2 } },
  }),
  "two outcomes": () => ({
    formulas: ["mu1 = yi ~ x + meta_V(V = V)", "mu2 = y2 ~ 1"],
    options: {
      data: columns(),
      matrices: { V: library.metaVcovBivariate({ v1: vi(), v2: vi(), cor12: 0.3 }) },
    },
  }),
};

/** Overwrites every number and text that can be reached and written, as a careless program would. */
function spoil(value: unknown, seen = new Set<unknown>()): void {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  if (ArrayBuffer.isView(value)) {
    for (let i = 0; i < (value as Float64Array).length; i++) (value as Float64Array)[i] = 77 + i;
    return;
  }
  const record = value as Record<string, unknown>;
  for (const key of Object.keys(record)) {
    spoil(record[key], seen);
    if (Object.isFrozen(record)) continue;
    if (typeof record[key] === "number") record[key] = 77;
    else if (typeof record[key] === "string") record[key] = "spoilt";
  }
}

/** What is asked of a fit, as text. */
function answers(fit: Fit): string {
  const asked = [
    library.toJSON(fit, { full: true, fitted: true, checks: true }),
    String(library.summary(fit)),
    library.predict(fit),
    library.residuals(fit, { type: "rstandard" }),
    library.heterogeneity(fit),
    library.augment(fit),
    library.simulate(fit, 1, { seed: 3 }),
    plot.forestRows(fit),
  ];
  return JSON.stringify(asked, (_, value) =>
    ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value,
  );
}

describe("arrays that a fit was made from may be overwritten", () => {
  test.each(Object.keys(INPUTS))("%s", (name) => {
    const { formulas, options } = INPUTS[name]!();
    const fit = drm(drmFormula(...formulas), options);
    const before = answers(fit);
    spoil(formulas);
    spoil(options);
    expect(answers(fit)).toBe(before);
    // it was the right thing that was spoilt: a fit of the same options is another one, or none
    const again = () => answers(drm(drmFormula(...INPUTS[name]!().formulas), options));
    let after = "";
    try {
      after = again();
    } catch {
      // what is left is no data
    }
    expect(after).not.toBe(before);
  });

  test("of a compiled model, fit() too", () => {
    const { formulas, options } = INPUTS["a vector of variances"]!();
    const { data, ...model } = options;
    const fit = compile(drmFormula(...formulas), model).fit(data);
    const before = answers(fit);
    spoil(options);
    expect(answers(fit)).toBe(before);
  });
});

describe("a fit keeps none of the memory that later fits work in", () => {
  /** More arrays than a fit of so few rows borrows, all written over. */
  const writeOverAllThatIsLent = () =>
    reuse(() => {
      for (let length = 1; length <= 400; length++) {
        for (let k = 0; k < 40; k++) scratch(length).fill(77);
      }
    });
  test.each(Object.keys(INPUTS))("%s", (name) => {
    const { formulas, options } = INPUTS[name]!();
    const fit = drm(drmFormula(...formulas), options);
    const copy = structuredClone(fit);
    writeOverAllThatIsLent();
    expect(fit).toEqual(copy);
  });
});

test("a compiled model keeps the options that it was given", () => {
  const data = columns();
  const options = {
    factors: { g: ["b", "a"] },
    fixed: { sigma: 0.2 },
    matrices: { V: vi() } as Record<string, Float64Array>,
    weights: Float64Array.from(rows, () => 1) as Float64Array | string,
    method: "ML" as "ML" | "REML",
  };
  const model = compile("yi ~ g + meta_V(V = V)", options);
  const before = JSON.stringify([model.estimate(data), answers(model.fit(data))]);
  options.factors.g.reverse();
  options.fixed.sigma = 3;
  options.matrices.V = Float64Array.from(vi(), (v) => 2 * v);
  options.weights = "nothing";
  options.method = "REML";
  expect(JSON.stringify([model.estimate(data), answers(model.fit(data))])).toBe(before);
});

describe("arrays that a fit gave away may be overwritten", () => {
  const modules = { ...library, ...batch, ...plot } as unknown as Record<
    string,
    (...args: unknown[]) => unknown
  >;
  const ofFits = exportedFunctions().filter(
    ({ name, parameters }) => parameters[0]?.name === "fit" && name !== "bootstrap",
  );
  const FITS: readonly (keyof typeof INPUTS)[] = ["columns of numbers in memory", "two outcomes", "a matrix"];

  test.each(ofFits.map(({ name }) => name))("%s", (name) => {
    let answered = 0;
    const calls = [CALLS[name]!(), ...FITS.map((kind) => [made(kind), ...CALLS[name]!().slice(1)])];
    for (const [given, ...rest] of calls) {
      // of its own: the others go on with theirs
      const fit = structuredClone(given);
      const before = structuredClone(fit);
      try {
        const result = modules[name]!(fit, ...rest);
        // a fit made from a fit has what is the same in common with it
        if ((result as { kind?: unknown })?.kind !== "drmeta-fit") spoil(result);
        answered++;
      } catch (error) {
        // not of this kind of fit
        expect(error).toBeInstanceOf(library.DrmError);
      }
      expect(structuredClone(fit)).toEqual(before);
    }
    expect(answered).toBeGreaterThan(0);
  });

  function made(kind: keyof typeof INPUTS): Fit {
    const { formulas, options } = INPUTS[kind]!();
    return drm(drmFormula(...formulas), { ...options, starts: 1 });
  }
});
