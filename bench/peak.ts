// The multiply-add peak of the machine, as the kernels' own loop of nothing else reaches it.
import type { Kernels } from "../test/kernels/compile";
import { secondsOf } from "./timing";

const PEAK_TURNS = 200_000;
const FLOPS_A_TURN = 24;

/** GFLOP/s in one run: a rate that noise can only lower. */
export function peakRate(kernels: Kernels): number {
  const time = secondsOf(() => {
    kernels.peak(PEAK_TURNS, 1);
  });
  return (PEAK_TURNS * FLOPS_A_TURN) / time / 1e9;
}
