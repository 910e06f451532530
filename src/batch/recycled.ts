/**
 * Arrays for numbers that go to workers and are not needed when the answer is there: then they serve again. In shared
 * memory, where there is any, nothing is copied on the way, and no fresh memory is asked for from chunk to chunk.
 */
export interface Recycled {
  /** an array of at least this length, of whatever content */
  take(length: number): Float64Array;
  /** only what no worker may still be reading */
  giveBack(values: Float64Array): void;
}

export function recycled(): Recycled {
  const make = isShared() ? shared : (length: number) => new Float64Array(length);
  const idle: Float64Array[] = [];
  return {
    take(length) {
      let values = idle.pop();
      while (values !== undefined && values.length < length) values = idle.pop();
      return values ?? make(length);
    },
    giveBack: (values) => idle.push(values),
  };
}

/** Pages have shared memory only where they are isolated from other origins. */
function isShared(): boolean {
  return typeof SharedArrayBuffer === "function" && globalThis.crossOriginIsolated !== false;
}

function shared(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}
