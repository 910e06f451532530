import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { wasmBytes, wasmPacked, wasmSha256 } from "../../bindings/kernel.generated";
import { unpack } from "../../bindings/unpack";
import { pack } from "../../scripts/pack.mjs";
import { randomStream } from "../../src/stats/random";

const { uniform } = randomStream(11);
const noise = (n: number, values: number) =>
  Uint8Array.from({ length: n }, () => Math.floor(values * uniform()));
const text = (of: string) => new TextEncoder().encode(of);
/** Pieces of a few kinds in random order, with bytes changed here and there: copies from far and near, again and again. */
const pieces = () => {
  const kinds = Array.from({ length: 5 }, () => noise(40, 256));
  return Uint8Array.from(
    Array.from({ length: 300 }, () => [...kinds[Math.floor(5 * uniform())]!]).flat(),
    (byte) => (uniform() < 0.03 ? Math.floor(256 * uniform()) : byte),
  );
};

describe("unpack() undoes pack()", () => {
  test.each<[string, Uint8Array, number]>([
    ["nothing", new Uint8Array(0), 4],
    ["one byte", Uint8Array.of(255), 7],
    ["one byte over and over", new Uint8Array(1500).fill(7), 40],
    ["a copy that overlaps what it makes", text("abcabcabcabcabcabcabcabcabc"), 20],
    // what was not expected costs little more than its bits
    ["noise", noise(5000, 256), 5700],
    ["noise of three values", noise(1500, 3), 420],
    ["pieces", pieces(), 2600],
  ])("%s", (_, data, most) => {
    const packed = pack(data);
    expect(unpack(packed, data.length)).toEqual(data);
    expect(packed.length).toBeLessThanOrEqual(most);
  });

  test("and gives the module", () => {
    const wasm = unpack(Buffer.from(wasmPacked, "base64"), wasmBytes);
    expect(createHash("sha256").update(wasm).digest("hex")).toBe(wasmSha256);
  });
});
