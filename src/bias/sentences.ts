import { estimateText, pWords } from "../report/words/numbers";
import type { Bias } from "./bias";
import type { TrimFill } from "./trim-fill";

/**
 * What the methods found, for a results section: Egger's test, the mean without small-study effects by PET and PEESE, trim and fill,
 * and what was left out. Estimates are described, not judged: no method sees what is missing.
 */
export function biasSentences({
  petPeese,
  trimFill,
  rank,
  refused,
  level,
}: Omit<Bias, "sentences">): string[] {
  const sentences: string[] = [];
  if (petPeese !== null) {
    const { pet, chosen, adjusted } = petPeese;
    const test = Number.isNaN(pet.slope.pValue) ? [] : [pWords(pet.slope.pValue)];
    sentences.push(
      `The slope of effect sizes on their standard errors (Egger's test) is ${estimateText(pet.slope, level, test)}.`,
    );
    sentences.push(
      `The mean of a study without sampling error is estimated as ${estimateText(adjusted, level)} by ${chosen}.`,
    );
  }
  if (rank !== null && !Number.isNaN(rank.pValue)) {
    sentences.push(
      `Ranks of effects and variances have Kendall's tau = ${rank.tau.toFixed(2)}, ${pWords(rank.pValue)}.`,
    );
  }
  if (trimFill.L0 !== null) sentences.push(fillSentence(trimFill.L0, level));
  const left = Object.keys(refused);
  if (left.length > 0)
    sentences.push(`Methods that do not suit this model were left out: ${left.join(", ")}.`);
  return [...sentences, "None of these methods sees what is missing."];
}

function fillSentence({ filled, side, ...estimate }: TrimFill, level: number): string {
  return filled === 0
    ? "Trim and fill (L0) finds nothing missing."
    : `Trim and fill (L0) adds ${filled} on the ${side}, and with them the mean is ${estimateText(estimate, level)}.`;
}
