import { describe, expect, it } from "vitest";
import { wasm } from "../../bindings/wasm";
import { withEngine } from "../../src/fit/engine";
import type { Fit } from "../../src/fit/fit";
import { drm, drmFormula, hatvalues, summary, type UnivariateFit } from "../../src/index";
import { openFit } from "../../src/opened/open-fit";

const ROWS = 40;
/** An engine of these rows takes some 16 kB: kept, one a fit would be 48 MB. */
const FITS = 3000;
const formula = drmFormula("yi ~ x + meta_V(V = vi)", "sigma ~ x");

function newFit(seed: number): UnivariateFit {
  const column = (value: (i: number) => number) => Array.from({ length: ROWS }, (_, i) => value(i));
  const data = {
    yi: column((i) => Math.sin(seed + 7.1 * i) + 0.1 * i),
    vi: column((i) => 0.05 + 0.01 * (i % 7)),
    x: column((i) => i % 5),
  };
  return drm(formula, { data, starts: 1 }) as UnivariateFit;
}

const bytes = () => wasm().memory.buffer.byteLength;

describe("WebAssembly memory", () => {
  it(`does not grow with ${FITS} fits that are kept, each summarised and asked for leverages`, () => {
    const fits: Fit[] = [];
    const ask = (seed: number) => {
      const fit = newFit(seed);
      summary(fit);
      hatvalues(fit);
      fits.push(fit);
    };
    for (let seed = 0; seed < 20; seed++) ask(seed);
    const before = bytes();
    for (let seed = 20; seed < FITS; seed++) ask(seed);
    expect(bytes()).toBe(before);
    expect(fits.length).toBe(FITS);
  });

  it("is returned by an engine whose borrower throws", () => {
    const { standard, theta } = openFit(newFit(1));
    const fail = () =>
      withEngine(standard, (engine) => {
        engine.settleAt(theta);
        throw new Error("on purpose");
      });
    expect(fail).toThrow("on purpose");
    const before = bytes();
    for (let i = 0; i < FITS; i++) expect(fail).toThrow("on purpose");
    expect(bytes()).toBe(before);
  });

  it("would grow with engines that are kept", () => {
    const { standard } = openFit(newFit(1));
    const before = bytes();
    const lend = (depth: number): number =>
      depth === 0 ? bytes() : withEngine(standard, () => lend(depth - 1));
    expect(lend(FITS)).toBeGreaterThan(before);
  });
});
