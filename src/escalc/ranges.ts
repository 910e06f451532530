import type { Kind } from "./measure";

interface Range {
  readonly holds: (x: number) => boolean;
  /** what it should be, to go after "wanted" */
  readonly wanted: string;
}

/** What the numbers of each kind of argument may be. Infinite ones none may be. */
export const RANGES: Readonly<Record<Kind, Range>> = {
  count: { holds: (x) => x >= 0, wanted: "a count of 0 or more" },
  size: { holds: (x) => x > 0, wanted: "a sample size above 0" },
  time: { holds: (x) => x > 0, wanted: "a person-time above 0" },
  number: { holds: () => true, wanted: "a number" },
  sd: { holds: (x) => x >= 0, wanted: "an SD of 0 or more" },
  correlation: { holds: (x) => Math.abs(x) <= 1, wanted: "a correlation between -1 and 1" },
  "p-value": {
    holds: (x) => x !== 0 && Math.abs(x) <= 1,
    wanted: "a two-sided p-value with the sign of the effect, between -1 and 1 and not 0",
  },
  "p-value of F": { holds: (x) => x > 0 && x <= 1, wanted: "a p-value of F above 0, up to 1" },
  F: { holds: (x) => x >= 0, wanted: "an F statistic of 0 or more" },
  share: { holds: (x) => x >= 0 && x <= 1, wanted: "an R^2 between 0 and 1" },
  alpha: { holds: (x) => x <= 1, wanted: "an alpha of at most 1" },
  items: { holds: (x) => x >= 2, wanted: "2 items or more" },
  predictors: { holds: (x) => x >= 1, wanted: "1 predictor or more" },
};
