import type { OutputStream } from "../io";

/** A line at the bottom of a terminal; nothing anywhere else. */
export interface ProgressBar {
  /** `total` is null while it is not known */
  show(done: number, total: number | null): void;
  /** Takes the line away. */
  clear(): void;
}

const EVERY_MILLISECONDS = 100;
/** Of the bar: a million jobs and an hour left still fit into 80 columns. */
const WIDTH = 12;

/** `before` jobs were done by an earlier run and say nothing about the rate. */
export function progressBar(
  stream: OutputStream,
  before: number,
  now = () => performance.now(),
): ProgressBar {
  const start = now();
  let last = Number.NEGATIVE_INFINITY;
  let drawn = false;
  const write = (text: string) => stream.write(text, () => {});
  return {
    show(done, total) {
      if (!stream.isTTY || now() - last < EVERY_MILLISECONDS) return;
      last = now();
      drawn = true;
      const rate = (done - before) / Math.max(1e-3, (now() - start) / 1e3);
      write(`\r${progressText(done, total, rate).slice(0, (stream.columns ?? 80) - 1)}\u001b[K`);
    },
    clear() {
      if (drawn) write("\r\u001b[K");
      drawn = false;
    },
  };
}

/** "[####----]  42% 4,200 of 10,000 jobs, 1,234 a second, 5 s left" */
function progressText(done: number, total: number | null, rate: number): string {
  const speed = `${count(rate >= 10 ? Math.round(rate) : Number(rate.toPrecision(2)))} a second`;
  if (total === null) return `${count(done)} jobs, ${speed}`;
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const filled = Math.round(share * WIDTH);
  const bar = `[${"#".repeat(filled)}${"-".repeat(WIDTH - filled)}]`;
  const percent = `${Math.floor(100 * share)}%`.padStart(4);
  const left = rate > 0 ? `, ${timeText((total - done) / rate)} left` : "";
  return `${bar} ${percent} ${count(done)} of ${count(total)} jobs, ${speed}${left}`;
}

/** "12 s", "3 min 5 s", "2 h 4 min" */
function timeText(seconds: number): string {
  const s = Math.max(0, Math.ceil(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
