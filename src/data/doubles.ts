/**
 * Zeroed arrays cut from larger ones. JavaScript engines give a typed array above 64 bytes memory of its own, and at the
 * size of most meta-analyses that costs more than all that is done with the array.
 */
export type Doubles = (length: number) => Float64Array;

/** Cuts from chunks of `chunk` doubles; an array longer than a quarter of that gets memory of its own. */
export function doublesFrom(chunk: number): Doubles {
  let memory = new Float64Array(0);
  let used = 0;
  return (length) => {
    if (4 * length > chunk) return new Float64Array(length);
    if (used + length > memory.length) {
      memory = new Float64Array(chunk);
      used = 0;
    }
    used += length;
    return new Float64Array(memory.buffer, 8 * (used - length), length); // subarray() takes twice the time
  };
}

/** For what is forgotten when a fit is done. What a fit keeps must not share memory with other fits. */
export const scratch = doublesFrom(8192);
