import { describe, expect, test } from "vitest";
import { guessEscalc } from "../../src/escalc/index";

/** A table with these columns, all of them numbers that anything may be. */
const table = (names: string, value = 0.5) =>
  Object.fromEntries(names.split(" ").map((name) => [name, [value, value]]));
const guessed = (names: string, value?: number) => {
  const guess = guessEscalc(table(names, value));
  return guess === null
    ? null
    : `${guess.measure} ${Object.entries(guess.columns)
        .map((pair) => pair.join("="))
        .join(" ")}`;
};

describe("columns by their names", () => {
  test.each([
    ["study m1i sd1i n1i m2i sd2i n2i", "SMD m1i=m1i sd1i=sd1i n1i=n1i m2i=m2i sd2i=sd2i n2i=n2i"],
    ["Mean.e SD.e n.e Mean.c SD.c n.c", "SMD m1i=Mean.e sd1i=SD.e n1i=n.e m2i=Mean.c sd2i=SD.c n2i=n.c"],
    [
      "mean_treatment sd_treatment n_treatment mean_control sd_control n_control",
      "SMD m1i=mean_treatment sd1i=sd_treatment n1i=n_treatment m2i=mean_control sd2i=sd_control n2i=n_control",
    ],
    ["trial author tpos tneg cpos cneg", "OR ai=tpos bi=tneg ci=cpos di=cneg"],
    ["event.e n.e event.c n.c", "OR ai=event.e n1i=n.e ci=event.c n2i=n.c"],
    ["x1i t1i x2i t2i", "IRR x1i=x1i t1i=t1i x2i=x2i t2i=t2i"],
    ["r n", "ZCOR ri=r ni=n"],
    ["OR lower upper", "wald out=OR ciLb=lower ciUb=upper"],
    ["t n1 n2", "SMD ti=t n1i=n1 n2i=n2"],
    ["d n1 n2", "SMD di=d n1i=n1 n2i=n2"],
    ["tval n", "ZCOR ti=tval ni=n"],
    ["F df1 n", "R2 fi=F mi=df1 ni=n"],
    ["xi ni", "PLO xi=xi ni=ni"],
    ["mean sd n", "MN mi=mean sdi=sd ni=n"],
    ["alpha items n", "ARAW ai=alpha mi=items ni=n"],
  ])("%s", (names, guess) => {
    expect(guessed(names)).toBe(guess);
  });

  test("nothing where nothing fits", () => {
    expect(guessed("study yi vi year")).toBeNull();
    expect(guessed("r n", 12)).toBeNull();
    expect(guessEscalc({ r: ["a", "b"], n: [10, 20] })).toBeNull();
    expect(guessEscalc({ r: [0.1, "b"], n: [10, 20] } as never)).toBeNull();
  });
});
