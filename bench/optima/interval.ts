/** 95 % limits of a share (Wilson 1927): they hold for 0 of n too. */
export function shareInterval(count: number, of: number): readonly [number, number] {
  const z2 = 1.959963984540054 ** 2;
  const share = count / of;
  const middle = (share + z2 / (2 * of)) / (1 + z2 / of);
  const half = Math.sqrt(z2 * ((share * (1 - share)) / of + z2 / (4 * of * of))) / (1 + z2 / of);
  return [count === 0 ? 0 : middle - half, count === of ? 1 : middle + half];
}
