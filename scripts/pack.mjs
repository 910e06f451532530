// Packs bytes for bindings/unpack.ts, which says how: of all ways to write them as bytes and copies, one that is short by what the bits
// cost after a first pass. Some seconds for 100 kB.
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const SOURCE = fileURLToPath(new URL("../bindings/unpack.ts", import.meta.url));
const { outputFiles } = buildSync({ entryPoints: [SOURCE], format: "esm", write: false });
const code = Buffer.from(outputFiles[0].text).toString("base64");
const { afterToken, EVEN, LEARNED, learned, Model, OF_NUMBER, partOfOne, SHARES, unpack } = await import(
  `data:text/javascript;base64,${code}`
);

const PASSES = 3;
const LONGEST = 600;
/** Lengths of a copy that are all tried; of a longer one only the whole. */
const TRIED = 40;
const MOST_PLACES = 4096;

/** @param {Uint8Array} data */
export function pack(data) {
  const copies = copiesIn(data);
  let chances = new Chances();
  let tokens = [];
  for (let pass = 0; pass < PASSES; pass++) {
    tokens = shortest(data, copies, chances);
    chances = new Chances();
    write(data, tokens, (model, bit) => chances.learn(model, bit));
  }
  const coder = new RangeCoder();
  write(data, tokens, (model, bit) => coder.bit(model, bit));
  const packed = coder.end();
  if (!Buffer.from(unpack(packed, data.length)).equals(Buffer.from(data)))
    throw new Error("what was packed is not what unpack() gives");
  return packed;
}

class Chances {
  chances = new Int32Array(Model.Count).fill(EVEN);
  seen = new Uint8Array(Model.Count);

  cost(model, bit) {
    const chance = this.chances[model] / 2 ** 16;
    return -Math.log2(bit === 1 ? chance : 1 - chance);
  }

  learn(model, bit) {
    if (model === Model.Even) return;
    this.chances[model] = learned(this.chances[model], SHARES[this.seen[model]], bit);
    this.seen[model] = Math.min(this.seen[model] + 1, SHARES.length - 1);
  }
}

class RangeCoder {
  chances = new Chances();
  bytes = [];
  low = 0;
  range = 2 ** 24;

  bit(model, bit) {
    const bound = partOfOne(this.range, this.chances.chances[model]);
    if (bit === 1) this.range = bound;
    else {
      this.low += bound;
      this.range -= bound;
    }
    this.chances.learn(model, bit);
    while (this.range < 2 ** 16) {
      this.shift();
      this.range *= 256;
    }
  }

  /** The highest byte goes out; a carry into those that went before is added to them. */
  shift() {
    for (let k = this.bytes.length - 1; this.low >= 2 ** 24; k--) {
      this.bytes[k] = (this.bytes[k] + 1) % 256;
      if (this.bytes[k] !== 0) this.low -= 2 ** 24;
    }
    this.bytes.push(this.low >> 16);
    this.low = (this.low % 2 ** 16) * 256;
  }

  end() {
    for (let k = 0; k < 3; k++) this.shift();
    return Uint8Array.from(this.bytes);
  }
}

function writeBits(put, model, value, count) {
  let written = 1;
  for (let k = count - 1; k >= 0; k--) {
    const bit = (value >> k) & 1;
    put(model + written, bit);
    written = 2 * written + bit;
  }
}

function writeNumber(put, model, value) {
  const count = 31 - Math.clz32(value);
  writeBits(put, model, count, 5);
  let written = 1;
  for (let k = count - 1; k >= 0; k--) {
    const bit = (value >> k) & 1;
    put(written < LEARNED ? model + LEARNED * count + written : Model.Even, bit);
    written = 2 * written + bit;
  }
}

/** @param token null for a byte, or { length, distance, which }: which of the last distances, -1 for a new one */
function writeToken(put, data, at, { kinds }, token) {
  put(Model.Token + kinds, token === null ? 0 : 1);
  if (token === null) return writeBits(put, Model.Byte + 256 * (data[at - 1] ?? 0), data[at], 8);
  const { length, distance, which } = token;
  put(Model.Again + kinds, which < 0 ? 0 : 1);
  if (which < 0) {
    writeNumber(put, Model.Length, length - 1);
    writeNumber(put, Model.Distance + OF_NUMBER * Math.min(length - 2, 3), distance);
  } else {
    writeBits(put, Model.Which, which, 2);
    writeNumber(put, Model.LengthAgain, length);
  }
}

const START = { kinds: 0, distances: [1, 1, 1, 1] };

function after({ kinds, distances }, token) {
  if (token === null) return { kinds: afterToken(kinds, 0), distances };
  const { distance, which } = token;
  const others = which < 0 ? distances.slice(0, 3) : distances.filter((_, k) => k !== which);
  return { kinds: afterToken(kinds, which < 0 ? 1 : 2), distances: [distance, ...others] };
}

function write(data, tokens, put) {
  let state = START;
  let at = 0;
  for (const token of tokens) {
    writeToken(put, data, at, state, token);
    state = after(state, token);
    at += token?.length ?? 1;
  }
}

/** By place: longer and longer copies, each from as near as there is one. */
function copiesIn(data) {
  const last = new Map();
  const before = new Int32Array(data.length).fill(-1);
  return Array.from(data, (byte, at) => {
    const found = [];
    if (at + 1 >= data.length) return found;
    const pair = 256 * byte + data[at + 1];
    before[at] = last.get(pair) ?? -1;
    last.set(pair, at);
    let longest = 1;
    for (let from = before[at], k = 0; from >= 0 && k < MOST_PLACES; from = before[from], k++) {
      if (data[from + longest] !== data[at + longest]) continue;
      const length = sameFrom(data, from, at);
      if (length > longest) {
        longest = length;
        found.push({ length, distance: at - from });
      }
    }
    return found;
  });
}

function sameFrom(data, from, at) {
  let length = 0;
  while (at + length < data.length && length < LONGEST && data[from + length] === data[at + length]) length++;
  return length;
}

/** The tokens of least cost: to each place, by the least cost to those before. */
function shortest(data, copies, chances) {
  const n = data.length;
  const least = new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY);
  const tokenTo = new Array(n + 1).fill(null);
  const states = [START];
  least[0] = 0;
  const consider = (at, token) => {
    let cost = least[at];
    const put = (model, bit) => {
      cost += chances.cost(model, bit);
    };
    writeToken(put, data, at, states[at], token);
    const end = at + (token?.length ?? 1);
    if (cost >= least[end]) return;
    least[end] = cost;
    tokenTo[end] = token;
  };
  const considerUpTo = (at, longest, shortestOne, token) => {
    for (let length = shortestOne; length <= longest; length++)
      if (length < TRIED || length === longest) consider(at, { ...token, length });
  };
  for (let at = 0; at < n; at++) {
    if (at > 0) states[at] = after(states[at - (tokenTo[at]?.length ?? 1)], tokenTo[at]);
    consider(at, null);
    const { distances } = states[at];
    distances.forEach((distance, which) => {
      if (distance > at || distances.indexOf(distance) < which) return;
      considerUpTo(at, sameFrom(data, at - distance, at), 1, { distance, which });
    });
    let shorter = 1;
    for (const { length, distance } of copies[at]) {
      if (!distances.includes(distance)) considerUpTo(at, length, shorter + 1, { distance, which: -1 });
      shorter = length;
    }
  }
  const tokens = [];
  for (let at = n; at > 0; at -= tokenTo[at]?.length ?? 1) tokens.push(tokenTo[at]);
  return tokens.reverse();
}
