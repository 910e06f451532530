import { DrmError } from "../../errors";
import { article } from "../../words";

/**
 * Plain data with typed arrays, NaN and infinities as JSON values, without loss:
 *
 *   NaN, Infinity, -Infinity, -0    { "$number": "NaN" }
 *   Float64Array, Int32Array ...    { "$Float64Array": [1, "NaN", ...] }
 *   an object with a "$..." key     { "$object": [[key, value], ...] }
 */
export type EncodedValue =
  | null
  | boolean
  | number
  | string
  | readonly EncodedValue[]
  | { readonly [key: string]: EncodedValue };

type NumberArray = Float64Array | Int32Array | Uint32Array | Uint8Array;
const TYPED = { Float64Array, Int32Array, Uint32Array, Uint8Array } as const;
type TypedName = keyof typeof TYPED;

/** Throws DrmError("bad_data") on what is not plain data, such as a function. Absent and undefined keys are the same. */
export function encodeState(value: unknown): EncodedValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return isPlain(value) ? value : { $number: numberText(value) };
  if (Array.isArray(value)) return value.map(encodeState);
  if (typeof value === "object") {
    const typed = typedName(value);
    if (typed !== null) {
      const cells = Array.from(value as NumberArray, (x) => (isPlain(x) ? x : numberText(x)));
      return { [`$${typed}`]: cells };
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return encodeObject(value);
  }
  throw new DrmError("bad_data", `cannot save ${describe(value)} as JSON: a fit is plain data`);
}

/** The inverse of encodeState. Throws DrmError("bad_data") on an unknown "$" key. */
export function decodeState(value: EncodedValue): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(decodeState);
  const entries = Object.entries(value as { readonly [key: string]: EncodedValue });
  const [key, content] = entries[0] ?? ["", null];
  if (!key.startsWith("$")) return fromEntries(entries);
  if (key === "$number") return numberFrom(content);
  if (key === "$object" && Array.isArray(content)) return fromEntries(content as [string, EncodedValue][]);
  const typed = key.slice(1);
  if (Object.hasOwn(TYPED, typed) && Array.isArray(content)) {
    return TYPED[typed as TypedName].from(content.map(numberFrom));
  }
  throw new DrmError("bad_data", `'${key}' in a saved fit: written by another version, or damaged`);
}

function encodeObject(value: object): EncodedValue {
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const encoded = entries.map(([key, inner]): [string, EncodedValue] => [key, encodeState(inner)]);
  if (entries.some(([key]) => key.startsWith("$"))) return { $object: encoded };
  return Object.fromEntries(encoded);
}

// Object.fromEntries defines keys, so that a column called __proto__ stays a column
function fromEntries(entries: readonly (readonly [string, EncodedValue])[]): unknown {
  return Object.fromEntries(entries.map(([key, inner]) => [key, decodeState(inner)]));
}

function typedName(value: object): TypedName | null {
  for (const name of Object.keys(TYPED) as TypedName[]) if (value instanceof TYPED[name]) return name;
  return null;
}

function describe(value: unknown): string {
  return typeof value === "object" ? `an instance of ${value?.constructor?.name}` : article(typeof value);
}

function isPlain(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}

function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function numberFrom(content: EncodedValue): number {
  return Number(content);
}
