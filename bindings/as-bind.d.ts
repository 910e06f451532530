// as-bind's package entry is its compiler transform; the loader is this file, which ships without types.
declare module "as-bind/dist/as-bind.esm.js" {
  interface Instance {
    readonly exports: Record<string, (...args: never[]) => unknown>;
    readonly loadedModule: { readonly instance: WebAssembly.Instance };
    getTypeId(typeName: string): number;
  }
  interface Converter {
    ascToJs(instance: Instance, value: number, typeName: string): unknown;
    jsToAsc(instance: Instance, value: never, typeName: string): number;
  }
  export const converters: Map<string | RegExp, Converter>;
  export function instantiateSync(source: BufferSource, imports: WebAssembly.Imports): Instance;
}
