import { caretError } from "./caret";
import { deparse, deparseName } from "./deparse";
import { type CallExpr, type Expr, ungroup } from "./expr";
import { constantOf } from "./functions";
import type { KnownStructureName } from "./structures";

/** A known correlation among the levels of a grouping: phylo(1 | species, tree = tree), relmat(1 | g, K = K). */
export interface KnownStructure {
  /** of a tree, or of a matrix with named levels */
  readonly fn: KnownStructureName;
  /** what it is given: a tree, a correlation or covariance matrix, or its inverse */
  readonly argument: "tree" | "K" | "Q";
  /** the name of the tree or the matrix among the options */
  readonly name: string;
  /** phylo(): K is the correlation of the shared path lengths; with scale = FALSE they are the covariance */
  readonly scale: boolean;
  /** phylo(): the method that makes the lengths of the branches, null for the tree's own */
  readonly branch: "grafen" | null;
}

/** What each function takes beside the bar; the first that are there one has to give. */
const ARGUMENTS = {
  phylo: { sources: ["tree"], others: ["scale", "branch"] },
  relmat: { sources: ["K", "Q"], others: [] },
} as const satisfies Record<
  KnownStructure["fn"],
  { readonly sources: readonly KnownStructure["argument"][]; readonly others: readonly string[] }
>;

/** The bar of phylo(1 | species, tree = tree) and what stands beside it. */
export function knownStructure(
  call: CallExpr,
  text: string,
): { readonly bar: Expr & { type: "binary" }; readonly structure: KnownStructure } {
  const fn = call.fn as KnownStructure["fn"];
  const { sources, others } = ARGUMENTS[fn];
  const form = `${fn}(1 | group, ${sources[0]} = ${sources[0]})`;
  const fail = (sentence: string, at = call.at) => caretError(sentence, text, at);
  const unnamed = call.args.filter(({ name }) => name === null);
  const bar = unnamed[0] && ungroup(unnamed[0].value);
  if (bar?.type !== "binary" || bar.op !== "|" || unnamed.length > 1) {
    throw fail(`${deparse(call)}: ${fn}() is a term with a bar, as in ${form}`);
  }
  const given = new Map<string, Expr>();
  const known: readonly string[] = [...sources, ...others];
  for (const { name, value } of call.args) {
    if (name === null) continue;
    if (!known.includes(name)) {
      throw fail(
        `${fn}() has no argument '${name}': its form is ${form}; it knows ${known.join(", ")}`,
        value.at,
      );
    }
    if (given.has(name)) throw fail(`'${name}' is given twice`, value.at);
    given.set(name, value);
  }
  const named = sources.filter((name) => given.has(name));
  if (named.length !== 1) {
    const wanted = sources.length === 1 ? sources[0] : `one of ${sources.join(" and ")}`;
    throw fail(`${deparse(call)}: ${fn}() takes ${wanted}, as in ${form}`);
  }
  const argument = named[0]!;
  const source = ungroup(given.get(argument)!);
  if (source.type !== "name") {
    const where = fn === "phylo" ? "trees" : "matrices";
    throw fail(
      `${argument} = ${deparse(source)}: write the name that it has in the option ${where}`,
      source.at,
    );
  }
  const scale = constantOf(given.get("scale") ?? { type: "logical", value: true, at: 0 });
  if (typeof scale !== "boolean") throw fail("scale is TRUE or FALSE", given.get("scale")!.at);
  const branch = given.has("branch") ? constantOf(given.get("branch")!) : null;
  if (branch !== null && branch !== "grafen") {
    throw fail('branch is "grafen", for depths from the numbers of tips', given.get("branch")!.at);
  }
  return { bar, structure: { fn, argument, name: source.name, scale, branch } };
}

/** `tree = tree`, as it stands beside the bar; two terms with the same text have the same structure. */
export function writtenStructure({ argument, name, scale, branch }: KnownStructure): string {
  const rest = `${scale ? "" : ", scale = FALSE"}${branch === null ? "" : `, branch = ${JSON.stringify(branch)}`}`;
  return `${argument} = ${deparseName(name)}${rest}`;
}
