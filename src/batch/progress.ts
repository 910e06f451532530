/** How far a batch is. */
export interface Progress {
  /** results so far, in order */
  readonly done: number;
  /** of these, the ones with an error */
  readonly failed: number;
  /** how many there will be, when that is known */
  readonly total?: number;
  /** results a second since the start */
  readonly perSecond: number;
  /** seconds that the rest will take at this rate; with a total only */
  readonly secondsLeft?: number;
}

/** Called now and then with how far the work is. */
export type OnProgress = (progress: Progress) => void;

/** Counts results and reports. */
export function progressOf(
  onProgress: OnProgress | undefined,
  total: number | undefined,
): { add: (done: number, failed: number) => void } {
  const start = performance.now();
  let done = 0;
  let failed = 0;
  return {
    add(moreDone, moreFailed) {
      done += moreDone;
      failed += moreFailed;
      if (onProgress === undefined) return;
      const perSecond = done / Math.max(1e-3, (performance.now() - start) / 1e3);
      onProgress({
        done,
        failed,
        perSecond,
        ...(total !== undefined && { total, secondsLeft: (total - done) / perSecond }),
      });
    },
  };
}
