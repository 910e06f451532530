import type { Fit } from "../fit/fit";
import { components, DENSE, SCALAR, SPARSE } from "../model/components";
import { sections } from "../model/sections";
import { termsOf } from "../model/terms/terms";
import { openFit } from "./open-fit";
import { FEW_ROWS } from "./profile";

/**
 * Evaluations of the likelihood for the profile interval of one SD: both limits, with every start in small data, one start a
 * value in large.
 */
const EVALUATIONS = { few: 150, many: 30 } as const;
/** Seconds for a row of its own and for one in a tree of levels, times the squared number of coefficients. */
const ROW = { alone: 1.2e-9, nested: 6e-9 } as const;
/** Seconds for a row of a dense cluster, and for the cube of its rows times scale coefficients + 1. */
const DENSE_ROW = 1.5e-7;
const CUBE = 2.5e-11;
/** Times scale coefficients + 1: seconds for a row of crossed levels, and for an operation of their elimination. */
const CROSSED = { row: 8e-8, operation: 6e-10 } as const;

/**
 * How long the profile interval of one SD of a fit takes, in seconds on an ordinary machine: evaluations times the work of
 * one, counted from rows, coefficients and clusters. The same number everywhere and every time, since what is shown of a
 * fit may not depend on a clock. Right to a factor of about three.
 */
export function profileSeconds(fit: Fit): number {
  const { model } = openFit(fit);
  const { rows } = model;
  const locations = model.location.columns;
  const scales = fit.coefficients.length - locations;
  const ties = { rows, terms: termsOf(model) };
  const { root, kernel } = components(ties);
  const members = new Int32Array(rows);
  for (let i = 0; i < rows; i++) members[root[i]!]!++;
  const perRow = (1 + locations + scales) ** 2;
  let seconds = 0;
  let crossed = 0;
  for (let i = 0; i < rows; i++) {
    const m = members[i]!;
    if (m === 0) continue;
    if (kernel[i] === DENSE) seconds += DENSE_ROW * m + CUBE * (scales + 1) * m ** 3;
    else if (kernel[i] === SPARSE) crossed += m;
    else seconds += (kernel[i] === SCALAR ? ROW.alone : ROW.nested) * perRow * m;
  }
  if (crossed > 0) {
    const { flops } = sections(ties).sparse!;
    seconds += (scales + 1) * (CROSSED.row * crossed + CROSSED.operation * flops);
  }
  return seconds * (rows <= FEW_ROWS ? EVALUATIONS.few : EVALUATIONS.many);
}
