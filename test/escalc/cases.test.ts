import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type EscalcColumns, type EscalcOptions, escalc, measures } from "../../src/escalc/index";
import { listCases, loadCase } from "../cases";

/** metafor 5.1-12's answers, of variants.json 3.8-1's (variants.R). */
interface Block {
  readonly measure: string;
  /** R's empty list is an array in JSON */
  readonly options: EscalcOptions | readonly [];
  readonly inputs: Readonly<Record<string, readonly (number | null)[]>>;
  readonly yi: readonly (number | null)[];
  readonly vi: readonly (number | null)[];
  readonly note?: string;
}

interface Case {
  readonly blocks: readonly Block[];
}

const VARIANTS = JSON.parse(
  readFileSync(new URL("./fixtures/variants.json", import.meta.url), "utf8"),
) as Case;
const CASES = [
  ...[...listCases("v"), ...listCases("next/p")]
    .filter((id) => id.includes("escalc"))
    .map((id) => ({ name: id.replace(/^next\/|-.*/g, ""), ...loadCase<Case>(id) })),
  { name: "variants", ...VARIANTS },
];

/** relative, of numbers around 1 absolute; the cases have 15 digits */
const TOLERANCE = 1e-10;

/**
 * Where metafor is off: it has the hypergeometric function from GSL, which gives F(1/2, 1/2; 5; 0.9984) = 1.06475 for 1.06418. These
 * are from 40 digits of arithmetic (mpmath).
 */
const CORRECTED: Readonly<Record<string, readonly [number, number]>> = {
  "v32 UCOR {} n = 12, r = -0.04": [-0.04256730155479523, 0.09057993935733388],
  'v32 UCOR {"vtype":"UB"} n = 12, r = -0.04': [-0.04256730155479523, 0.1244138891544616],
};

const close = (a: number, b: number) => Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(b), 1e-3);

describe.each(CASES)("$name", ({ name, blocks }) => {
  test.each(blocks.map((block) => [block.measure, JSON.stringify(block.options), block] as const))(
    "%s %s",
    (measure, title, block) => {
      const options = Array.isArray(block.options) ? {} : (block.options as EscalcOptions);
      const { yi, vi } = escalc(measure, block.inputs as EscalcColumns, options);
      const wrong: string[] = [];
      for (let i = 0; i < block.yi.length; i++) {
        const row = `${name} ${measure} ${title} n = ${block.inputs.ni?.[i]}, r = ${block.inputs.ri?.[i]}`;
        const [y, v] = CORRECTED[row] ?? [block.yi[i]!, block.vi[i]!];
        if (y === null || v === null) {
          // rows that the case does not judge
          if (block.note?.includes("not judged")) continue;
          if (!(Number.isNaN(yi[i]) && Number.isNaN(vi[i])))
            wrong.push(`row ${i + 1}: ${yi[i]}, ${vi[i]}, wanted none`);
        } else if (!close(yi[i]!, y) || !close(vi[i]!, v)) {
          wrong.push(`row ${i + 1}: ${yi[i]}, ${vi[i]}, wanted ${y}, ${v}`);
        }
      }
      expect(wrong).toEqual([]);
    },
  );
});

test("every measure is in a case, and every measure of a case is offered", () => {
  const inCases = new Set(CASES.flatMap(({ blocks }) => blocks.map(({ measure }) => measure)));
  expect(Object.keys(measures).filter((name) => !inCases.has(name))).toEqual([]);
  expect([...inCases].filter((name) => !Object.hasOwn(measures, name))).toEqual([]);
});
