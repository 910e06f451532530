import { converters } from "as-bind/dist/as-bind.esm.js";

/**
 * as-bind was made for the compiler line 0.19; since then the runtime ids and the table that describes managed types
 * have changed. Its `converters` map is public for this purpose: the entry for the one managed type that crosses the
 * boundary is replaced by one that knows today's layout.
 *
 * A typed array in memory is three words: address of its buffer, address of its data, length in bytes.
 */
const ARRAY_BUFFER_ID = 1;

interface ManagedMemory {
  readonly memory: WebAssembly.Memory;
  __new(size: number, id: number): number;
  __pin(pointer: number): number;
  __unpin(pointer: number): void;
}

export function installConverters(): void {
  converters.set("~lib/typedarray/Int32Array", {
    jsToAsc(instance, value: Int32Array, typeName) {
      const runtime = instance.loadedModule.instance.exports as unknown as ManagedMemory;
      const buffer = runtime.__pin(runtime.__new(value.byteLength, ARRAY_BUFFER_ID));
      const view = runtime.__new(12, instance.getTypeId(typeName));
      runtime.__unpin(buffer);
      new Int32Array(runtime.memory.buffer, buffer, value.length).set(value);
      new Uint32Array(runtime.memory.buffer, view, 3).set([buffer, buffer, value.byteLength]);
      return view;
    },
    ascToJs(instance, pointer) {
      const { memory } = instance.loadedModule.instance.exports as unknown as ManagedMemory;
      const [, data, bytes] = new Uint32Array(memory.buffer, pointer, 3);
      return new Int32Array(memory.buffer, data, bytes! >> 2);
    },
  });
}
