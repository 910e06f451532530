// Trees from the files that programs write them to, beside the library that fits them.

export type { Tree } from "../data/tree";
export { type ReadTreeOptions, readTree } from "./read-tree";
