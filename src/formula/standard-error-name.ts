/** A part of a name that stands for standard errors or SDs: "se", "sei", "SE1", "sd", "stderr". */
const PART = /^(?:sei?|sdi?|ses|sds|stderr|stdev|stddev)1?$/;
const STANDARD = /^(?:std|standard)$/;
const ERROR = /^(?:err|error|errors|dev|deviation|deviations)$/;
/** "se_squared", "se2", "var_se": already a variance, or about one. A 2 may also be a second outcome's: not decided. */
const SQUARED = /^(?:sq|sqr|square|squared|var|vars|variance|variances|2)$|^(?:se|sei|sd)2$/;

/**
 * Whether a column's name says that it holds standard errors (or standard deviations): se, sei, SE.d, se_yi, seTE, lnRR_SE,
 * std.error, `Standard error`, SElogOR. A guess from the name alone.
 */
export function namesStandardErrors(name: string): boolean {
  const parts = name
    // seTE, stdError; SElogOR
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1 $2")
    .replace(/^(S[ED])(?=\p{Ll})/u, "$1 ")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== "");
  if (parts.some((part) => SQUARED.test(part))) return false;
  return parts.some((part, i) => PART.test(part) || (STANDARD.test(part) && ERROR.test(parts[i + 1] ?? "")));
}
