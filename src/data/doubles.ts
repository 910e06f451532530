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

const fresh = doublesFrom(8192);

/** Arrays that reuse() lends, in the order in which they are asked for. */
const lent: Float64Array[] = [];
const MOST_LENT = 512;
/** How many are taken; -1 outside reuse(). */
let taken = -1;

/** For what is forgotten when a fit is done. What a fit keeps must not share memory with other fits. */
export const scratch: Doubles = (length) => {
  if (taken < 0 || taken >= MOST_LENT) return fresh(length);
  const values = lent[taken];
  if (values === undefined || values.length !== length) {
    const made = fresh(length);
    lent[taken++] = made;
    return made;
  }
  taken++;
  for (let i = 0; i < length; i++) values[i] = 0;
  return values;
};

/**
 * Runs `work` with scratch arrays that the next call lends again: data sets of one shape ask for the same arrays in the
 * same order. Nothing that `work` returns may be one of them.
 */
export function reuse<Result>(work: () => Result): Result {
  if (taken >= 0) return work();
  taken = 0;
  try {
    return work();
  } finally {
    taken = -1;
  }
}

/** Some numbers of a longer array. */
export function listOf(values: ArrayLike<number>, start: number, count: number): number[] {
  const list = new Array<number>(count);
  for (let i = 0; i < count; i++) list[i] = values[start + i]!;
  return list;
}
