import { DrmError } from "../errors";
import type { BlockMatrix, DataInput } from "../index";
import { checkOptions, type OptionKinds } from "../options";
import { labelsOf, numbersOf, tableOf, type Values } from "./given";
import { blocksOf } from "./within-clusters";

/** What tells how the sampling errors of a study's effects hang together. */
export interface VcalcOptions {
  /** rows or columns; without it the others are arrays */
  readonly data?: DataInput | undefined;
  /** sampling variances */
  readonly vi?: Values | undefined;
  /** the study or sample that effects are of: those of one covary */
  readonly cluster?: string | ArrayLike<string | number | null | undefined> | undefined;
  /** kind of outcome, or construct: effects of one type are correlated by rho[0], those of two types by rho[1] */
  readonly type?: string | ArrayLike<string | number | null | undefined> | undefined;
  /** which outcome or scale: effects of the same one differ by their time only. Default: every row has its own */
  readonly obs?: string | ArrayLike<string | number | null | undefined> | undefined;
  /** time of measurement */
  readonly time?: Values | undefined;
  /** correlation of two outcomes; with `type` two: of outcomes of one type, and of two types */
  readonly rho?: number | readonly number[] | undefined;
  /** correlation of one outcome at two times one unit apart; of times t apart phi^t */
  readonly phi?: number | undefined;
}

const OPTIONS: OptionKinds<VcalcOptions> = {
  data: "data",
  vi: "values",
  cluster: "cells",
  type: "cells",
  obs: "cells",
  time: "values",
  rho: "numberOrList",
  phi: "number",
};

/**
 * The sampling covariances of several outcomes, constructs and times within studies, for `matrices`:
 *
 *   V_ij = sqrt(v_i v_j) r_ij phi^|t_i - t_j|,  r_ij = 1 for the same outcome, rho[0] for two of one type, rho[1] for two types,
 *
 * and 0 between studies. What the correlations are the data rarely say: see what becomes of the results with others.
 *
 * @throws DrmError "bad_option" for what is missing or no correlation, "not_positive_definite" for correlations that cannot all be true
 */
export function vcalc(options: VcalcOptions): BlockMatrix {
  checkOptions("vcalc", options, OPTIONS);
  const { data, vi, cluster, type, obs, time, rho, phi } = options ?? {};
  if (vi === undefined || cluster === undefined) {
    throw new DrmError(
      "bad_option",
      "vcalc() needs vi and cluster: the sampling variances and the study of each row",
    );
  }
  const correlations = (typeof rho === "number" ? [rho] : [...(rho ?? [])]) as number[];
  checkCorrelations(correlations, phi, { type, time, obs });
  const table = tableOf(data, { vi, cluster, ...(time !== undefined && { time }) });
  const variances = numbersOf(table, "vi", vi);
  const times = time === undefined ? null : numbersOf(table, "time", time);
  const [types, outcomes] = [labelsOf(table, type), labelsOf(table, obs)];
  const [within, between] = [correlations[0] ?? 0, correlations[1] ?? correlations[0] ?? 0];
  const correlation = (i: number, j: number): number => {
    if (i === j) return 1;
    const sameType = types === null || types[i] === types[j];
    const same =
      sameType && (outcomes === null ? times !== null && rho === undefined : outcomes[i] === outcomes[j]);
    const apart = times === null ? 1 : phi! ** Math.abs(times[i]! - times[j]!);
    return (same ? 1 : sameType ? within : between) * apart;
  };
  const known = labelsOf(table, cluster)!.map((label, i) => {
    const isThere = !Number.isNaN(variances[i]) && !(times !== null && Number.isNaN(times[i]));
    if (isThere && !(variances[i]! > 0)) {
      throw new DrmError(
        "bad_known_v",
        `vcalc(): vi[${i + 1}] is ${variances[i]}; wanted a variance above 0`,
      );
    }
    return isThere ? label : null;
  });
  return blocksOf("vcalc", known, (i, j) => correlation(i, j) * Math.sqrt(variances[i]! * variances[j]!));
}

function checkCorrelations(
  rho: readonly number[],
  phi: number | undefined,
  { type, time, obs }: Pick<VcalcOptions, "type" | "time" | "obs">,
): void {
  const wanted = type === undefined ? 1 : 2;
  if (
    rho.length > wanted ||
    (rho.length < wanted && !(rho.length === 0 && wanted === 1 && time !== undefined))
  ) {
    const what = wanted === 2 ? "two: of outcomes of one type and of two types" : "one";
    throw new DrmError("bad_option", `vcalc(): rho has ${rho.length} correlations; wanted ${what}`);
  }
  for (const r of rho) {
    if (!(typeof r === "number" && Math.abs(r) <= 1)) {
      throw new DrmError("bad_option", `vcalc(): rho is ${r}; wanted a correlation between -1 and 1`);
    }
  }
  if ((time === undefined) !== (phi === undefined)) {
    throw new DrmError(
      "bad_option",
      "vcalc(): time and phi go together: the times and the correlation one unit apart",
    );
  }
  if (phi !== undefined && !(phi >= 0 && phi < 1)) {
    throw new DrmError("bad_option", `vcalc(): phi is ${phi}; wanted a correlation of 0 or more, below 1`);
  }
  if (obs !== undefined && rho.length === 0) {
    throw new DrmError("bad_option", "vcalc(): obs tells outcomes apart: give rho, their correlation, too");
  }
}
