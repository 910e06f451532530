/**
 * Zeroed arrays cut from larger ones. JavaScript engines give a typed array above 64 bytes memory of its own, and at the
 * size of most meta-analyses that costs more than all that is done with the array (docs/internals.md).
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

/** Up to this many rows the arrays of a fit share memory: allocating each would cost as much as the fit. */
const FEW_ROWS = 1000;
/** Rows of doubles in one piece: three columns of data, two designs of a few columns, fitted values. */
const ARRAYS_TOGETHER = 12;

/** For what a fit keeps, in memory of its own. The first array is one over the rows. */
export function ownDoubles(): Doubles {
  let cut: Doubles | null = null;
  return (length) => {
    cut ??= doublesFrom(length <= FEW_ROWS ? ARRAYS_TOGETHER * length : 0);
    return cut(length);
  };
}

const fresh = doublesFrom(8192);

/** Arrays of one length that reuse() lends. */
interface Shelf {
  readonly arrays: Float64Array[];
  /** how many of them are out ... */
  taken: number;
  /** ... in this call of reuse(); in an older one: all are back */
  call: number;
}

/** Longer arrays would be a burden to keep, and cost little beside what is done with them. */
const LONGEST_LENT = 8192;
/** By length. */
const shelves = new Array<Shelf | undefined>(LONGEST_LENT + 1).fill(undefined);
/** Doubles on all shelves; with more, as after data sets of very many shapes, they are cleared. */
const MOST_STORED = 2 ** 18;
let stored = 0;
let calls = 0;
let isLending = false;
let isKeeping = false;

/** For what is forgotten when a fit is done. What a fit keeps must not share memory with other fits: keep() sees to that. */
export const scratch: Doubles = (length) => {
  const array = unfilled(length);
  if (isLending) for (let i = 0; i < length; i++) array[i] = 0;
  return array;
};

/** The same with any numbers in it, for what is written from end to end. */
export const unfilled: Doubles = (length) => {
  if (isKeeping) return new Float64Array(length);
  if (!isLending || length > LONGEST_LENT) return fresh(length);
  let shelf = shelves[length];
  if (shelf === undefined) {
    shelf = { arrays: [], taken: 0, call: calls };
    shelves[length] = shelf;
  } else if (shelf.call !== calls) {
    shelf.call = calls;
    shelf.taken = 0;
  }
  const lent = shelf.arrays[shelf.taken++];
  if (lent !== undefined) return lent;
  const made = fresh(length);
  shelf.arrays.push(made);
  stored += length;
  return made;
};

/**
 * Runs `work` with scratch arrays that the next call lends again: data sets of one shape ask for the same ones. Nothing that
 * `work` returns may be one of them.
 */
export function reuse<Result>(work: () => Result): Result {
  if (isLending) return work();
  isLending = true;
  calls++;
  try {
    return work();
  } finally {
    isLending = false;
    if (stored > MOST_STORED) {
      shelves.fill(undefined);
      stored = 0;
    }
  }
}

/**
 * Runs `work` with scratch arrays that each have memory of their own, so that what it returns may be kept for long: a single
 * array cut from a larger one would hold on to all of that.
 */
export function keep<Result>(work: () => Result): Result {
  if (isKeeping) return work();
  isKeeping = true;
  try {
    return work();
  } finally {
    isKeeping = false;
  }
}

/** Some numbers of a longer array. */
export function listOf(values: ArrayLike<number>, start: number, count: number): number[] {
  const list = new Array<number>(count);
  for (let i = 0; i < count; i++) list[i] = values[start + i]!;
  return list;
}
