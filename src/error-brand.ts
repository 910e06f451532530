/** Known to every copy of drmeta that is loaded: the ES module, the CommonJS one, a bundled one, another version. */
export const BRAND = Symbol.for("drmeta.DrmError");

/** Makes isDrmError() hold for an object that stands for a DrmError, as what a worker tells of one does. */
export function branded<T extends object>(error: T): T {
  return Object.defineProperties(error, { [BRAND]: { value: true }, name: { value: "DrmError" } });
}
