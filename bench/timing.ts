// Medians and spreads of repeated runs.

/** Seconds. The spread is half the interquartile range relative to the median. */
export interface Timing {
  readonly median: number;
  readonly spread: number;
  readonly samples: number;
}

export function summarise(seconds: readonly number[]): Timing {
  const sorted = [...seconds].sort((x, y) => x - y);
  const at = (q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
  const median = at(0.5);
  return { median, spread: (at(0.75) - at(0.25)) / 2 / median, samples: sorted.length };
}

/** Seconds of one run. */
export function secondsOf(run: () => unknown): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1e3;
}

export interface RepeatOptions {
  /** seconds */
  readonly budget?: number;
  readonly least?: number;
  readonly most?: number;
  /** runs before every timed run, untimed */
  readonly between?: () => unknown;
}

/**
 * Times `run` again and again for about `budget` seconds, between `least` and `most` times, after one run to warm up
 * (none when a run is longer than the budget: wasm code is warm by then and the first run is as good as any).
 */
export function repeat(run: () => unknown, options: RepeatOptions = {}): Timing {
  const { budget = 2, least = 3, most = 50, between } = options;
  between?.();
  const first = secondsOf(run);
  const samples = first > budget ? [first] : [];
  const end = performance.now() + 1e3 * budget;
  while (samples.length < least || (samples.length < most && performance.now() < end)) {
    between?.();
    samples.push(secondsOf(run));
  }
  return summarise(samples);
}
