/** Numbers to be sent: a list that is one array of doubles in the end, and none of the collector's business before. */
export interface Growing {
  length(): number;
  /** room for so many more numbers at the end, in an array that starts with all so far */
  grow(count: number): Float64Array;
  /** gives up the numbers from `length` on */
  shrink(length: number): void;
  /** an array that starts with all of them */
  taken(): Float64Array;
}

/** Fills `values`, and goes on in a larger array of `make` when they are full. */
export function growing(
  values: Float64Array,
  make = (length: number): Float64Array => new Float64Array(length),
): Growing {
  let length = 0;
  const grow = (count: number): Float64Array => {
    length += count;
    if (length > values.length) {
      const larger = make(2 * length);
      larger.set(values);
      values = larger;
    }
    return values;
  };
  return {
    length: () => length,
    grow,
    shrink(to) {
      length = to;
    },
    taken: () => values,
  };
}
