import { DrmError } from "../errors";
import type { BlockMatrix } from "../index";
import { type OptionKinds, requireOptions } from "../options";
import { COLUMN_KINDS, computed, type EscalcColumns, type EscalcOptions } from "./escalc";
import { labelsOf } from "./given";
import { MEASURES } from "./measures";
import { blocksOf } from "./within-clusters";

/** Which rows share their control group, and how the effect sizes are made. */
export interface SharedControlOptions extends Pick<EscalcOptions, "add" | "to" | "drop00" | "correct"> {
  /** rows of one label have the same second group */
  readonly control: string | ArrayLike<string | number | null | undefined>;
}

const OPTIONS: OptionKinds<SharedControlOptions> = {
  control: "cells",
  add: "number",
  to: "text",
  drop00: "flag",
  correct: "flag",
};

/**
 * The sampling covariances of effect sizes that are compared with the same control group (group 2), for `matrices`, from the same numbers
 * as the effect sizes: the control group's part of the variance, such as 1/c + 1/d of log odds ratios; of SMD 1/n2 + g h / (2 N) (Gleser &
 * Olkin 2009). Rows of different controls are independent.
 *
 * @param measure RR, OR, RD, AS, IRR, IRD, IRSD, MD, SMD or ROM
 * @throws DrmError as escalc(); "not_supported" for other measures
 */
export function sharedControl(
  measure: string,
  columns: EscalcColumns,
  options: SharedControlOptions,
): BlockMatrix {
  requireOptions("sharedControl", columns, COLUMN_KINDS);
  requireOptions("sharedControl", options, OPTIONS);
  if (options.control === undefined) {
    throw new DrmError("bad_option", "sharedControl() needs control: which rows have the same control group");
  }
  const { definition, table, studies, yi, vi } = computed("sharedControl", measure, columns, options);
  const { shared } = definition;
  if (shared === undefined) {
    const known = Object.keys(MEASURES).filter((name) => MEASURES[name]!.shared !== undefined);
    throw new DrmError("not_supported", `sharedControl(): not for ${measure}; there are ${known.join(", ")}`);
  }
  const labels = labelsOf(table, options.control)!.map((label, i) => (Number.isNaN(vi[i]) ? null : label));
  return blocksOf("sharedControl", labels, (i, j) =>
    i === j ? vi[i]! : shared(studies[i], studies[j], yi[i]!, yi[j]!),
  );
}
