import { DrmError } from "../errors";
import { deparse } from "./deparse";
import type { DparName } from "./dpar";
import { refuseKnownV } from "./known-v";
import { writtenRandom } from "./random";
import type { RightSide } from "./terms";

/** What may stand on the right of which parameter. */
export function checkRightSide(side: RightSide, name: DparName, text: string): void {
  const { key, kind } = name;
  const fail = (sentence: string, code: "bad_formula" | "not_supported" = "bad_formula") =>
    new DrmError(code, `${sentence}\n  ${text}`);
  if (kind !== "location") {
    if (side.knownV !== null) throw refuseKnownV(key, text);
    if (side.offsets.length > 0) {
      throw fail(
        `offset() in the formula of ${key} is not supported: offsets belong to the location`,
        "not_supported",
      );
    }
    const random = side.random[0];
    if (random !== undefined) {
      const what = `${writtenRandom(random)} in the formula of ${key}: random effects are not yet supported there`;
      throw fail(`${what}, only in the location formula`, "not_supported");
    }
  }
  if (name.response !== null) {
    const response = deparse(name.response);
    if (side.terms.some((term) => term.factors.some((factor) => factor.label === response))) {
      throw fail(`the response '${response}' is also a moderator: take it off the right-hand side`);
    }
  }
  if (!side.intercept && side.terms.length === 0) {
    throw fail(`the formula of ${key} has neither an intercept nor a moderator: write ~ 1`);
  }
}
