// The one allocation of a problem, handed out front to back: nothing is allocated after `createProblem`.

let cursor: usize = 0;

/** Start handing out addresses from `base`. */
export function arenaStart(base: usize): void {
  cursor = base;
}

/** The next `bytes` bytes, aligned to a SIMD register. */
export function arenaTake(bytes: usize): usize {
  const address = (cursor + 15) & ~15;
  cursor = address + bytes;
  return address;
}

/** Room for n doubles. */
export function arenaDoubles(n: usize): usize {
  return arenaTake(n << 3);
}
