/** Numbers to be sent: a list that is one array of doubles in the end, and none of the collector's business before. */
export interface Growing {
  length(): number;
  push(...values: number[]): void;
  /** room for so many more numbers at the end, in an array that starts with all so far */
  grow(count: number): Float64Array;
  /** all of them, not copied when they are as many as expected */
  taken(): Float64Array;
}

export function growing(expected: number): Growing {
  let values = new Float64Array(expected);
  let length = 0;
  const grow = (count: number): Float64Array => {
    length += count;
    if (length > values.length) {
      const larger = new Float64Array(2 * length);
      larger.set(values);
      values = larger;
    }
    return values;
  };
  return {
    length: () => length,
    push(...more) {
      let at = length;
      const into = grow(more.length);
      for (const value of more) into[at++] = value;
    },
    grow,
    taken: () => (length === values.length ? values : values.slice(0, length)),
  };
}
