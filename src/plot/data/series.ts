import type { DataInput, Fit } from "../../index";
import type { OptionKinds } from "../../options";
import { isCategorical, moderatorsOf } from "./moderators";
import { type Groups, groupsOfColumn, type RowValues, rowGroups } from "./row-values";

const MOST_LEVELS = 6;

/** By what points are coloured. */
export interface SeriesOptions {
  /** the data of the fit, where `group` is a column that no formula uses */
  readonly data?: DataInput | undefined;
  /**
   * a column or values: colour and shape. Default the only categorical moderator, if it has at most six levels; null for
   * none
   */
  readonly group?: RowValues | null | undefined;
}

export const SERIES_OPTIONS: OptionKinds<SeriesOptions> = {
  data: "data",
  group: "cells?",
};

/** The groups that rows are coloured by; null for none. */
export function seriesOf(
  fit: Fit,
  { data, group }: SeriesOptions,
  dpars: readonly string[] = Object.keys(fit.designs),
): Groups | null {
  if (group === null) return null;
  if (group !== undefined) return rowGroups(fit, group, data);
  const categorical = moderatorsOf(fit, dpars).filter((name) => isCategorical(fit, name));
  if (categorical.length !== 1) return null;
  const groups = groupsOfColumn(fit.data[categorical[0]!]!);
  return groups.labels.length <= MOST_LEVELS ? groups : null;
}
