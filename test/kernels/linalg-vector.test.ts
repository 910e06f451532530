import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { doubles, type Kernels, loadKernels, uniform } from "./compile";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels();
});

// Math.exp and Math.log are themselves good to one unit in the last place, ours too: two together
const ULPS = 2;

function ulp(x: number): number {
  const bits = new BigUint64Array(new Float64Array([Math.abs(x)]).buffer);
  bits[0]! += 1n;
  return new Float64Array(bits.buffer)[0]! - Math.abs(x);
}

function map(name: "expArray" | "logArray", values: number[], which: "fast" | "plain" = "fast"): number[] {
  const n = values.length;
  const source = kernels.allocate(n * 8);
  const target = kernels.allocate((n + 1) * 8);
  doubles(kernels, source, n).set(values);
  doubles(kernels, target, n + 1)[n] = 77;
  kernels[which][name](target, source, n);
  const result = [...doubles(kernels, target, n + 1)];
  expect(result.pop()).toBe(77); // nothing written past the end
  kernels.release(source);
  kernels.release(target);
  return result;
}

function expectClose(actual: number, expected: number, at: number): void {
  if (Object.is(actual, expected)) return;
  if (Number.isNaN(expected) || !Number.isFinite(expected))
    expect({ at, actual }).toEqual({ at, actual: expected });
  else
    expect(Math.abs(actual - expected) / ulp(expected), `at ${at}: ${actual}, ${expected}`).toBeLessThan(
      ULPS + 0.5,
    );
}

const special = [
  0,
  -0,
  1,
  -1,
  Infinity,
  -Infinity,
  Number.NaN,
  Number.MIN_VALUE,
  -Number.MIN_VALUE,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  2 ** -1022,
  2 ** -1023,
  1e-310,
  709.782712893384,
  709.7827128933841,
  710,
  746,
  -708.3964185322641,
  -708.4,
  -720,
  -744.4400719213812,
  -745.1332191019411,
  -745.1332191019412,
  -746,
  Math.SQRT1_2,
  Math.SQRT2,
  Math.E,
  Math.LN2,
  Math.LN2 / 2,
  -Math.LN2 / 2,
  1 + 2 ** -52,
  1 - 2 ** -53,
];

describe.each(["expArray", "logArray"] as const)("%s", (name) => {
  const reference = name === "expArray" ? Math.exp : Math.log;

  it("meets Math at special values, in either lane", () => {
    for (const shift of [0, 1]) {
      const values = [...new Array<number>(shift).fill(1), ...special];
      map(name, values).forEach((y, i) => {
        expectClose(y, reference(values[i]!), values[i]!);
      });
    }
  });

  it("meets Math over its whole range", () => {
    const random = uniform(5);
    for (const scale of [1e-9, 0.01, 0.7, 10, 100, 745]) {
      const exponents = Array.from({ length: 20000 }, () => (2 * random() - 1) * scale);
      const values = name === "expArray" ? exponents : exponents.map(Math.exp);
      map(name, values).forEach((y, i) => {
        expectClose(y, reference(values[i]!), values[i]!);
      });
    }
  });

  it("meets Math for any double", () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 1, maxLength: 9 }), (values) => {
        map(name, values).forEach((y, i) => {
          expectClose(y, reference(values[i]!), values[i]!);
        });
        map(name, values, "plain").forEach((y, i) => {
          expectClose(y, reference(values[i]!), values[i]!);
        });
      }),
    );
  });
});

describe("expArray and logArray", () => {
  it("work in place", () => {
    const n = 11;
    const address = kernels.allocate(n * 8);
    const values = Float64Array.from({ length: n }, (_, i) => i - 5);
    doubles(kernels, address, n).set(values);
    kernels.fast.expArray(address, address, n);
    kernels.fast.logArray(address, address, n);
    // log(exp(x)) loses what exp(x) rounds away: half an ulp of the result of exp, relative
    doubles(kernels, address, n).forEach((x, i) => {
      expect(Math.abs(x - values[i]!)).toBeLessThan(4e-15);
    });
    kernels.release(address);
  });
});

describe("dot and axpy", () => {
  const vector = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 40 });

  it("match plain loops", () => {
    fc.assert(
      fc.property(vector, fc.double({ min: -2, max: 2, noNaN: true }), (x, alpha) => {
        const n = x.length;
        const px = kernels.allocate(n * 8 + 8);
        const py = kernels.allocate(n * 8 + 8);
        const pz = kernels.allocate(n * 8 + 8);
        doubles(kernels, px, n).set(x);
        for (const p of [py, pz]) doubles(kernels, p, n).set([...x].reverse());
        const bound = 2 ** -52 * (n + 1);
        expect(Math.abs(kernels.fast.dot(px, py, n) - kernels.plain.dot(px, py, n))).toBeLessThan(bound);
        kernels.fast.axpy(py, alpha, px, n);
        kernels.plain.axpy(pz, alpha, px, n);
        expect([...doubles(kernels, py, n)]).toEqual([...doubles(kernels, pz, n)]);
        for (const p of [px, py, pz]) kernels.release(p);
      }),
    );
  });
});
