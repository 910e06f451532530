import { describe, expect, test } from "vitest";
import * as batch from "../../src/batch/index";
import * as effectSizes from "../../src/escalc/index";
import * as library from "../../src/index";
import { DrmError } from "../../src/index";
import * as plot from "../../src/plot/index";
import * as trees from "../../src/trees/index";
import { CALLS } from "./calls";
import { exportedFunctions } from "./signatures";

const MODULES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "src/index.ts": library,
  "src/batch/index.ts": batch,
  "src/plot/index.ts": plot,
  "src/escalc/index.ts": effectSizes,
  "src/trees/index.ts": trees,
};

const FUNCTIONS = exportedFunctions();
const named = (name: string) => FUNCTIONS.filter((one) => one.name === name)[0]!;

/** What people and programs pass by mistake. */
const WRONG: readonly (readonly [string, unknown])[] = [
  ["null", null],
  ["undefined", undefined],
  ["0", 0],
  ["-1", -1],
  ["1.5", 1.5],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["an empty text", ""],
  ["a text", "nonsense"],
  ["the name of a method", "constructor"],
  ["true", true],
  ["an empty array", []],
  ["an array of numbers", [1, 2]],
  ["an array of texts", ["a", "b"]],
  ["an array of nulls", [null]],
  ["an array of arrays", [[], [1]]],
  ["an array with holes", new Array(3)],
  ["an empty object", {}],
  ["an object", { a: 1, length: 2 }],
  ["an object without a prototype", Object.create(null)],
  ["a function", () => 1],
  ["a symbol", Symbol("s")],
  ["a BigInt", 10n],
  ["a Date", new Date(0)],
  ["a Map", new Map([["a", 1]])],
  ["an array of numbers in memory", new Float64Array(3)],
  ["an array of big integers in memory", new BigInt64Array(3)],
  ["a promise", Promise.resolve(1)],
];

/** Runs a call to its end: promises are awaited, of a stream the first result is read. */
async function outcome(entry: string, name: string, args: readonly unknown[]): Promise<unknown> {
  const call = MODULES[entry]![name] as (...args: readonly unknown[]) => unknown;
  const result = await call(...args);
  if (typeof result === "object" && result !== null && Symbol.asyncIterator in result) {
    const stream = result as AsyncGenerator;
    try {
      return (await stream.next()).value;
    } finally {
      await stream.return(undefined);
    }
  }
  return result;
}

/** The error of a call; null when there is none. */
async function errorOf(entry: string, name: string, args: readonly unknown[]): Promise<unknown> {
  try {
    await outcome(entry, name, args);
    return null;
  } catch (error) {
    return error;
  }
}

function said(error: unknown): string {
  return error instanceof DrmError ? "DrmError" : String(error instanceof Error ? error.stack : error);
}

test("every exported function has a call, and no call is left over", () => {
  const names = FUNCTIONS.map(({ name }) => name);
  expect(names.filter((name) => CALLS[name] === undefined)).toEqual([]);
  expect(Object.keys(CALLS).filter((name) => !names.includes(name))).toEqual([]);
  // what the compiler calls a function is one at run time, and the other way round
  for (const [entry, module] of Object.entries(MODULES)) {
    const atRunTime = Object.keys(module).filter((name) => typeof module[name] === "function");
    const known = FUNCTIONS.filter((one) => one.entry === entry).map(({ name }) => name);
    expect(atRunTime.filter((name) => !known.includes(name) && name !== "DrmError")).toEqual([]);
  }
});

describe.each(FUNCTIONS.map(({ name, entry }) => [name, entry] as const))("%s", (name, entry) => {
  const { parameters } = named(name);
  const valid = () => CALLS[name]!();

  test("takes the call", async () => {
    expect(said(await errorOf(entry, name, valid()))).toBe("null");
  });

  test("answers anything in the place of an argument, or refuses it with a DrmError", async () => {
    const raw: string[] = [];
    for (let i = 0; i < Math.max(valid().length, parameters.length); i++) {
      for (const [what, value] of WRONG) {
        const args = [...valid()];
        while (args.length < i) args.push(undefined);
        args[i] = value;
        const error = await errorOf(entry, name, args);
        if (error !== null && !(error instanceof DrmError)) {
          raw.push(`${what} as ${parameters[i]?.name ?? `argument ${i + 1}`}: ${said(error)}`);
        }
      }
    }
    expect(raw).toEqual([]);
  });

  test("needs what is not optional", async () => {
    // a stream asks for its data when it is read; a question about anything has an answer for nothing
    if (name === "fitMany" || name === "isDrmError") return;
    const needed = parameters.filter(({ optional }) => !optional).length;
    if (needed === 0) return;
    expect(said(await errorOf(entry, name, []))).toBe("DrmError");
    for (const value of [null, 7, "nonsense", [], {}]) {
      if (parameters[0]!.name === "fit") {
        expect(said(await errorOf(entry, name, [value, ...valid().slice(1)]))).toBe("DrmError");
      }
    }
  });

  const at = parameters.findIndex(({ options }) => options !== null);
  if (at < 0) return;
  const known = parameters[at]!.options!;
  const withOptions = (changes: object) => {
    const args = [...valid()];
    args[at] = { ...(args[at] as object), ...changes };
    return args;
  };

  test("refuses an option that it does not know, and names the nearest", async () => {
    const error = await errorOf(entry, name, withOptions({ zzzzzz: 1 }));
    expect(said(error)).toBe("DrmError");
    expect((error as DrmError).code).toBe("bad_option");
    expect((error as DrmError).message).toContain("unknown option 'zzzzzz'");
    for (const option of known) {
      if (option.length < 4) continue;
      const misspelt = option.slice(0, -1);
      if (known.includes(misspelt)) continue;
      const { message } = (await errorOf(entry, name, withOptions({ [misspelt]: 1 }))) as DrmError;
      const near = /^\w+\(\): unknown option '(\w+)'; did you mean '(\w+)'\?$/.exec(message);
      expect(near?.[1], message).toBe(misspelt);
      // another one may be as near
      expect(known).toContain(near![2]);
    }
    // names that every object has are not options
    for (const inherited of ["constructor", "toString", "__proto__x"]) {
      expect(said(await errorOf(entry, name, withOptions({ [inherited]: 1 })))).toBe("DrmError");
    }
  });

  test("takes an option that is undefined as one that is not given", async () => {
    const given = Object.keys((valid()[at] ?? {}) as object);
    const missing = Object.fromEntries(
      known.filter((option) => !given.includes(option)).map((option) => [option, undefined]),
    );
    expect(said(await errorOf(entry, name, withOptions(missing)))).toBe("null");
  });

  test("answers any value of an option, or refuses it with a DrmError", async () => {
    const raw: string[] = [];
    for (const option of known) {
      for (const [what, value] of WRONG) {
        const error = await errorOf(entry, name, withOptions({ [option]: value }));
        if (error !== null && !(error instanceof DrmError)) raw.push(`${option} = ${what}: ${said(error)}`);
      }
    }
    expect(raw).toEqual([]);
  });
});
